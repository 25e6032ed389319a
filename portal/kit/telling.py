"""Lines of the audit trail in words, one way for every page that shows a history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from portal.kit.clock import spell_days
from portal.kit.models import Entry

LATEST = 50  # lines that the page of a row shows
LONGEST = 200
# said by the line itself, shown in another way, or of no use to a reader
PASSED_OVER = frozenset({"changes", "before", "after", "clauses", "text_hash", "fields"})
# the order in which people say them; PostgreSQL keeps the facts of a line by the length of their names
IN_ORDER = ("session", "day", "begins", "ends", "item", "person", "number", "version")
WALL_TIME = re.compile(r"\d\d:\d\d:00")  # a session begins at full minutes


@dataclass(frozen=True)
class Line:
    """One line: when, who, did what, to which row where the page has several, and the details below."""

    at: datetime
    who: str
    act: str
    details: list[str]
    subject: str = ""
    link: str = ""  # the page of the row
    kind: str = ""  # of the row, and its number: what the trail asks for in its address
    row: int = 0


def who(entry: Entry) -> str:
    return str(entry.by) if entry.by else _("The portal")


def act(entry: Entry, model: type[models.Model] | None) -> str:
    """ "moved from “Nominated” to “Confirmed”"; every other verb as it was recorded."""
    if entry.verb != "moved" or model is None:
        return entry.verb
    try:
        states = dict(getattr(model._meta.get_field("state"), "flatchoices", ()))
    except FieldDoesNotExist:
        states = {}
    facts = entry.facts
    before, after = (str(states.get(facts.get(name), facts.get(name))) for name in ("before", "after"))
    return _("moved from “%(before)s” to “%(after)s”") % {"before": before, "after": after}


def details(
    entry: Entry, model: type[models.Model] | None, *, named: Mapping[str, Any], passed_over: frozenset[str]
) -> list[str]:
    """A line for each change, then the facts in one line; `named` holds words for facts, which come first."""
    told, found = entry.told, []
    if entry.is_forgotten:
        fields = ", ".join(label(model, name) for name in told["fields"])
        found.append(_("%(fields)s: what it was is erased") % {"fields": fields})
    for name, (old, new) in told.get("changes", {}).items():
        before, after = short(words(model, name, old)), short(words(model, name, new))
        found.append(_became(before, after) % {"field": label(model, name), "old": before, "new": after})
    left_out = PASSED_OVER | passed_over
    first = dict.fromkeys([*named, *IN_ORDER])
    names = [*(name for name in first if name in told), *(name for name in told if name not in first)]
    facts = [
        f"{named.get(name, name.replace('_', ' '))}: {short(fact(told[name]))}"
        for name in names
        if name not in left_out and told[name] not in ("", None, [], {})
    ]
    return [*found, *([" · ".join(facts)] if facts else [])]


def _became(before: str, after: str) -> str:
    if not before:
        return _("%(field)s: now “%(new)s”")
    return _("%(field)s: “%(old)s” became “%(new)s”") if after else _("%(field)s: “%(old)s” was removed")


def label(model: type[models.Model] | None, name: str) -> str:
    """The name of a field for people: "First day", of starts_on; the word itself when it is no field."""
    try:
        found = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        found = None
    return capfirst(str(getattr(found, "verbose_name", name)))


def words(model: type[models.Model] | None, name: str, text: str) -> str:
    """A stored value as people read it: "In person", of in_person; "5 May 2021", of 2021-05-05."""
    if not text or text == "None":
        return ""
    try:
        found: Any = model._meta.get_field(name) if model is not None else None
        if isinstance(found, models.DateField):
            day = date.fromisoformat(text)
            return spell_days(day, day)
    except (FieldDoesNotExist, ValueError):  # the change of another row, or an instant, which is no day
        return text
    return str(dict(getattr(found, "flatchoices", ())).get(text, text))


def fact(found: Any) -> str:
    if isinstance(found, dict):
        return ", ".join(f"{name} {each}" for name, each in found.items())
    if isinstance(found, list):
        return ", ".join(map(str, found))
    if isinstance(found, str) and WALL_TIME.fullmatch(found):
        return found[:5]
    try:
        day = date.fromisoformat(found if isinstance(found, str) else "")
    except ValueError:
        return str(found)
    return spell_days(day, day)


def short(text: str) -> str:
    return "" if text == "None" else Truncator(text).chars(LONGEST)
