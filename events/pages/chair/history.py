"""The trail of an outcome as sentences, and which of them are new to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from events.models import FollowUp, Outcome, Paragraph
from events.states import OutcomeState
from members.models import User
from portal.kit import trail
from portal.kit.models import Entry

LATEST = 50
DETAILS = ("paragraph", "speaker", "action", "number", "chair")
LONGEST = 160


@dataclass(frozen=True)
class Line:
    """Who did what, when; `new` when somebody else did it after the last act of the reader on this text."""

    at: datetime
    who: str
    what: str
    details: list[str]
    new: bool


def lines(outcome: Outcome, reader: User) -> list[Line]:
    """The latest lines, newest first; to somebody who never acted nothing is new, because all of it is."""
    entries = list(trail.history(outcome)[:LATEST])
    mine = [entry.pk for entry in trail.history(outcome).filter(by=reader)[:1]]
    return [_line(entry, new=bool(mine) and entry.pk > mine[0]) for entry in entries]


def _line(entry: Entry, *, new: bool) -> Line:
    facts = entry.told
    if entry.verb == "moved":
        what = _("changed the state: %(state)s") % {"state": OutcomeState(facts["after"]).label.lower()}
    elif entry.verb == "voided signatures":
        what = _("changed signed text; void: %(chairs)s") % {"chairs": ", ".join(facts.get("chairs", []))}
    elif entry.verb == "changed":
        what = _("changed the text")
    else:
        what = entry.verb
    details = [
        _("%(field)s: “%(old)s” became “%(new)s”")
        % {"field": _label(name), "old": _short(old), "new": _short(new_text)}
        for name, (old, new_text) in facts.get("changes", {}).items()
    ]
    details += [_short(facts[name]) for name in DETAILS if facts.get(name)]
    return Line(entry.at, str(entry.by) if entry.by else _("The portal"), what, details, new)


def _short(value: Any) -> str:
    return Truncator(str(value)).chars(LONGEST) if value not in ("", None, "None") else _("empty")


def _label(name: str) -> str:
    for model in (Outcome, Paragraph, FollowUp):
        try:
            return str(getattr(model._meta.get_field(name), "verbose_name", name))
        except FieldDoesNotExist:
            continue
    return name
