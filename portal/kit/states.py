"""State tables: what may follow what, as data; and a no that can be shown to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _


class Refused(Exception):
    """A rule of the house says no; the message is a sentence for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Moves:
    """A table of allowed moves: `Moves({DRAFT: {OPEN}, OPEN: {CLOSED}, CLOSED: set()})`.

    Every state stands as a key, so that a missing row is a fault of the table, found at import.
    """

    def __init__(self, table: Mapping[Any, set[Any]]) -> None:
        unknown = {after for afters in table.values() for after in afters} - set(table)
        if unknown:
            raise ValueError(f"states without a row of their own: {sorted(map(str, unknown))}")
        self.table = {before: frozenset(afters) for before, afters in table.items()}

    def allow(self, before: str, after: str) -> bool:
        return after in self.table[before]

    def check(self, before: str, after: str, *, what: str) -> None:
        """Raise `Refused` when the table has no such move."""
        if not self.allow(before, after):
            raise Refused(
                _("This %(what)s is %(before)s. It cannot become %(after)s.")
                % {"what": what, "before": self.word(before), "after": self.word(after)}
            )

    def word(self, state: str) -> str:
        for key in self.table:
            if key == state:
                return str(getattr(key, "label", key)).lower()
        return state

    def pairs(self) -> Iterator[tuple[str, str]]:
        for before, afters in self.table.items():
            for after in sorted(afters):
                yield before, after
