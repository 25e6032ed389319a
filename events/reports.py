"""Read-only numbers of a fiscal year, counted from rows at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from events.models import Activity, Event, Mode, Pillar, Registration, WorkPlan
from events.states import ActivityStatus, EventState, RegistrationState


@dataclass
class Line:
    """One line of a table of the report; every figure is a count of rows."""

    label: str
    planned: int = 0
    held: int = 0
    moved: int = 0
    dropped: int = 0
    events: int = 0
    participants: int = 0
    administrations: int = 0

    def figures(self) -> list[Any]:
        return [
            self.label,
            self.planned,
            self.held,
            self.moved,
            self.dropped,
            self.events,
            self.participants,
            self.administrations,
        ]


HEADER = [
    "",
    "Activities planned",
    "Activities held",
    "Activities moved",
    "Activities dropped",
    "Events held",
    "Participants",
    "Administrations",
]


@dataclass
class FiscalYearReport:
    """The year in four tables: total, by pillar, by mode, by donor."""

    plan: WorkPlan
    total: Line
    by_pillar: list[Line] = field(default_factory=list)
    by_mode: list[Line] = field(default_factory=list)
    by_donor: list[Line] = field(default_factory=list)

    def tables(self) -> list[tuple[str, list[Line]]]:
        return [
            ("Total", [self.total]),
            ("By pillar", self.by_pillar),
            ("By mode", self.by_mode),
            ("By donor", self.by_donor),
        ]

    def rows(self) -> Iterable[list[Any]]:
        """The rows of the CSV file: the table's name first."""
        for title, lines in self.tables():
            for line in lines:
                yield [title, *line.figures()]


def fiscal_year(plan: WorkPlan, *, at: datetime) -> FiscalYearReport:
    """Count the year.

    Planned: lines of the plan. Held: lines with an event that was held. Moved: lines whose first event
    begins on another day than planned. Participants: confirmed registrations of events that were held, one for each
    person and event. Administrations: each counted once in a line of the report.
    """
    activities = list(
        plan.activities.with_status(at)
        .select_related("pillar")
        .prefetch_related("donors")
        .annotate(first_day=Min("events__starts_on", filter=~Q(events__state=EventState.CANCELLED)))
    )
    events = list(
        Event.objects.filter(state__in=[EventState.HELD, EventState.REPORTED])
        .filter(starts_on__range=(plan.starts_on, plan.ends_on))
        .select_related("activity__pillar")
        .prefetch_related("donors")
    )
    people = _people(events)
    report = FiscalYearReport(plan, _line("All activities", activities, events, people))
    for pillar in Pillar.objects.all():
        report.by_pillar.append(
            _line(
                f"{pillar}: {pillar.title}",
                [row for row in activities if row.pillar_id == pillar.pk],
                [row for row in events if row.activity and row.activity.pillar_id == pillar.pk],
                people,
            )
        )
    for mode in Mode:
        report.by_mode.append(
            _line(
                str(mode.label),
                [row for row in activities if row.mode == mode],
                [row for row in events if row.mode == mode],
                people,
            )
        )
    donors = {donor for row in [*activities, *events] for donor in row.donors.all()}
    for donor in sorted(donors, key=lambda donor: donor.name):
        report.by_donor.append(
            _line(
                donor.name,
                [row for row in activities if donor in row.donors.all()],
                [row for row in events if donor in row.donors.all()],
                people,
            )
        )
    report.by_donor.append(
        _line(
            "Without a donor",
            [row for row in activities if not row.donors.all()],
            [row for row in events if not row.donors.all()],
            people,
        )
    )
    return report


def progress(plan: WorkPlan, *, at: datetime) -> list[dict[str, Any]]:
    """Per pillar: how many of its lines are done, for the bar on the dashboard and the plan page."""
    done = (ActivityStatus.HELD, ActivityStatus.REPORTED)
    rows = {pillar.pk: {"pillar": pillar, "done": 0, "total": 0} for pillar in Pillar.objects.all()}
    for activity in plan.activities.with_status(at).only("pk", "pillar_id"):
        rows[activity.pillar_id]["total"] += 1
        rows[activity.pillar_id]["done"] += activity.status in done
    return list(rows.values())


def _people(events: list[Event]) -> dict[int, list[tuple[int, int]]]:
    """Event -> (official, administration) of everybody confirmed, in one query."""
    rows = Registration.objects.filter(event__in=events, state=RegistrationState.CONFIRMED)
    people: dict[int, list[tuple[int, int]]] = {}
    for event_id, official_id, administration_id in rows.values_list("event", "official", "administration"):
        people.setdefault(event_id, []).append((official_id, administration_id))
    return people


def _line(label: str, activities: list[Any], events: list[Event], people: dict[int, list[tuple[int, int]]]) -> Line:
    present = [person for event in events for person in people.get(event.pk, [])]
    return Line(
        label=label,
        planned=len(activities),
        held=sum(row.status in (ActivityStatus.HELD, ActivityStatus.REPORTED) for row in activities),
        moved=sum(_moved(row) for row in activities),
        dropped=sum(row.status == ActivityStatus.DROPPED for row in activities),
        events=len(events),
        participants=len(present),
        administrations=len({administration for _official, administration in present}),
    )


def _moved(activity: Activity) -> bool:
    first_day = getattr(activity, "first_day", None)
    if activity.status == ActivityStatus.POSTPONED:
        return True
    return bool(first_day and activity.planned_start_on and first_day != activity.planned_start_on)


def seats(plan: WorkPlan) -> dict[str, int]:
    """Seats offered and used in the events of a plan."""
    events = Event.objects.filter(
        activity__plan=plan, state__in=[EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED]
    )
    offered = sum(
        event.seats_per_administration * event.n_targets + event.pool_seats
        for event in events.annotate(n_targets=Count("targets"))
    )
    used = Registration.objects.filter(event__in=events).filter(state=RegistrationState.CONFIRMED).count()
    return {"offered": offered, "used": used}
