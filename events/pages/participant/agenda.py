"""Lists of events: lines ready to print, one page of them, months of the calendar as weeks of days.

The calendar is read by everybody, so it does little per line: no tag, no query, no count of all that is to come.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Access, Event, Kind, Mode
from events.states import EventState
from portal.kit.clock import spell_days

PER_PAGE = 30
LAST_PAGE = 10_000
MOST_KEPT = 4_000  # printed lines in the memory of a process, about 1 kB each
UNUSUAL = (EventState.POSTPONED, EventState.CANCELLED, EventState.DRAFT)
FIELDS = (
    "slug",
    "title",
    "kind",
    "mode",
    "topic",
    "host",
    "venue",
    "access",
    "state",
    "time_zone",
    "starts_on",
    "ends_on",
    "starts_at",
    "nominate_by",
    "nominate_by_at",
)


@dataclass(frozen=True)
class Line:
    """One event of a list, printed."""

    event: Event
    html: SafeString


class Facts(NamedTuple):
    """All that a line is printed from."""

    slug: str
    title: str
    kind: str
    mode: str
    topic: str
    where: str
    access: str
    state: str
    starts_on: date
    ends_on: date
    nominate_by: date | None


def lines_of(events: Iterable[Event], at: datetime) -> list[Line]:
    language = get_language() or ""
    return [Line(event, _printed(_facts(event, at), language)) for event in events]


def _facts(event: Event, at: datetime) -> Facts:
    open_now = event.state == EventState.ANNOUNCED and not event.deadline_passed(at)
    return Facts(
        slug=event.slug,
        title=event.title,
        kind=event.kind,
        mode=event.mode,
        topic=event.topic,
        where=(event.venue if event.mode != Mode.ONLINE else "") or event.host,
        access=event.access,
        state=event.state,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        nominate_by=event.nominate_by if open_now else None,
    )


@lru_cache(maxsize=MOST_KEPT)
def _printed(facts: Facts, language: str) -> SafeString:
    """One line. It is kept under the facts themselves: when one of them changes, another line is printed."""
    first, last = facts.starts_on, facts.nominate_by
    words = [spell_days(first, facts.ends_on), Mode(facts.mode).label, facts.where, Kind(facts.kind).label, facts.topic]
    return render_to_string(
        "participant/_line.html",
        {
            "url": reverse("participant:event", args=[facts.slug]),
            "title": facts.title,
            "first": first,
            "month": f"{MONTHS_3[first.month].title()} {first.year}",
            "weekday": WEEKDAYS_ABBR[first.weekday()],
            "facts": " · ".join(str(word) for word in words if word),
            # only a state that nobody expects is worth a badge
            "unusual": EventState(facts.state) if facts.state in UNUSUAL else "",
            "closed_to_public": facts.access == Access.CUSTOMS,
            "deadline": _("Nominations until %(day)s") % {"day": spell_days(last, last)} if last else "",
        },
    )


@dataclass
class Agenda:
    """One page of a list that is never counted: it asks for one line more than it shows."""

    query: QueryDict
    rows: QuerySet[Event]
    at: datetime
    per_page: int = PER_PAGE
    number: int = 1
    has_next: bool = False
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.number = _page_number(self.query.get("page", ""))
        found = self._read()
        if not found and self.number > 1:  # an old link to a page that is no more
            self.number = 1
            found = self._read()
        self.has_next = len(found) > self.per_page
        self.lines = lines_of(found[: self.per_page], self.at)

    def _read(self) -> list[Event]:
        start = (self.number - 1) * self.per_page
        return list(self.rows.only(*FIELDS)[start : start + self.per_page + 1])

    def months(self) -> Iterator[tuple[str, list[Line]]]:
        """The lines under their month, in the order in which they stand."""
        for (year, month), lines in groupby(
            self.lines, key=lambda line: (line.event.starts_on.year, line.event.starts_on.month)
        ):
            yield f"{MONTHS[month]} {year}", list(lines)

    def link(self, **changes: str | int) -> str:
        """The address of this list with some words changed, the first page again; an empty word goes away."""
        return link(self.query, **changes)

    @property
    def previous(self) -> str:
        return self.link(page=self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.link(page=self.number + 1) if self.has_next else ""

    @property
    def result(self) -> str:
        """How many there are, when that is known without counting."""
        first = (self.number - 1) * self.per_page + 1
        last = first + len(self.lines) - 1
        if not self.lines:
            return _("No events")
        if self.has_next:
            return _("Events %(first)d - %(last)d, more on the next page") % {"first": first, "last": last}
        if self.number > 1:
            return _("Events %(first)d - %(last)d of %(last)d") % {"first": first, "last": last}
        return _("1 event") if last == 1 else _("%(count)d events") % {"count": last}


def link(query: QueryDict, **changes: str | int) -> str:
    """The address bar with some words changed and without a page; an empty word goes away."""
    copy = query.copy()
    copy.pop("page", None)
    for name, value in changes.items():
        copy.pop(name, None)
        if value != "":
            copy[name] = str(value)
    return "?" + copy.urlencode()


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@dataclass(frozen=True)
class Day:
    """One square of a month."""

    day: date
    inside: bool
    today: bool
    events: list[tuple[str, Event]]

    @property
    def weekday(self) -> Any:
        return WEEKDAYS_ABBR[self.day.weekday()]


@dataclass(frozen=True)
class Month:
    """A month as weeks of days, Monday first."""

    first: date
    weeks: list[list[Day]]

    @property
    def title(self) -> str:
        return f"{MONTHS[self.first.month]} {self.first.year}"

    @property
    def previous(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        return f"{self.first + timedelta(days=32):%Y-%m}"

    @property
    def is_empty(self) -> bool:
        return not any(day.events for week in self.weeks for day in week)


def month_asked(text: str, today: date) -> date:
    """The first day of a month written as 2020-08; of this month when it is nothing that a calendar shows."""
    year, _dash, month = text.partition("-")
    known = len(text) == 7 and year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if not known or not 1990 <= int(year) <= 2100 or not 1 <= int(month) <= 12:
        return today.replace(day=1)
    return date(int(year), int(month), 1)


def span_of(first: date) -> tuple[date, date]:
    """The first and the last square of a month."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return weeks[0][0], weeks[-1][-1]


def month_of(first: date, events: Iterable[Event], today: date) -> Month:
    """Put each event into the squares of its days."""
    held: dict[date, list[tuple[str, Event]]] = {}
    begin, end = span_of(first)
    for event in events:
        url = reverse("participant:event", args=[event.slug])
        day, last = max(event.starts_on, begin), min(event.ends_on, end)
        while day <= last:
            held.setdefault(day, []).append((url, event))
            day += timedelta(days=1)
    weeks = [
        [Day(day, day.month == first.month, day == today, held.get(day, [])) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks)


def weekdays() -> list[Any]:
    return [WEEKDAYS_ABBR[number] for number in range(7)]
