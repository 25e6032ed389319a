"""The trail about a person or an administration, as lines for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import trail
from portal.kit.models import Entry

LATEST = 50
ACTS = {
    ("user", "added"): gettext_lazy("opened the account"),
    ("user", "changed"): gettext_lazy("changed the profile"),
    ("user", "appointed"): gettext_lazy("gave a role"),
    ("user", "ended"): gettext_lazy("ended a role"),
    ("administration", "added"): gettext_lazy("added the administration"),
    ("administration", "changed"): gettext_lazy("changed the facts"),
}
FACTS = {
    "role": gettext_lazy("role"),
    "body": gettext_lazy("for"),
    "from_on": gettext_lazy("from"),
    "first_day_without": gettext_lazy("first day without it"),
}


@dataclass(frozen=True)
class Line:
    """One line of the trail: when, who, did what, and the details below."""

    at: datetime
    who: str
    act: str
    details: list[str]


def lines(about: models.Model) -> list[Line]:
    """The latest lines, newest first."""
    return [_line(entry, about) for entry in trail.history(about)[:LATEST]]


def _line(entry: Entry, about: models.Model) -> Line:
    details = [_became(_label(about, name), old, new) for name, (old, new) in entry.facts.get("changes", {}).items()]
    details += [f"{word}: {_spell(entry.facts[name])}" for name, word in FACTS.items() if entry.facts.get(name)]
    act = ACTS.get((str(about._meta.model_name), entry.verb), entry.verb)
    return Line(entry.at, str(entry.by) if entry.by else _("The portal"), str(act), details)


def _became(field: str, old: str, new: str) -> str:
    if not old:
        return _("%(field)s: now “%(new)s”") % {"field": field, "new": new}
    if not new:
        return _("%(field)s: “%(old)s” was removed") % {"field": field, "old": old}
    return _("%(field)s: “%(old)s” became “%(new)s”") % {"field": field, "old": old, "new": new}


def _spell(fact: Any) -> str:
    """A date in words, everything else as it stands."""
    try:
        return formats.date_format(date.fromisoformat(str(fact)))
    except ValueError:
        return str(fact)


def _label(about: models.Model, name: str) -> str:
    try:
        field = about._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))
