"""The tick: what is due is done, twice does no harm, and one broken event does not stop the others."""

from __future__ import annotations

import pytest

from events import tasks
from events.models import Certificate, Event
from events.states import RegistrationState as R
from members.models import User
from portal.mail.models import Message
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db


def test_two_ticks_do_what_one_does(office: User) -> None:
    event = make.running(began=-days(2))
    row, late = make.evaluated(make.attended(event)), make.nominated(event)
    for _beat in range(2):
        tasks.tick()
    event.refresh_from_db()
    late.refresh_from_db()
    assert (event.state, late.state) == ("held", R.LAPSED)
    assert Certificate.objects.filter(registration=row).count() == 1
    assert Message.objects.about(late).filter(purpose="lapsed").count() == 1


def test_one_broken_event_does_not_stop_the_others(office: User) -> None:
    broken, sound = make.running(began=-days(3)), make.running(began=-days(2))
    make.nominated(broken)
    row = make.evaluated(make.attended(sound))
    # an address that no form lets in: the letters of this event cannot be queued
    User.objects.filter(pk=broken.officer_id).update(email="no address")
    tasks.tick()
    assert list(Event.objects.filter(state="held")) == [sound]
    assert Certificate.objects.filter(registration=row).exists()
    assert broken.starts_on < TODAY
