"""The plan of the next year, begun from the lines of this one."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from events.models import Activity
from events.pages.office.forms_plan import BeginForm
from events.pages.office.years import plan_or_404
from events.services import planning
from members.pages.reader import reader
from portal.kit.clock import office_day
from portal.kit.forms import posted, refusals_on


def plan_begin(request: HttpRequest, year: str) -> HttpResponse:
    """Choose the lines; those whose number stands in the next plan already are not offered again."""
    at = timezone.now()
    plan = plan_or_404(year)
    coming = planning.following(plan)
    there = set(coming.activities.values_list("number", flat=True)) if coming.pk else set()
    related = ("donors", "target_groups", "target_administrations")
    rows = plan.activities.select_related("pillar", "officer").prefetch_related(*related)
    lines = sorted((row for row in rows if row.number not in there), key=_place)
    form = BeginForm(posted(request), plan=plan, initial={"lines": [row.pk for row in lines], "days": "move"})
    if form.is_valid():
        with refusals_on(form):
            chosen = {row.pk for row in form.cleaned_data["lines"]}
            added = planning.begin(
                coming.fiscal_year,
                [row for row in lines if row.pk in chosen],
                keep_days=form.cleaned_data["days"] == "move",
                by=reader(request),
                at=at,
                on=office_day(at),
            )
            told = ngettext(
                "%(n)d activity is added to the plan %(year)s.",
                "%(n)d activities are added to the plan %(year)s.",
                added,
            )
            messages.success(request, told % {"n": added, "year": coming.fiscal_year})
            return redirect(f"{reverse('office:plan')}?year={coming.fiscal_year}")
    ticked = {str(pk) for pk in form["lines"].value() or ()}
    offered: list[dict[str, Any]] = [
        {"row": row, "days": planning.moved(row, coming), "ticked": str(row.pk) in ticked} for row in lines
    ]
    context = {"plan": plan, "coming": coming, "there": len(there), "lines": offered, "form": form, "section": "plan"}
    return render(request, "office/plan_begin.html", context)


def _place(row: Activity) -> tuple[int, str]:
    """By pillar and number as people count: 3.9 before 3.10."""
    return row.pillar.number, re.sub(r"[0-9]+", lambda digits: digits[0].zfill(12), row.number)
