"""Lists: filter, sort and page a queryset by the address bar; lists that are too long to count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import QueryDict

PER_PAGE = 50


class Listing:
    """One page of a list: `Listing(request.GET, rows, sorts={"title": "title"}, default="title")`.

    `sorts` maps a word of the address bar to a column or several; a minus in front turns the order. Unknown words
    and page numbers fall back to the default: an old link never breaks.
    """

    def __init__(
        self,
        query: QueryDict,
        rows: QuerySet[Any],
        *,
        sorts: Mapping[str, str | Sequence[str]],
        default: str,
        per_page: int = PER_PAGE,
    ) -> None:
        asked = query.get("sort", default)
        self.sort = asked if asked.removeprefix("-") in sorts else default
        columns = sorts[self.sort.removeprefix("-")]
        minus = "-" if self.sort.startswith("-") else ""
        self.rows = rows.order_by(
            *(minus + column for column in ([columns] if isinstance(columns, str) else columns)), minus + "pk"
        )
        self.query = query
        self.page: Page[Any] = Paginator(self.rows, per_page).get_page(query.get("page"))
        self.count = self.page.paginator.count

    def __iter__(self) -> Any:
        return iter(self.page.object_list)

    def link(self, **changes: str | int) -> str:
        """The address of this list with some words changed, page first again."""
        query = self.query.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query[name] = str(value)
        return "?" + query.urlencode()

    def sort_link(self, word: str) -> str:
        return self.link(sort=f"-{word}" if self.sort == word else word)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"(\d{1,16})-(\d{1,18})", re.ASCII)


class LongList:
    """One page of rows in the order of their instant `at`, never counted: each page begins where another one ends.

    The address names the place (`after=`, `before=`: instant and key of a row of the page before), so the thousandth
    page costs what the first one costs. `sort=at` turns the order. A place that is not understood is the beginning.
    """

    def __init__(self, query: QueryDict, rows: QuerySet[Any], *, per_page: int = PER_PAGE) -> None:
        self.query, self.rows, self.per_page = query, rows, per_page
        self.sort = "at" if query.get("sort") == "at" else "-at"
        after, before = place_of(query.get("after", "")), place_of(query.get("before", ""))
        self.has_previous, self.has_next = after is not None, False
        if before is not None and after is None:
            self.items, self.has_previous = self._read(before, backwards=True)
            self.items.reverse()
            self.has_next = True
            if self.has_previous:
                return
            after = None  # fewer than a page before that place: this is the beginning, shown whole
        self.items, self.has_next = self._read(after)
        if not self.items and after is not None:  # an old link behind the end
            self.has_previous = False
            self.items, self.has_next = self._read(None)

    def _read(self, place: tuple[datetime, int] | None, *, backwards: bool = False) -> tuple[list[Any], bool]:
        rows = following(self.rows, place, falling=(self.sort == "-at") != backwards)
        found = list(rows[: self.per_page + 1])
        return found[: self.per_page], len(found) > self.per_page

    def __iter__(self) -> Any:
        return iter(self.items)

    @property
    def is_whole(self) -> bool:
        return not self.has_previous and not self.has_next

    def link(self, **changes: str) -> str:
        """The address of this list with some words changed, from the beginning again."""
        query = self.query.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return "?" + query.urlencode()

    @property
    def first(self) -> str:
        return self.link()

    @property
    def previous(self) -> str:
        return self.link(before=place(self.items[0])) if self.has_previous and self.items else ""

    @property
    def next(self) -> str:
        return self.link(after=place(self.items[-1])) if self.has_next and self.items else ""

    @property
    def turned(self) -> str:
        return self.link(sort="at" if self.sort == "-at" else "-at")


def following(rows: QuerySet[Any], place: tuple[datetime, int] | None, *, falling: bool) -> QuerySet[Any]:
    """The rows behind a place in the order of instant and key."""
    if falling:
        rows = rows.order_by("-at", "-pk")
        return rows.filter(at__lte=place[0]).exclude(at=place[0], pk__gte=place[1]) if place else rows
    rows = rows.order_by("at", "pk")
    return rows.filter(at__gte=place[0]).exclude(at=place[0], pk__lte=place[1]) if place else rows


def place(row: Model) -> str:
    """The place of a row in words of an address: microseconds since 1970, and its key."""
    at: datetime = row.at  # type: ignore[attr-defined]  # every row of a long list has it
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def place_of(text: str) -> tuple[datetime, int] | None:
    found = PLACE.fullmatch(text)
    return (EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None
