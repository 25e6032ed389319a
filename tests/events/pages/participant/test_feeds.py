"""Calendar files: valid, complete, without names and without addresses to join."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.core.cache import cache

from events.services import lifecycle
from tests import make
from tests.make import NOW, TODAY, days


def entries(response) -> list[Any]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))


def test_the_feed_holds_each_session_in_utc(visitor):
    event = make.announced(sessions=2, zone="Asia/Yangon", title="Workshop on transit")
    found = entries(visitor.get("/calendar.ics"))
    assert [str(entry["summary"]) for entry in found] == [
        "Workshop on transit: Session 1",
        "Workshop on transit: Session 2",
    ]
    assert found[0].decoded("dtstart") == datetime.combine(
        event.starts_on, datetime.min.time(), UTC
    ) + timedelta(hours=6, minutes=30)  # fmt: skip
    assert str(found[0]["url"]).endswith(f"/events/{event.slug}/")
    assert str(found[0]["uid"]).startswith(f"session-{event.sessions.get(title='Session 1').pk}@")


def test_feeds_hold_no_names_and_no_joining_information(visitor, as_user, fiji_official, indonesia_chair, office):
    event = make.meeting("ID", "FJ", chairs=(indonesia_chair,), by=office, begin=TODAY + days(1))
    row = make.confirmed(event, person=fiji_official)
    for client in (visitor, as_user(fiji_official), as_user(office)):
        for address in ("/calendar.ics", f"/events/{event.slug}/event.ics"):
            file = client.get(address).content.decode()
            for secret in ("meet.example", "7890", row.official.name, indonesia_chair.name, office.name, "ATTENDEE"):
                assert secret not in file.replace("\r\n ", "")
            assert "ORGANIZER" not in file and "mailto:" not in file.lower()


def test_the_feed_holds_public_events_only_whoever_asks(as_user, fiji_official, office):
    make.announced("FJ", access="customs", title="Closed")
    make.event(title="Draft")
    make.announced(title="Open")
    for person in (None, fiji_official, office):
        file = as_user(person).get("/calendar.ics").content.decode()
        assert "Open" in file and "Closed" not in file and "Draft" not in file


def test_a_closed_event_as_file_is_for_those_who_see_its_page(visitor, as_user, fiji_official):
    event = make.announced("FJ", access="customs")
    assert visitor.get(f"/events/{event.slug}/event.ics").status_code == 404
    response = as_user(fiji_official).get(f"/events/{event.slug}/event.ics")
    assert len(entries(response)) == 1
    assert response["Cache-Control"] == "private, no-store"


def test_a_draft_has_no_file(as_user, office):
    assert as_user(office).get(f"/events/{make.event().slug}/event.ics").status_code == 404


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_an_event_that_was_called_off_leaves_the_calendars(verb, visitor, office):
    event = make.announced(by=office)
    before = entries(visitor.get("/calendar.ics"))[0]
    getattr(lifecycle, verb)(event, reason="Storm", by=office, at=NOW)
    cache.clear()
    after = entries(visitor.get("/calendar.ics"))[0]
    assert after["uid"] == before["uid"]
    assert after["status"] == "CANCELLED" and after["sequence"] > before["sequence"]


def test_a_moved_event_keeps_its_entry(visitor, office):
    event = make.announced(by=office)
    address = f"/events/{event.slug}/event.ics"
    before = entries(visitor.get(address))[0]
    shift = {"starts_on": event.starts_on + days(7), "ends_on": event.ends_on + days(7)}
    lifecycle.revise(event, reason="Host", by=office, at=NOW, **shift)
    after = entries(visitor.get(address))[0]
    assert after["uid"] == before["uid"] and after["sequence"] == before["sequence"] + 1
    assert after.decoded("dtstart") - before.decoded("dtstart") == days(7)


def test_a_program_that_asks_again_gets_nothing_new(visitor):
    event = make.announced()
    for address in ("/calendar.ics", f"/events/{event.slug}/event.ics"):
        first = visitor.get(address)
        assert first["Cache-Control"] == "public, max-age=300"
        again = visitor.get(address, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304 and not again.content


def test_the_feed_asks_as_little_for_three_events_as_for_one(visitor, queries):
    make.announced()
    one = queries(visitor, "/calendar.ics")
    make.announced(sessions=3)
    make.announced()
    assert queries(visitor, "/calendar.ics") == one
    assert visitor.post("/calendar.ics").status_code == 405


def test_old_events_leave_the_feed(visitor):
    make.running(began=timedelta(days=-400), title="Long over")
    make.running(began=timedelta(days=-30), title="Lately over")
    file = visitor.get("/calendar.ics").content.decode()
    assert "Lately over" in file and "Long over" not in file
