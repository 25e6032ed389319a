"""Moves of an event that several stages feel: announced, revised, postponed, cancelled, held, reported."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from events import notices, reminders
from events.models import Event, Revision, Session
from events.services import checklist, invitations, programme, registrations
from events.states import LIVE, EventState, InvitationState, OutcomeState, RegistrationState
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused


def not_ready(event: Event, *, at: datetime) -> list[str]:
    """What an event lacks before it can be announced, one sentence each."""
    gaps = []
    if not event.sessions.exists():
        gaps.append(_("Add at least one session."))
    if event.sessions.exclude(day__range=(event.starts_on, event.ends_on)).exists():
        gaps.append(_("A session lies outside the days of the event."))
    if not event.targets.exists():
        gaps.append(_("Choose the administrations to invite."))
    if event.nominate_by is None or event.nominate_by_at is None:
        gaps.append(_("Set the nomination deadline."))
    elif at >= event.nominate_by_at:
        gaps.append(_("The nomination deadline has passed. Choose a later day."))
    if at >= event.starts_at:
        gaps.append(_("The event would have begun already."))
    if not event.seats_per_administration and not event.pool_seats:
        gaps.append(_("Offer at least one seat."))
    return gaps


@transaction.atomic
def announce(event: Event, *, by: User, at: datetime) -> int:
    """Announce and open one invitation for each target administration; answers how many.

    The letters are queued in the same transaction: either everybody will be invited or nobody.
    Raises `Refused` with what is missing.
    """
    event = programme.locked(event)
    event.moves.check(event.state, EventState.ANNOUNCED, what=_("event"))
    gaps = not_ready(event, at=at)
    if gaps:
        raise Refused(" ".join(gaps))
    again = event.state == EventState.POSTPONED
    event.announced_at = event.announced_at or at
    event.save(update_fields=["announced_at"])
    event.move_to(EventState.ANNOUNCED, by=by)
    if again:
        _revise(event, reason=_("New dates after a postponement."), clauses=[], by=by, at=at)
        registrations.renew_offers(event, at=at)
    known = set(event.invitations.values_list("administration_id", flat=True))
    new = [target for target in event.targets.all() if target.pk not in known]
    for administration in new:
        invitations.open_for(event, administration, by=by, at=at)
    return len(new)


@transaction.atomic
def revise(event: Event, *, reason: str, by: User, at: datetime, **values: Any) -> Revision:
    """Change dates, zone, mode or deadline of an announced event, as a numbered revision.

    Sessions keep their hours and move by as many days as the first day moves. Nominations stay. Letters,
    calendar entries and reminders follow in the same transaction.
    Raises `Refused` when nothing changes or the result is not possible.
    """
    event = programme.locked(event)
    if event.state != EventState.ANNOUNCED:
        raise Refused(_("Only an announced event is changed by a revision."))
    clauses = [
        {"clause": name, "old": str(getattr(event, name)), "new": str(value)}
        for name, value in values.items()
        if getattr(event, name) != value
    ]
    if not clauses:
        raise Refused(_("Nothing changed. Change a date, the zone or the mode first."))
    if any(clause["clause"] in programme.RECORDED for clause in clauses):
        programme.refuse_when_signed(event)
    shift = values.get("starts_on", event.starts_on) - event.starts_on
    for name, value in values.items():
        setattr(event, name, value)
    programme.shift_sessions(event, shift)
    for session in event.sessions.exclude(day__range=(event.starts_on, event.ends_on)):
        raise Refused(_("Session “%(title)s” would lie outside the new days.") % {"title": session.title})
    programme.derive(event)
    if event.starts_at <= at:
        raise Refused(_("The new first session would be in the past."))
    event.save()
    checklist.follow(event)
    return _revise(event, reason=reason, clauses=clauses, by=by, at=at)


@transaction.atomic
def revise_session(
    session: Session, *, reason: str, title: str, day: date, begins: time, ends: time, by: User, at: datetime
) -> Revision:
    """Move one session of an announced event, as a numbered revision."""
    event = programme.locked(session.event)
    if event.state != EventState.ANNOUNCED:
        raise Refused(_("Only an announced event is changed by a revision."))
    programme.refuse_when_signed(event)
    session = programme.present(session)
    old = f"{session.title}: {session.day} {session.begins:%H:%M} - {session.ends:%H:%M}"
    session.event = event
    session.title, session.day, session.begins, session.ends = title, day, begins, ends
    programme.check_session(session, event)
    if session.starts_at <= at:
        raise Refused(_("The session would be in the past."))
    new = f"{title}: {day} {begins:%H:%M} - {ends:%H:%M}"
    if new == old:
        raise Refused(_("Nothing changed."))
    session.save()
    programme.span(event)
    return _revise(event, reason=reason, clauses=[{"clause": "session", "old": old, "new": new}], by=by, at=at)


@transaction.atomic
def postpone(event: Event, *, reason: str, by: User, at: datetime) -> None:
    """Put the event off without a new date; nominations stay, reminders are lifted, everybody is told."""
    event = programme.locked(event)
    event.move_to(EventState.POSTPONED, by=by, reason=reason)
    _bump(event)
    _lift_reminders(event, by=by, reason=_("The event was postponed."))
    notices.postponed(event, reason)


@transaction.atomic
def cancel(event: Event, *, reason: str, by: User, at: datetime) -> None:
    """Cancel for good: letters not yet sent are lifted, everybody who heard of it is told."""
    event = programme.locked(event)
    was_draft = event.state == EventState.DRAFT
    event.move_to(EventState.CANCELLED, by=by, reason=reason)
    if was_draft:
        return
    _bump(event)
    _lift_reminders(event, by=by, reason=_("The event was cancelled."))
    notices.cancelled(event, reason)
    for invitation in event.invitations.exclude(state=InvitationState.LIFTED):
        invitation.move_to(InvitationState.LIFTED, by=by)


@transaction.atomic
def hold(event: Event, *, by: User | None, at: datetime) -> None:
    """The event is over; those who still waited learn that no seat became free.

    Raises `Refused` before the last session ended.
    """
    event = programme.locked(event)
    event.moves.check(event.state, EventState.HELD, what=_("event"))
    if at < event.ends_at:
        raise Refused(_("The event is not over yet."))
    event.move_to(EventState.HELD, by=by)
    for row in event.registrations.live().exclude(state=RegistrationState.CONFIRMED):
        row.move_to(RegistrationState.LAPSED, by=by)
        reminders.lift_for(row, by=by, reason=_("The event is over."))
        notices.lapsed(row)


@transaction.atomic
def report(event: Event, *, by: User, at: datetime) -> None:
    """Close the file: the event counts as reported.

    Raises `Refused` for a meeting whose outcome is begun but not published.
    """
    event = programme.locked(event)
    outcome = getattr(event, "outcome", None)
    if outcome is not None and outcome.state != OutcomeState.PUBLISHED:
        raise Refused(_("The outcome of this meeting is not published yet."))
    event.move_to(EventState.REPORTED, by=by)


def _revise(event: Event, *, reason: str, clauses: list[dict[str, str]], by: User, at: datetime) -> Revision:
    _bump(event)
    number = (event.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = Revision.objects.create(event=event, number=number, made_at=at, by=by, reason=reason, clauses=clauses)
    trail.record(by, "revised", event, number=number, reason=reason, clauses=clauses)
    reminders.move_for_event(event, at=at, by=by)
    notices.revised(event, revision)
    return revision


def _bump(event: Event) -> None:
    """Calendars of participants replace an entry only by one with a higher SEQUENCE."""
    event.calendar_sequence += 1
    event.save(update_fields=["calendar_sequence"])


def _lift_reminders(event: Event, *, by: User | None, reason: str) -> None:
    for invitation in event.invitations.all():
        reminders.lift_for(invitation, by=by, reason=reason)
    for row in event.registrations.filter(state__in=LIVE):
        reminders.lift_for(row, by=by, reason=reason)
