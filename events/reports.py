"""Read-only numbers, counted from rows at the moment of asking: the fiscal year, its progress, evaluations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, Min, Q, Sum
from django.utils.translation import gettext as _

from events.models import (
    Attendance,
    Delegation,
    Evaluation,
    Event,
    FollowUp,
    Mode,
    Pillar,
    Registration,
    WorkPlan,
)
from events.models.followups import UNFINISHED
from events.states import ActivityStatus, EventState, FollowUpState, RegistrationState
from portal.kit.clock import spell_days, today_in

DONE = (ActivityStatus.HELD, ActivityStatus.REPORTED)
TOOK_PLACE = (EventState.HELD, EventState.REPORTED)
QUESTIONS = ("usefulness", "content", "organisation")
MARKS = (5, 4, 3, 2, 1)


# --- the fiscal year ------------------------------------------------------------------------------


@dataclass
class Line:
    """One line of a table of the report; every figure is a count of rows. `mark` is None when nobody gave one.

    `filters` are the words that narrow the list of the plan to the activities of this line.
    """

    label: str
    planned: int = 0
    held: int = 0
    moved: int = 0
    postponed: int = 0
    dropped: int = 0
    events: int = 0
    seats: int = 0
    participants: int = 0
    present: int = 0
    administrations: int = 0
    evaluations: int = 0
    mark: float | None = None
    filters: dict[str, str | int] | None = None

    def figures(self) -> list[Any]:
        return [
            self.label,
            self.planned,
            self.held,
            self.moved,
            self.postponed,
            self.dropped,
            self.events,
            self.seats,
            self.participants,
            self.present,
            self.administrations,
            self.evaluations,
            "" if self.mark is None else self.mark,
        ]


def header() -> list[str]:
    """The names of the figures, in their order."""
    return [
        "",
        _("Activities planned"),
        _("Activities held"),
        _("Activities moved"),
        _("Activities postponed"),
        _("Activities dropped"),
        _("Events held"),
        _("Seats offered"),
        _("Participants"),
        _("Participants present"),
        _("Administrations"),
        _("Evaluations"),
        _("Mean mark, 1 to 5"),
    ]


@dataclass(frozen=True)
class FollowUps:
    """The actions of the outcomes of a year's meetings that are in force."""

    total: int
    done: int
    dropped: int
    overdue: int


@dataclass
class FiscalYearReport:
    """The year in six tables: total, by pillar, by quarter, by mode, by donor, by officer."""

    plan: WorkPlan
    total: Line
    by_pillar: list[Line] = field(default_factory=list)
    by_quarter: list[Line] = field(default_factory=list)
    by_mode: list[Line] = field(default_factory=list)
    by_donor: list[Line] = field(default_factory=list)
    by_officer: list[Line] = field(default_factory=list)
    follow_ups: FollowUps = FollowUps(0, 0, 0, 0)

    def tables(self) -> list[tuple[str, list[Line]]]:
        return [
            (_("Total"), [self.total]),
            (_("By pillar"), self.by_pillar),
            (_("By quarter"), self.by_quarter),
            (_("By mode"), self.by_mode),
            (_("By donor"), self.by_donor),
            (_("By officer"), self.by_officer),
        ]

    def rows(self) -> Iterable[list[Any]]:
        """The rows of the CSV file: the table's name first."""
        for title, lines in self.tables():
            for line in lines:
                yield [title, *line.figures()]


def fiscal_year(plan: WorkPlan, *, at: datetime) -> FiscalYearReport:
    """Count the year in a fixed number of queries.

    - Activities are the lines of the plan, each in one pillar, one mode, the quarter of its planned day and under its
      responsible officer, and once under each of its donors. Events stand in the quarter in which they began.
      Held: with an event that was held. Moved: the first event begins on another day than planned. Postponed:
      without a new day. Dropped: every event is cancelled.
    - Events held are those that began in the year, with or without a line of the plan. Everything that follows is
      counted from them. Seats: for every administration that was invited, and the common pool.
    - Participants: confirmed registrations, one for each person and event; present: those noted at one session at
      least. Administrations: with a participant or a delegation, each once in a line of the report.
    - Mean mark: of the three questions together.
    """
    activities = list(_activities(plan, at))
    events = list(_events_held(plan))
    facts = _facts(events)
    report = FiscalYearReport(plan, _line(_("All activities"), activities, events, facts, {}))
    for pillar in Pillar.objects.all():
        report.by_pillar.append(
            _line(
                f"{pillar}: {pillar.title}",
                [row for row in activities if row.pillar_id == pillar.pk],
                [row for row in events if row.activity and row.activity.pillar_id == pillar.pk],
                facts,
                {"pillar": pillar.number},
            )
        )
    beside = [row for row in events if row.activity is None]
    if beside:
        report.by_pillar.append(_line(_("Events beside the plan"), [], beside, facts))
    report.by_quarter = _by_quarter(plan, activities, events, facts)
    for mode in Mode:
        report.by_mode.append(
            _line(
                str(mode.label),
                [row for row in activities if row.mode == mode],
                [row for row in events if row.mode == mode],
                facts,
                {"mode": mode.value},
            )
        )
    donors = {donor for row in [*activities, *events] for donor in row.donors.all()}
    for donor in sorted(donors, key=lambda donor: donor.name):
        report.by_donor.append(
            _line(
                donor.name,
                [row for row in activities if donor in row.donors.all()],
                [row for row in events if donor in row.donors.all()],
                facts,
                {"donor": donor.pk},
            )
        )
    report.by_donor.append(
        _line(
            _("Without a donor"),
            [row for row in activities if not row.donors.all()],
            [row for row in events if not row.donors.all()],
            facts,
        )
    )
    report.by_officer = _by_officer(activities, events, facts)
    report.follow_ups = _follow_ups(plan, at)
    return report


def _by_quarter(plan: WorkPlan, activities: list[Any], events: list[Event], facts: _Facts) -> list[Line]:
    found = []
    for number, (first, last) in enumerate(plan.quarters(), start=1):
        found.append(
            _line(
                spell_days(first, last),
                [row for row in activities if row.planned_start_on and first <= row.planned_start_on <= last],
                [row for row in events if first <= row.starts_on <= last],
                facts,
                {"quarter": number},
            )
        )
    undated = [row for row in activities if row.planned_start_on is None or not plan.covers(row.planned_start_on)]
    return [*found, _line(_("Without a planned day of this year"), undated, [], facts)] if undated else found


def _by_officer(activities: list[Any], events: list[Event], facts: _Facts) -> list[Line]:
    officers = {row.officer for row in [*activities, *events] if row.officer}
    found = [
        _line(
            officer.name,
            [row for row in activities if row.officer == officer],
            [row for row in events if row.officer == officer],
            facts,
            {"officer": officer.pk},
        )
        for officer in sorted(officers, key=lambda officer: (officer.name, officer.pk))
    ]
    nobody = [row for row in activities if row.officer is None], [row for row in events if row.officer is None]
    return [*found, _line(_("Nobody responsible"), *nobody, facts)] if any(nobody) else found


def progress(plan: WorkPlan, *, at: datetime) -> list[dict[str, Any]]:
    """Per pillar: how many of its lines are done, for the bar on the dashboard and the plan page."""
    rows: dict[int, dict[str, Any]] = {
        pillar.pk: {"pillar": pillar, "done": 0, "total": 0} for pillar in Pillar.objects.all()
    }
    lines: Any = plan.activities.with_status(at).only("pk", "pillar_id", "plan_id")
    for activity in lines:
        rows[activity.pillar_id]["total"] += 1
        rows[activity.pillar_id]["done"] += activity.status in DONE
    return list(rows.values())


@dataclass
class _Facts:
    """What was counted for each held event, each kind of row in one query."""

    people: dict[int, list[int]]  # event -> the administration of each confirmed person
    delegations: dict[int, set[int]]
    present: dict[int, int]
    marks: dict[int, tuple[int, int]]  # event -> number of evaluations, sum of all their marks


def _activities(plan: WorkPlan, at: datetime) -> Any:
    dated = ~Q(events__state__in=[EventState.CANCELLED, EventState.POSTPONED])
    return (
        plan.activities.with_status(at)
        .select_related("officer")
        .prefetch_related("donors")
        .annotate(first_day=Min("events__starts_on", filter=dated))
    )


def _events_held(plan: WorkPlan) -> Any:
    return (
        Event.objects.filter(state__in=TOOK_PLACE, starts_on__range=(plan.starts_on, plan.ends_on))
        .select_related("activity", "officer")
        .prefetch_related("donors")
        .annotate(n_targets=Count("targets"))
    )


def _facts(events: list[Event]) -> _Facts:
    pks = [event.pk for event in events]
    people: dict[int, list[int]] = {}
    delegations: dict[int, set[int]] = {}
    confirmed = Registration.objects.filter(event__in=pks, state=RegistrationState.CONFIRMED).order_by()
    for event_id, administration_id in confirmed.values_list("event", "administration"):
        people.setdefault(event_id, []).append(administration_id)
    sent = Delegation.objects.filter(event__in=pks, administration__isnull=False).order_by()
    for event_id, body_id in sent.values_list("event", "administration"):
        delegations.setdefault(event_id, set()).add(body_id)
    noted = Attendance.objects.filter(
        registration__event__in=pks, registration__state=RegistrationState.CONFIRMED
    ).order_by()
    present = noted.values("registration__event").annotate(n=Count("registration", distinct=True))
    given = Evaluation.objects.filter(registration__event__in=pks).order_by().values("registration__event")
    marks = given.annotate(n=Count("pk"), total=Sum(F("usefulness") + F("content") + F("organisation")))
    return _Facts(
        people,
        delegations,
        {row["registration__event"]: row["n"] for row in present},
        {row["registration__event"]: (row["n"], row["total"]) for row in marks},
    )


def _line(
    label: str,
    activities: list[Any],
    events: list[Any],
    facts: _Facts,
    filters: dict[str, str | int] | None = None,
) -> Line:
    people = [administration for event in events for administration in facts.people.get(event.pk, [])]
    delegations = {body for event in events for body in facts.delegations.get(event.pk, set())}
    marks = [facts.marks[event.pk] for event in events if event.pk in facts.marks]
    given = sum(number for number, _total in marks)
    return Line(
        label=label,
        planned=len(activities),
        held=sum(row.status in DONE for row in activities),
        moved=sum(_moved(row) for row in activities),
        postponed=sum(row.status == ActivityStatus.POSTPONED for row in activities),
        dropped=sum(row.status == ActivityStatus.DROPPED for row in activities),
        events=len(events),
        seats=sum(event.seats_per_administration * event.n_targets + event.pool_seats for event in events),
        participants=len(people),
        present=sum(facts.present.get(event.pk, 0) for event in events),
        administrations=len(delegations.union(people)),
        evaluations=given,
        mark=round(sum(total for _number, total in marks) / (len(QUESTIONS) * given), 2) if given else None,
        filters=filters,
    )


def _moved(activity: Any) -> bool:
    planned = activity.planned_start_on
    return bool(activity.first_day and planned and activity.first_day != planned)


def _follow_ups(plan: WorkPlan, at: datetime) -> FollowUps:
    """Of the meetings that began in the year; overdue by the day of the office."""
    overdue = Q(state__in=UNFINISHED, due_on__lt=today_in(settings.OFFICE_TIME_ZONE, at))
    counts = (
        FollowUp.objects.in_force()
        .filter(outcome__event__starts_on__range=(plan.starts_on, plan.ends_on))
        .aggregate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state=FollowUpState.DONE)),
            dropped=Count("pk", filter=Q(state=FollowUpState.DROPPED)),
            overdue=Count("pk", filter=overdue),
        )
    )
    return FollowUps(**counts)


# --- evaluations ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One question of the evaluation: how many gave each mark, 5 first, and the mean."""

    label: str
    counts: list[tuple[int, int]]
    mean: float


@dataclass(frozen=True)
class EvaluationSummary:
    """What participants of one event said, without their names."""

    given: int
    asked: int
    questions: list[Question]


def evaluation_summary(event: Event) -> EvaluationSummary:
    """Count the marks of each question, in two queries.

    Asked are those who were present; before anybody's presence is noted, everybody who was confirmed.
    """
    people = event.registrations.confirmed().aggregate(
        confirmed=Count("pk", distinct=True),
        present=Count("pk", distinct=True, filter=Q(attendances__isnull=False)),
    )
    found = Evaluation.objects.filter(registration__event=event).aggregate(
        given=Count("pk"),
        **{f"mean_{name}": Avg(name) for name in QUESTIONS},
        **{f"{name}_{mark}": Count("pk", filter=Q(**{name: mark})) for name in QUESTIONS for mark in MARKS},
    )
    questions = [
        Question(
            str(getattr(Evaluation._meta.get_field(name), "verbose_name", name)),
            [(mark, found[f"{name}_{mark}"]) for mark in MARKS],
            round(found[f"mean_{name}"], 2),
        )
        for name in QUESTIONS
        if found["given"]
    ]
    return EvaluationSummary(found["given"], people["present"] or people["confirmed"], questions)
