"""The first page and the calendar: what everybody may see, in which order, at which cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.http import QueryDict

from events.models import Event
from events.pages.participant.agenda import Agenda
from events.pages.spans import month_asked
from events.services import lifecycle, programme
from tests import make
from tests.events.pages.participant.conftest import officer_of
from tests.make import NOW, TODAY, days


def titles(response):
    return [line.event.title for line in response.context["listing"].lines]


# --- the first page -------------------------------------------------------------------------------


def test_a_visitor_finds_the_next_five_events_and_no_draft(visitor):
    for number in range(6):
        make.announced(begin=TODAY + days(60 + number), title=f"Workshop {number} of six")
    make.event(title="A draft that nobody knows")
    page = visitor.get("/").content.decode()
    assert all(f"Workshop {number} of six" in page for number in range(5))
    assert "Workshop 5 of six" not in page
    assert "A draft that nobody knows" not in page
    assert "Sign in" in page


def test_the_first_page_shows_published_outcomes_only(visitor, indonesia_chair, myanmar_chair):
    meeting = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(30))
    other = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(20))
    outcome, draft = make.published(meeting), make.drafted(other)
    page = visitor.get("/").content.decode()
    assert outcome.number in page
    assert draft.number not in page


def test_an_official_sees_the_own_next_event_first(as_user, fiji_official):
    late, soon = make.announced(begin=TODAY + days(90)), make.announced(begin=TODAY + days(60))
    make.applied(late, person=fiji_official)
    mine = make.nominated(soon, person=fiji_official)
    response = as_user(fiji_official).get("/")
    assert response.context["next"] == mine
    assert f"/mine/{mine.pk}/" in response.content.decode()


# --- the list -------------------------------------------------------------------------------------


def test_the_calendar_runs_from_soon_to_late_under_months(visitor):
    make.announced(begin=date(TODAY.year + 1, 11, 3), title="In November")
    make.announced(begin=date(TODAY.year + 1, 10, 6), title="In October")
    response = visitor.get("/calendar/")
    assert titles(response) == ["In October", "In November"]
    page = response.content.decode()
    assert page.index(f"October {TODAY.year + 1}") < page.index("In October") < page.index(f"November {TODAY.year + 1}")
    assert "2 events" in page


def test_past_events_stand_on_their_own_list_the_latest_first(visitor):
    make.running(began=timedelta(days=-40), title="Long ago")
    make.running(began=timedelta(days=-10), title="A while ago")
    make.announced(title="To come")
    assert titles(visitor.get("/calendar/?when=past")) == ["A while ago", "Long ago"]
    assert titles(visitor.get("/calendar/")) == ["To come"]


def test_an_event_that_goes_on_today_is_still_in_the_calendar(visitor):
    event = make.running(began=timedelta(days=-1), sessions=4, title="Goes on")
    assert event.starts_at < NOW < event.ends_at
    assert titles(visitor.get("/calendar/")) == ["Goes on"]


def test_postponed_and_cancelled_events_stay_with_their_state(visitor, office):
    lifecycle.postpone(make.announced(title="Put off"), reason="Storm", by=office, at=NOW)
    lifecycle.cancel(make.announced(title="Called off"), reason="Storm", by=office, at=NOW)
    page = visitor.get("/calendar/").content.decode()
    assert "Put off" in page and "Postponed" in page
    assert "Called off" in page and "Cancelled" in page


def test_a_draft_that_was_cancelled_never_becomes_public(visitor, office, as_user, fiji_official):
    event = make.event(title="Never announced")
    lifecycle.cancel(event, reason="No budget", by=office, at=NOW)
    assert visitor.get(f"/events/{event.slug}/").status_code == 404
    assert as_user(fiji_official).get(f"/events/{event.slug}/").status_code == 404
    assert "Never announced" not in visitor.get("/calendar/").content.decode()
    assert as_user(office).get(f"/events/{event.slug}/").status_code == 200


@pytest.mark.parametrize("address", ["/", "/calendar/", "/calendar/?view=month", "/calendar/?sort=title"])
def test_events_for_customs_officers_are_hidden_from_everybody_else(
    address, visitor, as_user, expert, fiji_official, office
):
    make.announced("ID", access="customs", begin=TODAY + days(1), topic="Drugs", title="Precursor chemicals")
    assert "Precursor" not in visitor.get(address).content.decode()
    assert "Precursor" not in as_user(expert).get(address).content.decode()
    assert "Precursor" in as_user(fiji_official).get(address).content.decode()
    assert "Precursor" in as_user(office).get(address).content.decode()
    assert "Drugs" not in visitor.get(address).content.decode()


def test_somebody_without_an_administration_finds_the_closed_event_that_invited_them(as_user, expert):
    event = make.event("ID", access="customs", title="Precursor chemicals")
    programme.add_chair(event, person=expert, administration=make.administration("ID"), by=officer_of(event))
    lifecycle.announce(event, by=officer_of(event), at=NOW)
    assert titles(as_user(expert).get("/calendar/")) == ["Precursor chemicals"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=transit", ["Transit"]),
        ("q=TRANSIT", ["Transit"]),
        ("kind=consultation", ["Values"]),
        ("mode=in_person", ["Values"]),
        ("topic=Goods", ["Transit"]),
        ("q=nothing+like+this", []),
        ("kind=banquet", ["Transit", "Values"]),
        ("sort=-date", ["Values", "Transit"]),
        ("sort=title", ["Transit", "Values"]),
        ("sort=officer__email", ["Transit", "Values"]),
        ("page=2", ["Transit", "Values"]),
        ("page=-1", ["Transit", "Values"]),
        ("page=%00", ["Transit", "Values"]),
        ("page=99999999999999999999", ["Transit", "Values"]),
        ("q=%00&month=x&when=never", ["Transit", "Values"]),
    ],
)
def test_filters_narrow_and_what_is_not_understood_filters_nothing(visitor, query, found):
    make.announced(begin=TODAY + days(60), title="Transit", topic="Goods", host="Fiji Customs")
    make.announced(begin=TODAY + days(61), title="Values", kind="consultation", mode="in_person", topic="Money")
    response = visitor.get(f"/calendar/?{query}")
    assert response.status_code == 200
    assert titles(response) == found


def test_topics_to_choose_from_are_those_of_public_events(visitor):
    make.announced(topic="Transit")
    make.announced(topic="Drugs", access="customs")
    make.event(topic="Drafts")
    page = visitor.get("/calendar/").content.decode()
    assert '<option value="Transit">' in page
    assert "Drugs" not in page and "Drafts" not in page


def test_a_long_calendar_has_pages_and_is_never_counted(db):
    for number in range(5):
        make.announced(begin=TODAY + days(60 + number), title=f"Number {number}")

    def page(query: str) -> Agenda:
        return Agenda(QueryDict(query), Event.objects.coming(NOW), NOW, per_page=2)

    first, last = page("q=number"), page("q=number&page=3")
    assert [line.event.title for line in first.lines] == ["Number 0", "Number 1"]
    assert (first.previous, first.next) == ("", "?q=number&page=2")
    assert first.result == "Events 1 - 2, more on the next page"
    assert [line.event.title for line in last.lines] == ["Number 4"]
    assert (last.previous, last.next) == ("?q=number&page=2", "")
    assert last.result == "Events 5 - 5 of 5"
    assert page("page=9").number == 1


@pytest.mark.parametrize("address", ["/", "/calendar/", "/calendar/?view=month", "/calendar/?when=past"])
def test_the_calendar_asks_as_little_for_three_events_as_for_one(address, visitor, queries):
    make.announced(begin=TODAY + days(1))
    one = queries(visitor, address)
    make.announced(begin=TODAY + days(2))
    make.announced(begin=TODAY + days(3), topic="Transit")
    assert queries(visitor, address) == one
    assert one <= 3


# --- the month ------------------------------------------------------------------------------------


def test_a_month_shows_an_event_on_each_of_its_days(visitor):
    make.announced(begin=date(TODAY.year + 1, 3, 30), sessions=3, title="Over the end")
    response = visitor.get(f"/calendar/?view=month&month={TODAY.year + 1}-03")
    held = {
        day.day: [item.event.title for item in day.items]
        for week in response.context["month"].weeks
        for day in week
        if day.items
    }
    assert held[date(TODAY.year + 1, 3, 30)] == held[date(TODAY.year + 1, 3, 31)] == ["Over the end"]
    page = response.content.decode()
    assert f"March {TODAY.year + 1}" in page
    assert f"month={TODAY.year + 1}-02" in page and f"month={TODAY.year + 1}-04" in page


def test_a_month_keeps_the_filter(visitor):
    make.announced(begin=TODAY + days(1), title="Transit")
    make.announced(begin=TODAY + days(1), title="Values")
    page = visitor.get(f"/calendar/?view=month&q=transit&month={TODAY + days(1):%Y-%m}").content.decode()
    assert "Transit" in page and "Values" not in page
    assert "q=transit&amp;" in page


@pytest.mark.parametrize("text", ["", "2020", "2020-13", "0001-01", "9999-12", "20-08-1", "x", "٢٠٢٠-٠٨", "2020-0８"])
def test_a_month_that_is_none_is_this_month(text, visitor):
    assert month_asked(text, date(2020, 8, 19)) == date(2020, 8, 1)
    assert visitor.get("/calendar/", {"view": "month", "month": text}).status_code == 200


def test_the_calendar_keeps_topics_for_some_minutes(visitor):
    visitor.get("/calendar/")
    make.announced(topic="Transit")
    assert titles(visitor.get("/calendar/?topic=Transit")) != []
    cache.clear()
    assert '<option value="Transit">' in visitor.get("/calendar/").content.decode()
