"""The trail about a person or an administration, as lines for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import trail
from portal.kit.models import Entry

LATEST = 50
FACTS = {
    "role": gettext_lazy("role"),
    "body": gettext_lazy("body"),
    "from_on": gettext_lazy("from"),
    "first_day_without": gettext_lazy("first day without it"),
}


@dataclass(frozen=True)
class Line:
    """One line of the trail: when, who, did what, and the details below."""

    at: datetime
    who: str
    verb: str
    details: list[str]


def lines(about: models.Model) -> list[Line]:
    """The latest lines, newest first."""
    return [_line(entry, about) for entry in trail.history(about)[:LATEST]]


def _line(entry: Entry, about: models.Model) -> Line:
    details = [
        _("%(field)s: “%(old)s” became “%(new)s”") % {"field": _label(about, name), "old": old, "new": new}
        for name, (old, new) in entry.facts.get("changes", {}).items()
    ]
    details += [f"{word}: {entry.facts[name]}" for name, word in FACTS.items() if entry.facts.get(name)]
    return Line(entry.at, str(entry.by) if entry.by else _("The portal"), entry.verb, details)


def _label(about: models.Model, name: str) -> str:
    try:
        field = about._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))
