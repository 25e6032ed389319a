"""Checklists half-way: what is due is done, but for the last item of each event that goes on."""

from __future__ import annotations

from datetime import datetime

from events.models import CheckItem, Event
from events.services import checklist
from events.states import EventState
from members.models import User


def tick_what_is_due(manager: User, *, now: datetime) -> None:
    for event in Event.objects.filter(state__in=(EventState.DRAFT, EventState.ANNOUNCED, EventState.HELD)):
        due = list(CheckItem.objects.filter(event=event).overdue(now.date()))
        for item in due if event.state == EventState.HELD else due[:-1]:
            checklist.tick(item, by=manager, at=now)
