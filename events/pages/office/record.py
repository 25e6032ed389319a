"""The record of one administration, for the office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events import policies
from events.pages import record as shared
from members.models import Administration
from portal.kit.gates import require


@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    row = _load(request, pk)
    return render(request, "office/record.html", {**shared.page(request, row), "section": "members"})


@require_safe
def record_csv(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.export(request, _load(request, pk))


def _load(request: HttpRequest, pk: int) -> Administration:
    """Also of an administration that is no member any more: what it did stays."""
    row = get_object_or_404(Administration, pk=pk)
    require(policies.may_see_record_of(request.user, row))
    return row
