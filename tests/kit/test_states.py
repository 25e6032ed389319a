"""Moves and the one door: unknown moves are refused loudly, the second of two clicks too."""

from __future__ import annotations

import pytest

from events.models import Invitation
from events.states import MACHINES, REGISTRATION, RegistrationState
from members.models import User
from portal.kit import trail
from portal.kit.models import Entry
from portal.kit.states import Moves, Refused
from tests import make


def test_a_state_without_a_row_is_a_fault_of_the_table() -> None:
    with pytest.raises(ValueError, match="closed"):
        Moves({"open": {"closed"}})


def test_an_unknown_move_is_refused_in_words() -> None:
    with pytest.raises(Refused) as refusal:
        REGISTRATION.check("withdrawn", RegistrationState.CONFIRMED, what="registration")
    assert refusal.value.message == "This registration is withdrawn. It cannot become confirmed."


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_of_a_machine_can_be_reached_from_another_or_begins_it(name: str) -> None:
    reached = {after for _before, after in MACHINES[name].pairs()}
    beginnings = set(MACHINES[name].table) - reached
    assert beginnings <= {"draft", "nominated", "applied", "drafted", "open"}


@pytest.mark.django_db
def test_move_to_saves_and_leaves_an_entry(office: User) -> None:
    invitation = make.invitation(make.announced())
    invitation.move_to("declined", by=office, reason="No time.")
    assert Invitation.objects.get(pk=invitation.pk).state == "declined"
    entry = Entry.objects.about(invitation).latest("pk")
    assert (entry.by, entry.verb) == (office, "moved")
    assert entry.facts == {"before": "open", "after": "declined", "reason": "No time."}


@pytest.mark.django_db
def test_who_saw_an_older_state_is_refused_and_changes_nothing(office: User) -> None:
    first = make.invitation(make.announced())
    second = Invitation.objects.get(pk=first.pk)
    first.move_to("declined", by=office)
    with pytest.raises(Refused, match="Somebody changed this"):
        second.move_to("answered", by=office)
    assert Invitation.objects.get(pk=first.pk).state == "declined"


@pytest.mark.django_db
def test_changes_are_recorded_field_by_field(office: User) -> None:
    row = make.administration("FJ")
    assert trail.record_changes(office, row, {"name": "Fiji"}, {"name": "Fiji"}) is None
    entry = trail.record_changes(office, row, {"name": "Fiji", "iso2": "FJ"}, {"name": "Viti", "iso2": "FJ"})
    assert entry is not None and entry.facts == {"changes": {"name": ["Fiji", "Viti"]}}
