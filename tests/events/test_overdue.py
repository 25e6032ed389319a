"""A line of the plan is overdue when its days are over and nothing was announced, moved, put off or dropped."""

from __future__ import annotations

import pytest

from events.models import Activity
from events.services import lifecycle
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def line(ended=5, **values):
    end = TODAY - days(ended)
    return make.activity("FJ", plan=make.work_plan(), planned_start_on=end - days(2), planned_end_on=end, **values)


def overdue(at=NOW, today=TODAY):
    return list(Activity.objects.overdue(at, today))


def test_a_line_past_its_days_without_an_event_is_overdue():
    row = line()
    assert overdue() == [row]


@pytest.mark.parametrize("ended", [0, -1])
def test_on_its_last_day_it_is_not_yet(ended):
    line(ended)
    assert overdue() == []


def test_a_line_without_a_last_day_counts_by_its_first_and_one_without_days_never():
    row = line()
    Activity.objects.filter(pk=row.pk).update(planned_end_on=None)
    make.activity("FJ")
    assert [found.pk for found in overdue()] == [row.pk]


def test_a_draft_that_lies_ahead_notes_the_slip_and_one_of_the_past_does_not():
    ahead, past = line(), line()
    make.event("FJ", activity=ahead, begin=TODAY + days(60))
    make.event("FJ", activity=past, begin=TODAY - days(30), nominate_by=None)
    assert overdue() == [past]


@pytest.mark.parametrize("act", [None, lifecycle.postpone, lifecycle.cancel])
def test_what_was_announced_put_off_or_dropped_is_not_overdue(act):
    event = make.announced("FJ", activity=line())
    if act:
        act(event, reason="No donor.", by=make.officer(event), at=NOW)
    assert overdue() == []


def test_what_was_held_is_not_overdue():
    event = make.running("FJ", began=days(-8), activity=line())
    lifecycle.hold(event, by=make.officer(event), at=NOW)
    assert overdue() == []
