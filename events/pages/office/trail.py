"""The audit trail of the whole portal: who did what to which row, when; on a page and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.pages.office.forms_trail import SEARCHED, TrailFilter, everything
from events.pages.office.subjects import kind_word, lines_in_full, subjects_of
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.exports import csv_stream
from portal.kit.listing import LongList, following
from portal.kit.models import Entry, EntryQuerySet

MOST_EXPORTED = 50_000
PIECE = 2_000  # lines of the file that stand in memory


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    listing = LongList(request.GET, filters.narrow(everything()))
    export = f"{reverse('office:trail_csv')}?{request.GET.urlencode()}"
    return render(
        request,
        "office/trail.html",
        {
            "filters": filters,
            "listing": listing,
            "history": lines_in_full(listing.items),
            "row": _row_asked(filters),
            "searched": f"{SEARCHED:,}" if filters.cleaned_data.get("text") else "",
            "most_exported": f"{MOST_EXPORTED:,}",
            "export": export if filters.is_valid() else "",
            "section": "trail",
        },
    )


@require_safe
def entries_csv(request: HttpRequest) -> HttpResponseBase:
    """The lines of the filter, newest first, at most 50,000; the trail keeps who took them out of the portal."""
    filters = _filters(request)
    rows = filters.narrow(everything())
    if not filters.is_valid():  # more would leave than was asked for
        return redirect(f"{reverse('office:trail')}?{request.GET.urlencode()}")
    count = rows.order_by("-at", "-pk").values("pk")[:MOST_EXPORTED].count()
    asked = {name: request.GET[name] for name in filters.cleaned_data if request.GET.get(name)}
    noted = trail.record_export(reader(request), "trail", reader(request), rows=count, filters=asked)
    header = [
        _("When (UTC)"),
        _("Who"),
        _("Sign-in name"),
        _("What"),
        _("Kind of row"),
        _("Number"),
        _("Row"),
        _("Details"),
        _("Facts"),
    ]
    return csv_stream("trail", header, islice(_cells(rows.filter(pk__lt=noted.pk)), count))


def _filters(request: HttpRequest) -> TrailFilter:
    return TrailFilter(request.GET, verbs=trail.verbs(), kinds=trail.kinds())


def _row_asked(filters: TrailFilter) -> str:
    """The one row whose lines are shown, by name; nothing when the trail is that of all rows."""
    number, kind = filters.cleaned_data.get("row"), filters.cleaned_data.get("kind")
    if not number or not kind:
        return ""
    content_type: ContentType = filters.kinds[kind]
    model = content_type.model_class()
    found = subjects_of([Entry(about_type=content_type, about_id=number)]).get((model, number))
    return found.in_full if found else f"{kind_word(model)} {number}"


def _cells(rows: EntryQuerySet) -> Iterator[list[Any]]:
    place = None
    while found := list(following(rows, place, falling=True)[:PIECE]):
        for entry, line in zip(found, lines_in_full(found), strict=True):
            yield [
                entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
                line.who,
                entry.by.username if entry.by else "",
                line.act,
                kind_word(entry.about_type.model_class()),
                entry.about_id,
                line.subject,
                "; ".join(line.details),
                json.dumps(entry.told, ensure_ascii=False),
            ]
        place = (found[-1].at, found[-1].pk)
