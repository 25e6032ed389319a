"""Weeks, months and years: which square an event stands in, and what an address may ask for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from events.pages import spans
from tests import make

AUGUST = date(2020, 8, 17)  # a Monday


def address(event: Event) -> str:
    return f"/{event.pk}/"


def week_of(event, zone="", first=AUGUST):
    rows = Event.objects.filter(pk=event.pk).prefetch_related("sessions")
    return spans.week_of(first, rows, first, zone=zone, address=address, marks={})


def shown(week):
    return {day.day: [(item.hours, item.there) for item in day.items] for day in week.days if day.items}


# --- addresses ----------------------------------------------------------------------------------------


@given(st.dates(date(1990, 1, 8), date(2100, 12, 20)))
def test_a_week_is_found_again_by_its_word(day):
    monday = day - timedelta(days=day.weekday())
    assert spans.week_asked(spans.week_word(day), date(2020, 1, 1)) == monday


@pytest.mark.parametrize(
    "text", ["", "2020", "2021-W53", "2020-W00", "2020-W99", "1000-W01", "9999-W52", "2020-34", "x", "２０２０-W34"]
)
def test_a_week_that_is_none_is_this_week(text):
    assert spans.week_asked(text, date(2020, 8, 19)) == AUGUST


@pytest.mark.parametrize("text", ["", "20", "1989", "2101", "20200", "２０２０", "-202", "x"])
def test_a_year_that_is_none_is_this_year(text):
    assert spans.year_asked(text, AUGUST) == 2020


# --- a week -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_reads_the_hours_of_the_event():
    event = make.event(begin=date(2020, 8, 19), zone="Asia/Yangon")
    assert shown(week_of(event)) == {date(2020, 8, 19): [("13:00 - 16:00", "Yangon")]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day", "hours", "there"),
    [
        ("Asia/Yangon", 19, "13:00 - 16:00", "Yangon"),
        ("Pacific/Fiji", 19, "18:30 - 21:30", "13:00 - 16:00 in Yangon"),
        ("Pacific/Kiritimati", 19, "20:30 - 23:30", "13:00 - 16:00 in Yangon"),
        ("Pacific/Pago_Pago", 18, "19:30 - 22:30", "Wed 13:00 - 16:00 in Yangon"),
    ],
)
def test_who_has_a_zone_reads_the_own_hours_and_those_of_the_event(zone, day, hours, there):
    event = make.event(begin=date(2020, 8, 19), zone="Asia/Yangon")
    assert shown(week_of(event, zone)) == {date(2020, 8, day): [(hours, there)]}


@pytest.mark.django_db
def test_a_session_over_midnight_says_so():
    event = make.event(begin=date(2020, 8, 19), zone="America/Los_Angeles")
    assert shown(week_of(event, "Asia/Tokyo")) == {
        date(2020, 8, 20): [("05:00 - 08:00", "Wed 13:00 - 16:00 in Los Angeles")]
    }
    assert shown(week_of(event, "Atlantic/Azores")) == {
        date(2020, 8, 19): [("20:00 - 23:00", "13:00 - 16:00 in Los Angeles")]
    }
    assert shown(week_of(event, "Europe/Berlin")) == {
        date(2020, 8, 19): [("22:00 - 01:00 (+1 day)", "13:00 - 16:00 in Los Angeles")]
    }


@pytest.mark.django_db
def test_an_event_without_sessions_stands_on_each_of_its_days_of_that_week():
    event = make.event(begin=date(2020, 8, 23), sessions=3)
    event.sessions.all().delete()
    assert shown(week_of(event, "Pacific/Fiji")) == {date(2020, 8, 23): [("", "")]}
    assert week_of(event).result == "1 event"
    assert week_of(event, first=AUGUST + timedelta(days=7)).count == 1
    assert week_of(event, first=AUGUST + timedelta(days=14)).is_empty


# --- a year -------------------------------------------------------------------------------------------


def test_a_year_counts_an_event_in_each_of_its_months_and_days():
    year = spans.year_of(2020, [(date(2020, 3, 30), date(2020, 4, 1)), (date(2020, 4, 1), date(2020, 4, 1))], AUGUST)
    assert [month.count for month in year.months][1:5] == [0, 1, 2, 0]
    counts = {day.day: day.count for month in year.months for week in month.weeks for day in week if day.count}
    assert counts == {date(2020, 3, 30): 1, date(2020, 3, 31): 1, date(2020, 4, 1): 2}
    assert year.result == "2 events"


def test_an_event_over_new_year_stands_in_both_years():
    span = (date(2020, 12, 30), date(2021, 1, 2))
    before, after = spans.year_of(2020, [span], AUGUST), spans.year_of(2021, [span], AUGUST)
    assert [month.count for month in before.months] == [0] * 11 + [1]
    assert [month.count for month in after.months] == [1] + [0] * 11


@given(st.integers(1990, 2100))
def test_a_year_has_each_of_its_days_once_in_its_month(number):
    year = spans.year_of(number, [], AUGUST)
    days = [day.day for month in year.months for week in month.weeks for day in week if day.inside]
    first = date(number, 1, 1)
    assert days == [first + timedelta(days=n) for n in range((date(number, 12, 31) - first).days + 1)]


# --- a month ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_month_does_not_count_an_event_of_the_grey_squares_beside_it():
    inside, beside = make.event(begin=date(2020, 8, 3)), make.event(begin=date(2020, 9, 2))
    month = spans.month_of(date(2020, 8, 1), [inside, beside], AUGUST, address=address, marks={})
    assert month.result == "1 event"
    assert [item.event for week in month.weeks for day in week for item in day.items] == [inside, beside]
