"""Closing the account of somebody who left, and opening it again."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from members.services import appointments, devices
from members.states import ProposalState
from portal.kit import trail
from portal.kit.states import Refused


@transaction.atomic
def close(person: User, *, reason: str, by: User, on: date) -> None:
    """Close the account of somebody who left: every role ends today, every session at once, nothing is deleted.

    Registrations stay: the office decides about each seat. Raises `Refused` when the account is closed already, for
    the own account, and for a head of office whom nobody follows.
    """
    if person == by:
        raise Refused(_("Nobody closes the own account. Ask a colleague of the office."))
    known = User.objects.select_for_update().get(pk=person.pk)
    if not known.is_active:
        raise Refused(_("This account is closed already."))
    for appointment in known.appointments.from_day_on(on):
        appointments.end(appointment, on=on, by=by)
    for proposal in known.proposals.open():
        proposal.move_to(ProposalState.WITHDRAWN, by=by)
    person.is_active = False
    person.save(update_fields=["is_active"])
    devices.end_all(person, by=by)
    trail.record(by, "closed the account", person, personal=(person, {"reason": reason}))


@transaction.atomic
def reopen(person: User, *, by: User) -> None:
    """Open a closed account again; roles that ended stay ended.

    Raises `Refused` when the account is open, when it was merged into another one, and when the person was erased.
    """
    known = User.objects.select_for_update().get(pk=person.pk)
    if known.is_active:
        raise Refused(_("This account is open already."))
    if known.erased_at:
        raise Refused(_("This person was erased. Add the person again."))
    if known.merged_into_id:
        raise Refused(_("This account is part of another one. Use the other account."))
    person.is_active = True
    person.save(update_fields=["is_active"])
    trail.record(by, "reopened the account", person)
