"""The report of a fiscal year, on a page and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events import reports
from events.models import WorkPlan
from events.pages.office.plan import plan_of_the_day
from events.reports import Line
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """`?year=2020/21` chooses the year; what is no year of a plan shows the plan of today."""
    at = timezone.now()
    plan = _asked(request, at)
    counted = reports.fiscal_year(plan, at=at) if plan else None
    return render(
        request,
        "office/report.html",
        {
            "plan": plan,
            "plans": WorkPlan.objects.all(),
            "report": counted,
            "tables": [(title, _with_links(lines, counted.plan)) for title, lines in counted.tables()]
            if counted
            else [],
            "header": reports.header(),
            "at": at,
            "section": "report",
        },
    )


@require_safe
def report_csv(request: HttpRequest) -> HttpResponse:
    """The same tables in one file, the name of the table first. It names officers: the trail notes who took it."""
    at = timezone.now()
    plan = _asked(request, at)
    rows = list(reports.fiscal_year(plan, at=at).rows()) if plan else []
    if plan:
        trail.record_export(reader(request), "report", plan, rows=len(rows), filters={})
    name = plan.fiscal_year.replace("/", "-") if plan else "empty"
    return csv_response(f"report-{name}", [_("Table"), *reports.header()], rows)


def _asked(request: HttpRequest, at: datetime) -> WorkPlan | None:
    asked = request.GET.get("year", "").replace("\x00", "")
    return WorkPlan.objects.filter(fiscal_year=asked).first() or plan_of_the_day(office_day(at))


def _with_links(lines: Iterable[Line], plan: WorkPlan) -> list[tuple[Line, str]]:
    """Each line with the address of its activities on the page of the plan."""
    page = reverse("office:plan")
    return [
        (line, "" if line.filters is None else f"{page}?{urlencode({'year': plan.fiscal_year, **line.filters})}")
        for line in lines
    ]
