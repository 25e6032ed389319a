"""The checklist of one event, and the open items of all events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events.models import CheckItem, Event
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_kinds import CheckItemForm, ChecklistFilter
from events.services import checklist as service
from events.services.checklist import CLOSED
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing

SORTS = {"due": "due_on", "event": "event__title", "item": "text"}
NEXT = 4  # items that the page of the event shows


# --- one event ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """The checklist on the overview of an event: how much is done, what comes next."""

    done: int
    total: int
    overdue: int
    following: list[tuple[CheckItem, bool]]


def card_of(event: Event, on: date) -> Card:
    items = list(event.checklist.all())
    for item in items:
        item.event = event
    left = [item for item in items if item.done_at is None]
    late = [item for item in left if item.is_overdue(on)]
    return Card(len(items) - len(left), len(items), len(late), [(item, item.is_overdue(on)) for item in left[:NEXT]])


def event_checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """Every item of one event in the order of its days; a form for one more."""
    row = event_or_404(request, pk)
    today = office_day(timezone.now())
    is_open = row.state not in CLOSED
    form = CheckItemForm(posted(request)) if is_open else None
    if form is None and request.method == "POST":
        messages.error(request, _("The file of this event is closed. Its checklist stays as it was."))
        return redirect("office:event_checklist", pk=row.pk)
    if form and form.is_valid():
        with refusals_on(form):
            item = service.add(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("“%(text)s” is added.") % {"text": item.text})
            return redirect("office:event_checklist", pk=row.pk)
    items = list(row.checklist.select_related("event", "done_by"))
    return render(
        request,
        "office/checklist_event.html",
        {
            "event": row,
            "lines": [(item, item.is_overdue(today)) for item in items],
            "done": sum(item.done_at is not None for item in items),
            "form": form,
            "is_open": is_open,
            "tab": "overview",
            "section": "events",
        },
    )


@require_POST
def checklist_lay(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back the usual items of this kind that the event lacks."""
    row = event_or_404(request, pk)
    with refusals_told(request):
        count = service.lay_again(row, by=reader(request))
        told = ngettext("%(n)d item is laid.", "%(n)d items are laid.", count) % {"n": count}
        messages.success(request, told if count else _("Nothing is missing: every usual item stands here."))
    return redirect("office:event_checklist", pk=row.pk)


@require_POST
def check_tick(request: HttpRequest, pk: int) -> HttpResponse:
    """An item is done."""
    item = _item(request, pk)
    with refusals_told(request):
        service.tick(item, by=reader(request), at=timezone.now())
        messages.success(request, _("“%(text)s” is done.") % {"text": item.text})
    return _back(request, item)


@require_POST
def check_untick(request: HttpRequest, pk: int) -> HttpResponse:
    """An item is not done after all."""
    item = _item(request, pk)
    with refusals_told(request):
        service.untick(item, by=reader(request))
        messages.success(request, _("“%(text)s” is open again.") % {"text": item.text})
    return _back(request, item)


@require_POST
def check_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an item off the checklist of one event."""
    item = _item(request, pk)
    with refusals_told(request):
        service.remove(item, by=reader(request))
        messages.success(request, _("“%(text)s” is removed.") % {"text": item.text})
    return _back(request, item)


def _item(request: HttpRequest, pk: int) -> CheckItem:
    rows = CheckItem.objects.filter(event__in=Event.objects.visible_to(reader(request)).values("pk"))
    return get_object_or_404(rows.select_related("event"), pk=pk)


def _back(request: HttpRequest, item: CheckItem) -> HttpResponse:
    """To the list that the person came from, with its filters; else to the event."""
    back = request.POST.get("back", "")
    if back.startswith(reverse("office:checklist")) and url_has_allowed_host_and_scheme(back, None):
        return redirect(back)
    return redirect("office:event_checklist", pk=item.event_id)


# --- all events -----------------------------------------------------------------------------------


def checklist(request: HttpRequest) -> HttpResponse:
    """The items of all events that go on; open ones unless the filter says otherwise."""
    today = office_day(timezone.now())
    filters, listing = _listing(request)
    return render(
        request,
        "office/checklist.html",
        {
            "filters": filters,
            "listing": listing,
            "rows": [(item, item.is_overdue(today)) for item in listing],
            "open": CheckItem.objects.open().count(),
            "overdue": CheckItem.objects.overdue(today).count(),
            "export": reverse("office:checklist_csv") + listing.link(),
            "back": request.get_full_path(),
            "closed": CLOSED,
            "section": "events",
        },
    )


@require_safe
def checklist_csv(request: HttpRequest) -> HttpResponse:
    """The items as filtered and sorted on the page; the trail keeps who took the list out of the portal."""
    today = office_day(timezone.now())
    filters, listing = _listing(request)
    rows = list(listing.rows)
    header = [_("Event"), _("First day"), _("Item"), _("Due"), _("Who"), _("Officer"), _("Overdue"), _("Done by")]
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "checklist", reader(request), rows=len(rows), filters=asked)
    return csv_response("checklist", header, [_cells(item, today) for item in rows])


def _listing(request: HttpRequest) -> tuple[ChecklistFilter, Listing]:
    rows = CheckItem.objects.select_related("event__officer", "done_by")
    people = Event.objects.filter(officer__isnull=False, checklist__isnull=False).order_by("officer__name", "officer")
    filters = ChecklistFilter(request.GET, people=list(people.values_list("officer", "officer__name").distinct()))
    narrowed = filters.narrow(rows, on=office_day(timezone.now()))
    return filters, Listing(request.GET, narrowed, sorts=SORTS, default="due")


def _cells(item: CheckItem, today: date) -> list[Any]:
    return [
        item.event.title,
        item.event.starts_on,
        item.text,
        item.due_on,
        item.get_duty_display(),
        str(item.event.officer or ""),
        _("yes") if item.is_overdue(today) else "",
        str(item.done_by or ""),
    ]
