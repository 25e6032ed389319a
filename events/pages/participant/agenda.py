"""Lists of events: lines ready to print, and one page of them.

The calendar is read by everybody, so it does little per line: no tag, no query, no count of all that is to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
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
from events.pages.participant.marks import marks_of
from events.pages.spans import UNUSUAL, Mark, Marks, link
from events.states import EventState
from portal.kit.clock import spell_days

PER_PAGE = 30
LAST_PAGE = 10_000
MOST_KEPT = 4_000  # printed lines in the memory of a process, about 1 kB each
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
    mark: Mark | None


def lines_of(events: Iterable[Event], at: datetime, marks: Marks | None = None) -> list[Line]:
    """`marks` say what an event is to the reader."""
    language, found = get_language() or "", marks or {}
    return [Line(event, _printed(_facts(event, at, found.get(event.pk)), language)) for event in events]


def _facts(event: Event, at: datetime, mark: Mark | None) -> Facts:
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
        mark=mark,
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
            "mark": facts.mark,
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
    reader: Any = None  # whose marks stand at the lines
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
        shown = found[: self.per_page]
        self.lines = lines_of(shown, self.at, marks_of(self.reader, shown) if self.reader else None)

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


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1
