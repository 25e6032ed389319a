"""What the portal stores about me; asking to be forgotten, and the office's answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.hooks import Table
from members.models import ErasureRequest, User
from members.pages.forms_privacy import DeclineForm, ErasureFilter, ForgetForm
from members.pages.reader import reader
from members.services import erasure as service
from members.services import privacy
from members.states import ErasureState
from portal.kit import trail
from portal.kit.clock import spell, spell_days
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.states import Refused

SHOWN = 50  # rows of a table that the page shows; the file has all
SORTS = {"asked": "asked_at", "person": "person__name", "state": "state"}


@dataclass(frozen=True)
class Shown:
    """A table of the page: each row as (column, what stands there)."""

    anchor: str
    title: str
    columns: list[str]
    rows: list[list[tuple[str, str]]]
    count: int


# --- my data --------------------------------------------------------------------------------------


@require_safe
def stored(request: HttpRequest) -> HttpResponse:
    """Everything that the portal stores about me, in plain words."""
    me = reader(request)
    tables = [_shown(table, me.zone) for table in privacy.stored(me)]
    return render(
        request,
        "members/privacy_data.html",
        {
            "tables": [table for table in tables if table.count],
            "empty": [table.title for table in tables if not table.count],
            "shown": SHOWN,
            "request_open": _open_request(me),
            "section": "profile",
        },
    )


@require_safe
def stored_json(request: HttpRequest) -> HttpResponse:
    """The same as one file, whole; taking it is a line of the trail."""
    me = reader(request)
    data = privacy.as_data(me, at=timezone.now())
    privacy.note_download(me, rows=sum(len(rows) for rows in data["tables"].values()))
    response = HttpResponse(
        json.dumps(data, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def ask(request: HttpRequest) -> HttpResponse:
    """Ask to be forgotten: what goes, what stays, and what to end first."""
    at, me = timezone.now(), reader(request)
    form = ForgetForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            service.ask(me, at=at, **form.cleaned_data)
            messages.success(request, _("The office has your request. It answers by letter when it says no."))
            return redirect("members:profile_forget")
    return render(
        request,
        "members/privacy_forget.html",
        {
            "form": form,
            "request_open": _open_request(me),
            "unended": service.unended(me, at),
            "answered": me.erasure_requests.filter(state=ErasureState.DECLINED).first(),
            "section": "profile",
        },
    )


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Keep the account after all."""
    found = get_object_or_404(ErasureRequest, person=reader(request), state=ErasureState.ASKED)
    try:
        service.withdraw(found, by=reader(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your request is withdrawn. Your account stays."))
    return redirect("members:profile_forget")


def _open_request(person: User) -> ErasureRequest | None:
    return person.erasure_requests.filter(state=ErasureState.ASKED).first()


def _shown(table: Table, zone: str) -> Shown:
    columns = [str(column) for column in table.columns]
    rows = [
        [(column, _words(cell, zone)) for column, cell in zip(columns, row, strict=True)] for row in table.rows[:SHOWN]
    ]
    return Shown(slugify(table.title), str(table.title), columns, rows, len(table.rows))


def _words(cell: Any, zone: str) -> str:
    if isinstance(cell, datetime):
        return spell(cell, zone)
    if isinstance(cell, date):
        return spell_days(cell, cell)
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    return "" if cell is None else str(cell)


# --- the office -----------------------------------------------------------------------------------


@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """Who asks to be forgotten, open requests first."""
    filters, listing = _listing(request)
    return render(
        request,
        "members/privacy_requests.html",
        {
            "filters": filters,
            "listing": listing,
            "export": f"requests.csv?{request.GET.urlencode()}",
            "waiting": ErasureRequest.objects.filter(state=ErasureState.ASKED).count(),
            "section": "members",
        },
    )


@require_safe
def erasures_csv(request: HttpRequest) -> HttpResponse:
    """The list as filtered and sorted on the page."""
    filters, listing = _listing(request)
    rows = list(_cells(listing))
    trail.record_export(
        reader(request), "requests to be forgotten", reader(request), rows=len(rows), filters=_asked(filters)
    )
    header = [_("Asked"), _("Person"), _("Administration or organisation"), _("State"), _("Decided"), _("Answer")]
    return csv_response("requests-to-be-forgotten", header, rows)


def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what stands in the way, erasing, or a no with a reason."""
    at = timezone.now()
    found = get_object_or_404(ErasureRequest.objects.select_related("person", "decided_by"), pk=pk)
    form = DeclineForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            service.decline(found, by=reader(request), at=at, **form.cleaned_data)
            messages.success(request, _("The request is declined. The person gets a letter with the reason."))
            return redirect("members:erasures")
    waits = found.state == ErasureState.ASKED
    return render(
        request,
        "members/privacy_request.html",
        {
            "erasure": found,
            "person": found.person,
            "waits": waits,
            "unended": service.unended(found.person, at) if waits else [],
            "form": form,
            "section": "members",
        },
    )


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase the person. This cannot be undone."""
    found = get_object_or_404(ErasureRequest, pk=pk)
    try:
        service.grant(found, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("members:erasure", pk=found.pk)
    messages.success(request, _("The person is erased. What stays says that somebody took part, and not who."))
    return redirect("members:erasures")


def _listing(request: HttpRequest) -> tuple[ErasureFilter, Listing]:
    filters = ErasureFilter(request.GET)
    rows = ErasureRequest.objects.select_related("person__administration", "person__organisation")
    return filters, Listing(request.GET, filters.narrow(rows), sorts=SORTS, default="-asked")


def _asked(filters: ErasureFilter) -> Mapping[str, Any]:
    return {name: str(value) for name, value in filters.cleaned_data.items() if value}


def _cells(listing: Listing) -> Iterator[list[Any]]:
    for row in listing.rows:
        decided = row.decided_at.date() if row.decided_at else ""
        yield [row.asked_at.date(), row.person, row.person.body or "", row.get_state_display(), decided, row.answer]
