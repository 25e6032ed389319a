"""The agenda of one event and its papers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import Event
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_record import LANGUAGES, AgendaItemForm, PaperForm
from events.services import papers as service
from members.pages.reader import reader
from portal.kit.forms import refusals_on

ITEM_IDS = "item_%s"  # two forms of one page have a title each


def papers(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, event_or_404(request, pk))


@require_POST
def paper_add(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    form = PaperForm(request.POST, request.FILES, event=event)
    if form.is_valid():
        with refusals_on(form):
            made = service.add_paper(event, by=reader(request), **form.cleaned_data)
            messages.success(
                request,
                _("Paper %(number)d, version %(version)d is added.") % {"number": made.number, "version": made.version},
            )
            return redirect("office:papers", pk=event.pk)
    return _page(request, event, paper_form=form)


@require_POST
def agenda_add(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    form = AgendaItemForm(request.POST, auto_id=ITEM_IDS)
    if form.is_valid():
        with refusals_on(form):
            made = service.add_item(event, by=reader(request), **form.cleaned_data)
            messages.success(request, _("“%(item)s” is on the agenda.") % {"item": made})
            return redirect("office:papers", pk=event.pk)
    return _page(request, event, item_form=form)


@require_POST
def agenda_remove(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Take an item off the agenda; its papers stay, without an item."""
    event = event_or_404(request, pk)
    row = get_object_or_404(event.agenda.select_related("event"), pk=item)
    with refusals_told(request):
        service.remove_item(row, by=reader(request))
        messages.success(request, _("“%(item)s” is taken off the agenda.") % {"item": row})
    return redirect("office:papers", pk=event.pk)


def _page(
    request: HttpRequest, event: Event, *, paper_form: PaperForm | None = None, item_form: AgendaItemForm | None = None
) -> HttpResponse:
    languages = dict(LANGUAGES)
    rows = list(event.papers.select_related("item").order_by("number", "language", "-version"))
    return render(
        request,
        "office/papers.html",
        {
            "event": event,
            "agenda": event.agenda.annotate(n_papers=Count("papers")),
            "papers": [(row, str(languages.get(row.language, row.language))) for row in rows],
            "paper_form": paper_form or PaperForm(event=event),
            "item_form": item_form or AgendaItemForm(auto_id=ITEM_IDS),
            "tab": "papers",
            "section": "events",
        },
    )
