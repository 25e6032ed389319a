"""Evaluations and certificates: only of an event that took place."""

from __future__ import annotations

from typing import Any

import pytest

from events.services import attendance, certificates, evaluations, lifecycle
from members.models import User
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db
MARKS: dict[str, Any] = {"usefulness": 5, "content": 5, "organisation": 5, "plans": "", "remarks": ""}


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_an_event_that_did_not_take_place_is_not_evaluated(office: User, verb: str) -> None:
    event = make.announced()
    row = make.confirmed(event)
    getattr(lifecycle, verb)(event, reason="Storm.", by=office, at=NOW)
    with pytest.raises(Refused, match="take place"):
        evaluations.give(row, by=row.official, at=event.ends_at + days(1), **MARKS)


def test_an_event_that_was_put_off_gives_no_certificate_yet(office: User) -> None:
    event = make.running(began=-days(2))
    row = make.evaluated(make.attended(event))
    lifecycle.postpone(event, reason="To be repeated.", by=office, at=NOW)
    assert certificates.issue_due(at=NOW) == 0
    with pytest.raises(Refused, match="take place"):
        certificates.issue(row, by=None, at=NOW)
    assert attendance.sessions_attended(row) == 1
