"""The calendar: what comes and what is past as a list, and a week, a month and a year as squares of days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Event
from events.models.programme import EventQuerySet
from events.pages import spans
from events.pages.participant import agenda, feeds
from events.pages.participant.forms_calendar import (
    CalendarFilter,
    filter_bar,
    groups_to_choose,
    topics_of_public_events,
)
from events.pages.participant.marks import marks_of
from portal.kit.clock import today_in

MOST_IN_A_MONTH = 500
MOST_IN_A_YEAR = 20_000
SORTS = {"-date": ("-starts_at", "-pk"), "title": ("title", "pk")}


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Announced events, as the reader may know of them: `?view=week`, `month` or `year`; else a list."""
    at = timezone.now()
    today = today_in(timezone.get_current_timezone_name(), at)
    topics, groups = topics_of_public_events(), groups_to_choose()
    filters = CalendarFilter(request.GET, topics=topics, groups=groups)
    rows = filters.narrow(Event.objects.visible_to(request.user).published(), on=today)
    view = VIEWS.get(filters.asked.get("view", ""), _list)
    template, shown = view(request, filters.asked, rows, at, today)
    return render(
        request,
        template,
        {
            "filters": filters,
            "filter_bar": filter_bar(request.GET, topics, groups),
            "subscribe": feeds.subscribe_address(),
            "tabs": _tabs(request),
            **shown,
        },
    )


Asked = dict[str, Any]
Shown = tuple[str, dict[str, Any]]


def _list(request: HttpRequest, asked: Asked, rows: EventQuerySet, at: datetime, today: date) -> Shown:
    past = asked.get("when") == "past"
    rows = rows.past(at) if past else rows.coming(at)
    sort = asked.get("sort", "")
    if sort:
        rows = rows.order_by(*SORTS[sort])
    listing = agenda.Agenda(request.GET, rows, at, reader=request.user)
    months = [("", listing.lines)] if sort == "title" else list(listing.months())
    return "participant/calendar.html", {"listing": listing, "months": months, "past": past}


def _month(request: HttpRequest, asked: Asked, rows: EventQuerySet, at: datetime, today: date) -> Shown:
    first = spans.month_asked(asked.get("month", ""), today)
    events = list(rows.between(*spans.span_of(first)).only(*agenda.FIELDS)[:MOST_IN_A_MONTH])
    marks = marks_of(request.user, events)
    month = spans.month_of(first, events, today, address=_page_of, marks=marks)
    return "participant/month.html", {
        "month": month,
        "weekdays": spans.weekdays(),
        **_steps(request, "month", month.previous, month.next),
    }


def _week(request: HttpRequest, asked: Asked, rows: EventQuerySet, at: datetime, today: date) -> Shown:
    """Hours in the zone of who has signed in; a visitor has none and reads those of each event."""
    first = spans.week_asked(asked.get("week", ""), today)
    # a day more on both sides: the same hour is another date elsewhere
    found = rows.between(first - timedelta(days=1), first + timedelta(days=7)).only(*agenda.FIELDS)
    events = list(found.prefetch_related("sessions")[:MOST_IN_A_MONTH])
    zone = timezone.get_current_timezone_name() if request.user.is_authenticated else ""
    marks = marks_of(request.user, events)
    week = spans.week_of(first, events, today, zone=zone, address=_page_of, marks=marks)
    return "participant/week.html", {
        "week": week,
        "zone": zone,
        "in_month": spans.link(request.GET, view="month", month=f"{first:%Y-%m}", week=""),
        **_steps(request, "week", week.previous, week.next),
    }


def _year(request: HttpRequest, asked: Asked, rows: EventQuerySet, at: datetime, today: date) -> Shown:
    """One query for first and last days only, however many events the year has."""
    number = spans.year_asked(asked.get("year", ""), today)
    found = rows.between(date(number, 1, 1), date(number, 12, 31)).order_by()
    year = spans.year_of(number, found.values_list("starts_on", "ends_on")[:MOST_IN_A_YEAR], today)
    return "participant/year.html", {
        "year": year,
        "weekdays": spans.weekdays(),
        "to_month": spans.link(request.GET, view="month", year="", month="") + "&month=",
        "to_week": spans.link(request.GET, view="week", year="", week="") + "&week=",
        **_steps(request, "year", year.previous, year.next),
    }


VIEWS: dict[str, Callable[[HttpRequest, Asked, EventQuerySet, datetime, date], Shown]] = {
    "month": _month,
    "week": _week,
    "year": _year,
}


def _page_of(event: Event) -> str:
    return reverse("participant:event", args=[event.slug])


def _steps(request: HttpRequest, name: str, previous: str | int, following: str | int) -> dict[str, str]:
    """The addresses of the span before, of the one after, and of today's."""
    return {
        "previous": spans.link(request.GET, **{name: previous}),
        "next": spans.link(request.GET, **{name: following}),
        "now": spans.link(request.GET, **{name: ""}),
    }


def _tabs(request: HttpRequest) -> dict[str, str]:
    """Every view with the same filters; each begins at today."""
    plain = {"when": "", "view": "", "month": "", "week": "", "year": "", "sort": ""}
    views = {name: spans.link(request.GET, **{**plain, "view": name}) for name in VIEWS}
    return {
        "coming": spans.link(request.GET, **plain),
        "past": spans.link(request.GET, **{**plain, "when": "past"}),
    } | views
