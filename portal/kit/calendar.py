"""Calendar files that other programs accept: an invitation for one person, a feed for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import icalendar

PRODUCT = "-//Capacity Portal//EN"
Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


@dataclass(frozen=True)
class Party:
    """A person or an office in a calendar file."""

    name: str
    email: str


@dataclass(frozen=True)
class Sitting:
    """One span of time; both instants are aware.

    `uid` is built from numbers of the database ("session-12") and never changes, so that a calendar moves its entry
    instead of adding one.
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Meeting:
    """What stands in a calendar: one entry for each sitting. `sequence` grows with every change.

    `tentative` is what is not sure yet for the reader: a draft, a place on a waiting list.
    """

    title: str
    sittings: Sequence[Sitting]
    sequence: int = 0
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False
    tentative: bool = False
    changed_at: datetime | None = None


def invite(
    meeting: Meeting,
    *,
    method: Literal["REQUEST", "CANCEL"],
    attendee: Party,
    organizer: Party,
    host: str,
    at: datetime,
) -> bytes:
    """A file that adds, moves or (`CANCEL`) removes a meeting in the calendar of one person.

    The mail part must name the same method. `host` is the portal's own: with it a UID is unique in the world.
    """
    calendar = _calendar(method)
    for sitting in meeting.sittings:
        entry = _entry(meeting, sitting, host, at)
        entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
        # no name: some programs refuse an organizer whose name differs from the sender's
        entry.add("organizer", icalendar.vCalAddress(f"mailto:{organizer.email}"))
        person = icalendar.vCalAddress(f"mailto:{attendee.email}")
        person.params.update(
            {
                "CN": _one_line(attendee.name).replace('"', ""),
                "CUTYPE": "INDIVIDUAL",
                "ROLE": "REQ-PARTICIPANT",
                "PARTSTAT": "ACCEPTED",
                "RSVP": "FALSE",
            }
        )
        entry.add("attendee", person, encode=False)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def feed(
    name: str, meetings: Iterable[Meeting], *, host: str, at: datetime, refresh: timedelta = timedelta(hours=12)
) -> bytes:
    """A calendar to subscribe to, which a program may ask again after `refresh`. It names nobody and asks no answer."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", _one_line(name))
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    # the same for Outlook, which knows its own word only
    calendar.add("x-published-ttl", icalendar.vDuration(refresh), encode=False)
    for meeting in meetings:
        for sitting in meeting.sittings:
            entry = _entry(meeting, sitting, host, at)
            entry.add("status", _status(meeting))
            calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _status(meeting: Meeting) -> str:
    if meeting.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if meeting.tentative else "CONFIRMED"


def _calendar(method: Method) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _entry(meeting: Meeting, sitting: Sitting, host: str, at: datetime) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", f"{sitting.uid}@{host}")
    entry.add("dtstamp", _utc(meeting.changed_at or at))
    entry.add("sequence", meeting.sequence)
    title = _one_line(meeting.title)
    part = _one_line(sitting.title)
    entry.add("summary", title if part in ("", title) else f"{title}: {part}")
    # UTC on purpose: a reader's calendar shows it in the reader's zone, without a zone table of ours
    entry.add("dtstart", _utc(sitting.starts_at))
    entry.add("dtend", _utc(sitting.ends_at))
    if meeting.place:
        entry.add("location", _one_line(meeting.place))
    if meeting.text:
        entry.add("description", meeting.text)
    if meeting.url:
        entry.add("url", icalendar.vUri(meeting.url))
    return entry


def _utc(instant: datetime) -> datetime:
    """Whole seconds in UTC: the format has no finer ones."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _one_line(text: str) -> str:
    return " ".join(text.split())
