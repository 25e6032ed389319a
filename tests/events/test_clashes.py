"""Clashes: the same administrations, officer, chairs and people on one day; other bodies; days off."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import clashes
from events.clashes import Kind
from events.services import invitations, lifecycle, programme
from members.services import holidays
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

# a Tuesday to come, so that no weekend is in the way
TUESDAY = TODAY + days(60 + (1 - (TODAY + days(60)).weekday()) % 7)


def lines(event, kind, **more):
    return [clash for clash in clashes.of_event(event, **more) if clash.kind == kind]


def named(event, kind, **more):
    return [(clash.event, clash.names) for clash in lines(event, kind, **more)]


def test_administrations_that_are_invited_elsewhere_on_the_same_day_are_counted_and_named():
    event = make.event("FJ", "TO", "WS", begin=TUESDAY)
    other = make.announced("FJ", "WS", "NZ", begin=TUESDAY, title="Workshop on Valuation")
    assert named(event, Kind.INVITED) == [(other, ["Fiji", "Samoa"])]
    (clash,) = lines(event, Kind.INVITED)
    assert clash.sentence.startswith("2 of 3 administrations are also invited to “Workshop on Valuation”, ")
    assert named(other, Kind.INVITED) == [(event, ["Fiji", "Samoa"])]
    assert "targets of the draft" in lines(other, Kind.INVITED)[0].sentence


@pytest.mark.parametrize("shift", [-1, 1])
def test_the_day_before_and_the_day_after_are_no_clash(shift):
    event = make.event("FJ", begin=TUESDAY)
    make.announced("FJ", begin=TUESDAY + days(shift))
    assert lines(event, Kind.INVITED) == []


def test_only_the_days_of_sessions_count_once_there_are_sessions():
    event = make.event("FJ", begin=TUESDAY, sessions=3)
    between = make.event("FJ", begin=TUESDAY + days(1))
    assert named(event, Kind.INVITED) == [(between, ["Fiji"])]
    programme.remove_session(event.sessions.get(day=TUESDAY + days(1)), by=make.officer(event))
    assert lines(event, Kind.INVITED) == []
    for session in event.sessions.all():
        programme.remove_session(session, by=make.officer(event))
    event.refresh_from_db()
    assert named(event, Kind.INVITED) == [(between, ["Fiji"])]


def test_a_cancelled_and_a_postponed_event_are_in_nobodys_way():
    event = make.event("FJ", begin=TUESDAY)
    for act in (lifecycle.cancel, lifecycle.postpone):
        other = make.announced("FJ", begin=TUESDAY)
        act(other, reason="No donor.", by=make.officer(other), at=NOW)
    assert clashes.of_event(event) == []


def test_a_postponed_event_is_judged_for_its_new_days_and_a_cancelled_one_not():
    event, other = make.announced("FJ", begin=TUESDAY), make.announced("FJ", begin=TUESDAY)
    lifecycle.postpone(event, reason="No donor.", by=make.officer(event), at=NOW)
    event.refresh_from_db()
    assert named(event, Kind.INVITED) == [(other, ["Fiji"])]
    lifecycle.cancel(event, reason="No donor.", by=make.officer(event), at=NOW)
    event.refresh_from_db()
    assert clashes.of_event(event) == []


def test_an_administration_that_declined_one_of_them_does_not_clash():
    event, other = make.announced("FJ", "TO", begin=TUESDAY), make.announced("FJ", "TO", begin=TUESDAY)
    invitations.decline(
        make.invitation(other, "FJ"), reason="Nobody is free.", by=make.officer(other), at=make.before_deadline(other)
    )
    assert named(event, Kind.INVITED) == [(other, ["Tonga"])]
    (clash,) = lines(other, Kind.INVITED)
    assert clash.sentence.startswith("1 of 1 administrations is")


def test_an_officer_of_both_is_named():
    office = make.office_person("Programme manager 1")
    event, other = make.event("FJ", by=office, begin=TUESDAY), make.event("TO", by=office, begin=TUESDAY)
    (clash,) = lines(event, Kind.OFFICER)
    assert clash.event == other
    assert clash.sentence.startswith("Programme manager 1 is also the officer of “")
    assert lines(make.event("WS", begin=TUESDAY), Kind.OFFICER) == []


def test_a_chair_of_both_and_a_chair_who_comes_to_the_other_are_named():
    chair = make.official("ID", "Chair of Indonesia")
    event = make.meeting("ID", chairs=(chair,), begin=TUESDAY)
    other = make.meeting("ID", chairs=(chair,), begin=TUESDAY)
    (clash,) = lines(event, Kind.CHAIR)
    assert clash.event == other
    assert "Chair of Indonesia also chairs" in clash.sentence
    assert lines(event, Kind.PERSON) == []
    workshop = make.announced("ID", begin=TUESDAY)
    make.confirmed(workshop, "ID", person=chair)
    assert (workshop, ["Chair of Indonesia"]) in named(event, Kind.PERSON)


def test_confirmed_people_of_both_are_counted_and_named_and_nominated_ones_not():
    event, other = make.announced("FJ", begin=TUESDAY), make.announced("FJ", begin=TUESDAY)
    both, only_nominated = make.official("FJ", "Official 1 of Fiji"), make.official("FJ", "Official 2 of Fiji")
    for row in (event, other):
        make.confirmed(row, "FJ", person=both)
    make.confirmed(event, "FJ", person=only_nominated)
    make.nominated(other, "FJ", person=only_nominated)
    assert named(event, Kind.PERSON) == [(other, ["Official 1 of Fiji"])]


def test_a_meeting_of_another_body_is_named_with_its_days_and_place():
    make.other_calendar(
        ("Policy Commission", TUESDAY - days(1), TUESDAY), ("Council", TUESDAY + days(1), TUESDAY + days(2))
    )
    event = make.event("FJ", begin=TUESDAY)
    (clash,) = lines(event, Kind.OTHER_BODY)
    assert clash.sentence.startswith("WCO Secretariat has “Policy Commission” on ")
    assert clash.sentence.endswith(", Brussels.")
    assert clash.meeting.title == "Policy Commission"


def test_public_holidays_and_weekends_of_the_target_administrations_are_named():
    iran = make.administration("IR")
    iran.weekend_days = [1]
    iran.save(update_fields=["weekend_days"])
    holidays.add_day_off(make.administration("FJ"), on=TUESDAY, name="Day of the Customs", by=None)
    event = make.event("FJ", "IR", begin=TUESDAY)
    (holiday,) = [each for each in lines(event, Kind.HOLIDAY) if "Fiji (Day of the Customs)" in each.names]
    assert "is a public holiday in 1 of 2 administrations." in holiday.sentence
    (weekend,) = lines(event, Kind.WEEKEND)
    assert weekend.sentence == "Its days lie on the weekend of 1 of 2 administrations."
    assert weekend.names[0].startswith("I.R. Iran (Tue ")


def test_an_event_can_be_thought_of_on_another_day():
    event = make.event("FJ", begin=TUESDAY, sessions=2)
    other = make.announced("FJ", begin=TUESDAY + days(8))
    assert lines(event, Kind.INVITED) == []
    assert named(event, Kind.INVITED, first=TUESDAY + days(7)) == [(other, ["Fiji"])]
    event.refresh_from_db()
    assert event.starts_on == TUESDAY


def test_of_what_was_held_nothing_is_said():
    event = make.running("FJ", began=days(-2))
    make.running("FJ", began=days(-2))
    lifecycle.hold(event, by=make.officer(event), at=NOW)
    event.refresh_from_db()
    assert clashes.of_event(event) == []


def test_events_in_other_zones_clash_by_the_days_that_they_print():
    event = make.event("FJ", begin=TUESDAY, zone="Pacific/Fiji")
    other = make.event("FJ", begin=TUESDAY, zone="Asia/Tehran")
    assert named(event, Kind.INVITED) == [(other, ["Fiji"])]
    assert event.ends_at < other.starts_at
    assert event.sessions.get().begins == time(13)


def test_one_event_and_many_cost_as_many_queries():
    office = make.office_person()
    chair = make.official("ID")

    def queries(rows):
        with CaptureQueriesContext(
            connection,
        ) as found:
            clashes.clashes_of(rows)
        return len(found)

    make.other_calendar(("Council", TUESDAY, TUESDAY))
    rows = [make.meeting("ID", "FJ", chairs=(chair,), by=office, begin=TUESDAY) for _number in range(2)]
    few = queries(rows[:1])
    rows += [make.meeting("ID", "FJ", chairs=(chair,), by=office, begin=TUESDAY) for _number in range(4)]
    assert queries(rows) == few <= 10
    with CaptureQueriesContext(connection) as found:
        clashes.of_event(rows[0])
    assert len(found) <= 14
