"""The agenda and the papers of a meeting."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import AgendaItem, Event, Paper, PaperAccess
from events.services import programme
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

MAX_BYTES = 20 * 1024 * 1024


@transaction.atomic
def add_item(event: Event, *, title: str, purpose: str, speaker: str = "", by: User) -> AgendaItem:
    """Add an item at the end of the agenda; the same item sent twice stands once."""
    event = programme.locked(event)
    programme.refuse_when_signed(event)
    twin = event.agenda.filter(title=title, purpose=purpose, speaker=speaker).first()
    if twin:
        return twin
    last = event.agenda.order_by("-number").values_list("number", flat=True).first() or 0
    item = AgendaItem.objects.create(event=event, number=last + 1, title=title, purpose=purpose, speaker=speaker)
    trail.record(by, "added agenda item", event, item=str(item))
    return item


@transaction.atomic
def change_item(item: AgendaItem, *, by: User, **values: Any) -> None:
    """Raises `Refused` once a chair has signed the record: the items are its headings."""
    event = programme.locked(item.event)
    programme.refuse_when_signed(event)
    item = _present(item)
    before = {name: getattr(item, name) for name in values}
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=list(values))
    trail.record_changes(by, event, before, values, naming=["speaker"])


@transaction.atomic
def remove_item(item: AgendaItem, *, by: User) -> None:
    """Raises `Refused` when the outcome speaks of the item, and once a chair has signed the record."""
    event = programme.locked(item.event)
    programme.refuse_when_signed(event)
    item = _present(item)
    if item.paragraphs.exists() or item.interventions.exists():
        raise Refused(_("The outcome has text under this item. Move that text first."))
    trail.record(by, "removed agenda item", event, item=str(item))
    item.delete()


@transaction.atomic
def add_paper(
    event: Event, *, title: str, access: str, language: str, file: Any, item: AgendaItem | None = None, by: User
) -> Paper:
    """Add a PDF; the same title in the same language becomes the next version of that paper.

    The same file sent twice is no new version: the paper that stands is the answer. A version that fewer people may
    read closes the earlier ones too, so that a paper shown to the wrong people can be taken from them.

    Raises `Refused` for a file that is no PDF or is larger than 20 MB.
    """
    if file.size > MAX_BYTES:
        raise Refused(_("The file is larger than 20 MB."))
    head = file.read(5)
    file.seek(0)
    if head != b"%PDF-":
        raise Refused(_("Papers are PDF files. Save the document as PDF, then try again."))
    event = programme.locked(event)
    earlier = event.papers.filter(title=title, language=language).order_by("-version").first()
    if earlier and (earlier.item, earlier.access) == (item, access) and _same_content(earlier.file, file):
        return earlier
    if earlier:
        number, version = earlier.number, earlier.version + 1
    else:
        number = (event.papers.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        version = 1
    paper = Paper.objects.create(
        event=event,
        item=item,
        number=number,
        title=title,
        language=language,
        version=version,
        access=access,
        file=file,
    )
    event.papers.filter(number=number, language=language, access__in=_wider_than(access)).update(access=access)
    trail.record(by, "added paper", event, paper=title, number=number, version=version, access=access)
    return paper


def _wider_than(access: str) -> list[str]:
    levels = list(PaperAccess.values)  # from everybody to the office
    return levels[: levels.index(access)]


def _present(item: AgendaItem) -> AgendaItem:
    """The item as it is now; the caller holds the lock of its event. Raises `Refused` when it was taken off."""
    row = AgendaItem.objects.filter(pk=item.pk).first()
    if row is None:
        raise Refused(_("This item was taken off the agenda a moment ago."))
    return row


def _same_content(stored: Any, sent: Any) -> bool:
    if stored.size != sent.size:
        return False
    with stored.open("rb") as kept:
        same: bool = kept.read() == sent.read()
    sent.seek(0)
    return same
