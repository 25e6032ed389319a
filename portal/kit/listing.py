"""Lists: filter, sort and page a queryset by the address bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
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
