"""Closing an account tells which seats the office still has to decide about."""

from __future__ import annotations

import pytest

from events.services import registrations
from members.models import User
from members.services import accounts
from tests import make

pytestmark = pytest.mark.django_db


def test_live_registrations_are_named_before_and_after_closing_and_stay(as_user, office, fiji_official):
    ahead = make.confirmed(make.announced(), person=fiji_official)
    withdrawn = make.nominated(make.announced(), person=fiji_official)
    ended = make.attended(make.running("FJ", began=make.days(-5), by=office), person=fiji_official)
    make.nominated(make.announced(), person=make.official("FJ"))
    registrations.withdraw(withdrawn, reason="Ill.", by=fiji_official, at=make.NOW)
    client = as_user(office)
    for address in (f"/members/people/{fiji_official.pk}/close/", f"/members/people/{fiji_official.pk}/"):
        page = client.get(address).content.decode().split("Events of this person")[0]  # that list has all of them
        assert f"/office/events/{ahead.event_id}/people/" in page
        for row in (withdrawn, ended):
            assert f"/office/events/{row.event_id}/people/" not in page
        if User.objects.get(pk=fiji_official.pk).is_active:
            accounts.close(fiji_official, reason="Left.", by=office, on=make.TODAY)
    ahead.refresh_from_db()
    assert ahead.is_confirmed
