"""The import of a work plan: a file, a verdict for each row, and the act that saves them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import Activity, PlanImport
from events.pages.office.desk import refusals_told
from events.pages.office.forms_workplan import UploadForm
from events.services import workplan as service
from events.services.workplan import Verdict
from members.pages.reader import reader
from portal.kit.clock import fiscal_year, office_day
from portal.kit.forms import posted, refusals_on
from portal.kit.telling import label, words

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "workplan_2020_21.csv"


@dataclass(frozen=True)
class CheckLine:
    """The verdict on one row of a file, in words."""

    row: int
    action: str
    number: str
    title: str
    faults: list[str]
    changes: list[tuple[str, str, str]]


def plan_sample(request: HttpRequest) -> FileResponse:
    """The sample file: the work plan of 2020/21 with every column."""
    return FileResponse(SAMPLE.open("rb"), as_attachment=True, filename=SAMPLE.name, content_type="text/csv")


def plan_import(request: HttpRequest) -> HttpResponse:
    """Upload a file; nothing of the plan changes before the verdicts are confirmed."""
    year = request.GET.get("year") or fiscal_year(office_day(timezone.now()))
    form = UploadForm(posted(request), request.FILES or None, initial={"fiscal_year": year})
    if form.is_valid():
        file = form.cleaned_data["file"]
        # a file that is refused opens no plan
        with refusals_on(form), transaction.atomic():
            opened = service.open_plan(form.cleaned_data["fiscal_year"], by=reader(request))
            kept = service.upload(opened, name=file.name, content=file.read(), by=reader(request))
            return redirect("office:plan_import_check", pk=kept.pk)
    return render(request, "office/plan_import.html", {"form": form, "section": "plan"})


def plan_import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen to each row; `?show=refused` shows one verdict only."""
    kept = get_object_or_404(PlanImport.objects.select_related("plan", "by"), pk=pk)
    verdicts = [] if kept.confirmed_at else service.judge(kept)
    counts = {action: sum(v.action == action for v in verdicts) for action in ("new", "changed", "same", "refused")}
    show = request.GET.get("show", "")
    return render(
        request,
        "office/plan_import_check.html",
        {
            "upload": kept,
            "counts": counts,
            "total": len(verdicts),
            "to_save": counts["new"] + counts["changed"],
            "show": show if show in counts else "",
            "lines": [_check_line(verdict) for verdict in verdicts if show not in counts or verdict.action == show],
            "section": "plan",
        },
    )


@require_POST
def plan_import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a file whose rows are all accepted."""
    kept = get_object_or_404(PlanImport.objects.select_related("plan"), pk=pk)
    page = reverse("office:plan_import_check", args=[kept.pk])
    with refusals_told(request):
        counts = service.confirm(kept, by=reader(request), at=timezone.now())
        messages.success(
            request,
            _("The plan %(year)s is imported: %(new)d new, %(changed)d changed, %(same)d as before.")
            % {"year": kept.plan.fiscal_year, **counts},
        )
        page = f"{reverse('office:plan')}?year={kept.plan.fiscal_year}"
    return redirect(page)


def _check_line(verdict: Verdict) -> CheckLine:
    changes = [
        (label(Activity, name), words(Activity, name, old), words(Activity, name, new))
        for name, (old, new) in verdict.changes.items()
    ]
    return CheckLine(
        verdict.row,
        verdict.action,
        verdict.shown.get("number", ""),
        verdict.shown.get("title", ""),
        verdict.faults,
        changes,
    )
