"""What is usual for a kind of event, as the office sets it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import KindItem, KindTemplate
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

MOST_ITEMS = 60
FURTHEST_DAYS = 400


def template_of(kind: str) -> KindTemplate | None:
    return KindTemplate.objects.filter(kind=kind).first()


@transaction.atomic
def change(template: KindTemplate, *, by: User, **values: Any) -> None:
    """Set the usual numbers; events that exist already keep theirs."""
    template = _locked(template)
    before = {name: getattr(template, name) for name in values}
    for name, value in values.items():
        setattr(template, name, value)
    template.save()
    trail.record_changes(by, template, before, values)


@transaction.atomic
def add_item(template: KindTemplate, *, text: str, days: int, duty: str, by: User) -> KindItem:
    """Add a line to the usual checklist. Raises `Refused` for a text that stands there, and for a list without end."""
    template = _locked(template)
    _refuse_twin(template, text)
    if template.items.count() >= MOST_ITEMS:
        raise Refused(_("A checklist has at most 60 items."))
    item = KindItem.objects.create(template=template, text=text, days=days, duty=duty)
    trail.record(by, "added usual item", template, item=text, days=days)
    return item


@transaction.atomic
def change_item(item: KindItem, *, text: str, days: int, duty: str, by: User) -> None:
    """Change a line; the checklists that were laid with it keep the old one."""
    template = _locked(item.template)
    item = _present(item)
    _refuse_twin(template, text, besides=item)
    before = {"text": item.text, "days": item.days, "duty": item.duty}
    after = {"text": text, "days": days, "duty": duty}
    item.text, item.days, item.duty = text, days, duty
    item.save()
    trail.record_changes(by, template, before, after)


@transaction.atomic
def remove_item(item: KindItem, *, by: User) -> None:
    """Take a line away; it stays on the checklists that were laid with it."""
    template = _locked(item.template)
    item = _present(item)
    trail.record(by, "removed usual item", template, item=item.text)
    item.delete()


def _locked(template: KindTemplate) -> KindTemplate:
    return KindTemplate.objects.select_for_update().get(pk=template.pk)


def _present(item: KindItem) -> KindItem:
    row = KindItem.objects.filter(pk=item.pk).first()
    if row is None:
        raise Refused(_("This item was removed a moment ago."))
    return row


def _refuse_twin(template: KindTemplate, text: str, *, besides: KindItem | None = None) -> None:
    rows = template.items.filter(text=text)
    if (rows.exclude(pk=besides.pk) if besides else rows).exists():
        raise Refused(_("This item stands on the checklist already."))
