"""The work plan: the year in four tables, its filters and its timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from events.models import Event, Pillar, WorkPlan
from events.pages.office import baseline
from events.pages.office.desk import seats_offered
from events.pages.office.forms_workplan import PlanFilter
from events.states import ActivityStatus, EventState
from portal.kit.clock import fiscal_year, office_day
from portal.kit.templatetags.ui import TONE_OF_STATE

DONE = (ActivityStatus.HELD, ActivityStatus.REPORTED)
OFFERING = (EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED)


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
    mark: str = ""  # of a line that is not what was approved

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
    shown = asked_plan(request, today)
    filters = PlanFilter(request.GET)
    lines = lines_of(shown, filters, at) if shown else []
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
            "asked": f"?{request.GET.urlencode()}",
            "tables": [table for table in tables.values() if table.lines],
            "lines": lines,
            "totals": _totals(lines),
            "overdue": set(shown.activities.overdue(at, today).values_list("pk", flat=True)) if shown else set(),
            "bars": _bars(lines),
            "open_changes": baseline.open_changes(shown) if shown else None,
            "section": "plan",
        },
    )


def asked_plan(request: HttpRequest, today: date) -> WorkPlan | None:
    asked = WorkPlan.objects.filter(fiscal_year=request.GET.get("year", "").replace("\x00", "")).first()
    return asked or plan_of_the_day(today)


def lines_of(shown: WorkPlan, filters: PlanFilter, at: datetime) -> list[Line]:
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
    marks = baseline.changed_lines(shown, rows)
    return [_line(row, offered, used, marks.get(row.pk, "")) for row in rows]


def _line(row: Any, offered: dict[int, int], used: dict[int, int], mark: str) -> Line:
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
        mark,
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
