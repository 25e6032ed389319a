"""The plan as a file, with the lines as filtered on the page: a table to work on, or the annex of a report."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events import documents
from events.models import WorkPlan
from events.pages.office.forms_workplan import PlanFilter
from events.pages.office.plan import Line, asked_plan, lines_of
from events.states import ActivityStatus
from portal.kit.clock import office_day, spell_days
from portal.kit.exports import csv_response, xlsx_response

# the columns of the sample file first: what was exported can be imported again
COLUMNS = [
    "number",
    "pillar",
    "title",
    "objective",
    "indicator",
    "target",
    "topic",
    "kind",
    "mode",
    "planned from",
    "planned until",
    "host",
    "donors",
    "office role",
    "targets",
    "seats",
    "status",
    "actual from",
    "actual until",
    "seats offered",
    "seats used",
    "revisions",
]


@require_safe
def plan_csv(request: HttpRequest) -> HttpResponse:
    """The first columns are those of the import."""
    shown, lines, _filters = _asked(request)
    return csv_response(_name(shown), COLUMNS, [_cells(line) for line in lines])


@require_safe
def plan_xlsx(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook, which can be imported too."""
    shown, lines, _filters = _asked(request)
    return xlsx_response(_name(shown), COLUMNS, [_cells(line) for line in lines])


@require_safe
def plan_pdf(request: HttpRequest) -> HttpResponse:
    """The plan to print, made when it is asked for; a year without a plan leads back to its page."""
    shown, lines, filters = _asked(request)
    if shown is None:
        return redirect(reverse("office:plan"))
    parts = [
        (f"{pillar}: {pillar.title}", [_printed(line) for line in group])
        for pillar, group in groupby(lines, key=lambda line: line.activity.pillar)
    ]
    today = office_day(timezone.now())
    pdf = documents.plan_pdf(shown, parts, note=_note(filters), today=today)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_name(shown)}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: HttpRequest) -> tuple[WorkPlan | None, list[Line], PlanFilter]:
    at = timezone.now()
    shown, filters = asked_plan(request, office_day(at)), PlanFilter(request.GET)
    return shown, lines_of(shown, filters, at) if shown else [], filters


def _name(shown: WorkPlan | None) -> str:
    return f"work-plan-{shown.fiscal_year.replace('/', '-') if shown else 'empty'}"


def _cells(line: Line) -> list[Any]:
    row = line.activity
    targets = [group.code for group in row.target_groups.all()]
    targets += [administration.iso2 for administration in row.target_administrations.all()]
    return [
        row.number,
        row.pillar.number,
        row.title,
        row.objective,
        row.indicator,
        row.target,
        row.topic,
        row.kind,
        row.mode,
        row.planned_start_on or "",
        row.planned_end_on or "",
        row.host,
        "; ".join(donor.name for donor in row.donors.all()),
        row.office_role,
        "; ".join(targets),
        "" if row.planned_seats is None else row.planned_seats,
        row.status,
        line.first or "",
        line.last or "",
        line.offered,
        line.used,
        line.revisions,
    ]


def _printed(line: Line) -> documents.PlanLine:
    """A line in words, as a reader of the report wants it."""
    row = line.activity
    targets = [*row.target_groups.all(), *row.target_administrations.all()]
    planned = row.planned_start_on and spell_days(row.planned_start_on, row.planned_end_on or row.planned_start_on)
    seats = _("%(used)d of %(offered)d") % {"used": line.used, "offered": line.offered} if line.offered else ""
    return documents.PlanLine(
        number=row.number,
        title=row.title,
        objective=row.objective,
        kind=f"{row.get_kind_display()}, {str(row.get_mode_display()).lower()}",
        planned=planned or _("no date yet"),
        actual=spell_days(line.first, line.last or line.first) if line.first else "",
        host=row.host,
        donors="; ".join(donor.name for donor in row.donors.all()),
        targets="; ".join(target.name for target in targets),
        seats=seats,
        status=str(ActivityStatus(row.status).label),
    )


def _note(filters: PlanFilter) -> str:
    """Says that a filtered plan is not the whole one: "Only a part of the plan: Mode Online"."""
    if not filters.is_used:
        return ""
    asked = []
    for bound in filters.visible_fields():
        value: Any = filters.cleaned_data.get(bound.name)
        if value:
            asked.append(f"{bound.label}: {dict(getattr(bound.field, 'choices', ())).get(value, value)}")
    return _("Only a part of the plan. %(filters)s") % {"filters": "; ".join(asked)}
