"""The workload: days, deadlines and preparation of each officer, week by week of a fiscal year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import workload
from events.models import Event
from events.services import lifecycle, programme
from events.workload import Week, monday_of
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db

TUESDAY = date(2030, 3, 5)
MONDAY = date(2030, 3, 4)


@pytest.fixture
def plan():
    return make.work_plan("2029/30")


def load_of(plan, officer):
    return next(load for load in workload.of_year(plan) if load.officer == officer)


def test_a_week_counts_event_days_and_deadlines_of_its_officer(plan):
    office = make.office_person()
    event = make.event("FJ", by=office, begin=TUESDAY, sessions=2)
    make.event("FJ", begin=TUESDAY)
    load = load_of(plan, office)
    week = load.weeks[MONDAY]
    assert (week.days, week.running, week.level) == (2, [event], 3)
    assert week.deadlines == [(TUESDAY + days(1), "evaluation", event)]
    # two days before the first day is the Sunday of the week before
    before = load.weeks[MONDAY - days(7)]
    assert before.deadlines == [(TUESDAY - days(2), "joining information", event)]
    assert load.weeks[monday_of(event.nominate_by)].deadlines == [(event.nominate_by, "nominations close", event)]
    assert (load.events, load.days, load.deadlines) == ([event], 2, 3)
    assert load.fullest == week


def test_the_four_weeks_before_are_preparation(plan):
    office = make.office_person()
    event = make.event("FJ", by=office, begin=TUESDAY, nominate_by=TUESDAY - days(60))
    load = load_of(plan, office)
    preparing = [week.monday for week in load.weeks.values() if week.preparing]
    assert preparing == [MONDAY - days(7 * number) for number in (4, 3, 2, 1)]
    assert load.weeks[MONDAY - days(14)].level == 1
    assert load.weeks[MONDAY - days(14)].preparing == [event]
    assert load.preparation == 3  # in the last one the joining information goes out


def test_of_a_week_all_is_said_in_words(plan):
    office = make.office_person()
    make.event("FJ", by=office, begin=TUESDAY)
    words = load_of(plan, office).weeks[MONDAY].words
    assert words == "4 - 10 March 2030: 1 event day, 1 deadline, 0 events in preparation"


@pytest.mark.parametrize(("load", "level"), [(0, 0), (1, 2), (2, 2), (3, 3), (9, 3)])
def test_three_days_and_deadlines_fill_a_week(load, level):
    assert Week(MONDAY, days=load).level == level


def test_cancelled_and_postponed_events_make_no_work(plan):
    office = make.office_person()
    for act in (lifecycle.cancel, lifecycle.postpone):
        act(make.announced("FJ", by=office, begin=TUESDAY, at=NOW), reason="No donor.", by=office, at=NOW)
    assert workload.of_year(plan) == []


def test_events_without_an_officer_stand_last(plan):
    office = make.office_person()
    alone = make.event("FJ", by=office, begin=TUESDAY)
    programme.change(alone, by=office, officer=None)
    make.event("FJ", by=office, begin=TUESDAY)
    assert [load.officer for load in workload.of_year(plan)] == [office, None]
    assert load_of(plan, None).events == [alone]


def test_only_the_weeks_of_the_fiscal_year_count(plan):
    office = make.office_person()
    # the first day of the next year: its preparation and its deadlines lie in this one
    make.event("FJ", by=office, begin=plan.ends_on + days(1), nominate_by=plan.ends_on - days(20))
    make.event("FJ", by=office, begin=plan.starts_on - days(1), nominate_by=None)
    load = load_of(plan, office)
    assert (load.events, load.days) == ([], 0)
    assert load.deadlines == 2
    assert min(load.weeks) <= plan.starts_on < min(load.weeks) + timedelta(days=7)
    assert max(load.weeks) <= plan.ends_on < max(load.weeks) + timedelta(days=7)


def test_the_year_costs_two_queries(plan):
    for number in range(4):
        make.event("FJ", begin=TUESDAY + days(number))
    with CaptureQueriesContext(connection) as found:
        assert len(workload.of_year(plan)) == 4
    assert len(found) == 2
    assert Event.objects.count() == 4
