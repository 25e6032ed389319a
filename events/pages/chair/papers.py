"""Agenda items and papers of a meeting."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import AgendaItem, Event, Paper
from events.pages.chair import rows
from events.pages.chair.acts import button, form_page
from events.pages.chair.forms import ItemForm, PaperForm
from events.services import papers as service
from members.pages.reader import reader
from portal.kit.forms import posted


def item_add(request: HttpRequest, pk: int) -> HttpResponse:
    event = rows.load_event(request, pk)
    return form_page(
        request,
        ItemForm(posted(request)),
        lambda values: service.add_item(event, by=reader(request), **values),
        event=event,
        title=_("Add an agenda item"),
        verb=_("Add the item"),
        done=_("The item is on the agenda."),
        back=_back(event),
    )


def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    kept = {"title": item.title, "purpose": item.purpose, "speaker": item.speaker}
    return form_page(
        request,
        ItemForm(posted(request), initial=kept),
        lambda values: service.change_item(item, by=reader(request), **values),
        event=item.event,
        title=_("Agenda item %(number)d") % {"number": item.number},
        verb=_("Save the item"),
        done=_("The item is saved."),
        back=_back(item.event),
    )


@require_POST
def item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    return button(
        request,
        lambda: service.remove_item(item, by=reader(request)),
        done=_("The item is off the agenda."),
        back=_back(item.event),
    )


def paper_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a PDF with its access level."""
    event = rows.load_event(request, pk)
    return form_page(
        request,
        PaperForm(posted(request), request.FILES or None, event=event),
        lambda values: service.add_paper(event, by=reader(request), **values),
        event=event,
        title=_("Add a paper"),
        verb=_("Upload the paper"),
        done=_("The paper is stored."),
        back=_back(event),
    )


def paper(request: HttpRequest, pk: int) -> FileResponse:
    """A stored paper, always as a download: what people upload is never shown as a page of ours."""
    row = rows.load_part(request, Paper.objects.select_related("event"), pk, "event")
    name = f"paper-{row.number}-{slugify(row.title)[:60] or 'untitled'}-v{row.version}-{row.language}.pdf"
    try:
        content = row.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    return rows.load_part(request, AgendaItem.objects.select_related("event"), pk, "event")


def _back(event: Event) -> str:
    return reverse("chair:meeting", args=[event.pk])
