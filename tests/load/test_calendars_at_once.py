"""The calendar of another body, uploaded and removed by several people in one moment."""

from __future__ import annotations

import pytest

from events.models import OtherCalendar, OtherMeeting
from events.services import other_calendars
from members.models import User
from tests import make
from tests.load.test_last_seats import at_once
from tests.make import NOW, TODAY

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]

CLICKS = 6


def upload(office: User) -> None:
    content = make.calendar_file(("Council", TODAY, TODAY), ("Policy Commission", TODAY, TODAY))
    other_calendars.upload(name="WCO Secretariat", file_name="m.ics", content=content, by=office, at=NOW)


def test_a_file_uploaded_many_times_at_once_stands_once(office: User) -> None:
    assert at_once([lambda: upload(office)] * CLICKS) == {"done": CLICKS}
    assert OtherCalendar.objects.count() == 1
    assert OtherMeeting.objects.count() == 2


def test_a_calendar_uploaded_and_removed_at_once_is_whole_or_gone(office: User) -> None:
    calendar = make.other_calendar(by=office)
    ends = at_once([lambda: upload(office), lambda: other_calendars.remove(calendar, by=office)] * (CLICKS // 2))
    assert set(ends) <= {"done", "refused"}
    assert OtherMeeting.objects.count() in (0, 2)
    assert OtherCalendar.objects.count() == OtherMeeting.objects.count() // 2
