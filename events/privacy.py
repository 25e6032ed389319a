"""What the events store about a person, what stands in the way of forgetting one, and forgetting in these rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import (
    Activity,
    AgendaItem,
    Attendance,
    BaselineLine,
    CalendarFeed,
    Certificate,
    Chairing,
    Comment,
    Delegation,
    Evaluation,
    Event,
    FollowUp,
    PlanClause,
    Registration,
)
from events.states import EventState, OutcomeState
from members import hooks, retention
from members.hooks import Table
from members.models import User
from members.retention import YEAR, Rule
from portal.kit.words import Words


def sign_up() -> None:
    hooks.stored.append(stored)
    hooks.unended.append(unended)
    hooks.erasing.append(forget)
    hooks.took_part_since.append(took_part_since)
    retention.sign_up(TEXTS)


# --- what is stored -------------------------------------------------------------------------------


def stored(person: User) -> Iterator[Table]:
    """Everything of the events that is about a person, a table for each kind of row."""
    yield _registrations(person)
    yield _attendances(person)
    yield _evaluations(person)
    yield _certificates(person)
    yield _chairings(person)
    yield _actions(person)
    yield _comments(person)
    yield _run_by(person)
    yield _feeds(person)


def _registrations(person: User) -> Table:
    rows = person.registrations.select_related("event", "administration", "endorsed_by").order_by("event__starts_at")
    return Table(
        _("Registrations"),
        [
            _("Event"),
            _("First day"),
            _("State"),
            _("For"),
            _("Why you take part"),
            _("Reason of the last decision"),
            _("Endorsed by"),
            _("Registered"),
        ],
        [
            [
                row.event.title,
                row.event.starts_on,
                row.get_state_display(),
                row.administration,
                row.motivation,
                row.reason,
                row.endorsed_by or "",
                row.created_at,
            ]
            for row in rows
        ],
        ["events.Registration.official"],
    )


def _attendances(person: User) -> Table:
    rows = Attendance.objects.filter(registration__official=person).select_related("session__event")
    return Table(
        _("Presence at sessions"),
        [_("Event"), _("Session"), _("Day"), _("How it is known")],
        [
            [row.session.event.title, row.session.title, row.session.day, row.get_source_display()]
            for row in rows.order_by("session__day", "pk")
        ],
    )


def _evaluations(person: User) -> Table:
    rows = Evaluation.objects.filter(registration__official=person).select_related("registration__event")
    return Table(
        _("Evaluations that you gave"),
        [
            _("Event"),
            _("Usefulness"),
            _("Content"),
            _("Organisation"),
            _("What you will use"),
            _("Remarks"),
            _("Given"),
        ],
        [
            [
                row.registration.event.title,
                row.usefulness,
                row.content,
                row.organisation,
                row.plans,
                row.remarks,
                row.given_at,
            ]
            for row in rows.order_by("given_at", "pk")
        ],
    )


def _certificates(person: User) -> Table:
    rows = Certificate.objects.filter(registration__official=person)
    return Table(
        _("Certificates"),
        [_("Number"), _("Name on it"), _("Administration on it"), _("Event"), _("Dates"), _("Issued")],
        [
            [row.number, row.holder, row.administration_title, row.event_title, row.event_dates, row.issued_on]
            for row in rows.order_by("issued_on", "pk")
        ],
    )


def _chairings(person: User) -> Table:
    rows = person.chairings.select_related("event", "administration").prefetch_related("signatures")
    return Table(
        _("Meetings that you chair"),
        [_("Meeting"), _("For"), _("Capacity"), _("On behalf of"), _("Signatures of the record")],
        [
            [
                row.event.title,
                row.administration,
                row.capacity,
                row.on_behalf_of,
                ", ".join(f"{signature.signed_at:%Y-%m-%d %H:%M} UTC" for signature in row.signatures.all()),
            ]
            for row in rows.order_by("event__starts_at", "pk")
        ],
        ["events.Chairing.person"],
    )


def _actions(person: User) -> Table:
    rows = person.follow_ups.select_related("outcome__event").order_by("due_on", "pk")
    return Table(
        _("Actions that you own"),
        [_("Meeting"), _("Action"), _("Due date"), _("State"), _("Evidence")],
        [[row.event.title, row.text, row.due_on or "", row.get_state_display(), row.evidence] for row in rows],
        ["events.FollowUp.owner"],
    )


def _comments(person: User) -> Table:
    rows = Comment.objects.filter(by=person).select_related("outcome__event").order_by("at", "pk")
    return Table(
        _("Comments on records"),
        [_("Meeting"), _("When"), _("Comment")],
        [[row.outcome.event.title, row.at, row.text] for row in rows],
        ["events.Comment.by"],
    )


def _run_by(person: User) -> Table:
    events = Event.objects.filter(officer=person).order_by("starts_on", "pk")
    lines = Activity.objects.filter(officer=person).select_related("plan").order_by("plan__fiscal_year", "number")
    frozen = BaselineLine.objects.filter(officer=person).select_related("plan").order_by("plan__fiscal_year", "number")
    revised = PlanClause.objects.filter(Q(old_officer=person) | Q(new_officer=person))
    return Table(
        _("What you are responsible for"),
        [_("Kind"), _("Title"), _("When")],
        [
            *([_("Event"), row.title, row.starts_on] for row in events),
            *([_("Line of the work plan"), row.title, row.plan.fiscal_year] for row in lines),
            *([_("Line of the approved plan"), str(row), row.plan.fiscal_year] for row in frozen),
            *([_("Revision of the plan"), row.line, row.at] for row in revised.order_by("at", "pk")),
        ],
        [
            "events.Event.officer",
            "events.Activity.officer",
            "events.BaselineLine.officer",
            "events.PlanClause.old_officer",
            "events.PlanClause.new_officer",
        ],
    )


def _feeds(person: User) -> Table:
    """Without the addresses: this table becomes a file, and an address is a key."""
    return Table(
        _("Calendar feeds"),
        [_("Name"), _("What it holds"), _("Made"), _("Last read")],
        [
            [row.name, row.get_kind_display(), row.created_at, row.last_read_at or ""]
            for row in person.calendar_feeds.all()
        ],
        ["events.CalendarFeed.owner"],
    )


# --- what stands in the way -----------------------------------------------------------------------


def unended(person: User, at: datetime) -> Iterator[str]:
    """What a person has to end first: a seat, a meeting to chair, a record to sign, an action, an event to run."""
    to_come = Event.objects.filter(
        Q(state__in=(EventState.DRAFT, EventState.POSTPONED)) | Q(state=EventState.ANNOUNCED, ends_at__gt=at)
    )
    for row in person.registrations.live().filter(event__in=to_come.values("pk")).select_related("event"):
        yield _("The registration for “%(event)s” has to be withdrawn first.") % {"event": row.event.title}
    for event in to_come.filter(chairings__person=person).distinct():
        yield _("“%(event)s” needs another chair first.") % {"event": event.title}
    unpublished = Event.objects.filter(chairings__person=person, outcome__isnull=False)
    for event in (
        unpublished.exclude(outcome__state=OutcomeState.PUBLISHED).exclude(pk__in=to_come.values("pk")).distinct()
    ):
        yield _("The record of “%(event)s” has to be published first: its chairs sign it.") % {"event": event.title}
    for action in FollowUp.objects.unfinished().filter(owner=person).select_related("outcome__event"):
        yield _("Action %(number)d of “%(event)s” has to be done, or handed over, first.") % {
            "number": action.number,
            "event": action.event.title,
        }
    for event in to_come.filter(officer=person):
        yield _("“%(event)s” needs another responsible officer first.") % {"event": event.title}


# --- forgetting -----------------------------------------------------------------------------------


def forget(person: User, words: Words) -> None:
    """Take names and texts out of the rows; the rows stay, because every report counts them; feeds go.

    Records of meetings stay as they are: they are documents, signed and published word for word.
    """
    mine = Registration.objects.filter(official=person)
    mine.update(motivation="", reason="")
    words.take_out(Registration.objects.exclude(official=person), "motivation", "reason")
    Evaluation.objects.filter(registration__official=person).update(plans="", remarks="")
    Certificate.objects.filter(registration__official=person).update(holder="")
    CalendarFeed.objects.filter(owner=person).delete()
    without_record = Event.objects.filter(outcome=None).values("pk")
    words.take_out(Delegation.objects.filter(event__in=without_record), "head")
    words.take_out(Chairing.objects.filter(event__in=without_record), "on_behalf_of")
    words.take_out(AgendaItem.objects.filter(event__in=without_record), "speaker")


def took_part_since(people: QuerySet[User], since: datetime) -> QuerySet[User]:
    """Those with a registration made since then, or for an event that ended since then."""
    mine = Registration.objects.filter(official=OuterRef("pk"))
    return people.filter(Exists(mine.filter(created_at__gte=since)) | Exists(mine.filter(event__ends_at__gte=since)))


# --- how long -------------------------------------------------------------------------------------


def _old_texts(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Of events that are over for three years: what was written about a person, and by the person."""
    said = Evaluation.objects.filter(registration=OuterRef("pk")).exclude(plans="", remarks="")
    texts = ~Q(motivation="", reason="") | Exists(said)
    return rows.filter(texts, event__ends_at__lt=at - timedelta(days=3 * YEAR))


def _clear_texts(registration: Registration, at: datetime) -> None:
    Registration.objects.filter(pk=registration.pk).update(motivation="", reason="")
    Evaluation.objects.filter(registration=registration).update(plans="", remarks="")


TEXTS = Rule(
    "registration-texts",
    gettext_lazy("Texts in registrations and evaluations"),
    gettext_lazy(
        "3 years after an event, the reasons in its registrations and the remarks in its evaluations are removed. "
        "States and marks stay."
    ),
    lambda: Registration.objects.select_related("official", "event"),
    _old_texts,
    _clear_texts,
)
