"""The programme by page: the list of events, a new event, the edit of an event."""

from __future__ import annotations

import csv
import io

import pytest

from events.models import Access, Event, Kind, Mode
from events.services import lifecycle, registrations
from events.states import EventState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


# --- the list -------------------------------------------------------------------------------------


def test_an_empty_list_leads_to_the_work_plan(read):
    assert "No event matches. An event begins with a line of the work plan." in read("/office/events/")


def test_the_list_shows_state_and_seats_counted_from_rows(read):
    event = make.announced("FJ", "TO", seats=1, pool=0, title="Full workshop")
    make.confirmed(event)
    registrations.wait(make.nominated(event), by=event.officer)
    text = read("/office/events/")
    assert "Full workshop" in text
    assert "Announced" in text
    assert "1 of 2 taken" in text
    assert 'data-label="Waiting" class="num">1<' in text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=dogs", "Detector dogs", "Free zones"),
        ("state=draft", "Free zones", "Detector dogs"),
        ("state=announced", "Detector dogs", "Free zones"),
        ("kind=visit", "Free zones", "Detector dogs"),
        ("mode=hybrid", "Detector dogs", "Free zones"),
    ],
)
def test_the_list_is_filtered_in_the_address_bar(read, query, shown, hidden):
    make.announced(title="Detector dogs", mode=Mode.HYBRID)
    make.event(title="Free zones", kind=Kind.VISIT)
    text = read(f"/office/events/?{query}")
    assert shown in text
    assert hidden not in text


def test_the_list_is_filtered_by_fiscal_year(read):
    near = make.event(title="Near one")
    make.event(title="Far one", begin=TODAY + days(60 + 366))
    first = near.starts_on.year - (near.starts_on.month < 7)
    text = read(f"/office/events/?year={first}")
    assert "Near one" in text
    assert "Far one" not in text


@pytest.mark.parametrize(
    "query", ["state=x", "year=abc", "year=99999999999", "sort=drop", "page=%00", "page=999", "q=%1b"]
)
def test_words_that_are_not_understood_filter_nothing(read, query):
    make.event(title="Free zones")
    assert "Free zones" in read(f"/office/events/?{query}")


def test_the_list_is_sorted_by_title_and_by_day(read):
    make.event(title="B one", begin=TODAY + days(30))
    make.event(title="A one", begin=TODAY + days(90))
    text = read("/office/events/?sort=title")
    assert text.index("A one") < text.index("B one")
    text = read("/office/events/?sort=begin")
    assert text.index("B one") < text.index("A one")


def test_the_export_holds_the_filtered_rows_and_no_formula(desk):
    make.announced("FJ", title="=1+1", seats=2)
    make.event(title="Free zones")
    text = desk.get("/office/events/events.csv?state=announced").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Title"] for row in rows] == ["'=1+1"]
    assert rows[0]["Seats offered"] == "2"


def test_the_list_asks_the_database_as_often_for_three_events_as_for_one(count_queries):
    make.announced()
    one = count_queries("/office/events/")
    make.announced()
    make.announced()
    assert count_queries("/office/events/") == one


# --- a new event ----------------------------------------------------------------------------------

NEW = {
    "title": "Round table",
    "kind": "regional_seminar",
    "mode": "online",
    "starts_on": str(TODAY + days(30)),
    "ends_on": str(TODAY + days(31)),
    "time_zone": "Asia/Kathmandu",
}


def test_an_event_beside_the_plan_is_a_draft_of_its_officer(read, office):
    text = read("/office/events/new/", NEW)
    event = Event.objects.get()
    assert "The draft is made." in text
    assert (event.title, event.state, event.time_zone, event.officer) == (
        "Round table",
        EventState.DRAFT,
        "Asia/Kathmandu",
        office,
    )
    assert event.activity is None


BAD_DAYS = [
    ({"starts_on": "2020-01-01"}, "This day is in the past."),
    ({"starts_on": "0000-01-01"}, "Enter a valid date."),
    ({"starts_on": "0001-01-01"}, "This day is in the past."),
    ({"starts_on": "2027-02-30"}, "Enter a valid date."),
    ({"starts_on": "tomorrow"}, "Enter a valid date."),
    ({"ends_on": str(TODAY + days(1))}, "The last day is before the first day."),
    ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "This day is more than five years ahead."),
    ({"ends_on": str(TODAY + days(460))}, "An event runs for three months at most."),
    ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
    ({"time_zone": ""}, "This field is required."),
    ({"title": ""}, "This field is required."),
    ({"title": "x" * 251}, "at most 250 characters"),
    ({"title": "Work\u2028shop"}, "hidden character"),
    ({"title": "Bob\r\nBcc: all@victim.example"}, "Write this on one line."),
    ({"kind": "party"}, "Select a valid choice."),
    ({"mode": ""}, "This field is required."),
]


@pytest.mark.parametrize(("values", "sentence"), BAD_DAYS)
def test_a_new_event_with_a_bad_value_is_refused_at_its_field(read, values, sentence):
    text = read("/office/events/new/", NEW | values)
    assert sentence in text
    assert "to correct" in text
    assert Event.objects.count() == 0


def test_an_empty_form_names_every_field_that_is_missing(read):
    assert "6 things to correct" in read("/office/events/new/", {"title": ""})


def test_markup_in_a_title_stays_text(read):
    read("/office/events/new/", NEW | {"title": "<script>alert(1)</script>"})
    text = read(f"/office/events/{Event.objects.get().pk}/")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


# --- the edit -------------------------------------------------------------------------------------


def values_of(event, **more):
    values = {
        "title": event.title,
        "kind": event.kind,
        "topic": "transit",
        "objective": "Learn from each other.",
        "access": event.access,
        "mode": event.mode,
        "time_zone": event.time_zone,
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "nominate_by": event.nominate_by or "",
        "seats_per_administration": event.seats_per_administration,
        "pool_seats": event.pool_seats,
        "targets": [target.pk for target in event.targets.all()],
        "platform": "zoom",
        "joining_url": "https://meet.example/new-room",
        "joining_notes": "Passcode 1",
        "fallback": "Dial +66 2",
    }
    return values | more


def edit(read, event, **more):
    return read(f"/office/events/{event.pk}/edit/", values_of(event, **more))


def test_a_draft_is_edited_in_every_field(read, office):
    event = make.event()
    donor = make.organisation()
    text = edit(
        read,
        event,
        title="Workshop on Origin",
        kind="regional_workshop",
        access="customs",
        mode="hybrid",
        host="Fiji Revenue and Customs Service",
        venue="Suva",
        donors=[donor.pk],
        officer=office.pk,
        time_zone="Pacific/Fiji",
        nominate_by=TODAY + days(20),
        seats_per_administration=3,
        pool_seats=7,
        targets=[make.administration("WS").pk],
    )
    assert "The event is saved." in text
    event.refresh_from_db()
    assert (event.title, event.kind, event.access, event.mode) == (
        "Workshop on Origin",
        Kind.REGIONAL_WORKSHOP,
        Access.CUSTOMS,
        Mode.HYBRID,
    )
    assert (event.host, event.venue, event.topic, event.officer) == (
        "Fiji Revenue and Customs Service",
        "Suva",
        "transit",
        office,
    )
    assert (event.time_zone, event.seats_per_administration, event.pool_seats) == ("Pacific/Fiji", 3, 7)
    assert (event.joining_url, event.fallback) == ("https://meet.example/new-room", "Dial +66 2")
    assert [target.iso2 for target in event.targets.all()] == ["WS"]
    assert list(event.donors.all()) == [donor]
    assert event.nominate_by_at == event.derived_deadline()


def test_a_whole_group_is_added_to_the_chosen_administrations(read):
    event = make.event("FJ")
    group = make.group("far-north", "JP", "HK")
    edit(read, event, add_groups=[group.pk])
    assert {target.iso2 for target in event.targets.all()} == {"FJ", "JP", "HK"}


def test_members_of_a_group_are_those_of_the_first_day(read):
    event = make.event("FJ")
    group = make.group("asean", "TH")
    group.memberships.create(administration=make.administration("JP"), from_on=event.starts_on + days(1))
    edit(read, event, add_groups=[group.pk], targets=[])
    assert [target.iso2 for target in event.targets.all()] == ["TH"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        *[case for case in BAD_DAYS if "ends_on" not in case[0]],
        ({"ends_on": TODAY + days(1)}, "The last day is before the first day."),
        ({"ends_on": TODAY + days(460)}, "An event runs for three months at most."),
        ({"nominate_by": TODAY + days(61)}, "The nomination deadline is after the first day."),
        ({"nominate_by": "2020-01-01"}, "This day is in the past."),
        ({"seats_per_administration": "-1"}, "greater than or equal to 0"),
        ({"seats_per_administration": ""}, "This field is required."),
        ({"pool_seats": "99999999999999999999"}, "less than or equal to 5000"),
        ({"pool_seats": "12.5"}, "Enter a whole number."),
        ({"pool_seats": "²"}, "Enter a whole number."),
        ({"joining_url": "http://meet.example/1"}, "The address must begin with https://."),
        ({"joining_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"joining_url": "https://zoom.us@evil.example/j/1"}, "must not hold a name or a password"),
        ({"joining_url": "https://meet.example/" + "x" * 500}, "at most 500 characters"),
        ({"joining_notes": "x" * 5001}, "at most 5000 characters"),
        ({"joining_notes": "a\x00b"}, "Null characters are not allowed."),
        ({"fallback": "x" * 251}, "at most 250 characters"),
        ({"targets": ["999999"]}, "Select a valid choice."),
        ({"add_groups": ["999999"]}, "Select a valid choice."),
        ({"donors": ["x"]}, "is not a valid value."),
        ({"officer": "999999"}, "Select a valid choice."),
        ({"access": "nobody"}, "Select a valid choice."),
        ({"platform": "skype"}, "Select a valid choice."),
    ],
)
def test_a_bad_value_of_an_event_is_refused_at_its_field(read, values, sentence):
    event = make.event(title="Workshop on Origin")
    text = edit(read, event, **values)
    assert sentence in text
    assert "to correct" in text
    event.refresh_from_db()
    assert event.title == "Workshop on Origin"
    assert event.joining_url == "https://meet.example/secret-room"


def test_a_draft_whose_days_are_past_can_still_be_corrected_elsewhere(read):
    event = make.event(begin=TODAY - days(40))
    assert "The event is saved." in edit(read, event, title="Corrected title")


def test_an_announced_event_shows_its_days_but_changes_only_the_rest(read):
    event = make.announced("FJ", "TO")
    text = read(f"/office/events/{event.pk}/edit/")
    assert "What people were invited to" in text
    assert 'name="starts_on"' not in text
    assert 'name="targets"' not in text
    edit(read, event, starts_on=TODAY + days(90), ends_on=TODAY + days(90), targets=[], seats_per_administration=9)
    before = event.starts_on
    event.refresh_from_db()
    assert event.starts_on == before
    assert event.targets.count() == 2
    assert (event.seats_per_administration, event.joining_url) == (9, "https://meet.example/new-room")


def test_a_cancelled_event_is_not_edited(read):
    event = make.event()
    lifecycle.cancel(event, reason="No money.", by=event.officer, at=NOW)
    assert "This event was cancelled. It stays as it was." in edit(read, event, title="Corrected title")
    event.refresh_from_db()
    assert event.title != "Corrected title"
