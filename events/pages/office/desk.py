"""What the pages of the office desk share: the day, the event of an address, seats, refusals as messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from events.models import Event
from members.pages.answers import refusals_told as refusals_told  # the desk answers as the members pages do
from members.pages.reader import reader


def event_or_404(request: HttpRequest, pk: int) -> Event:
    rows = Event.objects.visible_to(reader(request)).select_related("activity__plan", "officer", "series")
    return get_object_or_404(rows, pk=pk)


def seats_offered(events: Iterable[Event]) -> dict[int, int]:
    """Event -> its seats for all target administrations together and the common pool, in one query."""
    rows = list(events)
    targets = Event.targets.through._default_manager.filter(event__in=[row.pk for row in rows])
    counts = {row["event_id"]: row["n"] for row in targets.values("event_id").annotate(n=Count("pk"))}
    return {row.pk: row.seats_per_administration * counts.get(row.pk, 0) + row.pool_seats for row in rows}


@dataclass(frozen=True)
class Seats:
    """Seats of an event as counts of rows; an offered seat counts as taken."""

    offered: int
    taken: int
    waiting: int


def seats_of(events: Iterable[Event]) -> dict[int, Seats]:
    """Event -> its seats, for the events of one page: two queries, however many."""
    offered = seats_offered(events)
    counted: Any = Event.objects.filter(pk__in=list(offered)).order_by().with_seats()
    return {row.pk: Seats(offered[row.pk], row.seated, row.waiting) for row in counted}
