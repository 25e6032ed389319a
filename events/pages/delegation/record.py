"""Our record: what our administration answered, whom it sent, what it owes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.pages import record as shared
from members.models import Administration
from members.pages.reader import reader


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """`?administration=5` chooses one; whoever speaks for several gets the first one without it."""
    row = _chosen(request)
    several = reader(request).represented
    context = {**shared.page(request, row), "choices": several if len(several) > 1 else [], "section": "record"}
    return render(request, "delegation/record.html", context)


@require_safe
def record_csv(request: HttpRequest) -> HttpResponse:
    return shared.export(request, _chosen(request))


def _chosen(request: HttpRequest) -> Administration:
    """One of those for which the reader speaks today; another one does not exist on this desk."""
    mine = list(dict.fromkeys(reader(request).represented))
    asked = request.GET.get("administration", "")
    for row in mine if asked else mine[:1]:
        if not asked or asked == str(row.pk):
            return row
    raise Http404(_("You do not speak for this administration."))
