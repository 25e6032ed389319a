"""Who may do what with events, one line each; never when."""

from __future__ import annotations

from typing import Any

from events.models import Event, FollowUp, Invitation, Outcome, Registration, WorkPlan
from members.models import Administration
from members.policies import is_contact_point, is_head_of_office, is_office, may_see_people_of

__all__ = ["is_chair", "is_contact_point", "is_office"]


def may_see_record_of(user: Any, administration: Administration) -> bool:
    """What an administration answered, whom it sent and what it owes: for the office and who speaks for it."""
    return may_see_people_of(user, administration)


def is_chair(user: Any) -> bool:
    """Chairs one event at least; the office may look into the desk too."""
    return bool(user.is_authenticated and (user.is_office or user.chairings.exists()))


def may_approve(user: Any, plan: WorkPlan) -> bool:
    """A plan is approved by the head of the office alone."""
    return is_head_of_office(user)


def may_nominate(user: Any, invitation: Invitation) -> bool:
    return bool(user.speaks_for(invitation.administration))


def may_endorse(user: Any, registration: Registration) -> bool:
    return bool(user.speaks_for(registration.administration))


def may_withdraw(user: Any, registration: Registration) -> bool:
    return bool(user == registration.official or user.is_office or user.speaks_for(registration.administration))


def may_accept(user: Any, registration: Registration) -> bool:
    return bool(user == registration.official)


def may_apply(user: Any, event: Event) -> bool:
    return bool(
        user.is_authenticated
        and user.administration_id
        and event.invitations.filter(administration=user.administration_id).exists()
    )


def may_see_joining(user: Any, event: Event) -> bool:
    """Confirmed people, the chairs of this event and the office; nobody else learns the address."""
    if not user.is_authenticated:
        return False
    return bool(
        user.is_office
        or event.registrations.confirmed().filter(official=user).exists()
        or event.chairings.filter(person=user).exists()
    )


def may_prepare(user: Any, event: Event) -> bool:
    """Agenda, papers, delegations and outcome of a meeting: its chairs and the office."""
    return bool(user.is_office or event.chairings.filter(person=user).exists())


def may_edit_outcome(user: Any, outcome: Outcome) -> bool:
    return may_prepare(user, outcome.event)


def may_sign(user: Any, outcome: Outcome) -> bool:
    return outcome.event.chairings.filter(person=user).exists()


def may_read_members_text(user: Any, outcome: Outcome) -> bool:
    """What an outcome says to members only: people of member administrations, the office, the chairs."""
    if not user.is_authenticated:
        return False
    return bool(user.administration_id or user.is_office or outcome.event.chairings.filter(person=user).exists())


def may_report_on(user: Any, action: FollowUp) -> bool:
    """The owner, who speaks for the owning administration, the chairs of the meeting and the office."""
    return bool(
        user.is_office
        or user == action.owner
        or (action.administration and user.speaks_for(action.administration))
        or action.event.chairings.filter(person=user).exists()
    )
