"""The work plan: the year in four tables, the import with its verdicts, one line, and the event made from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events.models import Activity, Event, Pillar, PlanImport, WorkPlan
from events.pages.office.desk import office_day, refusals_told, seats_of, seats_offered
from events.pages.office.forms_workplan import ActivityForm, PlanFilter, UploadForm
from events.services import programme
from events.services import workplan as service
from events.services.workplan import Verdict
from events.states import ActivityStatus, EventState
from members.pages import history
from members.pages.reader import reader
from portal.kit.clock import fiscal_year
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.telling import label, words
from portal.kit.templatetags.ui import TONE_OF_STATE

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "workplan_2020_21.csv"
DONE = (ActivityStatus.HELD, ActivityStatus.REPORTED)
OFFERING = (EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED)
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


# --- the plan -------------------------------------------------------------------------------------


@dataclass
class Line:
    """An activity with what became of it; dates and seats are those of its events."""

    activity: Any
    events: list[Event]
    offered: int
    used: int
    revisions: int
    first: date | None = None
    last: date | None = None

    @property
    def moved(self) -> bool:
        planned = self.activity.planned_start_on
        return bool(self.first and planned and self.first != planned)

    @property
    def changed_mode(self) -> str:
        """The mode in which it happens, when that is another one than planned."""
        modes = {event.mode: event.get_mode_display() for event in self.events}
        return "" if not modes or self.activity.mode in modes else ", ".join(map(str, modes.values()))


@dataclass
class Table:
    """The lines of one pillar, and how many of them are done."""

    pillar: Pillar
    lines: list[Line] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(line.activity.status in DONE for line in self.lines)


def plan_of_the_day(today: date) -> WorkPlan | None:
    """The plan that runs today; before it is imported, the latest one."""
    return WorkPlan.objects.filter(starts_on__lte=today).first() or WorkPlan.objects.first()


def plan(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    today = office_day(at)
    shown = _asked_plan(request, today)
    filters = PlanFilter(request.GET)
    lines = _lines(shown, filters, at) if shown else []
    tables = {pillar.pk: Table(pillar) for pillar in Pillar.objects.all()}
    for line in lines:
        tables[line.activity.pillar_id].lines.append(line)
    return render(
        request,
        "office/plan.html",
        {
            "plan": shown,
            "plans": WorkPlan.objects.all(),
            "year": shown.fiscal_year if shown else fiscal_year(today),
            "today": today,
            "filters": filters,
            "export": f"?{request.GET.urlencode()}",
            "tables": [table for table in tables.values() if table.lines],
            "lines": lines,
            "totals": _totals(lines),
            "bars": _bars(lines),
            "section": "plan",
        },
    )


def plan_csv(request: HttpRequest) -> HttpResponse:
    """The lines as filtered on the page; the first columns are those of the import."""
    at = timezone.now()
    shown = _asked_plan(request, office_day(at))
    lines = _lines(shown, PlanFilter(request.GET), at) if shown else []
    name = shown.fiscal_year.replace("/", "-") if shown else "empty"
    return csv_response(f"work-plan-{name}", COLUMNS, [_cells(line) for line in lines])


def _asked_plan(request: HttpRequest, today: date) -> WorkPlan | None:
    asked = WorkPlan.objects.filter(fiscal_year=request.GET.get("year", "").replace("\x00", "")).first()
    return asked or plan_of_the_day(today)


def _lines(shown: WorkPlan, filters: PlanFilter, at: datetime) -> list[Line]:
    live = Event.objects.exclude(state=EventState.CANCELLED).annotate(n_revisions=Count("revisions"))
    rows = list(
        filters.narrow(shown.activities.with_status(at))
        .select_related("pillar", "officer")
        .prefetch_related(
            "donors", "target_groups", "target_administrations", Prefetch("events", live.order_by("starts_at"))
        )
        .order_by("pillar__number", "planned_start_on", "number")
    )
    events = [event for row in rows for event in row.events.all()]
    offering = [event for event in events if event.state in OFFERING]
    offered, used = seats_offered(offering), _seats_used(offering)
    return [_line(row, offered, used) for row in rows]


def _line(row: Any, offered: dict[int, int], used: dict[int, int]) -> Line:
    events: list[Any] = list(row.events.all())
    # a postponed event has no date: its old one would say that it takes place
    dated = [event for event in events if event.state != EventState.POSTPONED]
    return Line(
        row,
        events,
        sum(offered.get(event.pk, 0) for event in events),
        sum(used.get(event.pk, 0) for event in events),
        sum(event.n_revisions for event in events),
        min((event.starts_on for event in dated), default=None),
        max((event.ends_on for event in dated), default=None),
    )


def _seats_used(events: Iterable[Event]) -> dict[int, int]:
    """Event -> confirmed people, as the report of the year counts them."""
    confirmed = Count("registrations", filter=Q(registrations__state="confirmed"))
    rows = Event.objects.filter(pk__in=[event.pk for event in events]).order_by()
    return dict(rows.annotate(n=confirmed).values_list("pk", "n"))


def _totals(lines: list[Line]) -> dict[str, int]:
    return {
        "lines": len(lines),
        "done": sum(line.activity.status in DONE for line in lines),
        "moved": sum(line.moved for line in lines),
        "offered": sum(line.offered for line in lines),
        "used": sum(line.used for line in lines),
    }


def _bars(lines: list[Line]) -> list[dict[str, Any]]:
    """One bar a line: where it stands now, else where it was planned; a line without a date has none."""
    return [
        {
            "label": f"{line.activity.number} {line.activity.title}",
            "url": f"#activity-{line.activity.pk}",
            "first": first,
            "last": line.last or line.activity.planned_end_on or first,
            "tone": TONE_OF_STATE.get(line.activity.status, "neutral"),
        }
        for line in lines
        if (first := line.first or line.activity.planned_start_on)
    ]


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


# --- the import -----------------------------------------------------------------------------------


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


# --- one line -------------------------------------------------------------------------------------


def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of the plan with its events and its history."""
    at = timezone.now()
    row = _activity(pk, at)
    events = list(row.events.order_by("starts_at", "pk"))
    seats = seats_of(events)
    return render(
        request,
        "office/activity.html",
        {
            "activity": row,
            "plan": row.plan,
            "events": [(event, seats[event.pk]) for event in events],
            "history": history.lines(row),
            "section": "plan",
        },
    )


def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _activity(pk, at)
    many = ("donors", "target_groups", "target_administrations")
    initial = {name: getattr(row, name) for name in ActivityForm.base_fields if name not in many}
    initial |= {name: [other.pk for other in getattr(row, name).all()] for name in many}
    initial |= {"pillar": row.pillar_id, "officer": row.officer_id}
    form = ActivityForm(posted(request), activity=row, today=office_day(at), initial=initial)
    if form.is_valid():
        with refusals_on(form):
            service.change(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The activity is saved."))
            return redirect("office:activity", pk=row.pk)
    return render(request, "office/activity_edit.html", {"activity": row, "form": form, "section": "plan"})


@require_POST
def create_event(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft event with the values of the line; it is announced later, from its own page."""
    at = timezone.now()
    row = _activity(pk, at)
    page = reverse("office:activity", args=[row.pk])
    with refusals_told(request):
        event = programme.create_from(row, by=reader(request), on=office_day(at))
        targets = event.targets.count()
        messages.success(
            request,
            ngettext(
                "The draft is made with %(n)d administration to invite. Add sessions and the deadline next.",
                "The draft is made with %(n)d administrations to invite. Add sessions and the deadline next.",
                targets,
            )
            % {"n": targets},
        )
        page = reverse("office:event", args=[event.pk])
    return redirect(page)


def _activity(pk: int, at: datetime) -> Any:
    rows = Activity.objects.with_status(at).select_related("plan", "pillar", "officer")
    return get_object_or_404(rows.prefetch_related("donors", "target_groups", "target_administrations"), pk=pk)
