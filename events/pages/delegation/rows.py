"""The rows of this desk: what belongs to an administration for which the reader speaks today."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from events.models import Event, Invitation, Registration
from events.models.invitations import InvitationQuerySet
from events.models.programme import takes_nominations
from events.models.registrations import RegistrationQuerySet
from events.states import EventState, InvitationState, RegistrationState
from members.models import User
from members.models.people import UserQuerySet
from portal.kit.clock import spell_day

TO_ANSWER, ANSWERED, PAST = "to_answer", "answered", "past"


def my_invitations(user: User) -> InvitationQuerySet:
    return Invitation.objects.visible_to(user).filter(administration__in=user.represented)


def my_registrations(user: User) -> RegistrationQuerySet:
    return Registration.objects.visible_to(user).filter(administration__in=user.represented)


def my_people(user: User) -> UserQuerySet:
    return User.objects.visible_to(user).standing().filter(administration__in=user.represented)


def groups(at: datetime) -> dict[str, Q]:
    """What waits for an answer, what is answered and still to come, and the rest."""
    ahead = Q(event__ends_at__gt=at, event__state__in=(EventState.ANNOUNCED, EventState.POSTPONED))
    waits = Q(state=InvitationState.OPEN) & takes_nominations(at)
    goes_on = ahead & (
        Q(state__in=(InvitationState.ANSWERED, InvitationState.DECLINED))
        | Q(state=InvitationState.OPEN, event__state=EventState.POSTPONED)
    )
    return {TO_ANSWER: waits, ANSWERED: goes_on, PAST: ~waits & ~goes_on}


def applicants(user: User, at: datetime) -> RegistrationQuerySet:
    """Officials who applied alone and wait for this person, the next deadline first."""
    return (
        my_registrations(user)
        .filter(takes_nominations(at), state=RegistrationState.APPLIED)
        .select_related("event", "official", "administration", "invitation")
        .order_by("event__nominate_by_at", "created_at", "pk")
    )


def closed(invitation: Invitation, at: datetime) -> str:
    """Why nobody can be nominated now; empty while nominations are taken."""
    event = invitation.event
    if invitation.state == InvitationState.LIFTED or event.state == EventState.CANCELLED:
        return _("This invitation was taken back. No answer is needed.")
    if event.state == EventState.POSTPONED:
        return _("This event is postponed. Nominations open again with the new date; nominees stay.")
    if event.state != EventState.ANNOUNCED or at >= event.ends_at:
        return _("This event is over.")
    if at >= event.starts_at:
        return _("This event has begun. Nominations are closed.")
    if event.deadline_passed(at) and event.nominate_by:
        return _("Nominations closed at the end of %(day)s (%(city)s). Write to the office if you need help.") % {
            "day": spell_day(event.nominate_by),
            "city": event.city,
        }
    return ""


def replaceable(event: Event, at: datetime) -> bool:
    """Until the event begins another official can take the place of a nominee."""
    return event.state == EventState.ANNOUNCED and at < event.starts_at
