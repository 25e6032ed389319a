"""Calendar files against the rules of RFC 5545, without trusting the library that wrote them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.calendar import Meeting, Party, Sitting, feed, invite
from tests import rfc5545

AT = datetime(2020, 8, 1, 12, 0, 30, 999_999, tzinfo=UTC)
START = datetime(2020, 8, 19, 6, 30, tzinfo=UTC)
OFFICE = Party("Regional Office", "office@portal.example")
GUEST = Party("Official 1 of Fiji", "official1@fj.example")


def meeting(**values) -> Meeting:
    sittings = [
        Sitting(
            f"session-{n}-registration-34",
            f"Session {n}",
            START + timedelta(days=n),
            START + timedelta(days=n, hours=3),
        )
        for n in (1, 2, 3)
    ]
    return Meeting(**{"title": "Workshop on Transit", "sittings": sittings, "sequence": 2, **values})


def invitation(row: Meeting, method: Any = "REQUEST", attendee: Party = GUEST) -> bytes:
    return invite(row, method=method, attendee=attendee, organizer=OFFICE, host="portal.example", at=AT)


def checked(content: bytes) -> list[rfc5545.Entry]:
    """The entries of a file that a reader of our own and the library both understand."""
    entries = rfc5545.checked(content)
    parsed = icalendar.Calendar.from_ical(content)
    assert len(parsed.events) == len(entries)
    assert not parsed.errors
    return entries


def test_a_meeting_of_three_sittings_gives_three_entries_with_one_attendee_each() -> None:
    entries = checked(invitation(meeting()))
    assert [entry["UID"][0] for entry in entries] == [f":session-{n}-registration-34@portal.example" for n in (1, 2, 3)]
    assert entries[0]["DTSTART"] == [":20200820T063000Z"]
    assert entries[0]["DTEND"] == [":20200820T093000Z"]
    for entry in entries:
        assert len(entry["ATTENDEE"]) == 1
        assert entry["ATTENDEE"][0].endswith(":mailto:official1@fj.example")
        assert entry["ORGANIZER"] == [":mailto:office@portal.example"]
        assert entry["SEQUENCE"] == [":2"]
        assert entry["STATUS"] == [":CONFIRMED"]


def test_a_cancellation_names_the_same_entries() -> None:
    before, after = checked(invitation(meeting())), checked(invitation(meeting(sequence=3), "CANCEL"))
    assert [entry["UID"] for entry in before] == [entry["UID"] for entry in after]
    assert {entry["STATUS"][0] for entry in after} == {":CANCELLED"}
    assert b"METHOD:CANCEL\r\n" in invitation(meeting(), "CANCEL")


def test_times_in_any_zone_are_written_in_utc() -> None:
    kathmandu = datetime.fromisoformat("2020-08-19T12:15:00+05:45")
    row = meeting(sittings=[Sitting("a", "", kathmandu, kathmandu + timedelta(hours=1))])
    assert checked(invitation(row))[0]["DTSTART"] == [":20200819T063000Z"]


def test_a_quotation_mark_in_a_name_does_not_break_the_line() -> None:
    entries = checked(invitation(meeting(), attendee=Party('Official "One", of\r\nX-EVIL:1', GUEST.email)))
    assert 'CN="Official One, of X-EVIL:1"' in entries[0]["ATTENDEE"][0]


def test_a_line_break_in_a_title_starts_no_new_property() -> None:
    entries = checked(invitation(meeting(title="Workshop\r\nATTENDEE:mailto:evil@example.org", place="Room\n1")))
    assert all(len(entry["ATTENDEE"]) == 1 for entry in entries)
    assert entries[0]["SUMMARY"] == [":Workshop ATTENDEE:mailto:evil@example.org: Session 1"]


def test_a_feed_names_no_person_and_asks_nobody() -> None:
    content = feed("Events", [meeting(url="https://portal.example/events/a/")], host="portal.example", at=AT)
    entries = checked(content)
    assert len(entries) == 3
    assert not any("ATTENDEE" in entry or "ORGANIZER" in entry for entry in entries)
    assert b"METHOD:PUBLISH\r\n" in content


def test_a_cancelled_meeting_stays_in_the_feed_as_cancelled() -> None:
    entries = checked(feed("Events", [meeting(cancelled=True)], host="portal.example", at=AT))
    assert {entry["STATUS"][0] for entry in entries} == {":CANCELLED"}


def test_what_is_not_sure_is_tentative_and_what_is_cancelled_is_cancelled_only() -> None:
    entries = checked(feed("Events", [meeting(tentative=True)], host="portal.example", at=AT))
    assert {entry["STATUS"][0] for entry in entries} == {":TENTATIVE"}
    entries = checked(feed("Events", [meeting(tentative=True, cancelled=True)], host="portal.example", at=AT))
    assert {entry["STATUS"][0] for entry in entries} == {":CANCELLED"}


def test_a_feed_says_when_to_ask_again_in_both_words() -> None:
    found = rfc5545.lines(feed("Events", [], host="portal.example", at=AT, refresh=timedelta(hours=1)))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in found
    assert "X-PUBLISHED-TTL:PT1H" in found


def test_an_empty_feed_is_a_calendar() -> None:
    assert checked(feed("Events", [], host="portal.example", at=AT)) == []


def test_the_same_meeting_gives_the_same_bytes() -> None:
    assert invitation(meeting()) == invitation(meeting())


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=200)


@given(
    title=words,
    name=words,
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\r\t")),
)
def test_whatever_people_write_the_file_is_valid(title: str, name: str, text: str) -> None:
    entries = checked(invitation(meeting(title=title, text=text), attendee=Party(name, GUEST.email)))
    assert len(entries) == 3


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_method_stands_once(method: str) -> None:
    assert invitation(meeting(), method).count(f"METHOD:{method}\r\n".encode()) == 1
