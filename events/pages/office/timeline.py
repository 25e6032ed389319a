"""The timeline of a fiscal year: what was planned when, what stands when, and what other bodies do meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Activity, Event, OtherMeeting, WorkPlan
from events.pages.office.forms_timeline import TimelineFilter
from events.pages.office.plan import plan_of_the_day
from events.states import EventState
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day, spell_days
from portal.kit.exports import csv_response
from portal.kit.templatetags.ui import TONE_OF_STATE


@dataclass(frozen=True)
class Line:
    """An activity with its events; or the events beside the plan, one line each."""

    activity: Any
    events: list[Event]
    is_overdue: bool = False

    @property
    def label(self) -> str:
        return f"{self.activity.number} {self.activity.title}" if self.activity else self.events[0].title

    @property
    def url(self) -> str:
        if self.activity:
            return reverse("office:activity", args=[self.activity.pk])
        return reverse("office:event", args=[self.events[0].pk])

    @property
    def officer(self) -> Any:
        return self.activity.officer if self.activity else self.events[0].officer


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """The year as a drawing, and below it the same in a table."""
    at = timezone.now()
    today = office_day(at)
    filters = TimelineFilter(request.GET)
    plan = filters.plan_or(plan_of_the_day(today))
    lines = _lines(plan, filters, at, today) if plan else []
    meetings = (
        list(OtherMeeting.objects.between(plan.starts_on, plan.ends_on).select_related("calendar")) if plan else []
    )
    return render(
        request,
        "office/timeline.html",
        {
            "filters": filters,
            "plan": plan,
            "today": today,
            "lines": lines,
            "rows": [*_drawn(lines), *_strips(meetings)],
            "meetings": meetings,
            "is_filtered": bool(filters.asked),
            "export": f"{reverse('office:timeline_csv')}?{request.GET.urlencode()}",
            "section": "plan",
        },
    )


@require_safe
def timeline_csv(request: HttpRequest) -> HttpResponse:
    """The lines as filtered on the page, one row for each event; it names officers, so the trail keeps who took it."""
    at = timezone.now()
    today = office_day(at)
    filters = TimelineFilter(request.GET)
    plan = filters.plan_or(plan_of_the_day(today))
    header = [_("Activity"), _("Pillar"), _("Status"), _("Overdue"), _("Planned from"), _("Planned until")]
    header += [_("Event"), _("State"), _("First day"), _("Last day"), _("Officer")]
    rows = [row for line in (_lines(plan, filters, at, today) if plan else []) for row in _cells(line)]
    asked = {name: str(value) for name, value in filters.asked.items() if value}
    trail.record_export(reader(request), "timeline", plan or reader(request), rows=len(rows), filters=asked)
    name = plan.fiscal_year.replace("/", "-") if plan else "empty"
    return csv_response(f"timeline-{name}", header, rows)


def _lines(plan: WorkPlan, filters: TimelineFilter, at: datetime, today: date) -> list[Line]:
    """Activities that match or have an event that does, in the order of the plan; then events beside it."""
    asked = filters.asked
    beside = Q(activity=None, starts_on__lte=plan.ends_on, ends_on__gte=plan.starts_on)
    events = filters.narrow(Event.objects.filter(Q(activity__plan=plan) | beside))
    if asked.get("state"):
        events = events.filter(state=asked["state"])
    else:
        events = events.exclude(state=EventState.CANCELLED)
    of_activity: dict[int | None, list[Event]] = defaultdict(list)
    for event in events.select_related("officer").order_by("starts_at", "pk"):
        of_activity[event.activity_id].append(event)
    matching = Q(pk__in=[pk for pk in of_activity if pk])
    if not asked.get("state"):
        matching |= Q(pk__in=filters.narrow(Activity.objects.filter(plan=plan)).order_by().values("pk"))
    rows = plan.activities.filter(matching).with_status(at).select_related("pillar", "officer")
    if asked.get("pillar"):
        rows = rows.filter(pillar=asked["pillar"])
    overdue = set(plan.activities.overdue(at, today).values_list("pk", flat=True))
    found = [
        Line(row, of_activity[row.pk], row.pk in overdue)
        for row in rows.order_by("pillar__number", "planned_start_on", "number")
    ]
    if not asked.get("pillar"):
        found += [Line(None, [event]) for event in of_activity[None]]
    return found


def _drawn(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """The rows of the drawing, with a heading for each pillar."""
    before = ""
    for line in lines:
        pillar = line.activity.pillar if line.activity else None
        heading = f"{pillar}: {pillar.title}" if pillar else _("Beside the plan")
        if heading != before:
            yield {"heading": heading}
            before = heading
        yield {"label": line.label, "url": line.url, "bars": list(_bars(line))}


def _bars(line: Line) -> Iterator[dict[str, Any]]:
    """The planned days first, so that the events lie on them. A postponed event has no date, and no bar."""
    first = line.activity.planned_start_on if line.activity else None
    if first:
        last = line.activity.planned_end_on or first
        label = _("planned %(days)s") % {"days": spell_days(first, last)}
        yield {"label": label, "url": "", "first": first, "last": last, "tone": "planned"}
    for event in line.events:
        if event.state == EventState.POSTPONED:
            continue
        words = {
            "title": event.title,
            "days": spell_days(event.starts_on, event.ends_on),
            "state": event.get_state_display(),
        }
        yield {
            "label": _("%(title)s, %(days)s: %(state)s") % words,
            "url": reverse("office:event", args=[event.pk]),
            "first": event.starts_on,
            "last": event.ends_on,
            "tone": TONE_OF_STATE.get(event.state, "neutral"),
        }


def _strips(meetings: Iterable[OtherMeeting]) -> Iterator[dict[str, Any]]:
    """One row for each calendar of another body."""
    by_calendar: dict[int, list[OtherMeeting]] = defaultdict(list)
    for meeting in meetings:
        by_calendar[meeting.calendar_id].append(meeting)
    if by_calendar:
        yield {"heading": _("Meetings of other bodies")}
    page = reverse("office:other_calendars")
    for pk, rows in by_calendar.items():
        bars = [
            {
                "label": f"{row.title}, {spell_days(row.starts_on, row.ends_on)}",
                "url": f"{page}?calendar={pk}&first={row.starts_on}&last={row.ends_on}",
                "first": row.starts_on,
                "last": row.ends_on,
                "tone": "other",
            }
            for row in rows
        ]
        yield {"label": rows[0].calendar.name, "url": f"{page}?calendar={pk}", "bars": bars}


def _cells(line: Line) -> Iterator[list[Any]]:
    row = line.activity
    own: list[Any] = [""] * 6
    if row:
        own = [row.number, row.pillar.number, row.status, _("yes") if line.is_overdue else ""]
        own += [row.planned_start_on or "", row.planned_end_on or ""]
    for event in line.events:
        officer = event.officer or ""
        yield [*own, event.title, event.get_state_display(), event.starts_on, event.ends_on, officer]
    if not line.events:
        yield [*own, "", "", "", "", row.officer or ""]
