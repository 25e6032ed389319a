"""The timeline and the workload of the office, and the mark of overdue lines."""

from __future__ import annotations

import csv
import io
import re

import pytest

from events.services import lifecycle, programme
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return make.work_plan()


def planned(plan, **values):
    first = plan.starts_on + days(100)
    fields = {"planned_start_on": first, "planned_end_on": first + days(2), "plan": plan}
    return make.activity("FJ", **fields | values)


def rows(desk, path):
    return list(csv.DictReader(io.StringIO(desk.get(path).content.decode("utf-8-sig"))))


def test_the_drawing_has_planned_days_events_as_links_and_other_bodies(read, plan):
    line = planned(plan, title="Workshop on Valuation")
    event = make.event("FJ", activity=line, begin=plan.starts_on + days(200))
    make.other_calendar(("Council", plan.starts_on + days(210), plan.starts_on + days(212)))
    text = read("/office/timeline/")
    drawing = text[text.index("gantt") : text.index("The same in words")]
    assert 'class="planned"' in drawing
    assert re.search(
        rf'<a href="/office/events/{event.pk}/" aria-label="Workshop on Valuation, [^"]+: Draft">', drawing
    )
    assert 'aria-label="Council, ' in drawing
    table = text[text.index("The same in words") :]
    assert f'<a href="/office/events/{event.pk}/">Workshop on Valuation</a>' in table
    assert "Council" in table


def test_an_event_beside_the_plan_stands_in_a_row_of_its_own(read, plan):
    event = make.event("FJ", begin=plan.starts_on + days(200), title="Visit of a minister")
    make.event("FJ", begin=plan.ends_on + days(200), title="Of another year")
    text = read("/office/timeline/")
    assert "Beside the plan" in text
    assert text.count(f'href="/office/events/{event.pk}/"') == 3
    assert "Of another year" not in text


def test_a_postponed_event_has_no_bar_and_a_cancelled_one_no_line(read, plan):
    for title, act in (("Put off", lifecycle.postpone), ("Called off", lifecycle.cancel)):
        event = make.announced("FJ", activity=planned(plan, title=title))
        act(event, reason="No donor.", by=make.officer(event), at=NOW)
    text = read("/office/timeline/")
    assert 'aria-label="Put off, ' not in text
    assert "without a date" in text
    assert 'aria-label="Called off, ' not in text
    assert 'aria-label="Called off, ' in read("/office/timeline/?state=cancelled")


def test_filters_narrow_lines_and_their_events(read, plan):
    office, donor = make.office_person(), make.organisation()
    mine = planned(plan, title="Line of the officer", officer=office)
    paid = planned(plan, title="Line that is paid", mode="in_person")
    paid.donors.set([donor])
    event = make.event("FJ", activity=planned(plan, title="Line of somebody else"), by=make.office_person())
    programme.change(event, by=office, officer=office)

    def shown(query):
        text = read(f"/office/timeline/?{query}")
        return {title for title in ("of the officer", "that is paid", "of somebody else") if f"Line {title}" in text}

    assert shown("") == {"of the officer", "that is paid", "of somebody else"}
    # an event that matches brings its line along
    assert shown(f"officer={office.pk}") == {"of the officer", "of somebody else"}
    assert shown(f"donor={donor.pk}") == {"that is paid"}
    assert shown("mode=in_person") == {"that is paid"}
    assert shown("state=draft") == {"of somebody else"}
    assert shown("pillar=1") == set()
    assert shown("pillar=3") == {"of the officer", "that is paid", "of somebody else"}
    assert mine.plan == plan


@pytest.mark.parametrize(
    "query",
    ["year=1999/00", "year=x", "officer=x", "officer=99999999999999999999", "mode=boat", "state=x", "pillar=%00"],
)
def test_a_filter_that_is_not_understood_filters_nothing(read, plan, query):
    planned(plan, title="Workshop on Valuation")
    assert "Workshop on Valuation" in read(f"/office/timeline/?{query}")


def test_without_a_plan_the_pages_say_where_it_begins(read):
    assert "There is nothing to draw yet." in read("/office/timeline/")
    assert "No event of this year has days yet." in read("/office/workload/")


def test_the_timeline_has_flat_queries(count_queries, plan):
    make.event("FJ", activity=planned(plan), begin=plan.starts_on + days(200))
    make.other_calendar(("Council", plan.starts_on + days(210), plan.starts_on + days(212)))
    few = count_queries("/office/timeline/")
    for _number in range(3):
        make.event("FJ", activity=planned(plan), begin=plan.starts_on + days(200))
        make.event("FJ", begin=plan.starts_on + days(200))
    assert count_queries("/office/timeline/") == few


def test_the_file_has_a_row_for_each_event_and_each_line_without_one(desk, plan):
    line = planned(plan, title="Workshop on Valuation", number="1.1")
    planned(plan, number="1.2", planned_start_on=TODAY - days(9), planned_end_on=TODAY - days(8))
    for number in (200, 210):
        make.event("FJ", activity=line, begin=plan.starts_on + days(number))
    found = rows(desk, "/office/timeline/timeline.csv")
    assert [row["Activity"] for row in found].count("1.1") == 2
    (overdue,) = [row for row in found if row["Activity"] == "1.2"]
    assert (overdue["Overdue"], overdue["Event"]) == ("yes", "")


def test_an_overdue_line_is_marked_and_said_what_to_do(read, plan):
    line = planned(plan, planned_start_on=TODAY - days(9), planned_end_on=TODAY - days(8), title="Forgotten workshop")
    for page in ("/office/plan/", "/office/timeline/", f"/office/activities/{line.pk}/"):
        assert ">Overdue<" in read(page), page
    text = read("/office/")
    assert "1 activity of the plan past its days" in text
    assert f'href="/office/activities/{line.pk}/edit/">Set new days' in text
    make.event("FJ", activity=line, begin=TODAY + days(60))
    for page in ("/office/plan/", "/office/timeline/", f"/office/activities/{line.pk}/"):
        assert ">Overdue<" not in read(page), page
    assert "past its days" not in read("/office/")


def test_the_workload_shows_officers_and_the_weeks_of_one(read, plan):
    office = make.office_person("Programme manager of transit")
    event = make.event("FJ", by=office, begin=plan.starts_on + days(200))
    text = read(f"/office/workload/?officer={office.pk}")
    assert "Programme manager of transit" in text
    assert "Weeks of Programme manager of transit" in text
    assert "joining information, " in text
    assert f'<a href="/office/events/{event.pk}/">{event.title}</a>' in text
    assert ": 1 event day, " in text
    assert 'id="weeks"' not in read("/office/workload/?officer=x")


def test_events_of_nobody_are_a_line_with_a_link(read, plan):
    event = make.event("FJ", begin=plan.starts_on + days(200))
    assert "Nobody is responsible" not in read("/office/workload/")
    programme.change(event, by=make.officer(event), officer=None)
    assert "Nobody is responsible for 1 event." in read("/office/workload/")
    assert "Weeks of nobody" in read("/office/workload/?officer=none")


def test_the_workload_has_flat_queries_and_a_file(desk, count_queries, plan):
    make.event("FJ", begin=plan.starts_on + days(200))
    few = count_queries("/office/workload/")
    for _number in range(3):
        make.event("FJ", begin=plan.starts_on + days(200))
    assert count_queries("/office/workload/") == few
    found = rows(desk, "/office/workload/workload.csv")
    assert len({row["Officer"] for row in found}) == 4
    assert sum(int(row["Event days"]) for row in found) == 4


def test_nobody_else_sees_the_timeline_or_the_workload(as_user, plan):
    for person in (make.official("FJ"), make.contact_point("FJ"), make.expert()):
        browser = as_user(person)
        for path in ("timeline/", "timeline/timeline.csv", "workload/", "workload/workload.csv"):
            assert browser.get(f"/office/{path}").status_code == 403
