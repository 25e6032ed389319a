"""Rows about forgetting and keeping, for the tables of the house."""

from __future__ import annotations

from members.models import ErasureRequest, Removal
from members.services import erasure
from tests import make
from tests.make import NOW, TODAY, days


def asked_to_be_forgotten() -> ErasureRequest:
    return erasure.ask(make.official("FJ", "Official who has left"), reason="I have left.", at=NOW)


def planned_removal() -> Removal:
    person = make.official("FJ", "Official who left long ago")
    return Removal.objects.create(rule="accounts-left", about=person, planned_at=NOW, due_on=TODAY + days(30))
