"""Read-only: the record of an administration and of a person, counted from rows at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any, Self

from django.conf import settings
from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from events.models import Attendance, Delegation, Evaluation, Event, FollowUp, Invitation, Registration, Session
from events.models.followups import FollowUpQuerySet
from events.models.invitations import InvitationQuerySet
from events.models.programme import takes_nominations
from events.models.registrations import RegistrationQuerySet
from events.reports import TOOK_PLACE
from events.states import EventState, FollowUpState, InvitationState, RegistrationState
from members.models import Administration, Gender, User
from portal.kit.clock import fiscal_year, today_in
from portal.kit.models import Entry

LATELY = timedelta(days=183)  # six months
# what a year counts of each person with a seat: columns alone, because they may be thousands
COUNTED = ("official__gender", "n_attended", "is_noted", "is_evaluated", "certificate")
GOES_ON = (EventState.ANNOUNCED, EventState.POSTPONED)
NOMINATED, ENDORSED = "nominated", "endorsed"


# --- what waits: for the page of an administration and for a handover ------------------------------


def open_invitations(administration: Administration, *, at: datetime) -> InvitationQuerySet:
    """Invitations that still take nominations, answered or not, the next deadline first; with their counts."""
    return (
        Invitation.objects.filter(takes_nominations(at), administration=administration)
        .exclude(state=InvitationState.LIFTED)
        .with_counts()
        .select_related("event")
        .order_by("event__nominate_by_at", "pk")
    )


def unanswered_invitations(administration: Administration, *, at: datetime) -> InvitationQuerySet:
    return open_invitations(administration, at=at).silent()


def applicants_waiting(administration: Administration, *, at: datetime) -> RegistrationQuerySet:
    """Officials who applied alone and wait for a contact point, the next deadline first."""
    rows = Registration.objects.of(administration).filter(takes_nominations(at), state=RegistrationState.APPLIED)
    return rows.select_related("event", "official").order_by("event__nominate_by_at", "created_at", "pk")


def nominations_now(administration: Administration, *, at: datetime) -> RegistrationQuerySet:
    """Who stands for an event that is not over, applicants too: the next event first, in the order of priority."""
    rows = Registration.objects.of(administration).live().filter(event__state__in=GOES_ON, event__ends_at__gt=at)
    return rows.select_related("event", "official").order_by("event__starts_at", "event", "priority", "created_at")


def actions_of(administration: Administration) -> FollowUpQuerySet:
    """Follow-up actions in force that the administration owns, the next due date first."""
    rows = FollowUp.objects.in_force().filter(administration=administration)
    return rows.select_related("outcome__event", "owner").order_by(F("due_on").asc(nulls_last=True), "pk")


def unfinished_actions(administration: Administration) -> FollowUpQuerySet:
    return actions_of(administration).unfinished()


def endorsements(administration: Administration) -> RegistrationQuerySet:
    """Everybody for whom the administration stood, the latest first; by whom and when: `endorsed`."""
    rows = Registration.objects.of(administration).filter(endorsed_by__isnull=False)
    return rows.select_related("event", "official", "endorsed_by").order_by("-created_at", "-pk")


@dataclass(frozen=True)
class Endorsement:
    """Who stood behind a registration, how and when: the line of the trail, which stays when the person has left."""

    verb: str
    by: User | None
    at: datetime

    @property
    def word(self) -> str:
        return _("Nominated") if self.verb == NOMINATED else _("Endorsed")


def endorsed(registrations: Iterable[Registration]) -> dict[int, Endorsement]:
    """Registration -> who nominated or endorsed it, in one query for all of them.

    A row that has no line in the trail names `endorsed_by` and the moment when it was made.
    """
    rows = list(registrations)
    nominated = Q(verb=NOMINATED) | Q(verb="moved", facts__after=RegistrationState.ENDORSED.value)
    kind = Q(about_type__app_label="events", about_type__model="registration")
    lines = Entry.objects.filter(kind, nominated, about_id__in=[row.pk for row in rows]).select_related("by")
    found = {
        line.about_id: Endorsement(NOMINATED if line.verb == NOMINATED else ENDORSED, line.by, line.at)
        for line in lines.order_by("at", "pk")
    }
    for row in rows:
        if row.pk not in found and row.endorsed_by:
            found[row.pk] = Endorsement(NOMINATED, row.endorsed_by, row.created_at)
    return found


# --- the record of an administration ----------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """Every row of an administration: invitations, people, delegations to meetings, actions in force."""

    invitations: InvitationQuerySet
    registrations: RegistrationQuerySet
    delegations: QuerySet[Delegation]
    actions: FollowUpQuerySet

    @classmethod
    def of(cls, administration: Administration) -> Self:
        return cls(
            Invitation.objects.filter(administration=administration),
            Registration.objects.of(administration),
            Delegation.objects.filter(administration=administration),
            FollowUp.objects.in_force().filter(administration=administration),
        )

    def fiscal_years(self) -> list[str]:
        """From the year of the first event to that of the last one, the latest first."""
        events = (
            Q(pk__in=self.invitations.values("event"))
            | Q(pk__in=self.registrations.values("event"))
            | Q(pk__in=self.delegations.values("event"))
            | Q(pk__in=self.actions.values("outcome__event"))
        )
        span = Event.objects.filter(events).aggregate(first=Min("starts_on"), last=Max("starts_on"))
        if span["first"] is None:
            return []
        first, last = (int(fiscal_year(span[name])[:4]) for name in ("first", "last"))
        return [fiscal_year(date(start, 7, 1)) for start in range(last, first - 1, -1)]


def with_facts(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    """Add `n_attended` of `n_sessions`, whether anybody's attendance `is_noted`, and whether it `is_evaluated`."""
    return rows.annotate(
        n_attended=_number_of(Attendance.objects.filter(registration=OuterRef("pk")), "registration"),
        n_sessions=_number_of(Session.objects.filter(event=OuterRef("event")), "event"),
        is_noted=Exists(_noted()),
        is_evaluated=Exists(Evaluation.objects.filter(registration=OuterRef("pk"))),
    ).select_related("event", "official", "endorsed_by", "certificate")


def took_part() -> Q:
    """A seat at an event that was held; whose absence from every session is noted did not take part."""
    own = Exists(Attendance.objects.filter(registration=OuterRef("pk")))
    return Q(state=RegistrationState.CONFIRMED, event__state__in=TOOK_PLACE) & (Q(own) | ~Q(Exists(_noted())))


def _noted() -> QuerySet[Attendance]:
    return Attendance.objects.filter(session__event=OuterRef("event"))


def _number_of(rows: Any, column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Participation:
    """An event that was held, as one administration took part in it."""

    event: Event
    confirmed: int
    attended: int
    evaluated: int
    certificates: int


def participation(administration: Administration, *, most: int) -> list[Participation]:
    """The latest events with a confirmed person of the administration: two queries, however many."""
    rows: Any = Registration.objects.of(administration).confirmed().filter(event__state__in=TOOK_PLACE)
    counted = (
        rows.order_by()
        .values("event")
        .annotate(
            confirmed=Count("pk", distinct=True),
            attended=Count("pk", distinct=True, filter=Q(attendances__isnull=False)),
            evaluated=Count("evaluation", distinct=True),
            certificates=Count("certificate", distinct=True),
        )
        .order_by("-event__starts_at", "-event")[:most]
    )
    found = list(counted)
    events = Event.objects.in_bulk([row["event"] for row in found])
    return [
        Participation(events[row["event"]], row["confirmed"], row["attended"], row["evaluated"], row["certificates"])
        for row in found
    ]


@dataclass
class Year:
    """One fiscal year of an administration; every figure is a count of rows.

    Invitations: all but those that were taken back; `silent` ones passed their deadline without an answer. `days` are
    the answer times. Seats and people: of events that began in the year and were held; more people than seats
    sat on seats of the common pool. A no-show had a seat and was noted at no session of an event whose
    attendance is noted. Delegations: to meetings that were held, whose people need no seat. Actions: of meetings that
    began in the year.
    """

    label: str
    invitations: int = 0
    answered: int = 0
    declined: int = 0
    silent: int = 0
    days: list[float] = field(default_factory=list)
    seats: int = 0
    used: int = 0
    attended: int = 0
    no_shows: int = 0
    women: int = 0
    stated: int = 0
    evaluations: int = 0
    certificates: int = 0
    delegations: int = 0
    actions: int = 0
    done: int = 0
    late: int = 0

    @property
    def replies(self) -> int:
        return self.answered + self.declined

    @property
    def answer_days(self) -> float | None:
        return round(fmean(self.days), 1) if self.days else None

    @property
    def share_of_women(self) -> int | None:
        """In per cent of those who state their gender; None when nobody does."""
        return round(100 * self.women / self.stated) if self.stated else None


def years(record: Record, *, at: datetime) -> list[Year]:
    """Every fiscal year with a row, the latest first; a fixed number of queries."""
    found: dict[str, Year] = {}

    def year_of(day: date) -> Year:
        label = fiscal_year(day)
        return found.setdefault(label, Year(label))

    for invitation in record.invitations.exclude(state=InvitationState.LIFTED).select_related("event").order_by():
        _count_invitation(year_of(invitation.event.starts_on), invitation, at)
    held = record.registrations.confirmed().filter(event__state__in=TOOK_PLACE)
    for day, *facts in with_facts(held).select_related(None).order_by().values_list("event__starts_on", *COUNTED):
        _count_person(year_of(day), *facts)
    for delegation in record.delegations.filter(event__state__in=TOOK_PLACE).select_related("event").order_by():
        year_of(delegation.event.starts_on).delegations += 1
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    for action in record.actions.select_related("outcome__event").order_by():
        year = year_of(action.event.starts_on)
        year.actions += 1
        year.done += action.state == FollowUpState.DONE
        year.late += action.is_late(today)
    return sorted(found.values(), key=lambda year: year.label, reverse=True)


def _count_invitation(year: Year, invitation: Invitation, at: datetime) -> None:
    year.invitations += 1
    year.answered += invitation.state == InvitationState.ANSWERED
    year.declined += invitation.state == InvitationState.DECLINED
    year.silent += invitation.state == InvitationState.OPEN and invitation.event.deadline_passed(at)
    if invitation.days_to_answer is not None:
        year.days.append(invitation.days_to_answer)
    if invitation.event.state in TOOK_PLACE:
        year.seats += invitation.event.seats_per_administration


def _count_person(
    year: Year, gender: str, attended: int, is_noted: bool, is_evaluated: bool, certificate: int | None
) -> None:
    year.used += 1
    year.attended += attended > 0
    year.no_shows += is_noted and not attended
    year.women += gender == Gender.FEMALE
    year.stated += gender != Gender.NOT_STATED
    year.evaluations += is_evaluated
    year.certificates += certificate is not None


# --- the record of a person -------------------------------------------------------------------------


def history_of(person: User, *, reader: User) -> RegistrationQuerySet:
    """The registrations of a person that the reader may see, the latest event first."""
    rows = Registration.objects.visible_to(reader).filter(official=person)
    return with_facts(rows).select_related("administration").order_by("-event__starts_at", "-pk")


@dataclass(frozen=True)
class Experience:
    """How often a person took part: in the last six months, and ever."""

    lately: int = 0
    ever: int = 0

    @property
    def is_first_time(self) -> bool:
        return self.ever == 0


def experience(people: Iterable[int], *, reader: User, at: datetime) -> dict[int, Experience]:
    """Person -> in how many events this person took part, by the rows that the reader may see; one query."""
    keys = list(people)
    rows: Any = Registration.objects.visible_to(reader).filter(took_part(), official__in=keys)
    counted = (
        rows.order_by()
        .values("official")
        .annotate(ever=Count("pk"), lately=Count("pk", filter=Q(event__ends_at__gt=at - LATELY)))
    )
    found = {row["official"]: Experience(row["lately"], row["ever"]) for row in counted}
    return {key: found.get(key, Experience()) for key in keys}
