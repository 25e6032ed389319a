"""What is usual for each kind of event: its numbers and its checklist."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import KindItem, KindTemplate
from events.pages.office import history
from events.pages.office.forms_kinds import KindForm, KindItemForm
from events.services import kinds as service
from members.pages.answers import refusals_told
from members.pages.reader import reader
from portal.kit.forms import posted, refusals_on


def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind of event; there are as many as the plan knows, so the list has no pages."""
    rows = KindTemplate.objects.annotate(n_items=Count("items"))
    return render(request, "office/kinds.html", {"rows": rows, "section": "events"})


def kind(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers of one kind, its checklist, and a form for one more item."""
    row = get_object_or_404(KindTemplate, pk=pk)
    form = KindItemForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            item = service.add_item(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("“%(text)s” is added.") % {"text": item.text})
            return redirect("office:kind", pk=row.pk)
    return render(
        request,
        "office/kind.html",
        {
            "row": row,
            "items": list(row.items.all()),
            "form": form,
            "history": history.lines_about(row),
            "section": "events",
        },
    )


def kind_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual numbers of one kind."""
    row = get_object_or_404(KindTemplate, pk=pk)
    form = KindForm(posted(request), template=row)
    if form.is_valid():
        with refusals_on(form):
            service.change(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("Saved. The next event of this kind begins with these numbers."))
            return redirect("office:kind", pk=row.pk)
    return render(request, "office/kind_edit.html", {"row": row, "form": form, "section": "events"})


def kind_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one item of the usual checklist."""
    item = _item(pk)
    form = KindItemForm(posted(request), item=item)
    if form.is_valid():
        with refusals_on(form):
            service.change_item(item, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The item is saved."))
            return redirect("office:kind", pk=item.template_id)
    return render(
        request, "office/kind_item.html", {"row": item.template, "item": item, "form": form, "section": "events"}
    )


@require_POST
def kind_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one item off the usual checklist."""
    item = _item(pk)
    with refusals_told(request):
        service.remove_item(item, by=reader(request))
        messages.success(request, _("“%(text)s” is removed.") % {"text": item.text})
    return redirect("office:kind", pk=item.template_id)


def _item(pk: int) -> KindItem:
    return get_object_or_404(KindItem.objects.select_related("template"), pk=pk)
