"""Words that say who a person is, and taking them out of texts and of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

SHORTEST = 2  # one sign names nobody


@dataclass(frozen=True)
class Words:
    """Names and addresses of one person, and what stands in their place afterwards."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    instead: str
    instead_of_address: str = "-"

    @classmethod
    def of(cls, names: Iterable[str], addresses: Iterable[str], *, instead: str) -> Words:
        """The longest first, so that no part of a name is left over."""
        return cls(_longest_first(names), _longest_first(addresses), instead)

    def __iter__(self) -> Any:
        return iter((*self.addresses, *self.names))

    def taken_out(self, value: Any) -> Any:
        """The same text, list or dictionary without the words."""
        if isinstance(value, str):
            for word in self.addresses:
                value = _pattern(word).sub(self.instead_of_address, value)
            for word in self.names:
                value = _pattern(word).sub(self.instead, value)
            return value
        if isinstance(value, list):
            return [self.taken_out(each) for each in value]
        if isinstance(value, dict):
            return {self.taken_out(name): self.taken_out(each) for name, each in value.items()}
        return value

    def held_by(self, *columns: str) -> Q:
        """Rows one of whose columns of text may hold a word."""
        found = Q(pk__in=[])
        for column in columns:
            for word in self:
                found |= Q(**{f"{column}__icontains": word})
        return found

    def held_by_json(self, column: str) -> Q:
        """The same of a column of JSON, which SQLite keeps in plain letters only."""
        found = Q(pk__in=[])
        for word in self:
            for spelt in {json.dumps(word, ensure_ascii=plain)[1:-1] for plain in (True, False)}:
                found |= Q(IContains(Cast(column, TextField()), Value(spelt)))
        return found

    def take_out(self, rows: QuerySet[Any], *columns: str) -> int:
        """Take the words out of columns of text; how many rows changed."""
        changed = 0
        for row in rows.filter(self.held_by(*columns)).only("pk", *columns).iterator():
            changed += _rewrite(row, {column: self.taken_out(getattr(row, column)) for column in columns})
        return changed

    def take_out_of_json(self, rows: QuerySet[Any], column: str) -> int:
        """The same in a column of JSON."""
        changed = 0
        for row in rows.filter(self.held_by_json(column)).only("pk", column).iterator():
            changed += _rewrite(row, {column: self.taken_out(getattr(row, column))})
        return changed


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    kept = {word.strip() for word in words if len(word.strip()) >= SHORTEST}
    return tuple(sorted(kept, key=lambda word: (-len(word), word)))


def _pattern(word: str) -> re.Pattern[str]:
    """The whole word in scripts that part words; Thai, Khmer, Burmese and Han write them without a gap."""
    found = re.escape(word)
    if word.lower() != word.upper():
        found = rf"(?<!\w){found}(?!\w)"
    return re.compile(found, re.IGNORECASE)


def _rewrite(row: Model, values: dict[str, Any]) -> int:
    values = {name: value for name, value in values.items() if value != getattr(row, name)}
    if values:
        type(row)._base_manager.filter(pk=row.pk).update(**values)
    return 1 if values else 0
