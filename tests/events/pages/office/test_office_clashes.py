"""Clashes on the pages of the office, and the calendars of other bodies."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import OtherCalendar, OtherMeeting
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db

BEGIN = TODAY + days(60)


@pytest.fixture
def pair():
    """A draft and an announced event for Fiji on the same day."""
    return make.event("FJ", "TO", begin=BEGIN), make.announced("FJ", begin=BEGIN, title="Workshop on Valuation")


@pytest.mark.parametrize("page", ["", "sessions/", "clashes/"])
def test_a_clash_is_named_with_a_link_to_the_other_event(read, pair, page):
    event, other = pair
    text = read(f"/office/events/{event.pk}/{page}")
    assert (
        f'href="/office/events/{other.pk}/">1 of 2 administrations is also invited to “Workshop on Valuation”' in text
    )


def test_clashes_stand_above_the_announcement_and_forbid_nothing(read, pair):
    event, _other = pair
    text = read(f"/office/events/{event.pk}/")
    assert text.index("also invited to") < text.index("Announce and queue 2 invitations")
    assert "The event is announced." in read(f"/office/events/{event.pk}/announce/", {})


def test_clashes_stand_on_the_page_of_a_revision(read, pair):
    _event, other = pair
    assert "also a target of the draft" in read(f"/office/events/{other.pk}/revise/")


def test_other_days_can_be_tried_and_nothing_is_changed(read, pair):
    event, _other = pair
    text = read(f"/office/events/{event.pk}/clashes/?first={BEGIN + days(1)}")
    assert "also invited to" not in text
    assert "As if the event ran" in text
    event.refresh_from_db()
    assert event.starts_on == BEGIN


@pytest.mark.parametrize("first", ["", "soon", "0001-01-01", "9999-12-31", "%00"])
def test_a_day_that_is_none_shows_the_days_of_the_event(read, pair, first):
    event, _other = pair
    text = read(f"/office/events/{event.pk}/clashes/?first={first}")
    assert "also invited to" in text
    assert "As if the event ran" not in text


def test_the_list_of_events_marks_clashes_with_flat_queries(read, count_queries, pair):
    event, other = pair
    text = read("/office/events/")
    assert f'href="/office/events/{event.pk}/clashes/">1 clash<' in text
    assert f'href="/office/events/{other.pk}/clashes/">1 clash<' in text
    few = count_queries("/office/events/")
    for _number in range(3):
        make.event("FJ", "TO", begin=BEGIN)
    assert count_queries("/office/events/") == few


def test_an_uploaded_calendar_stands_in_the_list_and_in_the_clashes(read, pair):
    event, _other = pair
    file = SimpleUploadedFile("wco.ics", make.calendar_file(("Policy Commission", BEGIN, BEGIN + days(1))))
    text = read("/office/other-calendars/upload/", {"name": "WCO Secretariat", "file": file})
    assert "WCO Secretariat: 1 added, 0 changed, 0 gone, 0 as before." in text
    assert "Policy Commission" in text
    assert "WCO Secretariat has “Policy Commission” on" in read(f"/office/events/{event.pk}/")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "This is not a calendar file."),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "The file has no meeting that can be taken."),
        (b"", "The file is empty."),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * (2 * 1024 * 1024), "The file is larger than 2 MB."),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_at_the_field(read, content, sentence):
    file = SimpleUploadedFile("wco.ics", content)
    text = read("/office/other-calendars/upload/", {"name": "WCO Secretariat", "file": file})
    assert sentence in text
    assert 'value="WCO Secretariat"' in text
    assert not OtherCalendar.objects.exists()


def test_a_name_with_hidden_characters_is_refused(read):
    file = SimpleUploadedFile("wco.ics", make.calendar_file(("Council", BEGIN, BEGIN)))
    assert "hidden character" in read("/office/other-calendars/upload/", {"name": "W\u202eCO", "file": file})
    assert not OtherCalendar.objects.exists()


def test_meetings_are_filtered_sorted_and_exported(read, desk):
    wco = make.other_calendar(("Council", BEGIN, BEGIN), ("=cmd", BEGIN + days(9), BEGIN + days(9)))
    make.other_calendar(("Annual conference", BEGIN, BEGIN), name="OCO")
    text = read(f"/office/other-calendars/?calendar={wco.pk}&q=coun&sort=-title")
    assert "1 meeting<" in text.replace("\n", "")
    assert "Annual conference" not in text
    assert "=cmd" not in read(f"/office/other-calendars/?last={BEGIN}")
    answer = desk.get("/office/other-calendars/meetings.csv?sort=title").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(answer)))
    assert [row[1] for row in rows] == ["Title", "'=cmd", "Annual conference", "Council"]


@pytest.mark.parametrize(
    "query", ["calendar=x", "calendar=99999999999999999999", "first=soon", "sort=secret", "page=0", "q=%00"]
)
def test_a_filter_that_is_not_understood_filters_nothing(read, query):
    make.other_calendar(("Council", BEGIN, BEGIN))
    assert "Council" in read(f"/office/other-calendars/?{query}")


def test_the_list_of_meetings_has_flat_queries(read, count_queries):
    make.other_calendar(("Council", BEGIN, BEGIN))
    few = count_queries("/office/other-calendars/")
    make.other_calendar(("Annual conference", BEGIN, BEGIN), ("Second", BEGIN, BEGIN), name="OCO")
    assert count_queries("/office/other-calendars/") == few


def test_a_calendar_is_removed_by_a_click_that_tells_what_happens(read):
    calendar = make.other_calendar(("Council", BEGIN, BEGIN))
    assert "Its meetings are not compared with your events any more." in read("/office/other-calendars/")
    text = read(f"/office/other-calendars/{calendar.pk}/remove/", {})
    assert "The calendar of WCO Secretariat is removed." in text
    assert "No calendar yet." in text
    assert not OtherMeeting.objects.exists()


def test_nobody_else_sees_clashes_or_other_calendars(as_user, pair):
    event, _other = pair
    calendar = make.other_calendar()
    for person in (make.official("FJ"), make.contact_point("FJ"), make.expert()):
        browser = as_user(person)
        for path in (
            f"events/{event.pk}/clashes/",
            "other-calendars/",
            "other-calendars/upload/",
            "other-calendars/meetings.csv",
        ):
            assert browser.get(f"/office/{path}").status_code == 403
        assert browser.post(f"/office/other-calendars/{calendar.pk}/remove/").status_code == 403
    assert OtherCalendar.objects.exists()
