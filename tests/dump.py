"""Looks for words in what the database keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from members.models import User
from portal.kit.models import Entry


def lines_that_name(people: Iterable[User]) -> list[str]:
    """Lines of the trail whose own facts hold the name or the address of one of these people."""
    words = [word for person in people for word in (person.name, person.email) if word]
    wanted = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words))
    return [
        f"{entry.verb} {entry.about_type.model}: {entry.facts}"
        for entry in Entry.objects.select_related("about_type")
        if any(wanted.search(text) for text in _texts(entry.facts))
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)
