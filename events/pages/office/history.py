"""The trail of one event, of its invitations, people, outcome and actions, as lines for people; its revisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from events.models import Event, FollowUp, Invitation, Outcome, Registration
from events.pages.office.desk import event_or_404, label, words
from events.pages.office.forms_record import HistoryFilter
from events.pages.office.programme import revisions_of
from portal.kit import trail
from portal.kit.clock import spell_days
from portal.kit.listing import Listing
from portal.kit.models import Entry, EntryQuerySet

LATEST = 50
# said by the line itself, shown in another way, or of no use to a reader
PASSED_OVER = {"changes", "before", "after", "clauses", "text_hash"}
SAID: dict[Any, set[str]] = {Invitation: {"administration"}, Registration: {"official"}}
LONGEST = 200
WALL_TIME = re.compile(r"\d\d:\d\d:00")  # a session begins at full minutes


@dataclass(frozen=True)
class Line:
    """One line: when, who, did what, to which row of the event, and the details below."""

    at: datetime
    who: str
    act: str
    subject: str
    details: list[str]


def event_history(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    entries = entries_of(event)
    verbs = entries.order_by("verb").values_list("verb", flat=True).distinct()
    people = entries.order_by("by__name").values_list("by", "by__name").distinct()
    filters = HistoryFilter(
        request.GET,
        verbs=[(verb, verb.capitalize()) for verb in verbs],
        people=[(str(pk or "portal"), name or _("The portal")) for pk, name in people],
    )
    narrowed = filters.narrow(entries).select_related("by", "about_type")
    listing = Listing(request.GET, narrowed, sorts={"at": "at"}, default="-at")
    return render(
        request,
        "office/history.html",
        {
            "event": event,
            "filters": filters,
            "listing": listing,
            "history": lines(list(listing), itself=event),
            "revisions": revisions_of(event),
            "tab": "history",
            "section": "events",
        },
    )


def entries_of(event: Event) -> EntryQuerySet:
    """Everything that was done to the event and to the rows of its stages."""
    about = Entry.objects.about_any
    return (
        Entry.objects.about(event)
        | about(event.invitations.all())
        | about(event.registrations.all())
        | about(Outcome.objects.filter(event=event))
        | about(FollowUp.objects.filter(outcome__event=event))
    )


def lines_about(row: models.Model) -> list[Line]:
    """The latest lines of one row, newest first."""
    return lines(list(trail.history(row).select_related("about_type")[:LATEST]), itself=row)


def lines(entries: Sequence[Entry], *, itself: models.Model) -> list[Line]:
    """The entries in words; `itself` is the row of the page, which needs no name."""
    names = _names(entries)
    own = (itself._meta.model, itself.pk)
    found = []
    for entry in entries:
        model = entry.about_type.model_class()
        about = (model, entry.about_id)
        subject = "" if about == own else names.get(about, _("a row that is gone"))
        who = str(entry.by) if entry.by else _("The portal")
        found.append(Line(entry.at, who, _act(entry, model), subject, _details(entry, model)))
    return found


def _names(entries: Iterable[Entry]) -> dict[tuple[Any, int], str]:
    """What the entries are about, by name: one query for each kind of row."""
    numbers: dict[Any, set[int]] = {}
    for entry in entries:
        numbers.setdefault(entry.about_type.model_class(), set()).add(entry.about_id)
    found: dict[tuple[Any, int], str] = {}
    for pk, name in _values(Invitation, numbers, "administration__name"):
        found[Invitation, pk] = _("invitation of %(name)s") % {"name": name}
    for pk, name, body in _values(Registration, numbers, "official__name", "administration__name"):
        found[Registration, pk] = f"{name} ({body})"
    for pk, number in _values(Outcome, numbers, "number"):
        found[Outcome, pk] = _("outcome %(number)s") % {"number": number}
    for pk, number in _values(FollowUp, numbers, "number"):
        found[FollowUp, pk] = _("action %(number)d") % {"number": number}
    return found


def _values(model: type[models.Model], numbers: dict[Any, set[int]], *columns: str) -> Iterable[tuple[Any, ...]]:
    if model not in numbers:
        return []
    rows = model._default_manager.filter(pk__in=numbers[model]).order_by()
    return rows.values_list("pk", *columns)


def _act(entry: Entry, model: type[models.Model] | None) -> str:
    """ "moved from nominated to confirmed"; every other verb as it was recorded."""
    if entry.verb != "moved" or model is None:
        return entry.verb
    states = dict(getattr(model._meta.get_field("state"), "flatchoices", ()))
    before, after = (str(states.get(entry.facts.get(name), entry.facts.get(name))) for name in ("before", "after"))
    return _("moved from “%(before)s” to “%(after)s”") % {"before": before, "after": after}


def _details(entry: Entry, model: type[models.Model] | None) -> list[str]:
    details = []
    for name, (old, new) in entry.facts.get("changes", {}).items():
        before, after = _value(model, name, old), _value(model, name, new)
        details.append(_became(before, after) % {"field": _field(model, name), "old": before, "new": after})
    passed_over = PASSED_OVER | SAID.get(model, set())
    facts = [
        f"{name.replace('_', ' ')}: {_short(_fact(fact))}"
        for name, fact in entry.facts.items()
        if name not in passed_over and fact not in ("", None, [], {})
    ]
    return [*details, *([" · ".join(facts)] if facts else [])]


def _became(before: str, after: str) -> str:
    if not before:
        return _("%(field)s: now “%(new)s”")
    return _("%(field)s: “%(old)s” became “%(new)s”") if after else _("%(field)s: “%(old)s” was removed")


def _field(model: type[models.Model] | None, name: str) -> str:
    try:
        return label(model, name) if model is not None else name
    except FieldDoesNotExist:
        return name


def _value(model: type[models.Model] | None, name: str, text: str) -> str:
    try:
        return _short(words(model, name, text) if model is not None else text)
    except (FieldDoesNotExist, ValueError):  # the change of another row, or an instant, which is no day
        return _short(text)


def _fact(fact: Any) -> str:
    if isinstance(fact, dict):
        return ", ".join(f"{name} {value}" for name, value in fact.items())
    if isinstance(fact, list):
        return ", ".join(map(str, fact))
    if isinstance(fact, str) and WALL_TIME.fullmatch(fact):
        return fact[:5]
    try:
        day = date.fromisoformat(fact if isinstance(fact, str) else "")
    except ValueError:
        return str(fact)
    return spell_days(day, day)


def _short(text: str) -> str:
    return "" if text == "None" else Truncator(text).chars(LONGEST)
