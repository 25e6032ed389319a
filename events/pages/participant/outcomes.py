"""Published outcomes: the list, and each under its stable address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from events import policies
from events.models import AgendaItem, Chairing, Delegation, Event, FollowUp, Intervention, Outcome, Paragraph
from events.pages.participant.forms import OutcomesFilter
from events.pages.participant.papers import papers_of
from portal.kit.clock import today_in
from portal.kit.listing import Listing

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

    item: AgendaItem | None
    interventions: list[Intervention] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)


@require_safe
def outcome(request: HttpRequest, number: str) -> HttpResponse:
    """The record as published. What is for members only is absent for all others."""
    rows = Outcome.objects.visible_to(request.user).published().select_related("event__series")
    row = get_object_or_404(rows, number=number)
    event = row.event
    for_members = policies.may_read_members_text(request.user, row)
    paragraphs = [one for one in row.paragraphs.select_related("item") if for_members or not one.members_only]
    delegations = list(event.delegations.select_related("administration", "organisation"))
    return render(
        request,
        "participant/outcome.html",
        {
            "outcome": row,
            "event": event,
            "for_members": for_members,
            "corrigenda": [(one, published_on(row, one.published_at)) for one in row.corrigenda.all()],
            "published_on": published_on(row, row.published_at),
            "sessions": event.sessions.all(),
            "chairs": chairs_of(event),
            "delegations": delegations,
            "people": people_counted(delegations),
            "parts": parts_of(row.interventions.select_related("item"), paragraphs),
            "decisions": [one for one in paragraphs if one.is_decision],
            "actions": actions_of(row),
            "papers": papers_of(event, request.user),
            "address": settings.PORTAL_URL + reverse("participant:outcome", args=[row.number]),
        },
    )


def chairs_of(event: Event) -> list[tuple[Chairing, str]]:
    """Each chair with the full name of the administration on the day of the meeting."""
    rows = event.chairings.select_related("person").prefetch_related("administration__titles")
    return [(row, row.administration.title_on(event.ends_on)) for row in rows]


def actions_of(outcome: Outcome) -> list[tuple[FollowUp, str]]:
    """Each action with the body that owns it; of a person without a body only the office knows the name."""
    rows = outcome.actions.select_related(
        "administration", "organisation", "owner__administration", "owner__organisation"
    )
    return [(row, owning_body(row)) for row in rows]


def owning_body(action: FollowUp) -> str:
    body = action.body or (action.owner.body if action.owner else None)
    return str(body) if body else ""


def parts_of(interventions: Iterable[Intervention], paragraphs: Iterable[Paragraph]) -> list[Part]:
    """By agenda item in the order of the agenda; an item without anything to read for this reader is absent."""
    parts: dict[int, Part] = {}
    rows: list[Any] = [*interventions, *paragraphs]
    for row in rows:
        part = parts.setdefault(row.item_id or 0, Part(row.item))
        (part.paragraphs if isinstance(row, Paragraph) else part.interventions).append(row)
    return sorted(parts.values(), key=lambda part: part.item.number if part.item else 0)


def people_counted(delegations: Iterable[Delegation]) -> int | None:
    """How many people the record counts; None when a delegation has no figure, because then nobody knows."""
    sizes = [delegation.size for delegation in delegations]
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None
