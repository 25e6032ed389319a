"""Calendar files of others: their days are read, what cannot be read is said, hostile ones are refused."""

from __future__ import annotations

import time
from datetime import date

import pytest

from portal.kit import calendar_reading
from portal.kit.calendar_reading import read_calendar
from portal.kit.states import Refused

BANGKOK = "Asia/Bangkok"


def entry(*lines, uid="1@wco.example", title="Policy Commission"):
    own = [f"UID:{uid}"] * bool(uid) + [f"SUMMARY:{title}"] * bool(title)
    return "\r\n".join(["BEGIN:VEVENT", *own, *lines, "END:VEVENT"])


def file(*entries, around=()):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *around, *entries, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def read(*entries, **more):
    return read_calendar(file(*entries, **more), zone=BANGKOK)


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [
        (["DTSTART;VALUE=DATE:20261201"], date(2026, 12, 1), date(2026, 12, 1)),
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"], date(2026, 12, 1), date(2026, 12, 1)),
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204"], date(2026, 12, 1), date(2026, 12, 3)),
        (["DTSTART;VALUE=DATE:20261201", "DURATION:P3D"], date(2026, 12, 1), date(2026, 12, 3)),
        # the reader in Bangkok is at the next day already
        (["DTSTART:20261201T190000Z", "DTEND:20261201T210000Z"], date(2026, 12, 2), date(2026, 12, 2)),
        # a time with a zone counts at its own place
        (["DTSTART;TZID=Europe/Brussels:20261201T190000"], date(2026, 12, 1), date(2026, 12, 1)),
        (["DTSTART;TZID=Our Own Zone:20261201T190000"], date(2026, 12, 1), date(2026, 12, 1)),
        (["DTSTART:20261201T190000", "DTEND:20261203T000000"], date(2026, 12, 1), date(2026, 12, 2)),
    ],
)
def test_a_meeting_has_its_days(lines, first, last):
    (found,) = read(entry(*lines)).entries.values()
    assert (found.first, found.last) == (first, last)


def test_title_place_and_uid_are_kept_on_one_line_without_hidden_characters():
    (found,) = read(
        entry("DTSTART;VALUE=DATE:20261201", "LOCATION:Brussels\\nRoom 1", title="Policy\u202e Commission")
    ).entries.values()
    assert (found.uid, found.title, found.place) == ("1@wco.example", "Policy Commission", "Brussels Room 1")


def test_a_long_title_is_cut_and_a_long_uid_stays_different_from_others():
    long = "x" * 400
    found = read(
        entry("DTSTART;VALUE=DATE:20261201", uid=long, title=long), entry("DTSTART;VALUE=DATE:20261201", uid=long + "y")
    ).entries
    assert len(found) == 2
    assert {len(uid) for uid in found} == {64}
    assert max(len(each.title) for each in found.values()) == 250


def test_an_entry_without_uid_or_title_is_known_by_its_day():
    (found,) = read(entry("DTSTART;VALUE=DATE:20261201", uid="", title="")).entries.values()
    assert (found.uid, found.title) == ("Without a title 2026-12-01", "Without a title")


def test_a_cancelled_meeting_is_left_out_and_said():
    found = read(
        entry("DTSTART;VALUE=DATE:20261201"), entry("DTSTART;VALUE=DATE:20261201", "STATUS:CANCELLED", uid="2")
    )
    assert list(found.entries) == ["1@wco.example"]
    assert found.notes == ["1 cancelled meeting is left out."]


def test_a_meeting_that_repeats_counts_once_and_its_moved_sitting_for_itself():
    found = read(
        entry("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=WEEKLY"),
        entry("DTSTART;VALUE=DATE:20261209", "RECURRENCE-ID;VALUE=DATE:20261208"),
    )
    assert sorted(each.first for each in found.entries.values()) == [date(2026, 12, 1), date(2026, 12, 9)]
    assert found.notes == ["1 meeting repeats. It counts once, on its first days: “Policy Commission”."]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["DTSTART:TBC"],
        ["DTSTART;VALUE=DATE:20261301"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261101"],
        ["DTSTART;VALUE=DATE:00010101"],
        ["DTSTART;VALUE=DATE:20261201", "DURATION:P99999999D"],
        ["DTSTART;VALUE=DATE:20261201", "DTSTART;VALUE=DATE:20261202"],
    ],
)
def test_an_entry_without_days_is_left_out_and_named(lines):
    found = read(entry("DTSTART;VALUE=DATE:20261201"), entry(*lines, uid="2", title="Broken one"))
    assert list(found.entries) == ["1@wco.example"]
    assert "“Broken one”" in found.notes[0]
    assert "left out" in found.notes[0]


def test_an_entry_of_a_whole_year_is_no_meeting():
    long = entry("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20270101", uid="2", title="Year of the Data")
    found = read(entry("DTSTART;VALUE=DATE:20261201"), long)
    assert list(found.entries) == ["1@wco.example"]
    assert found.notes == ["1 entry is longer than three months and is left out: “Year of the Data”."]


def test_a_broken_line_inside_an_entry_spoils_that_line_only():
    (found,) = read(entry("this is no line", "DTSTART;VALUE=DATE:20261201")).entries.values()
    assert found.first == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7", "not a calendar file"),
        (b"Title;Date", "not a calendar file"),
        (b"", "not a calendar file"),
        (b"BEGIN:VCALENDAR\x00", "not a calendar file"),
        (b"\xff\xfe\x00", "letters of this file"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", "broken or cut off"),
        (file(), "no meeting"),
        (file(entry("STATUS:CANCELLED")), "no meeting that can be taken. 1 cancelled"),
        (b"x" * (calendar_reading.MAX_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(content, word):
    with pytest.raises(Refused, match=word):
        read_calendar(content, zone=BANGKOK)


def test_too_many_entries_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(calendar_reading, "MAX_ENTRIES", 2)
    with pytest.raises(Refused, match="more than 2 entries"):
        read(*[entry("DTSTART;VALUE=DATE:20261201", uid=str(number)) for number in range(3)])


def test_a_hostile_zone_table_or_rule_costs_no_time():
    zone = [
        "BEGIN:VTIMEZONE",
        "TZID:Hostile",
        "BEGIN:STANDARD",
        "DTSTART:00010101T000000",
        "RRULE:FREQ=SECONDLY",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    begun = time.monotonic()
    found = read(entry("DTSTART;TZID=Hostile:20261201T190000", "RRULE:FREQ=SECONDLY"), around=zone)
    assert [each.first for each in found.entries.values()] == [date(2026, 12, 1)]
    assert time.monotonic() - begun < 1
