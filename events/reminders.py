"""The ladder of reminders as data; laying, moving and lifting the letters that wait for their day.

A due time is wall time in a zone, turned into an instant when it is laid: "09:00 in Tehran, 14 days before the
deadline". A letter is named by its rung and the day that it counts from ("deadline-14 of 2020-08-01"): laying twice
gives one letter, and a new date of the event gives a new one even when the old one was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from events import audience, notices
from events.models import Event, FollowUp, Invitation, Registration
from events.states import EventState, InvitationState, RegistrationState
from portal.kit.clock import in_zone

MORNING = time(9, 0)


@dataclass(frozen=True)
class Rung:
    """One letter of the ladder: so many days (and hours) from its anchor, at a wall hour or at the anchor's own.

    `late`: when its time is past and the anchor is not, the letter goes at once, because its reader needs it.
    """

    purpose: str
    occurrence: str
    days: int = 0
    hours: int = 0
    wall: time | None = None
    late: bool = False


NOMINATION = (  # from the nomination deadline, in the administration's zone
    Rung("nomination_reminder", "deadline-14", days=-14, wall=MORNING),
    Rung("nomination_reminder", "deadline-7", days=-7, wall=MORNING),
    Rung("nomination_reminder", "deadline-2", days=-2, wall=MORNING),
)
JOINING = (  # from the start, in the event's zone
    Rung("joining_information", "start-2-days", days=-2, late=True),
    Rung("joining_information", "start-2-hours", hours=-2),
)
EVALUATION = (  # from the end, in the event's zone
    Rung("evaluation_request", "close"),
    Rung("evaluation_request", "close+2", days=2),
    Rung("evaluation_request", "close+5", days=5),
)
FOLLOW_UP = (  # from the due date, in the owner's zone
    Rung("follow_up_due", "due-14", days=-14, wall=MORNING),
    Rung("follow_up_due", "due-3", days=-3, wall=MORNING),
    Rung("follow_up_due", "due", wall=MORNING),
    Rung("follow_up_due", "due+7", days=7, wall=MORNING),
)
FOLLOW_UP_CHAIRS = (Rung("follow_up_overdue", "due+7", days=7, wall=MORNING),)  # in the chair's zone
LADDER = (*NOMINATION, *JOINING, *EVALUATION, *FOLLOW_UP, *FOLLOW_UP_CHAIRS)
PURPOSES = frozenset(rung.purpose for rung in LADDER)


def due_at(rung: Rung, anchor: datetime | date, zone: str) -> datetime:
    """The instant of a rung. Days count on the calendar of the zone, hours on the clock of the world.

    A wall time that summer time leaves out becomes the same wait later: a reminder is never refused.
    """
    if isinstance(anchor, datetime):
        hour = rung.wall or in_zone(anchor, zone).time()
    else:
        hour = rung.wall or MORNING
    wall = datetime.combine(_day(anchor, zone) + timedelta(days=rung.days), hour, tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC) + timedelta(hours=rung.hours)


def lay_for_invitation(invitation: Invitation, *, at: datetime) -> None:
    """Remind an administration of the nomination deadline while it has not answered."""
    event = invitation.event
    open_now = invitation.state == InvitationState.OPEN and event.state == EventState.ANNOUNCED
    deadline = event.nominate_by if open_now else None
    _lay(invitation, NOMINATION, deadline, invitation.administration.time_zone, at=at)


def lay_for_registration(registration: Registration, *, at: datetime) -> None:
    """Joining information before the event and the request for an evaluation after it, for a confirmed person."""
    event = registration.event
    seated = registration.state == RegistrationState.CONFIRMED and event.state == EventState.ANNOUNCED
    start, end = (event.starts_at, event.ends_at) if seated else (None, None)
    _lay(registration, JOINING, start, event.time_zone, at=at, to=registration.official)
    _lay(registration, EVALUATION, end, event.time_zone, at=at, to=registration.official)


def lay_for_follow_up(follow_up: FollowUp, *, at: datetime) -> None:
    """Remind the owner before, on and after the due date, and the chairs when it is a week late."""
    due = follow_up.due_on if follow_up.is_unfinished and audience.owner_key(follow_up) else None
    if follow_up.owner is not None:
        zone = follow_up.owner.zone
    elif follow_up.administration is not None:
        zone = follow_up.administration.time_zone
    else:
        zone = settings.OFFICE_TIME_ZONE
    _lay(follow_up, FOLLOW_UP, due, zone, at=at)
    late = follow_up.due_on if follow_up.is_unfinished else None
    for chair in audience.chairs_but(follow_up.event):
        _lay(follow_up, FOLLOW_UP_CHAIRS, late, chair.zone, at=at, to=chair)


def lift_for(row: Invitation | Registration | FollowUp, *, by: Any, reason: str) -> int:
    """Stop every reminder about a row that has not been sent, and return how many."""
    return notices.lift(row, by=by, reason=reason, purposes=PURPOSES)


def move_for_event(event: Event, *, at: datetime, by: Any) -> None:
    """Give the reminders of an event the times that follow from its new dates.

    Past rungs are lifted, future ones are moved or laid; a postponed or cancelled event keeps none.
    """
    if event.state in (EventState.POSTPONED, EventState.CANCELLED):
        reason = _("The event is %(state)s.") % {"state": event.get_state_display().lower()}
        for row in _with_reminders(event):
            lift_for(row, by=by, reason=reason)
        return
    for invitation in event.invitations.filter(state=InvitationState.OPEN).select_related("administration"):
        invitation.event = event
        lay_for_invitation(invitation, at=at)
    people = event.registrations.filter(state=RegistrationState.CONFIRMED).select_related("official__administration")
    for registration in people:
        registration.event = event
        lay_for_registration(registration, at=at)


def _with_reminders(event: Event) -> Iterable[Invitation | Registration]:
    yield from event.invitations.all()
    yield from event.registrations.filter(state=RegistrationState.CONFIRMED)


def _lay(
    row: models.Model, rungs: Sequence[Rung], anchor: datetime | date | None, zone: str, *, at: datetime, to: Any = None
) -> None:
    """Lay the future rungs of one ladder; without an anchor none stays."""
    due: dict[str, datetime] = {}
    for rung in rungs:
        if anchor is None:
            break
        instant, name = due_at(rung, anchor, zone), f"{rung.occurrence} of {_day(anchor, zone)}"
        if instant > at:
            due[name] = instant
        elif rung.late and isinstance(anchor, datetime) and anchor > at:
            due[name] = at
    (purpose,) = {rung.purpose for rung in rungs}
    notices.keep(purpose, row, due, to=to)


def _day(anchor: datetime | date, zone: str) -> date:
    return in_zone(anchor, zone).date() if isinstance(anchor, datetime) else anchor
