"""The best-hour finder and the fairness ledger by page."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from events.services import lifecycle
from portal.kit.clock import fiscal_year
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def finder(event):
    return f"/office/events/{event.pk}/best-hour/"


def test_the_finder_ranks_days_for_the_targets_of_an_event(read):
    event = make.event("FJ", "IN")
    text = read(finder(event))
    assert "people sit within office hours." in text
    assert "Use this hour" in text
    assert "All hours of this day" in text


def test_every_hour_of_one_day_can_be_read(read):
    event = make.event("FJ", "IN")
    day = event.starts_on.isoformat()
    text = read(f"{finder(event)}?day={day}")
    assert text.count("people sit within office hours.") == 48
    assert "The best hour of each day" in text


def test_before_there_is_an_event_an_hour_is_found_for_a_group(read):
    make.group("asean", "TH", "ID")
    text = read("/office/best-hour/?group=asean")
    assert "2 of 2 people sit within office hours." in text
    assert "Use this hour" not in text


def test_an_hour_that_is_taken_moves_the_sessions_of_a_draft(read):
    event = make.event("FJ", "IN", sessions=2)
    first = event.starts_on + days(7)
    deadline = event.nominate_by
    text = read(f"{finder(event)}place/", {"first": first, "begins": "09:30", "minutes": 120, "days": 2})
    assert "The sessions stand at the new hour." in text
    event.refresh_from_db()
    assert [(row.title, row.day, row.begins, row.ends) for row in event.sessions.all()] == [
        ("Session 1", first, time(9, 30), time(11, 30)),
        ("Session 2", first + days(1), time(9, 30), time(11, 30)),
    ]
    assert (event.starts_on, event.ends_on) == (first, first + days(1))
    assert event.nominate_by == deadline + timedelta(days=7)
    assert event.starts_at == event.sessions.first().starts_at


def test_an_event_without_sessions_gets_one_for_each_day(read):
    event = make.event("FJ", sessions=1)
    event.sessions.all().delete()
    read(f"{finder(event)}place/", {"first": event.starts_on, "begins": "09:00", "minutes": 60, "days": 3})
    assert [row.title for row in event.sessions.all()] == ["Session 1", "Session 2", "Session 3"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"begins": "23:00"}, "A session ends on the day on which it begins."),
        ({"days": 2}, "This event has 1 sessions."),
        ({"days": 99}, "This hour was not understood."),
        ({"begins": "noon"}, "This hour was not understood."),
        ({"first": "2027-02-30"}, "This hour was not understood."),
    ],
)
def test_an_hour_that_cannot_be_taken_changes_nothing(read, values, sentence):
    event = make.event("FJ")
    before = list(event.sessions.values_list("day", "begins", "ends"))
    usual = {"first": event.starts_on, "begins": "09:00", "minutes": 120, "days": 1}
    assert sentence in read(f"{finder(event)}place/", usual | values)
    assert list(event.sessions.values_list("day", "begins", "ends")) == before


def test_the_hours_of_an_announced_event_change_by_a_revision_only(read):
    event = make.announced("FJ")
    before = list(event.sessions.values_list("day", "begins", "ends"))
    assert "Use this hour" not in read(finder(event))
    text = read(f"{finder(event)}place/", {"first": event.starts_on, "begins": "09:00", "minutes": 60, "days": 1})
    assert "The sessions stand at the new hour." not in text
    assert list(event.sessions.values_list("day", "begins", "ends")) == before


def test_a_postponed_event_takes_an_hour(read):
    event = make.announced("FJ")
    lifecycle.postpone(event, reason="The hall is closed.", by=make.officer(event), at=NOW)
    event.refresh_from_db()
    read(
        f"{finder(event)}place/",
        {"first": TODAY + days(120), "begins": "09:00", "minutes": 60, "days": 1},
    )
    assert event.sessions.get().day == TODAY + days(120)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=2027-05-10&last=2027-05-01", "The last day is before the first day."),
        ("first=2027-05-10&last=2027-12-01", "Choose at most three months."),
        ("first=9999-12-01&last=9999-12-31", "too far from today"),
        ("first=x", "Enter a valid date."),
        ("first=2027-05-10&last=2027-05-11&days=5", "There are fewer days"),
        ("minutes=7", "Select a valid choice."),
    ],
)
def test_a_search_that_makes_no_sense_says_why(read, query, sentence):
    assert sentence in read(f"{finder(make.event('FJ'))}?{query}")


def test_a_day_that_is_none_shows_the_best_of_each_day(read):
    assert "All hours of this day" in read(f"{finder(make.event('FJ'))}?day=2027-02-30")


def test_the_ledger_names_whom_the_year_asked(read):
    event = make.announced("FJ", "IN")
    year = make.work_plan(fiscal_year(event.starts_on)).fiscal_year
    text = read(f"{reverse('office:fairness')}?year={year}")
    assert event.title in text
    assert "Out of office hours" in text


def test_the_ledger_is_a_file_too(read):
    event = make.announced("FJ", "IN")
    year = make.work_plan(fiscal_year(event.starts_on)).fiscal_year
    text = read(f"{reverse('office:fairness_csv')}?year={year}")
    assert "Administration,Events,Out of office hours" in text
    assert event.title in text
