"""Changes of a profile that a contact point proposes, and what the person answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members import notices
from members.models import Proposal, User
from members.services import people
from members.states import ProposalState
from portal.kit import trail
from portal.kit.states import Refused


@transaction.atomic
def propose(
    person: User, *, by: User, at: datetime, shown: Mapping[str, str] | None = None, **profile: Any
) -> Proposal:
    """Lay before a person what a contact point would change; one letter says so.

    Only fields that differ from the profile are kept, never the mail address. A newer proposal replaces the older
    one. Raises `Refused` when nothing differs or the account is closed, and `Overtaken` as `people.change` does.
    """
    known = User.objects.select_for_update().get(pk=person.pk)
    if not known.is_active:
        raise Refused(_("This account is closed. Nobody would read the proposal."))
    if "email" in profile:
        raise ValueError("a mail address is never proposed: codes to sign in go there")
    wanted = people.written(known, profile, shown or {})
    changes = {name: value for name, value in wanted.items() if getattr(known, name) != value}
    if not changes:
        raise Refused(_("Nothing differs from the profile. Change a field first."))
    open_one = known.proposals.open().first()
    if open_one is not None:
        if open_one.changes == changes:
            return open_one
        open_one.move_to(ProposalState.REPLACED, by=by)
    proposal = Proposal.objects.create(person=person, by=by, changes=changes, proposed_at=at)
    trail.record(by, "proposed a change", person)
    notices.profile_proposed(proposal)
    return proposal


@transaction.atomic
def accept(proposal: Proposal, *, by: User) -> None:
    """The person takes every proposed change over; raises `Refused` when the proposal is no longer open."""
    proposal.move_to(ProposalState.ACCEPTED, by=by)
    trail.record(by, "accepted a proposal", proposal.person)
    people.change(proposal.person, by=by, **proposal.changes)


@transaction.atomic
def decline(proposal: Proposal, *, by: User) -> None:
    """The profile stays; raises `Refused` when the proposal is no longer open."""
    proposal.move_to(ProposalState.DECLINED, by=by)
    trail.record(by, "declined a proposal", proposal.person)


@transaction.atomic
def withdraw(proposal: Proposal, *, by: User) -> None:
    """The contact point takes it back; raises `Refused` when the person has answered already."""
    proposal.move_to(ProposalState.WITHDRAWN, by=by)
    trail.record(by, "withdrew a proposal", proposal.person)
