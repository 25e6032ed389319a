"""Published outcomes: the list, and each under its stable address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events import policies
from events.models import FollowUp, Mode, Outcome, Purpose, Verb
from events.models.outcomes import DECISIONS
from events.pages.participant.forms import OutcomesFilter
from events.pages.participant.papers import papers_of
from portal.kit.clock import today_in
from portal.kit.listing import Listing

Words = dict[str, Any]
SORTS = {"date": "event__starts_at", "number": "number", "published": "published_at"}


@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    filters = OutcomesFilter(request.GET)
    rows = filters.narrow(Outcome.objects.visible_to(request.user).published()).select_related("event__series")
    listing = Listing(request.GET, rows, sorts=SORTS, default="-date")
    lines = [(row, published_on(row, row.published_at)) for row in listing]
    return render(request, "participant/outcomes.html", {"filters": filters, "listing": listing, "lines": lines})


def published_on(outcome: Outcome, at: datetime | None) -> date | None:
    """The day in the zone of the meeting: a cite line is the same for every reader."""
    return today_in(outcome.event.time_zone, at) if at else None


@dataclass
class Part:
    """What the meeting said under one agenda item; without an item, about the meeting as a whole."""

    heading: str
    purpose: str
    interventions: list[Words] = field(default_factory=list)
    paragraphs: list[Words] = field(default_factory=list)


@require_safe
def outcome(request: HttpRequest, number: str) -> HttpResponse:
    """The record as it was published. What is for members only is absent for all others."""
    rows = Outcome.objects.visible_to(request.user).published().select_related("event__series")
    row = get_object_or_404(rows, number=number)
    record = row.content()
    for_members = policies.may_read_members_text(request.user, row)
    paragraphs = [
        {**one, "verb": Verb(one["verb"]).label, "is_decision": one["verb"] in DECISIONS}
        for one in record["paragraphs"]
        if for_members or not one["members_only"]
    ]
    return render(
        request,
        "participant/outcome.html",
        {
            "outcome": row,
            "record": record,
            "starts_on": date.fromisoformat(record["starts_on"]),
            "ends_on": date.fromisoformat(record["ends_on"]),
            "mode": Mode(record["mode"]).label,
            "is_online": record["mode"] == Mode.ONLINE,
            "for_members": for_members,
            "corrigenda": [(one, published_on(row, one.published_at)) for one in row.corrigenda.all()],
            "published_on": published_on(row, row.published_at),
            "sessions": [
                (one["title"], datetime.fromisoformat(one["begins"]), datetime.fromisoformat(one["ends"]))
                for one in record["sessions"]
            ],
            "people": people_counted([one["size"] for one in record["delegations"]]),
            "parts": parts_of(record["interventions"], paragraphs),
            "decisions": [one for one in paragraphs if one["is_decision"]],
            "actions": actions_today(row, record["actions"]),
            "papers": papers_of(row.event, request.user),
            "address": settings.PORTAL_URL + reverse("participant:outcome", args=[row.number]),
        },
    )


def actions_today(outcome: Outcome, actions: Iterable[Words]) -> list[tuple[Words, date | None, FollowUp | None]]:
    """Each action as it was published, its due date, and the row that knows its state today."""
    today = {row.number: row for row in outcome.actions.all()}
    return [
        (one, date.fromisoformat(one["due_on"]) if one["due_on"] else None, today.get(one["number"])) for one in actions
    ]


def owning_body(action: FollowUp) -> str:
    body = action.body or (action.owner.body if action.owner else None)
    return str(body) if body else ""


def parts_of(interventions: Iterable[Words], paragraphs: Iterable[Words]) -> list[Part]:
    """By agenda item in the order of the agenda; an item without anything to read for this reader is absent."""
    parts: dict[int, Part] = {}
    for kind, lines in (("interventions", interventions), ("paragraphs", paragraphs)):
        for line in lines:
            item = line["item"]
            part = parts.setdefault(item["number"] if item else 0, _part(item))
            getattr(part, kind).append(line)
    return [parts[number] for number in sorted(parts)]


def _part(item: Words | None) -> Part:
    if item is None:
        return Part(_("The meeting as a whole"), "")
    return Part(f"{item['number']}. {item['title']}", str(Purpose(item["purpose"]).label))


def people_counted(sizes: Sequence[int | None]) -> int | None:
    """How many people the record counts; None when a delegation has no figure, because then nobody knows."""
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None
