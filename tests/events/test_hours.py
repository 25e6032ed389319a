"""The best hour: every administration is judged at its own clock, weekend and holidays; the ledger breaks ties."""

from __future__ import annotations

from datetime import date, time

import pytest

from events import hours
from events.hours import Burden, Search, best_of_each_day, hours_of
from members.services import holidays
from portal.kit.clock import fiscal_year
from portal.kit.states import Refused
from tests import make

pytestmark = pytest.mark.django_db

TUESDAY = date(2027, 3, 16)


@pytest.fixture
def iran():
    """The weekend there is Friday."""
    row = make.administration("IR")
    row.weekend_days = [4]
    row.save(update_fields=["weekend_days"])
    return row


def search(*codes, first=TUESDAY, last=TUESDAY, minutes=180, zone="Asia/Bangkok", **more):
    return Search([make.administration(code) for code in codes], zone, first, last, minutes, **more)


@pytest.mark.parametrize(
    ("begins", "minutes", "is_off", "burden"),
    [
        (8 * 60, 9 * 60, False, Burden.OFFICE_HOURS),
        (8 * 60 - 1, 60, False, Burden.EARLY_OR_LATE),
        (16 * 60, 61, False, Burden.EARLY_OR_LATE),
        (20 * 60, 60, False, Burden.EARLY_OR_LATE),
        (20 * 60, 61, False, Burden.NIGHT),
        (6 * 60 - 1, 30, False, Burden.NIGHT),
        (23 * 60, 120, False, Burden.NIGHT),
        (10 * 60, 60, True, Burden.DAY_OFF),
        (3 * 60, 60, True, Burden.NIGHT),
    ],
)
def test_an_hour_asks_what_the_local_clock_says(begins, minutes, is_off, burden):
    assert hours.burden_of(begins, minutes, is_off=is_off) == burden


def test_the_best_hour_has_most_people_within_office_hours():
    (best,) = best_of_each_day(search("IR", "TH", "TO"), limit=1)
    # Tehran is 3:30 ahead of UTC and Tonga 13: no hour has all three, 10:00 in Bangkok has Thailand and Tonga
    assert best.in_hours == 2
    assert {each.administration.iso2 for each in best.asked} in ({"IR"}, {"TO"})
    assert "2 of 3 people sit within office hours." in best.words


def test_a_slot_shows_every_administration_at_its_own_time():
    slots = {slot.begins: slot for slot in hours_of(search("IN", "TO"), TUESDAY)}
    there = {each.administration.iso2: each for each in slots[time(9)].there}
    assert f"{there['IN'].begins:%H:%M}" == "07:30"
    assert f"{there['TO'].begins:%a %H:%M}" == "Tue 15:00"
    assert there["IN"].burden == there["TO"].burden == Burden.EARLY_OR_LATE


def test_the_weekend_of_an_administration_is_its_own(iran):
    friday = date(2027, 3, 19)
    slots = {slot.begins: slot for slot in hours_of(search("IR", "TH", first=friday, last=friday), friday)}
    there = {each.administration.iso2: each for each in slots[time(13)].there}
    assert there["IR"].burden == Burden.DAY_OFF
    assert "weekend" in there["IR"].why
    assert there["TH"].burden == Burden.OFFICE_HOURS


def test_a_public_holiday_is_named_and_a_correction_of_the_office_counts():
    fiji = make.administration("FJ")
    holidays.add_day_off(fiji, on=TUESDAY, name="Day of the new customs house", by=None)
    slots = {slot.begins: slot for slot in hours_of(search("FJ", minutes=60), TUESDAY)}
    (there,) = slots[time(6)].there
    assert there.burden == Burden.DAY_OFF
    assert there.why == "public holiday: Day of the new customs house"
    assert "On a day off: Fiji 11:00." in slots[time(6)].words


def test_several_days_are_as_heavy_as_their_heaviest(iran):
    thursday, friday = date(2027, 3, 18), date(2027, 3, 19)
    found = {slot.begins: slot for slot in hours_of(search("IR", first=thursday, last=friday, days=2), thursday)}
    (there,) = found[time(13)].there
    assert there.begins.date() == friday
    assert there.burden == Burden.DAY_OFF
    assert found[time(13)].last == friday


def test_an_hour_that_the_clock_leaves_out_is_no_answer():
    spring = date(2026, 10, 4)  # Sydney goes from 02:00 to 03:00
    begins = {
        slot.begins for slot in hours_of(search("AU", first=spring, last=spring, zone="Australia/Sydney"), spring)
    }
    assert time(1, 30) in begins
    assert time(2, 30) not in begins
    assert len(begins) == 46


def test_the_change_of_the_clock_is_said_and_counted():
    autumn = date(2027, 4, 4)  # Auckland goes back from 03:00 to 02:00
    slots = {slot.begins: slot for slot in hours_of(search("NZ", first=autumn, last=autumn, zone="UTC"), autumn)}
    (before,) = slots[time(0)].there
    assert f"{before.begins:%H:%M}" == "12:00"
    assert "clocks change on this day" in before.why


def test_of_equal_hours_the_one_that_asks_the_less_asked_stands_first():
    iran, tonga = make.administration("IR"), make.administration("TO")
    plain = search("IR", "TO", minutes=60)

    def asked(ledger):
        best = best_of_each_day(search("IR", "TO", minutes=60, ledger=ledger), limit=1)[0]
        return [each.administration.iso2 for each in best.asked]

    assert asked({iran.pk: 0, tonga.pk: 5}) == ["IR"]
    assert asked({iran.pk: 5, tonga.pk: 0}) == ["TO"]
    assert len(best_of_each_day(plain, limit=1)[0].asked) == 1


def test_of_equal_hours_the_office_takes_one_of_its_own_after_the_members_had_theirs():
    # 08:00 in Fiji is 03:00 in Bangkok; the last hours of Fiji are the first of the office
    best = best_of_each_day(search("NP", minutes=60, office_zone="Asia/Bangkok"), limit=1)[0]
    assert best.begins == time(9, 30)
    assert "The office itself" not in best.words
    fiji = best_of_each_day(search("FJ", minutes=300, office_zone="Asia/Bangkok"), limit=1)[0]
    assert "1 of 1 person sits within office hours." in fiji.words
    assert "The office itself: Tue" in fiji.words


def test_people_count_and_not_administrations_alone():
    iran, tonga = make.administration("IR"), make.administration("TO")
    (best,) = best_of_each_day(search("IR", "TO", minutes=60, people={iran.pk: 1, tonga.pk: 9}), limit=1)
    assert (best.in_hours, best.people) == (9, 10)


def test_each_day_has_one_best_hour_and_the_best_days_stand_first():
    found = best_of_each_day(search("FJ", "NZ", first=date(2027, 3, 15), last=date(2027, 3, 21)), limit=10)
    assert [slot.rank for slot in found] == list(range(1, 8))
    assert len({slot.first for slot in found}) == 7
    assert {slot.first.weekday() for slot in found[-2:]} == {5, 6}


@pytest.mark.parametrize(
    ("codes", "more", "sentence"),
    [
        ((), {}, "No administration is chosen."),
        (("FJ",), {"last": date(2027, 3, 15)}, "before the first day"),
        (("FJ",), {"last": date(2027, 7, 15)}, "at most three months"),
        (("FJ",), {"days": 2}, "fewer days"),
    ],
)
def test_a_search_that_cannot_be_answered_says_why(codes, more, sentence):
    with pytest.raises(Refused, match=sentence):
        best_of_each_day(search(*codes, **more))


# --- the ledger -------------------------------------------------------------------------------------------


def working_day(*codes):
    """The first one for all of them from two months on, whatever day the tests run."""
    rows = [make.administration(code) for code in codes]
    off = holidays.calendar_of(rows, make.TODAY, make.TODAY + make.days(120))
    for number in range(60, 120):
        day = make.TODAY + make.days(number)
        if all(day not in off[row.pk] and day.weekday() not in row.weekend_days for row in rows):
            return day
    raise AssertionError("two months without a working day")


def plan_of(event):
    return make.work_plan(fiscal_year(event.starts_on))


def test_the_ledger_counts_events_out_of_office_hours(office):
    # 13:00 to 16:00 in Bangkok is 18:00 to 21:00 in Fiji and 11:30 to 14:30 in India
    event = make.announced("FJ", "IN", begin=working_day("FJ", "IN"), by=office)
    make.event("FJ", "IN", by=office)  # a draft asks nobody
    plan = plan_of(event)
    found = {each.administration.iso2: each for each in hours.ledger(plan)}
    assert (found["FJ"].events, found["FJ"].asked) == (1, 1)
    assert event.title in found["FJ"].titles[0]
    assert (found["IN"].events, found["IN"].asked) == (1, 0)
    assert [each.asked for each in hours.ledger(plan, without=event)] == [0] * len(found)


def test_an_event_counts_once_by_the_heaviest_of_its_sessions(office):
    event = make.announced("FJ", begin=working_day("FJ"), sessions=7, by=office)  # a weekend is among seven days
    plan = plan_of(event)
    (fiji,) = [each for each in hours.ledger(plan) if each.administration.iso2 == "FJ"]
    assert (fiji.events, fiji.asked, fiji.heavy) == (1, 1, 1)


def test_who_was_asked_most_stands_first(office):
    event = make.announced("FJ", "IN", by=office)
    plan = plan_of(event)
    assert hours.ledger(plan)[0].administration.iso2 == "FJ"


def test_the_ledger_asks_the_database_as_often_for_many_events_as_for_one(office, django_assert_max_num_queries):
    for _number in range(3):
        event = make.announced("FJ", "IN", "TO", by=office)
    plan = plan_of(event)
    with django_assert_max_num_queries(5):
        hours.ledger(plan)


def test_people_of_an_event_are_its_registrations_else_its_seats(office):
    event = make.announced("FJ", "IN", seats=4, by=office)
    make.nominated(event, "FJ")
    fiji, india = make.administration("FJ"), make.administration("IN")
    assert hours.people_of(event) == {fiji.pk: 1, india.pk: 4}
