"""Invitations: opened when an event is announced, declined with a reason, lifted when it is cancelled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events import notices, reminders
from events.models import Event, Invitation
from events.states import LIVE, EventState, InvitationState
from members.models import Administration, User
from portal.kit import trail
from portal.kit.clock import fiscal_year
from portal.kit.states import Refused


@transaction.atomic
def invite(event: Event, administration: Administration, *, by: User, at: datetime) -> Invitation:
    """Invite one more administration; it becomes a target of the event.

    Raises `Refused` when the administration is invited already, the event is not announced, or the deadline is past.
    """
    return open_for(Event.objects.select_for_update().get(pk=event.pk), administration, by=by, at=at)


def open_for(event: Event, administration: Administration, *, by: User, at: datetime) -> Invitation:
    """Open one invitation with its letter and its reminders, as `invite` does; the caller holds the lock."""
    if event.state != EventState.ANNOUNCED:
        raise Refused(_("Announce the event first: its invitations go out then."))
    if event.deadline_passed(at):
        raise Refused(_("The nomination deadline has passed. Move it first, then invite."))
    if event.invitations.filter(administration=administration).exists():
        raise Refused(_("%(name)s is invited already.") % {"name": administration})
    invitation = Invitation.objects.create(
        event=event, administration=administration, reference=_reference(event, administration), invited_at=at
    )
    event.targets.add(administration)  # its seats are offered from now on
    trail.record(by, "invited", invitation, administration=administration)
    notices.invited(invitation)
    reminders.lay_for_invitation(invitation, at=at)
    return invitation


@transaction.atomic
def decline(invitation: Invitation, *, reason: str, by: User, at: datetime) -> None:
    """Answer that nobody will come, with the reason.

    Raises `Refused` while nominees stand: they are withdrawn first, so that nobody is forgotten.
    """
    Event.objects.select_for_update().get(pk=invitation.event_id)  # nobody is nominated in this moment
    if invitation.event.registrations.of(invitation.administration).filter(state__in=LIVE).exists():
        raise Refused(_("You have nominees or applicants for this event. Withdraw them first, then decline."))
    invitation.move_to(InvitationState.DECLINED, by=by, reason=reason)
    _answer(invitation, at, reason)
    reminders.lift_for(invitation, by=by, reason=_("The administration has answered."))


def answered(invitation: Invitation, *, by: User, at: datetime) -> None:
    """A nomination or an endorsement is the answer; reminders stop. The caller holds the lock of the event."""
    invitation.refresh_from_db(fields=["state"])  # a colleague may have answered since the page was opened
    if invitation.state in (InvitationState.OPEN, InvitationState.DECLINED):
        invitation.move_to(InvitationState.ANSWERED, by=by)
        _answer(invitation, at, "")
        reminders.lift_for(invitation, by=by, reason=_("The administration has answered."))


def _answer(invitation: Invitation, at: datetime, reason: str) -> None:
    invitation.answered_at, invitation.reason = at, reason
    invitation.save(update_fields=["answered_at", "reason"])


def _reference(event: Event, administration: Administration) -> str:
    """CB-2020/21-0012-FJ: fiscal year, event, administration; on every letter of this invitation."""
    return f"CB-{fiscal_year(event.starts_on)}-{event.pk:04}-{administration.iso2}"
