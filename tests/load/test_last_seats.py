"""Many at once for few seats: the rows are counted under one lock, so nobody gets a seat that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from events.models import Invitation, Registration
from events.services import registrations
from members.models import User
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]


def at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Start all acts at the same moment, each on its own connection; count how they ended."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=30)
            act()
        except Refused:
            return "refused"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_fifty_confirmations_for_the_last_ten_seats_confirm_exactly_ten() -> None:
    codes = ("FJ", "TO", "WS", "ID", "MM")
    event = make.announced(*codes, seats=1, pool=5)
    rows = [make.nominated(event, code) for code in codes for _turn in range(10)]
    by = event.officer
    assert by is not None

    def confirm(pk: int) -> None:
        registrations.confirm(Registration.objects.get(pk=pk), by=by, at=NOW)

    ends = at_once([lambda pk=row.pk: confirm(pk) for row in rows])  # type: ignore[misc]
    assert ends == {"done": 10, "refused": 40}
    confirmed = Registration.objects.filter(event=event, state="confirmed")
    assert confirmed.count() == 10
    assert {code: confirmed.filter(administration__iso2=code).count() >= 1 for code in codes} == dict.fromkeys(
        codes, True
    )
    assert Message.objects.filter(purpose="confirmed").count() == 10


def test_one_nomination_clicked_twenty_times_is_one_registration_and_one_letter() -> None:
    event = make.announced()
    invitation, person = make.invitation(event), make.official("FJ")
    by = event.officer
    assert by is not None
    ends = at_once([lambda: _nominate(invitation.pk, person.pk, by.pk)] * 20)
    assert ends == {"done": 1, "refused": 19}
    assert Registration.objects.filter(event=event).count() == 1
    assert Message.objects.filter(purpose="nominated").count() == 1


def _nominate(invitation: int, person: int, by: int) -> None:
    registrations.nominate(
        Invitation.objects.get(pk=invitation),
        official=User.objects.get(pk=person),
        by=User.objects.get(pk=by),
        at=NOW,
    )
