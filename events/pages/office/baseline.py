"""The approval of a plan, and its baseline beside the plan of today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from events import comparisons, policies
from events.comparisons import Compared
from events.models import Activity, Pillar, WorkPlan
from events.models.baselines import MANY
from events.pages.office.forms_baseline import ApprovalForm, BaselineFilter
from events.pages.office.revisions import became, field_word, value_words
from events.pages.office.years import plan_or_404
from events.services import baselines as service
from members.pages.reader import reader
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require

# told in columns of their own: the days, the mode, the seats
IN_COLUMNS = ("planned_start_on", "planned_end_on", "mode", "planned_seats")


# --- the approval ---------------------------------------------------------------------------------


@dataclass
class ToFreeze:
    """The lines of one pillar, each with what it does not say yet."""

    pillar: Pillar
    lines: list[tuple[Activity, list[str]]]


def plan_approve(request: HttpRequest, year: str) -> HttpResponse:
    """What the approval freezes. The whole office may check it; the head of the office approves."""
    plan = plan_or_404(year)
    may_approve = policies.may_approve(request.user, plan)
    if request.method == "POST":
        require(may_approve)
    today = office_day(timezone.now())
    form = ApprovalForm(posted(request), initial={"on": min(today, plan.ends_on)})
    if form.is_valid():
        with refusals_on(form):
            service.approve(plan, by=reader(request), today=today, **form.cleaned_data)
            messages.success(request, _("The plan is approved. Its baseline does not change any more."))
            return redirect("office:plan_baseline", year=year)
    tables = _to_freeze(plan)
    lines = [line for table in tables for line in table.lines]
    return render(
        request,
        "office/plan_approve.html",
        {
            "plan": plan,
            "form": form,
            "may_approve": may_approve,
            "tables": tables,
            "count": len(lines),
            "with_gaps": sum(bool(gaps) for _row, gaps in lines),
            "section": "plan",
        },
    )


def _to_freeze(plan: WorkPlan) -> list[ToFreeze]:
    rows = plan.activities.select_related("pillar", "officer").prefetch_related(*MANY)
    tables = {pillar.pk: ToFreeze(pillar, []) for pillar in Pillar.objects.all()}
    for row in rows.order_by("pillar__number", "planned_start_on", "number"):
        tables[row.pillar_id].lines.append((row, comparisons.gaps(row)))
    return [table for table in tables.values() if table.lines]


# --- the baseline and today -----------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the comparison with its words."""

    line: Compared
    slip: str
    mode_then: str
    mode_now: str
    seats: tuple[str, str]
    others: list[tuple[str, str]]

    @property
    def seats_differ(self) -> bool:
        return self.seats[0] != self.seats[1]


SORTS: dict[str, Callable[[Compared], Any]] = {
    "slip": lambda line: (line.slip is None, -(line.slip or 0)),  # the latest first, those without a day last
    "early": lambda line: (line.slip is None, line.slip or 0),
    "plan": lambda line: 0,
}


@require_safe
def plan_baseline(request: HttpRequest, year: str) -> HttpResponse:
    """Each line as it was approved and as it is today, with its slip; filtered and sorted by the address."""
    at = timezone.now()
    plan = plan_or_404(year)
    filters = BaselineFilter(request.GET, plan=plan)
    whole = comparisons.compare(plan, at=at) if plan.approved_on else []
    sort = request.GET.get("sort", "")
    shown = _chosen(whole, filters, sort)
    return render(
        request,
        "office/baseline.html",
        {
            "plan": plan,
            "filters": filters,
            "rows": [row_of(line) for line in shown],
            "totals": comparisons.totals(shown),
            "whole": len(whole),
            "sort": sort if sort in SORTS else "plan",
            "links": {word: _sorted_by(request.GET, word) for word in SORTS},
            "export": f"?{request.GET.urlencode()}",
            "section": "plan",
        },
    )


@require_safe
def plan_baseline_csv(request: HttpRequest, year: str) -> HttpResponse:
    """The lines as filtered and sorted on the page, every difference in one cell."""
    plan = plan_or_404(year)
    whole = comparisons.compare(plan, at=timezone.now()) if plan.approved_on else []
    shown = _chosen(whole, BaselineFilter(request.GET, plan=plan), request.GET.get("sort", ""))
    header = [
        _("number"),
        _("pillar"),
        _("title"),
        _("status"),
        _("approved from"),
        _("approved until"),
        _("today from"),
        _("today until"),
        _("slip in days"),
        _("approved mode"),
        _("mode today"),
        _("approved seats"),
        _("seats today"),
        _("also changed"),
    ]
    return csv_response(f"baseline-{plan.fiscal_year.replace('/', '-')}", header, [_cells(line) for line in shown])


def _chosen(lines: list[Compared], filters: BaselineFilter, sort: str) -> list[Compared]:
    filters.is_valid()
    asked = filters.cleaned_data
    pillar, officer = asked.get("pillar"), asked.get("officer")
    chosen = [
        line
        for line in lines
        if (not pillar or line.pillar == pillar.number)
        and (not officer or officer.pk in line.officers)
        and (not asked.get("changed") or line.is_changed)
    ]
    return sorted(chosen, key=SORTS.get(sort, SORTS["plan"]))


def _sorted_by(query: QueryDict, word: str) -> str:
    kept = query.copy()
    kept["sort"] = word
    return f"?{kept.urlencode()}"


def row_of(line: Compared) -> Row:
    seats = ("", "")
    if line.activity:
        seats = (
            value_words("planned_seats", line.then.get("planned_seats")),
            value_words("planned_seats", line.activity.planned_seats),
        )
    return Row(
        line,
        slip_words(line),
        value_words("mode", line.then.get("mode")),
        _modes(line.modes),
        seats,
        [
            (field_word(each.field), became(value_words(each.field, each.old), value_words(each.field, each.new)))
            for each in line.differences
            if each.field not in IN_COLUMNS
        ],
    )


def slip_words(line: Compared) -> str:
    """ "12 days later", "3 days earlier", "As planned", "No date"; a line that was added or is gone has no slip."""
    if line.baseline is None:
        return _("Added after the approval")
    if line.activity is None:
        return _("No longer in the plan")
    if line.slip is None:
        return _("No date")
    if line.slip > 0:
        return ngettext("%(n)d day later", "%(n)d days later", line.slip) % {"n": line.slip}
    if line.slip < 0:
        return ngettext("%(n)d day earlier", "%(n)d days earlier", -line.slip) % {"n": -line.slip}
    return _("As planned")


def _modes(modes: Sequence[str]) -> str:
    return ", ".join(value_words("mode", mode) for mode in modes)


def _cells(line: Compared) -> list[Any]:
    row = row_of(line)
    return [
        line.number,
        line.pillar,
        line.title,
        line.activity.status if line.activity else "",
        line.then_first or "",
        line.then_last or "",
        line.first or "",
        line.last or "",
        row.slip if line.slip is None else line.slip,
        row.mode_then,
        row.mode_now,
        *row.seats,
        "; ".join(_named(*other) for other in row.others),
    ]


def _named(name: str, sentence: str) -> str:
    """A file names nobody: of the responsible officer it says only that it is another one."""
    return f"{name}: {sentence}" if name != field_word("officer") else name


def changed_lines(plan: WorkPlan, activities: Sequence[Activity]) -> dict[int, str]:
    """Activity -> the mark on the page of the plan: changed or added since the approval."""
    if plan.approved_on is None:
        return {}
    frozen = {line.activity_id: line for line in plan.baseline.select_related("officer")}
    marks = {}
    for row in activities:
        if row.pk not in frozen:
            marks[row.pk] = _("Added after the approval")
        elif comparisons.differences(frozen[row.pk], row):
            marks[row.pk] = _("Changed since the approval")
    return marks


def open_changes(plan: WorkPlan) -> tuple[int, int] | None:
    """The number of the open revision and of its changes; nothing while no change waits for a reason."""
    clauses = plan.revisions.filter(closed_at__isnull=True, clauses__isnull=False).values_list("number", "clauses")
    rows = list(clauses)
    return (rows[0][0], len(rows)) if rows else None
