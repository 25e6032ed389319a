"""The calendar of the office: drafts too, who runs what, and the lines of the plan that have no event yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Activity, Event
from events.models.programme import EventQuerySet
from events.pages import spans
from events.pages.office.forms_calendar import CalendarFilter
from members.pages.reader import reader
from portal.kit.clock import office_day, today_in
from portal.kit.listing import Listing

MOST = 1_000  # events of a month; the list has pages
MOST_PLANNED = 50
VIEWS = ("week", "month", "year")
Shown = dict[str, Any]


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """One month as squares; `?view=agenda`, `week` or `year` show the same events in another way."""
    at = timezone.now()
    filters = CalendarFilter(request.GET, on=office_day(at))
    rows = filters.narrow(Event.objects.visible_to(reader(request)))
    view = filters.asked.get("view", "month")
    show = {"agenda": _agenda, "week": _week, "year": _year}.get(view, _month)
    shown = show(request, filters.asked, rows, at)
    return render(
        request,
        "office/calendar.html",
        {"filters": filters, "tabs": _tabs(request), "section": "events", **shown},
    )


def _agenda(request: HttpRequest, asked: Shown, rows: EventQuerySet, at: datetime) -> Shown:
    past = asked.get("when") == "past"
    rows = (rows.past(at) if past else rows.coming(at)).select_related("officer")
    sorts = {"begin": "starts_at", "title": "title", "state": "state", "officer": "officer__name"}
    return {
        "tab": "past" if past else "agenda",
        "listing": Listing(request.GET, rows, sorts=sorts, default="-begin" if past else "begin"),
    }


def _month(request: HttpRequest, asked: Shown, rows: EventQuerySet, at: datetime) -> Shown:
    today = _today(at)
    first = spans.month_asked(asked.get("month", ""), today)
    begin, end = spans.span_of(first)
    month = spans.month_of(first, rows.between(begin, end)[:MOST], today, address=_page_of, marks={})
    return {
        "tab": "month",
        "word": "month",
        "title": month.title,
        "month": month,
        "shown": month,
        "weekdays": spans.weekdays(),
        "planned": _planned(begin, end),
        **_steps(request, "month", month.previous, month.next),
    }


def _week(request: HttpRequest, asked: Shown, rows: EventQuerySet, at: datetime) -> Shown:
    today = _today(at)
    first = spans.week_asked(asked.get("week", ""), today)
    # a day more on both sides: the same hour is another date elsewhere
    found = rows.between(first - timedelta(days=1), first + timedelta(days=7)).prefetch_related("sessions")
    zone = timezone.get_current_timezone_name()
    week = spans.week_of(first, found[:MOST], today, zone=zone, address=_page_of, marks={})
    return {
        "tab": "week",
        "word": "week",
        "title": week.title,
        "week": week,
        "shown": week,
        "planned": _planned(first, week.last),
        **_steps(request, "week", week.previous, week.next),
    }


def _year(request: HttpRequest, asked: Shown, rows: EventQuerySet, at: datetime) -> Shown:
    today = _today(at)
    number = spans.year_asked(asked.get("year", ""), today)
    found = rows.between(date(number, 1, 1), date(number, 12, 31)).order_by()
    year = spans.year_of(number, found.values_list("starts_on", "ends_on"), today)
    return {
        "tab": "year",
        "word": "year",
        "title": str(number),
        "year": year,
        "shown": year,
        "weekdays": spans.weekdays(),
        "to_month": spans.link(request.GET, view="month", year="", month="") + "&month=",
        "to_week": spans.link(request.GET, view="week", year="", week="") + "&week=",
        **_steps(request, "year", year.previous, year.next),
    }


def _planned(first: date, last: date) -> QuerySet[Activity]:
    """Lines of the plan for these days from which nobody has made an event."""
    until = Coalesce("planned_end_on", "planned_start_on")
    rows = Activity.objects.alias(until=until).filter(planned_start_on__lte=last, until__gte=first)
    return rows.filter(events__isnull=True).select_related("plan").order_by("planned_start_on", "pk")[:MOST_PLANNED]


def _page_of(event: Event) -> str:
    return reverse("office:event", args=[event.pk])


def _today(at: datetime) -> date:
    return today_in(timezone.get_current_timezone_name(), at)


def _steps(request: HttpRequest, name: str, previous: str | int, following: str | int) -> dict[str, str]:
    return {
        "previous": spans.link(request.GET, **{name: previous}),
        "next": spans.link(request.GET, **{name: following}),
        "now": spans.link(request.GET, **{name: ""}),
    }


def _tabs(request: HttpRequest) -> dict[str, str]:
    """Every view with the same filters; each begins at today."""
    plain = {"view": "", "when": "", "month": "", "week": "", "year": "", "sort": ""}
    views = {name: spans.link(request.GET, **{**plain, "view": name}) for name in ("agenda", *VIEWS)}
    return views | {"past": spans.link(request.GET, **{**plain, "view": "agenda", "when": "past"})}
