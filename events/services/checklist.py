"""The checklist of an event: laid from what is usual for its kind, ticked by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import CheckItem, Event, KindItem
from events.services.kinds import FURTHEST_DAYS, MOST_ITEMS
from events.states import EventState
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

CLOSED = (EventState.REPORTED, EventState.CANCELLED)


def lay(event: Event, *, by: User) -> int:
    """Put the usual items that the event lacks on its checklist; answers how many.

    An item that was taken away comes back; one that stands there with other words or another day stays as it is.
    The caller holds the event's lock, or has just made the event.
    """
    known = list(event.checklist.values_list("usual", "text"))
    sources, texts = {usual for usual, _text in known}, {text for _usual, text in known}
    usual = KindItem.objects.filter(template__kind=event.kind)
    missing = [item for item in usual if item.pk not in sources and item.text not in texts]
    CheckItem.objects.bulk_create(
        CheckItem(
            event=event,
            usual=item,
            text=item.text,
            days=item.days,
            due_on=event.starts_on + timedelta(days=item.days),
            duty=item.duty,
        )
        for item in missing
    )
    if missing:
        trail.record(by, "laid the checklist", event, number=len(missing))
    return len(missing)


@transaction.atomic
def lay_again(event: Event, *, by: User) -> int:
    event = _locked(event)
    _refuse_closed(event)
    return lay(event, by=by)


def follow(event: Event) -> None:
    """Every item keeps its distance from the first day; the caller holds the lock and has moved the event."""
    moved = []
    for item in event.checklist.all():
        due_on = item.derived_day(event.starts_on)
        if due_on != item.due_on:
            item.due_on = due_on
            moved.append(item)
    CheckItem.objects.bulk_update(moved, ["due_on"])


@transaction.atomic
def add(event: Event, *, text: str, due_on: date, duty: str, by: User) -> CheckItem:
    """Add an item of this event alone; from now on it keeps its distance from the first day.

    Raises `Refused` when the event is over for good, for a text that stands there, and for a day too far away.
    """
    event = _locked(event)
    _refuse_closed(event)
    days = (due_on - event.starts_on).days
    if abs(days) > FURTHEST_DAYS:
        raise Refused(_("This day is more than 400 days from the first day of the event."))
    if event.checklist.filter(text=text).exists():
        raise Refused(_("This item stands on the checklist already."))
    if event.checklist.count() >= MOST_ITEMS:
        raise Refused(_("A checklist has at most 60 items."))
    item = CheckItem.objects.create(event=event, text=text, days=days, due_on=due_on, duty=duty)
    trail.record(by, "added to the checklist", event, item=text)
    return item


@transaction.atomic
def tick(item: CheckItem, *, by: User, at: datetime) -> None:
    """It is done; of two people who tick at once, the first one stays."""
    item, event = _held(item)
    if item.done_at is not None:
        return
    item.done_at, item.done_by = at, by
    item.save(update_fields=["done_at", "done_by"])
    trail.record(by, "ticked", event, item=item.text)


@transaction.atomic
def untick(item: CheckItem, *, by: User) -> None:
    """It is not done after all."""
    item, event = _held(item)
    if item.done_at is None:
        return
    item.done_at = item.done_by = None
    item.save(update_fields=["done_at", "done_by"])
    trail.record(by, "unticked", event, item=item.text)


@transaction.atomic
def remove(item: CheckItem, *, by: User) -> None:
    """Raises `Refused` for an item that is done: it says who did what."""
    item, event = _held(item)
    if item.done_at is not None:
        raise Refused(_("This item is done. It stays, so that others see who did it."))
    trail.record(by, "removed from the checklist", event, item=item.text)
    item.delete()


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


def _held(item: CheckItem) -> tuple[CheckItem, Event]:
    """The item as it is now, under the lock of its event."""
    event = _locked(item.event)
    _refuse_closed(event)
    row = event.checklist.filter(pk=item.pk).first()
    if row is None:
        raise Refused(_("This item was removed a moment ago."))
    return row, event


def _refuse_closed(event: Event) -> None:
    if event.state in CLOSED:
        raise Refused(_("The file of this event is closed. Its checklist stays as it was."))
