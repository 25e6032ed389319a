"""The retention rules in words, and what they are about to remove; keeping a row for a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import retention as rules
from members.models import Removal
from members.pages.forms_privacy import KeepForm, RemovalFilter
from members.pages.reader import reader
from members.services import retention as service
from members.states import RemovalState
from portal.kit import trail
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing

SORTS = {"due": "due_on", "rule": "rule", "state": "state", "planned": "planned_at"}


@dataclass(frozen=True)
class Line:
    """A row of the list: what goes, by which rule."""

    removal: Removal
    what: str
    rule: str
    may_keep: bool


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Every rule in words with what it is about to do, and the rows, what goes first on top."""
    filters, listing = _listing(request)
    return render(
        request,
        "members/privacy_retention.html",
        {
            "outlook": service.outlook(),
            "filters": filters,
            "listing": listing,
            "lines": _lines(listing),
            "export": f"removals.csv?{request.GET.urlencode()}",
            "section": "members",
        },
    )


@require_safe
def retention_csv(request: HttpRequest) -> HttpResponse:
    """The list as filtered and sorted on the page."""
    filters, listing = _listing(request)
    lines = _lines(listing.rows)
    asked = {name: value for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "removals", reader(request), rows=len(lines), filters=asked)
    header = [_("What"), _("Rule"), _("Planned"), _("Goes on"), _("State"), _("Reason to keep")]
    return csv_response(
        "removals",
        header,
        (
            [
                line.what,
                line.rule,
                line.removal.planned_at.date(),
                line.removal.due_on,
                line.removal.get_state_display(),
                line.removal.note,
            ]
            for line in lines
        ),
    )


def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep one row for a year, with a reason."""
    removal = get_object_or_404(Removal.objects.filter(state=RemovalState.PLANNED), pk=pk)
    form = KeepForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            service.keep(removal, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("It is kept for a year."))
            return redirect("members:retention")
    (line,) = _lines([removal])
    return render(request, "members/privacy_keep.html", {"form": form, "line": line, "section": "members"})


def _listing(request: HttpRequest) -> tuple[RemovalFilter, Listing]:
    filters = RemovalFilter(request.GET)
    rows = filters.narrow(Removal.objects.select_related("about_type"))
    if not filters.cleaned_data.get("state"):
        rows = rows.filter(state__in=(RemovalState.PLANNED, RemovalState.KEPT))
    return filters, Listing(request.GET, rows, sorts=SORTS, default="due")


def _lines(removals: Iterable[Removal]) -> list[Line]:
    found = list(removals)
    kinds = {rows.model: rows for rule in rules.rules() for rows in [rule.rows()]}
    wanted = {removal.about_type.model_class() for removal in found}
    prefetch_related_objects(found, GenericPrefetch("about", [kinds[kind] for kind in kinds if kind in wanted]))
    return [_line(removal) for removal in found]


def _line(removal: Removal) -> Line:
    rule = rules.rule(removal.rule)
    if removal.about is None or rule is None:
        what = _("a row that is gone")
    else:
        what = rule.label(removal.about)
    return Line(removal, what, str(rule.title if rule else removal.rule), removal.state == RemovalState.PLANNED)
