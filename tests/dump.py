"""Looks for words in what the database keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

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


def places(*words: str) -> set[str]:
    """Every column of every table that holds one of the words, in any spelling of letters: "members.User.name"."""
    wanted = [word.casefold() for word in words]
    found = set()
    for model in apps.get_models(include_auto_created=True):
        columns = [field.name for field in model._meta.concrete_fields if _holds_text(field)]
        for values in model._base_manager.values_list(*columns) if columns else ():
            for column, value in zip(columns, values, strict=True):
                texts = " ".join(_texts(value)).casefold()
                if any(word in texts for word in wanted):
                    found.add(f"{model._meta.label}.{column}")
    return found


def _holds_text(field: Any) -> bool:
    return isinstance(
        field, (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, (bytes, memoryview)):
        yield bytes(value).decode(errors="replace")
    else:
        yield str(value)
