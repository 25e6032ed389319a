"""The workload of the office: officer by week, and the weeks of one officer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events import workload as numbers
from events.models import WorkPlan
from events.pages.office.forms_timeline import YearForm
from events.pages.office.plan import plan_of_the_day
from events.workload import Load
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response

NOBODY = "none"


@require_safe
def workload(request: HttpRequest) -> HttpResponse:
    """Everybody's year; `?officer=` shows the weeks of one officer, `?officer=none` those that are nobody's."""
    today = office_day(timezone.now())
    filters, plan, loads = _read(request)
    asked = request.GET.get("officer", "")
    shown = next((load for load in loads if _key(load) == asked), None)
    nobody = next((load for load in loads if load.officer is None), None)
    page = reverse("office:workload")
    query = f"?year={plan.fiscal_year}" if plan else ""
    return render(
        request,
        "office/workload.html",
        {
            "filters": filters,
            "plan": plan,
            "today": today,
            "loads": [(load, f"{page}{query}&officer={_key(load)}") for load in loads],
            "rows": [_row(load, f"{page}{query}&officer={_key(load)}") for load in loads],
            "shown": shown,
            "nobody": nobody,
            "all": page + query,
            "export": reverse("office:workload_csv") + query,
            "section": "plan",
        },
    )


@require_safe
def workload_csv(request: HttpRequest) -> HttpResponse:
    """Every week in which somebody has something to do; it names officers, so the trail keeps who took it."""
    _filters, plan, loads = _read(request)
    header = [_("Officer"), _("Week from"), _("Event days"), _("Deadlines"), _("Events in preparation")]
    rows = [
        [load.officer or _("Nobody"), week.monday, week.days, len(week.deadlines), len(week.preparing)]
        for load in loads
        for week in load.busy
    ]
    trail.record_export(reader(request), "workload", plan or reader(request), rows=len(rows), filters={})
    return csv_response(f"workload-{plan.fiscal_year.replace('/', '-') if plan else 'empty'}", header, rows)


def _read(request: HttpRequest) -> tuple[YearForm, WorkPlan | None, list[Load]]:
    filters = YearForm(request.GET)
    plan = filters.plan_or(plan_of_the_day(office_day(timezone.now())))
    return filters, plan, numbers.of_year(plan) if plan else []


def _key(load: Load) -> str:
    return str(load.officer.pk) if load.officer else NOBODY


def _row(load: Load, url: str) -> dict[str, Any]:
    """A line of the drawing: one square for each week that has something, the darker the fuller."""
    bars = [
        {
            "label": week.words,
            "url": f"{url}#week-{week.monday}",
            "first": week.monday,
            "last": week.sunday,
            "tone": f"load-{week.level}",
        }
        for week in load.busy
    ]
    return {"label": str(load.officer or _("Nobody")), "url": url, "bars": bars}
