"""A year, a month and a week of events as every desk shows them: squares of days, and what stands in each.

A page reads the rows; here they are only put into their days. Days of a year and of a month are those of the place
of each event; a week tells hours, so its days are those of the reader.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.states import EventState
from portal.kit.clock import in_zone, spell_days

FIRST_YEAR, LAST_YEAR = 1990, 2100
UNUSUAL = (EventState.POSTPONED, EventState.CANCELLED, EventState.DRAFT)
Address = Callable[[Event], str]


@dataclass(frozen=True)
class Mark:
    """What an event is to the reader, in one or two words: "I take part"."""

    words: str
    tone: str


Marks = Mapping[int, Mark]


@dataclass(frozen=True)
class Item:
    """An event on one day; in a week with its hours, and those in its own zone when they differ."""

    url: str
    event: Event
    mark: Mark | None = None
    title: str = ""  # of the session
    hours: str = ""
    there: str = ""

    @property
    def unusual(self) -> EventState | str:
        """Only a state that nobody expects is worth a badge."""
        return EventState(self.event.state) if self.event.state in UNUSUAL else ""


@dataclass(frozen=True)
class Day:
    """One square."""

    day: date
    inside: bool
    today: bool
    items: list[Item] = field(default_factory=list)

    @property
    def weekday(self) -> Any:
        return WEEKDAYS_ABBR[self.day.weekday()]

    @property
    def weekday_in_full(self) -> Any:
        return WEEKDAYS[self.day.weekday()]


# --- a month ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """A month as weeks of days, Monday first."""

    first: date
    weeks: list[list[Day]]
    count: int

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
    def result(self) -> str:
        return _counted(self.count)

    @property
    def is_empty(self) -> bool:
        return not any(day.items for week in self.weeks for day in week)


def month_asked(text: str, today: date) -> date:
    """The first day of a month written as 2020-08; of this month when it is nothing that a calendar shows."""
    year, _dash, month = text.partition("-")
    known = len(text) == 7 and _is_number(year) and _is_number(month)
    if not known or not FIRST_YEAR <= int(year) <= LAST_YEAR or not 1 <= int(month) <= 12:
        return today.replace(day=1)
    return date(int(year), int(month), 1)


def span_of(first: date) -> tuple[date, date]:
    """The first and the last square of a month."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return weeks[0][0], weeks[-1][-1]


def month_of(first: date, events: Iterable[Event], today: date, *, address: Address, marks: Marks) -> Month:
    """Put each event into the squares of its days."""
    held: dict[date, list[Item]] = {}
    begin, end = span_of(first)
    count = 0
    for event in events:
        item = Item(address(event), event, marks.get(event.pk))
        for day in _days(event.starts_on, event.ends_on, begin, end):
            held.setdefault(day, []).append(item)
        count += _touches(event.starts_on, event.ends_on, first)
    weeks = [
        [Day(day, day.month == first.month, day == today, held.get(day, [])) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks, count)


def weekdays() -> list[Any]:
    return [WEEKDAYS_ABBR[number] for number in range(7)]


# --- a week -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday, with hours."""

    first: date
    days: list[Day]
    count: int

    @property
    def title(self) -> str:
        words = {"number": self.first.isocalendar().week, "days": spell_days(self.first, self.last)}
        return _("Week %(number)d: %(days)s") % words

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def previous(self) -> str:
        return week_word(self.first - timedelta(days=7))

    @property
    def next(self) -> str:
        return week_word(self.first + timedelta(days=7))

    @property
    def is_empty(self) -> bool:
        return not self.count

    @property
    def result(self) -> str:
        return _counted(self.count)


def week_word(day: date) -> str:
    """2020-W34, as an address writes it."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"


def week_asked(text: str, today: date) -> date:
    """The Monday of a week written as 2020-W34; of this week when it is nothing that a calendar shows."""
    year, _dash, week = text.partition("-W")
    if len(text) == 8 and _is_number(year) and _is_number(week) and FIRST_YEAR <= int(year) <= LAST_YEAR:
        try:
            return date.fromisocalendar(int(year), int(week), 1)
        except ValueError:  # week 53 of a year that has 52
            pass
    return today - timedelta(days=today.weekday())


def week_of(first: date, events: Iterable[Event], today: date, *, zone: str, address: Address, marks: Marks) -> Week:
    """Put each session into its day in the reader's zone, or without one in that of its event.

    An event without sessions stands on each of its days: its hours will follow. The events come with their sessions.
    """
    held: dict[date, list[tuple[datetime, Item]]] = {}
    last = first + timedelta(days=6)
    found = set()
    for event in events:
        for day, at, item in _items(event, first, last, zone, address(event), marks.get(event.pk)):
            held.setdefault(day, []).append((at, item))
            found.add(event.pk)
    days = [first + timedelta(days=number) for number in range(7)]
    return Week(first, [Day(day, True, day == today, _in_order(held.get(day, []))) for day in days], len(found))


def _items(
    event: Event, first: date, last: date, zone: str, url: str, mark: Mark | None
) -> Iterable[tuple[date, datetime, Item]]:
    sessions = event.sessions.all()
    for session in sessions:
        begin, end = (in_zone(at, zone or event.time_zone) for at in (session.starts_at, session.ends_at))
        if first <= begin.date() <= last:
            title = session.title if session.title != event.title else ""
            yield (
                begin.date(),
                session.starts_at,
                Item(
                    url, event, mark, title, _hours(begin, end), _there(session.starts_at, session.ends_at, event, zone)
                ),
            )
    if not sessions:
        for day in _days(event.starts_on, event.ends_on, first, last):
            yield day, event.starts_at, Item(url, event, mark)


def _hours(begin: datetime, end: datetime) -> str:
    """13:00 - 16:00; with "+1 day" when it ends on the next one."""
    words = f"{begin:%H:%M} - {end:%H:%M}"
    return _("%(hours)s (+1 day)") % {"hours": words} if end.date() > begin.date() else words


def _there(starts_at: datetime, ends_at: datetime, event: Event, zone: str) -> str:
    """The event's own hours: the city alone when they are those of the reader."""
    begin, end = in_zone(starts_at, event.time_zone), in_zone(ends_at, event.time_zone)
    if not zone or begin.replace(tzinfo=None) == in_zone(starts_at, zone).replace(tzinfo=None):
        return event.city
    words = f"{begin:%H:%M} - {end:%H:%M}"
    if begin.date() != in_zone(starts_at, zone).date():
        words = f"{WEEKDAYS_ABBR[begin.weekday()]} {words}"
    return _("%(hours)s in %(city)s") % {"hours": words, "city": event.city}


def _in_order(found: list[tuple[datetime, Item]]) -> list[Item]:
    return [item for _at, item in sorted(found, key=lambda pair: (pair[0], pair[1].event.pk))]


# --- a year -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmallDay:
    """A day of a year: how many events it has, and the word of its week."""

    day: date
    inside: bool
    today: bool
    count: int
    week: str


@dataclass(frozen=True)
class SmallMonth:
    """A month of a year: how many events touch it, and its days."""

    first: date
    count: int
    weeks: list[list[SmallDay]]

    @property
    def title(self) -> Any:
        return MONTHS[self.first.month]

    @property
    def word(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def result(self) -> str:
        return _counted(self.count)


@dataclass(frozen=True)
class Year:
    number: int
    months: list[SmallMonth]
    count: int

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def is_empty(self) -> bool:
        return not self.count

    @property
    def result(self) -> str:
        return _counted(self.count)


def year_asked(text: str, today: date) -> int:
    """A year written as 2020; this one when it is nothing that a calendar shows."""
    known = len(text) == 4 and _is_number(text) and FIRST_YEAR <= int(text) <= LAST_YEAR
    return int(text) if known else today.year


def year_of(number: int, spans: Iterable[tuple[date, date]], today: date) -> Year:
    """Count the events of each day and month; `spans` are first and last days of events that touch the year."""
    begin, end = date(number, 1, 1), date(number, 12, 31)
    of_day: dict[date, int] = {}
    of_month = [0] * 13
    count = 0
    for starts_on, ends_on in spans:
        count += 1
        for day in _days(starts_on, ends_on, begin, end):
            of_day[day] = of_day.get(day, 0) + 1
        for month in range(max(starts_on, begin).month, min(ends_on, end).month + 1):
            of_month[month] += 1
    months = []
    for month in range(1, 13):
        weeks = [
            [
                SmallDay(day, day.month == month, day == today, of_day.get(day, 0), week_word(day))
                if day.month == month
                else SmallDay(day, False, False, 0, "")
                for day in week
            ]
            for week in calendar.Calendar().monthdatescalendar(number, month)
        ]
        months.append(SmallMonth(date(number, month, 1), of_month[month], weeks))
    return Year(number, months, count)


# --- words and small things ---------------------------------------------------------------------------


def link(query: QueryDict, **changes: str | int) -> str:
    """The address bar with some words changed and without a page; an empty word goes away."""
    copy = query.copy()
    copy.pop("page", None)
    for name, value in changes.items():
        copy.pop(name, None)
        if value != "":
            copy[name] = str(value)
    return "?" + copy.urlencode()


def _counted(count: int) -> str:
    if not count:
        return _("No events")
    return ngettext("%(count)d event", "%(count)d events", count) % {"count": count}


def _days(first: date, last: date, begin: date, end: date) -> Iterable[date]:
    """The days of an event that lie in a span."""
    day, until = max(first, begin), min(last, end)
    while day <= until:
        yield day
        day += timedelta(days=1)


def _touches(first: date, last: date, month: date) -> bool:
    """Whether an event has a day in a month, and not only in the grey squares beside it."""
    end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return first <= end and last >= month


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
