"""Calendar files of others, read for the days of their meetings; nothing is fetched, no zone table is believed.

Only the days matter: a time with a zone counts on the day that it names at its own place, a time in UTC on the day of
the reader. A meeting that repeats counts once.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kit.forms import BIDI_CONTROLS
from portal.kit.states import Refused

MAX_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 5_000
LONGEST = timedelta(days=92)
EARLIEST, LATEST = date(1970, 1, 1), date(2100, 12, 31)
TITLE, PLACE, UID = 250, 250, 250
NAMED = 3  # entries that a note names
# zones and alarms say nothing about days, and a hostile one costs minutes
PASSED_OVER = ("VTIMEZONE", "VALARM")
ENTRY = re.compile(r"^BEGIN:VEVENT\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One meeting of a file, from its first to its last day."""

    uid: str
    title: str
    first: date
    last: date
    place: str


@dataclass
class Reading:
    """What a file holds, and in sentences what of it was left out or taken in another way."""

    entries: dict[str, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_calendar(content: bytes, *, zone: str) -> Reading:
    """The meetings of an iCalendar file by their UID; `zone` decides the day of a time in UTC.

    Raises `Refused` when the file is no calendar, is too large, or holds nothing to take.
    """
    reading = Reading()
    cancelled, broken, long, repeating = 0, list[str](), list[str](), list[str]()
    for component in _components(_text(content)):
        title = _words(component.get("summary"), TITLE) or _("Without a title")
        if str(component.get("status", "")).upper() == "CANCELLED":
            cancelled += 1
            continue
        try:
            first, last = _days(component, zone)
        except (AttributeError, TypeError, ValueError, OverflowError):  # broken in one of many ways: no day to count
            broken.append(title)
            continue
        if last - first > LONGEST:
            long.append(title)
            continue
        if "RRULE" in component or "RDATE" in component:
            repeating.append(title)
        entry = Entry(_uid(component, title, first), title, first, last, _words(component.get("location"), PLACE))
        reading.entries[entry.uid] = entry
    reading.notes = list(_notes(cancelled, broken, long, repeating))
    if not reading.entries:
        raise Refused(" ".join([_("The file has no meeting that can be taken."), *reading.notes]))
    return reading


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Refused(_("The file is larger than 2 MB. Export fewer months, then try again."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            _("The letters of this file cannot be read. Export the calendar again as iCalendar (.ics).")
        ) from error
    if "\x00" in text or not text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        raise Refused(_("This is not a calendar file. Export the calendar as iCalendar: its name ends with .ics."))
    if len(ENTRY.findall(text)) > MAX_ENTRIES:
        raise Refused(
            _("The file has more than %(n)s entries. Export fewer months, then try again.")
            % {"n": formats.number_format(MAX_ENTRIES, use_l10n=True, force_grouping=True)}
        )
    return "\r\n".join(_without_zones(text.splitlines()))


def _without_zones(lines: Iterable[str]) -> Iterator[str]:
    inside = ""
    for line in lines:
        word = line.strip().upper()
        if inside:
            inside = "" if word == f"END:{inside}" else inside
        elif word.startswith("BEGIN:") and word[6:] in PASSED_OVER:
            inside = word[6:]
        else:
            yield line


def _components(text: str) -> Iterator[Any]:
    try:
        if not text.rstrip().upper().endswith("END:VCALENDAR"):
            raise ValueError("cut off")
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as error:
        raise Refused(
            _("The calendar file is broken or cut off. Export it again, then upload the new file.")
        ) from error
    for calendar in calendars:
        yield from calendar.walk("VEVENT")


def _days(component: Any, zone: str) -> tuple[date, date]:
    """First and last day, both included. Raises `ValueError` when they cannot be worked out."""
    begin = component["DTSTART"].dt if "DTSTART" in component else None
    if begin is None:
        raise ValueError("no first day")
    if "DTEND" in component:
        end = component["DTEND"].dt
    elif "DURATION" in component:
        end = begin + component["DURATION"].dt
    else:
        end = begin
    first = _day(begin, zone)
    # an end is not part of the meeting: midnight, and a day without hours, belong to the day before
    last = _day(end, zone, before=True) if end != begin else first
    if not EARLIEST <= first <= last <= LATEST:
        raise ValueError("days that cannot be")
    return first, last


def _day(value: date | datetime, zone: str, *, before: bool = False) -> date:
    if not isinstance(value, datetime):
        return value - timedelta(days=1) if before else value
    if value.tzinfo is UTC or value.tzname() == "UTC":
        value = value.astimezone(ZoneInfo(zone))
    return (value - timedelta(microseconds=1) if before else value).date()


def _uid(component: Any, title: str, first: date) -> str:
    """Its own; one moved sitting of a repeating meeting is a meeting of its own. Without one, title and day make it."""
    uid = _words(component.get("uid"), 2 * UID) or f"{title} {first}"
    if "RECURRENCE-ID" in component:
        uid += f" {_words(component['RECURRENCE-ID'].to_ical().decode(), UID)}"
    if len(uid) > UID:
        return hashlib.sha256(uid.encode()).hexdigest()
    return uid


def _words(value: Any, longest: int) -> str:
    """One line without hidden characters, not longer than its column."""
    text = unicodedata.normalize("NFC", " ".join(str(value or "").split()))
    kept = "".join(
        sign
        for sign in text
        if unicodedata.category(sign) not in ("Cc", "Zl", "Zp", "Cs") and sign not in BIDI_CONTROLS
    )
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"


def _notes(cancelled: int, broken: list[str], long: list[str], repeating: list[str]) -> Iterator[str]:
    if cancelled:
        yield ngettext("%(n)d cancelled meeting is left out.", "%(n)d cancelled meetings are left out.", cancelled) % {
            "n": cancelled
        }
    if broken:
        yield ngettext(
            "%(n)d entry has no days that can be read and is left out: %(titles)s.",
            "%(n)d entries have no days that can be read and are left out: %(titles)s.",
            len(broken),
        ) % {"n": len(broken), "titles": _some(broken)}
    if long:
        yield ngettext(
            "%(n)d entry is longer than three months and is left out: %(titles)s.",
            "%(n)d entries are longer than three months and are left out: %(titles)s.",
            len(long),
        ) % {"n": len(long), "titles": _some(long)}
    if repeating:
        yield ngettext(
            "%(n)d meeting repeats. It counts once, on its first days: %(titles)s.",
            "%(n)d meetings repeat. Each counts once, on its first days: %(titles)s.",
            len(repeating),
        ) % {"n": len(repeating), "titles": _some(repeating)}


def _some(titles: list[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles[:NAMED]) + (", …" if len(titles) > NAMED else "")
