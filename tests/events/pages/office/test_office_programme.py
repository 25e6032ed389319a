"""The programme by page: the list, a new event, the edit, the announcement, revisions, the end."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from events.models import Access, Event, Kind, Mode
from events.services import lifecycle, programme, registrations
from events.states import EventState, InvitationState
from portal.kit import trail
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def letters(*purposes):
    return Message.objects.filter(purpose__in=purposes)


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


# --- the announcement -----------------------------------------------------------------------------


def test_a_draft_says_everything_that_is_missing(read, office):
    event = programme.create(
        by=office,
        title="Bare",
        kind=Kind.VISIT,
        mode=Mode.ONLINE,
        starts_on=TODAY + days(30),
        ends_on=TODAY + days(30),
        time_zone="Asia/Bangkok",
    )
    text = read(f"/office/events/{event.pk}/")
    for gap in (
        "Add at least one session.",
        "Choose the administrations to invite.",
        "Set the nomination deadline.",
        "Offer at least one seat.",
    ):
        assert gap in text
    assert "Announce and queue" not in text
    assert "Add at least one session." in read(f"/office/events/{event.pk}/announce/", {})
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


def test_announcing_queues_one_letter_for_each_administration(read):
    event = make.event("FJ", "TO", "WS")
    assert "Announce and queue 3 invitations" in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/announce/", {})
    assert "The event is announced. 3 invitations are queued." in text
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED
    assert letters("invited").count() == 3
    assert event.invitations.silent().count() == 3


def test_announcing_twice_is_refused_with_a_sentence(read):
    event = make.announced("FJ")
    assert "This event is announced. It cannot become announced." in read(f"/office/events/{event.pk}/announce/", {})
    assert letters("invited").count() == 1


# --- revisions ------------------------------------------------------------------------------------


def revision_of(event, **more):
    return {
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "nominate_by": event.nominate_by,
        "time_zone": event.time_zone,
        "mode": event.mode,
        "reason": "A public holiday.",
    } | more


def test_a_revision_is_numbered_and_shows_its_clauses_in_words(read):
    event = make.announced("FJ", mode=Mode.IN_PERSON)
    make.confirmed(event)
    assert "A letter with your reason goes to 1 person and 1 contact point." in read(
        f"/office/events/{event.pk}/revise/"
    )
    text = read(f"/office/events/{event.pk}/revise/", revision_of(event, mode="online"))
    assert "Revision 1 is made and its letters are queued." in text
    assert "In person" in text
    assert "A public holiday." in text
    assert letters("revised").count() == 1
    event.refresh_from_db()
    assert event.mode == Mode.ONLINE


def test_sessions_move_with_the_first_day_and_nominations_stay(read):
    event = make.announced("FJ")
    make.nominated(event)
    begin = event.starts_on + days(7)
    read(f"/office/events/{event.pk}/revise/", revision_of(event, starts_on=begin, ends_on=begin))
    assert event.sessions.get().day == begin
    assert event.registrations.live().count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Nothing changed. Change a date, the zone or the mode first."),
        ({"mode": "hybrid", "reason": ""}, "This field is required."),
        ({"mode": "hybrid", "reason": "x" * 301}, "at most 300 characters"),
        ({"nominate_by": ""}, "This field is required."),
        ({"nominate_by": "2020-01-01"}, "This day is in the past."),
        ({"starts_on": "2020-01-01"}, "This day is in the past."),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "more than five years ahead"),
        ({"ends_on": "2020-01-01"}, "The last day is before the first day."),
        ({"time_zone": "Nowhere"}, "Select a valid choice."),
    ],
)
def test_a_revision_that_cannot_be_is_refused(read, values, sentence):
    event = make.announced("FJ")
    assert sentence in read(f"/office/events/{event.pk}/revise/", revision_of(event, **values))
    assert event.revisions.count() == 0


def test_a_draft_is_not_revised(read):
    event = make.event()
    text = read(f"/office/events/{event.pk}/revise/", revision_of(event, mode="hybrid"))
    assert "Only an announced event is changed by a revision." in text


# --- postponed, cancelled, held, reported ------------------------------------------------------------


def test_postponing_says_to_how_many_a_letter_goes(read):
    event = make.announced("FJ", "TO")
    make.confirmed(event)
    assert "A letter with your reason goes to 1 person and 2 contact points." in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/postpone/", {"reason": "The venue is closed."})
    assert "The event is postponed." in text
    event.refresh_from_db()
    assert event.state == EventState.POSTPONED
    assert letters("postponed").count() == 1
    assert letters("postponed_administration").count() == 2


def test_a_postponed_event_gets_new_days_and_is_announced_again(read):
    event = make.announced("FJ")
    lifecycle.postpone(event, reason="No room.", by=event.officer, at=NOW)
    event.refresh_from_db()
    begin = TODAY + days(120)
    edit(read, event, starts_on=begin, ends_on=begin, nominate_by=begin - days(21))
    assert "A session lies outside the days of the event." in read(f"/office/events/{event.pk}/")
    session = event.sessions.get()
    read(f"/office/sessions/{session.pk}/edit/", {"title": "Day 1", "day": begin, "begins": "10:00", "ends": "12:00"})
    assert "as the new days" in read(f"/office/events/{event.pk}/")
    read(f"/office/events/{event.pk}/announce/", {})
    event.refresh_from_db()
    assert (event.state, event.starts_on) == (EventState.ANNOUNCED, begin)
    assert event.revisions.count() == 1


def test_cancelling_lifts_the_invitations_and_tells_everybody(read):
    event = make.announced("FJ")
    make.nominated(event)
    text = read(f"/office/events/{event.pk}/cancel/", {"reason": "No money."})
    assert "The event is cancelled." in text
    event.refresh_from_db()
    assert event.state == EventState.CANCELLED
    assert event.invitations.get().state == InvitationState.LIFTED
    assert letters("cancelled").count() == 1
    assert not letters("nomination_reminder").filter(state=MessageState.QUEUED).exists()


def test_cancelling_a_draft_sends_no_letter(read):
    event = make.event("FJ")
    assert "Nobody was invited yet: no letter goes out." in read(f"/office/events/{event.pk}/")
    read(f"/office/events/{event.pk}/cancel/", {"reason": "No money."})
    assert Message.objects.count() == 0


@pytest.mark.parametrize("act", ["postpone", "cancel"])
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "This field is required."), ("x" * 301, "at most 300 characters"), ("a\x07b", "hidden character")],
)
def test_an_end_needs_a_reason(read, act, reason, sentence):
    event = make.announced("FJ")
    text = read(f"/office/events/{event.pk}/{act}/", {"reason": reason})
    assert sentence in text
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED


def test_a_held_event_cannot_be_cancelled(read):
    event = make.running("FJ", began=-days(3))
    lifecycle.hold(event, by=None, at=NOW)
    text = read(f"/office/events/{event.pk}/cancel/", {"reason": "Too late."})
    assert "This event is held. It cannot become cancelled." in text
    assert "Cancel event" not in read(f"/office/events/{event.pk}/")


def test_holding_waits_for_the_last_session(read):
    event = make.announced("FJ")
    assert "The event is not over yet." in read(f"/office/events/{event.pk}/hold/", {})
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED


def test_an_event_is_held_and_reported_by_the_next_steps(read):
    event = make.running("FJ", began=-timedelta(days=3))
    assert "Mark as held" in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/hold/", {})
    assert "Mark as reported" in text
    text = read(f"/office/events/{event.pk}/report/", {})
    assert "The file of this event is closed" in text
    event.refresh_from_db()
    assert event.state == EventState.REPORTED
    assert trail.history(event).filter(facts__after=EventState.REPORTED).count() == 1


def test_a_meeting_is_not_reported_before_its_outcome_is_published(read, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(3))
    lifecycle.hold(event, by=None, at=NOW)
    event.refresh_from_db()
    assert "No outcome is drafted yet." in read(f"/office/events/{event.pk}/")
    make.drafted(event)
    assert "The outcome is drafted." in read(f"/office/events/{event.pk}/")
    assert "The outcome of this meeting is not published yet." in read(f"/office/events/{event.pk}/report/", {})
    event.refresh_from_db()
    assert event.state == EventState.HELD


def test_the_next_step_follows_the_rows(read):
    event = make.announced("FJ", "TO")
    assert "2 administrations have not answered." in read(f"/office/events/{event.pk}/")
    make.nominated(event)
    assert "1 nominee waits for your decision." in read(f"/office/events/{event.pk}/")


@pytest.mark.parametrize("act", ["announce", "postpone", "cancel", "hold", "report"])
def test_an_act_needs_a_post(desk, act):
    event = make.event()
    assert desk.get(f"/office/events/{event.pk}/{act}/").status_code == 405
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


@pytest.mark.parametrize("page", ["", "edit/", "revise/", "sessions/", "chairs/", "invitations/", "invitations.csv"])
def test_an_event_that_does_not_exist_is_not_found(desk, page):
    assert desk.get(f"/office/events/999/{page}").status_code == 404


def test_the_page_of_an_event_asks_the_database_as_often_for_three_targets_as_for_one(count_queries):
    one = count_queries(f"/office/events/{make.announced('FJ').pk}/")
    assert count_queries(f"/office/events/{make.announced('FJ', 'TO', 'WS').pk}/") == one
