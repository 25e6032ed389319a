"""Papers: checked at each download, never served as a page of the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Paper


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as a download under a name of ours; what a reader may not see does not exist."""
    row = get_object_or_404(Paper.objects.visible_to(request.user).select_related("event"), pk=pk)
    try:
        file = row.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404(_("The file of this paper is missing.")) from missing
    name = f"{row.event.slug}-paper-{row.number}-{row.language}-v{row.version}.pdf"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def papers_of(event: Event, user: Any) -> list[Paper]:
    """The newest version of each paper in each language that this reader may open, with its agenda item."""
    rows = Paper.objects.visible_to(user).filter(event=event).select_related("item")
    return newest(rows.order_by("number", "language", "-version"))


def newest(rows: Iterable[Paper]) -> list[Paper]:
    found: dict[tuple[int, str], Paper] = {}
    for row in rows:
        known = found.get((row.number, row.language))
        if known is None or known.version < row.version:
            found[row.number, row.language] = row
    return list(found.values())
