"""The calendar of the office: everything in its state, by officer, and what the plan foresees."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.services import lifecycle
from tests import make
from tests.make import NOW, TODAY, days

VIEWS = ("month", "week", "agenda", "year")
SOON = TODAY + days(1)


def address(view, day=SOON):
    year, week, _day = day.isocalendar()
    return f"/office/calendar/?view={view}&month={day:%Y-%m}&week={year}-W{week:02}&year={day.year}"


@pytest.fixture
def desk(as_user, office):
    client = as_user(office)

    def read(view, more=""):
        response = client.get(address(view) + more)
        assert response.status_code == 200
        return response.content.decode()

    return read


@pytest.mark.parametrize("view", VIEWS[:3])
def test_drafts_and_what_was_called_off_stand_there_with_their_state(view, desk, office):
    make.event(begin=SOON, title="Prepared", by=office)
    row = make.announced(begin=SOON, title="Put off", by=office)
    lifecycle.postpone(row, reason="Storm", by=office, at=NOW)
    text = desk(view)
    assert "Prepared" in text and "Draft</span>" in text
    assert "Put off" in text and "Postponed</span>" in text
    assert f"/office/events/{row.pk}/" in text


@pytest.mark.parametrize("view", VIEWS[:3])
def test_the_filters_of_the_office(view, desk, office):
    other = make.office_person("Programme manager 2")
    make.group("asean", "ID")
    make.event("ID", begin=SOON, title="Mine", by=office, officer=office, kind="consultation", mode="hybrid")
    make.announced("FJ", begin=SOON, title="Of the other", by=office, officer=other)
    for query, found in (
        (f"&officer={office.pk}", "Mine"),
        (f"&officer={other.pk}", "Of the other"),
        ("&state=draft", "Mine"),
        ("&state=announced", "Of the other"),
        ("&kind=consultation", "Mine"),
        ("&mode=hybrid", "Mine"),
        ("&group=asean", "Mine"),
        ("&q=other", "Of the other"),
    ):
        text = desk(view, query)
        assert {title for title in ("Mine", "Of the other") if f">{title}" in text} == {found}, query


@pytest.mark.parametrize(
    "query", ["&officer=0", "&officer=99999999999999999999", "&state=x", "&group=%27", "&view=nothing"]
)
def test_what_is_not_understood_filters_nothing(query, desk, office):
    make.event(begin=SOON, title="Mine", by=office)
    assert "Mine" in desk("month", query)


def test_a_year_counts_drafts_too(desk, office):
    make.event(begin=SOON, by=office)
    year, week, _day = SOON.isocalendar()
    assert f"week={year}-W{week:02}" in desk("year") and "1 event" in desk("year")


def test_lines_of_the_plan_without_an_event_stand_below(desk, office):
    begin = date(SOON.year, SOON.month, 1)
    planned = make.activity(title="Only planned", planned_start_on=begin, planned_end_on=begin + days(40))
    make.activity(title="Open end", planned_start_on=SOON, planned_end_on=None)
    made = make.activity("FJ", title="Has an event", planned_start_on=begin, planned_end_on=begin + days(40))
    make.event(by=office, activity=made)
    text = desk("month")
    assert f"/office/activities/{planned.pk}/" in text and "Open end" in text
    assert f"/office/activities/{made.pk}/" not in text
    assert "Only planned" in desk("week")


def test_past_events_stand_on_their_own_list(desk, office):
    make.running(began=days(-40), title="Long ago", by=office)
    make.announced(title="To come", by=office)
    assert "Long ago" in desk("agenda", "&when=past") and "To come" not in desk("agenda", "&when=past")
    assert "Long ago" not in desk("agenda") and "To come" in desk("agenda")


def test_nobody_else_opens_it(as_user, fiji_contact, fiji_official):
    for person in (fiji_contact, fiji_official):
        assert as_user(person).get("/office/calendar/").status_code == 403
    assert as_user(None).get("/office/calendar/").status_code == 302


@pytest.mark.parametrize("view", VIEWS)
def test_three_events_cost_what_one_costs(view, as_user, office):
    client = as_user(office)

    def asked():
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            client.get(address(view))
        return len(found)

    make.event(begin=SOON, by=office, activity=None)
    make.activity(planned_start_on=SOON, planned_end_on=SOON)
    one = asked()
    for _number in range(2):
        make.event(begin=SOON, sessions=2, by=make.office_person(), activity=None)
        make.activity(planned_start_on=SOON, planned_end_on=SOON)
    assert asked() == one
