"""Attendance: ticked by the office, per session and person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendance, Event, Registration, Session, Source
from events.states import EventState
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

TOOK_PLACE = (EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED)


@transaction.atomic
def tick(session: Session, present: Iterable[Registration], *, by: User, at: datetime) -> int:
    """Set who was present at a session; who is not named was absent. Answers how many were present.

    Raises `Refused` before the session began, when the event does not take place, and for people who were not
    confirmed.
    """
    if session.event.state not in TOOK_PLACE:
        raise Refused(_("This event does not take place, so nobody can be present."))
    if at < session.starts_at:
        raise Refused(_("This session has not begun yet."))
    wanted = {row.pk: row for row in present}
    confirmed = set(session.event.registrations.confirmed().values_list("pk", flat=True))
    if not set(wanted) <= confirmed:
        raise Refused(_("Only confirmed participants can be present. Read the page again."))
    there = set(session.attendances.values_list("registration_id", flat=True))
    session.attendances.exclude(registration_id__in=wanted).delete()
    Attendance.objects.bulk_create(
        Attendance(registration=row, session=session, source=Source.TICKED, by=by)
        for pk, row in wanted.items()
        if pk not in there
    )
    if there != set(wanted):
        trail.record(by, "ticked attendance", session.event, session=session.title, present=len(wanted))
    return len(wanted)


@transaction.atomic
def correct(session: Session, *, came: set[int], absent: set[int], by: User, at: datetime) -> int:
    """Note some registrations (by number) as present and others as absent; all others stay as they are noted.

    Two people who tick at the same time do not undo each other. Raises `Refused` as `tick` does.
    """
    Event.objects.select_for_update().get(pk=session.event_id)
    known = {row.pk: row for row in session.event.registrations.confirmed()}
    if not came <= set(known):
        raise Refused(_("Only confirmed participants can be present. Read the page again."))
    there = set(session.attendances.values_list("registration_id", flat=True)) & set(known)
    return tick(session, [known[pk] for pk in (there | came) - absent], by=by, at=at)


def sessions_attended(registration: Registration) -> int:
    return registration.attendances.count()


def present_at(event: Event) -> set[tuple[int, int]]:
    """(registration, session) of everybody who was present."""
    rows = Attendance.objects.filter(session__event=event)
    return set(rows.values_list("registration_id", "session_id"))
