"""A calendar of another body: two of its meetings lie on days of our own events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from events.models import Event
from events.services import other_calendars
from members.models import User

FILE = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Demonstration//EN\r
{entries}END:VCALENDAR\r
"""
ENTRY = """BEGIN:VEVENT\r
UID:{number}@demonstration.example\r
SUMMARY:{title}\r
DTSTART;VALUE=DATE:{first:%Y%m%d}\r
DTEND;VALUE=DATE:{end:%Y%m%d}\r
LOCATION:Brussels\r
END:VEVENT\r
"""


def upload(events: Iterable[Event], manager: User, *, now: datetime) -> None:
    """A meeting on the first day of each event, and one in a month when nothing of ours happens."""
    firsts = [event.starts_on for event in events]
    titles = ["Technical committee", "Capacity building committee", "Policy commission"]
    days: list[date] = [*firsts, now.date() + timedelta(days=120)]
    entries = "".join(
        ENTRY.format(number=number, title=title, first=first, end=first + timedelta(days=3))
        for number, (title, first) in enumerate(zip(titles, days, strict=False), start=1)
    )
    other_calendars.upload(
        name="WCO Secretariat",
        file_name="wco-meetings.ics",
        content=FILE.format(entries=entries).encode(),
        by=manager,
        at=now,
    )
