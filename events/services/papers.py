"""The agenda and the papers of a meeting."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import AgendaItem, Event, Paper
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

MAX_BYTES = 20 * 1024 * 1024


@transaction.atomic
def add_item(event: Event, *, title: str, purpose: str, speaker: str = "", by: User) -> AgendaItem:
    """Add an item at the end of the agenda."""
    last = event.agenda.order_by("-number").values_list("number", flat=True).first() or 0
    item = AgendaItem.objects.create(event=event, number=last + 1, title=title, purpose=purpose, speaker=speaker)
    trail.record(by, "added agenda item", event, item=str(item))
    return item


@transaction.atomic
def change_item(item: AgendaItem, *, by: User, **values: Any) -> None:
    before = {name: getattr(item, name) for name in values}
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=list(values))
    trail.record_changes(by, item.event, before, values)


@transaction.atomic
def remove_item(item: AgendaItem, *, by: User) -> None:
    """Raises `Refused` when the outcome speaks of the item."""
    if item.paragraphs.exists() or item.interventions.exists():
        raise Refused(_("The outcome has text under this item. Move that text first."))
    trail.record(by, "removed agenda item", item.event, item=str(item))
    item.delete()


@transaction.atomic
def add_paper(
    event: Event, *, title: str, access: str, language: str, file: Any, item: AgendaItem | None = None, by: User
) -> Paper:
    """Add a PDF; the same title in the same language becomes the next version of that paper.

    Raises `Refused` for a file that is no PDF or is larger than 20 MB.
    """
    if file.size > MAX_BYTES:
        raise Refused(_("The file is larger than 20 MB."))
    head = file.read(5)
    file.seek(0)
    if head != b"%PDF-":
        raise Refused(_("Papers are PDF files. Save the document as PDF, then try again."))
    earlier = event.papers.filter(title=title, language=language).order_by("-version").first()
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
    trail.record(by, "added paper", event, paper=title, number=number, version=version, access=access)
    return paper
