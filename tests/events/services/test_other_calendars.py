"""Calendars of other bodies: a second file replaces the first one by UID; a file that is refused changes nothing."""

from __future__ import annotations

import pytest

from events.models import OtherCalendar, OtherMeeting
from events.services import other_calendars
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

SOON, LATER = TODAY + days(10), TODAY + days(40)


def upload(*meetings, name="WCO Secretariat", by=None):
    return other_calendars.upload(
        name=name, file_name="m.ics", content=make.calendar_file(*meetings), by=by or make.office_person(), at=NOW
    )


def titles():
    return list(OtherMeeting.objects.values_list("title", "starts_on"))


def test_a_first_file_adds_every_meeting():
    done = upload(("Policy Commission", SOON, SOON + days(2)), ("Council", LATER, LATER))
    assert (done.added, done.changed, done.gone, done.same) == (2, 0, 0, 0)
    row = OtherMeeting.objects.first()
    assert (row.calendar, row.uid, row.title) == (done.calendar, "Policy Commission", "Policy Commission")
    assert (row.starts_on, row.ends_on, row.place) == (SOON, SOON + days(2), "Brussels")


def test_a_second_file_of_the_same_name_replaces_the_first_meeting_by_meeting():
    office = make.office_person()
    first = upload(("Policy Commission", SOON, SOON), ("Council", LATER, LATER), ("Capacity Building", SOON, SOON))
    kept = OtherMeeting.objects.get(title="Council").pk
    again = upload(
        ("Council", LATER + days(1), LATER + days(2)),
        ("Policy Commission", SOON, SOON),
        name="wco secretariat",
        by=office,
    )
    assert (again.added, again.changed, again.gone, again.same) == (0, 1, 1, 1)
    assert again.calendar == first.calendar
    assert OtherCalendar.objects.get().by == office
    assert titles() == [("Policy Commission", SOON), ("Council", LATER + days(1))]
    assert OtherMeeting.objects.get(title="Council").pk == kept
    entry = trail.history(first.calendar).first()
    assert (entry.by, entry.verb) == (office, "uploaded")
    assert entry.facts == {"new": 0, "changed": 1, "gone": 1, "same": 1}


def test_the_calendars_of_two_bodies_may_know_a_meeting_by_one_uid():
    upload(("Council", SOON, SOON))
    upload(("Council", SOON, SOON), name="OCO")
    assert OtherMeeting.objects.count() == 2


def test_a_file_that_is_refused_leaves_the_meetings_of_before():
    upload(("Council", SOON, SOON))
    with pytest.raises(Refused):
        other_calendars.upload(
            name="WCO Secretariat", file_name="m.ics", content=b"%PDF", by=make.office_person(), at=NOW
        )
    with pytest.raises(Refused):
        other_calendars.upload(name="OCO", file_name="m.ics", content=b"%PDF", by=make.office_person(), at=NOW)
    assert titles() == [("Council", SOON)]
    assert OtherCalendar.objects.count() == 1


def test_a_calendar_is_removed_with_its_meetings_and_a_second_click_changes_nothing():
    calendar = upload(("Council", SOON, SOON)).calendar
    upload(("Council", SOON, SOON), name="OCO")
    office = make.office_person()
    other_calendars.remove(calendar, by=office)
    other_calendars.remove(calendar, by=office)
    assert [row.name for row in OtherCalendar.objects.all()] == ["OCO"]
    assert OtherMeeting.objects.count() == 1
    assert [entry.verb for entry in trail.history(calendar)] == ["removed", "uploaded"]
