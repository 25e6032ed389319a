"""Whom a letter goes to on the day that it is sent: nobody whose account is closed."""

from __future__ import annotations

import pytest

from members.models import User
from portal.mail.delivery import deliver_due
from portal.mail.models import Message
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db


def test_nobody_learns_how_to_join_after_the_account_was_closed(office: User, mailoutbox: list[object]) -> None:
    event = make.announced()
    gone, stays = make.confirmed(event), make.confirmed(event)
    User.objects.filter(pk=gone.official_id).update(is_active=False)
    deliver_due(at=event.starts_at - days(1.9))
    letters = Message.objects.filter(purpose="joining_information", occurrence__startswith="start-2-days")
    states = {row.about_id: row.state for row in letters}
    assert states == {gone.pk: "lifted", stays.pk: "sent"}
    assert not Message.objects.about(gone).filter(state="sent").exists()
    assert event.starts_at > NOW
