"""Sessions and chairs by page: added and changed in a draft, revised once announced."""

from __future__ import annotations

from datetime import time

import pytest

from events.models import Chairing, Session
from events.services import lifecycle
from portal.mail.models import Message
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def sitting(event, **more):
    return {"title": "Afternoon", "day": event.starts_on, "begins": "17:00", "ends": "18:30"} | more


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_stands_in_the_zone_of_the_event_and_of_the_office(read):
    event = make.event("FJ", zone="Asia/Kathmandu")
    text = read(f"/office/events/{event.pk}/sessions/")
    assert "13:00 - 16:00 (Kathmandu, UTC+5:45)" in text
    assert "14:15 - 17:15 (Bangkok, UTC+7)" in text


def test_a_session_is_added_at_wall_time_of_the_event(read):
    event = make.event("FJ", zone="Asia/Kathmandu")
    text = read(f"/office/events/{event.pk}/sessions/", sitting(event))
    assert "“Afternoon” is added." in text
    session = event.sessions.get(title="Afternoon")
    assert (session.begins, session.ends) == (time(17, 0), time(18, 30))
    assert f"{session.starts_at:%H:%M}" == "11:15"
    event.refresh_from_db()
    assert event.ends_at == session.ends_at


BAD = [
    ({"title": ""}, "This field is required."),
    ({"title": "x" * 201}, "at most 200 characters"),
    ({"title": "a\u202eb"}, "hidden character"),
    ({"day": ""}, "This field is required."),
    ({"day": "2027-02-30"}, "Enter a valid date."),
    ({"day": "0001-01-01"}, "This day is outside the event."),
    ({"day": TODAY + days(61)}, "This day is outside the event."),
    ({"begins": "25:00"}, "Enter a valid time."),
    ({"begins": "noon"}, "Enter a valid time."),
    ({"begins": "19:00"}, "The session ends before it begins."),
    ({"ends": "17:00"}, "The session ends before it begins."),
    ({"begins": "15:00", "ends": "17:00"}, "Another session of this event runs at the same time."),
]


@pytest.mark.parametrize(("values", "sentence"), BAD)
def test_a_session_that_cannot_be_is_refused(read, values, sentence):
    event = make.event("FJ")
    assert sentence in read(f"/office/events/{event.pk}/sessions/", sitting(event, **values))
    assert event.sessions.count() == 1


def test_an_hour_that_summer_time_leaves_out_is_refused(read):
    """Clocks in Sydney go forward on the first Sunday of October."""
    year = TODAY.year + 1
    first = next(
        TODAY.replace(year=year, month=10, day=n)
        for n in range(1, 8)
        if TODAY.replace(year=year, month=10, day=n).weekday() == 6
    )
    event = make.event("FJ", begin=first, zone="Australia/Sydney")
    text = read(f"/office/events/{event.pk}/sessions/", sitting(event, begins="02:30", ends="04:00"))
    assert "clocks go forward over it" in text
    assert event.sessions.count() == 1


def test_a_session_of_a_draft_is_changed_and_removed(read):
    event = make.event("FJ")
    session = event.sessions.get()
    text = read(f"/office/sessions/{session.pk}/edit/", sitting(event, title="Evening"))
    assert "The session is saved." in text
    assert "Evening" in text
    assert "“Evening” is removed." in read(f"/office/sessions/{session.pk}/remove/", {})
    assert Session.objects.count() == 0


def test_a_session_of_an_announced_event_changes_with_a_reason_as_a_revision(read):
    event = make.announced("FJ")
    make.confirmed(event)
    session = event.sessions.get()
    assert "1 confirmed person and the contact points get a letter" in read(f"/office/sessions/{session.pk}/edit/")
    assert "This field is required." in read(f"/office/sessions/{session.pk}/edit/", sitting(event))
    text = read(f"/office/sessions/{session.pk}/edit/", sitting(event, reason="The interpreter is late."))
    assert "The session is changed as a revision." in text
    assert event.revisions.get().reason == "The interpreter is late."
    assert Message.objects.filter(purpose="revised").count() == 1
    assert "The interpreter is late." in read(f"/office/events/{event.pk}/")


@pytest.mark.parametrize(("values", "sentence"), BAD[:-1])
def test_a_change_of_an_announced_session_is_judged_like_a_new_one(read, values, sentence):
    event = make.announced("FJ")
    session = event.sessions.get()
    text = read(f"/office/sessions/{session.pk}/edit/", sitting(event, reason="A reason.") | values)
    assert sentence in text
    assert event.revisions.count() == 0


def test_an_announced_event_loses_and_gains_no_session_without_a_revision(read):
    event = make.announced("FJ")
    session = event.sessions.get()
    assert "Sessions are added while the event is a draft." in read(
        f"/office/events/{event.pk}/sessions/", sitting(event)
    )
    assert "Change its sessions as a revision, with a reason." in read(f"/office/sessions/{session.pk}/remove/", {})
    assert event.sessions.count() == 1


def test_sessions_of_a_held_event_stay_as_they_were(read):
    event = make.running("FJ", began=-days(3))
    lifecycle.hold(event, by=None, at=NOW)
    session = event.sessions.get()
    text = read(f"/office/sessions/{session.pk}/edit/", sitting(event))
    assert "This event is over. Its sessions stay as they were." in text
    assert "Add session" not in text


def test_the_next_session_is_suggested_on_the_next_day_at_the_same_hours(read):
    event = make.event("FJ", sessions=1, ends_on=TODAY + days(60))
    text = read(f"/office/events/{event.pk}/sessions/")
    assert 'value="Session 2"' in text
    assert 'value="13:00"' in text


@pytest.mark.parametrize("path", ["sessions/999/edit/", "sessions/999/remove/", "chairs/999/remove/"])
def test_a_row_that_does_not_exist_is_not_found(desk, path):
    assert desk.post(f"/office/{path}").status_code == 404


def test_removing_needs_a_post(desk, indonesia_chair):
    event = make.meeting(chairs=(indonesia_chair,))
    assert desk.get(f"/office/sessions/{event.sessions.get().pk}/remove/").status_code == 405
    assert desk.get(f"/office/chairs/{event.chairings.get().pk}/remove/").status_code == 405


def test_the_sessions_ask_the_database_as_often_for_three_as_for_one(count_queries):
    one = count_queries(f"/office/events/{make.event('FJ', sessions=1).pk}/sessions/")
    assert count_queries(f"/office/events/{make.event('FJ', sessions=3).pk}/sessions/") == one


# --- chairs ---------------------------------------------------------------------------------------


def test_a_chair_is_named_for_the_own_administration(read, indonesia_chair):
    event = make.event("ID")
    values = {
        "person": indonesia_chair.pk,
        "capacity": "Vice-Chair of the region",
        "on_behalf_of": "the Director General",
    }
    text = read(f"/office/events/{event.pk}/chairs/", values)
    assert "Chair from Indonesia is named as chair." in text
    chairing = event.chairings.get()
    assert chairing.administration == indonesia_chair.administration
    overview = read(f"/office/events/{event.pk}/")
    assert "Indonesia, Vice-Chair of the region, on behalf of the Director General" in overview


def test_a_second_chair_of_one_administration_is_refused(read, indonesia_chair):
    event = make.meeting(chairs=(indonesia_chair,))
    other = make.official("ID")
    text = read(f"/office/events/{event.pk}/chairs/", {"person": other.pk})
    assert "Indonesia has a chair of this event already." in text
    assert event.chairings.count() == 1


def test_who_has_no_administration_cannot_be_chosen(read, office):
    event = make.event("ID")
    assert "Select a valid choice." in read(f"/office/events/{event.pk}/chairs/", {"person": office.pk})
    assert "Select a valid choice." in read(f"/office/events/{event.pk}/chairs/", {"person": "999999"})
    assert "This field is required." in read(f"/office/events/{event.pk}/chairs/", {"person": ""})
    assert Chairing.objects.count() == 0


@pytest.mark.parametrize("field", ["capacity", "on_behalf_of"])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [("x" * 201, "at most 200 characters"), ("a\nb", "Write this on one line."), ("a\x1bb", "hidden")],
)
def test_bad_words_about_a_chair_are_refused(read, indonesia_chair, field, value, sentence):
    event = make.event("ID")
    assert sentence in read(f"/office/events/{event.pk}/chairs/", {"person": indonesia_chair.pk, field: value})
    assert Chairing.objects.count() == 0


def test_a_chair_is_removed_until_the_first_signature(read, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(3))
    lifecycle.hold(event, by=None, at=NOW)
    event.refresh_from_db()
    make.signed(make.drafted(event))
    chairing = event.chairings.get(person=indonesia_chair)
    text = read(f"/office/chairs/{chairing.pk}/remove/", {})
    assert "Chair from Indonesia has signed the outcome and stays as chair." in text
    other = make.meeting(chairs=(indonesia_chair,))
    text = read(f"/office/chairs/{other.chairings.get().pk}/remove/", {})
    assert "is not a chair of this event any more." in text
    assert other.chairings.count() == 0
