"""The best-hour finder, for one event or for a thought, and the fairness ledger of a fiscal year."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import hours
from events.models import Event, WorkPlan
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_hours import LENGTHS, PlaceForm, SearchForm
from events.pages.office.forms_timeline import YearForm
from events.pages.office.plan import plan_of_the_day
from events.services import programme
from events.states import EventState
from members.pages.reader import reader
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.states import Refused

SHOWN = 7  # days of the answer
OPEN = (EventState.DRAFT, EventState.POSTPONED)


@require_safe
def best_hour(request: HttpRequest) -> HttpResponse:
    """Before there is an event: an hour for all members or for one group."""
    return _show(request, None)


@require_safe
def best_hour_of_event(request: HttpRequest, pk: int) -> HttpResponse:
    """An hour for the target administrations of one event; `?day=` shows every hour of one day."""
    return _show(request, event_or_404(request, pk))


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an hour: the sessions of the draft move to it."""
    row = event_or_404(request, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This hour was not understood. Look for it again, then choose it."))
        return redirect("office:best_hour_of_event", pk=row.pk)
    with refusals_told(request):
        programme.place(row, by=reader(request), **form.cleaned_data)
        messages.success(request, _("The sessions stand at the new hour."))
    return redirect("office:sessions", pk=row.pk)


@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """Who was asked out of office hours how often in a fiscal year."""
    filters, plan = _year(request)
    return render(
        request,
        "office/fairness.html",
        {"filters": filters, "plan": plan, "ledger": hours.ledger(plan) if plan else [], "section": "events"},
    )


@require_safe
def fairness_csv(request: HttpRequest) -> HttpResponse:
    _filters, plan = _year(request)
    header = [_("Administration"), _("Events"), _("Out of office hours"), _("Of these at night or on a day off")]
    rows = [
        [each.administration, each.events, each.asked, each.heavy, "; ".join(each.titles)]
        for each in (hours.ledger(plan) if plan else [])
    ]
    name = plan.fiscal_year.replace("/", "-") if plan else "empty"
    return csv_response(f"fairness-{name}", [*header, _("Which")], rows)


def _show(request: HttpRequest, event: Event | None) -> HttpResponse:
    at = timezone.now()
    asked = request.GET.copy()
    for name, value in _usual(event, office_day(at)).items():
        asked.setdefault(name, value)
    form = SearchForm(asked, event=event)
    slots: list[hours.Slot] = []
    if form.is_valid():
        try:
            slots = _find(form, event, asked)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(
        request,
        "office/best_hour.html",
        {
            "event": event,
            "form": form,
            "slots": slots,
            "zone": _zone(event),
            "day": _day(asked),
            "link": _without_day(asked),
            "may_place": event is not None and event.state in OPEN,
            "tab": "sessions",
            "section": "events",
        },
    )


def _find(form: SearchForm, event: Event | None, asked: QueryDict) -> list[hours.Slot]:
    found = form.cleaned_data
    plan = WorkPlan.objects.filter(starts_on__lte=found["first"], ends_on__gte=found["first"]).first()
    search = hours.Search(
        targets=list(form.targets(event, found["first"])),
        zone=_zone(event),
        office_zone=settings.OFFICE_TIME_ZONE,
        people=hours.people_of(event) if event else {},
        ledger=hours.times_asked(hours.ledger(plan, without=event)) if plan else {},
        **{name: found[name] for name in ("first", "last", "minutes", "days")},
    )
    day = _day(asked)
    return hours.hours_of(search, day) if day else hours.best_of_each_day(search, limit=SHOWN)


def _zone(event: Event | None) -> str:
    return event.time_zone if event else str(settings.OFFICE_TIME_ZONE)


def _day(asked: QueryDict) -> date | None:
    """`?day=2020-08-19`; what is no day is no question."""
    try:
        day = datetime.strptime(asked.get("day", ""), "%Y-%m-%d").date()
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2100, 1, 1) else None


def _without_day(asked: QueryDict) -> str:
    kept = asked.copy()
    kept.pop("day", None)
    return kept.urlencode()


def _usual(event: Event | None, today: date) -> dict[str, Any]:
    """What stands in an empty form: two weeks round the event as it is, else from a fortnight on."""
    if event is None:
        first = today + timedelta(days=14)
        return {"first": first, "last": first + timedelta(days=30), "minutes": 180, "days": 1}
    sessions = list(event.sessions.all())
    days = min(len(sessions) or (event.ends_on - event.starts_on).days + 1, hours.MOST_DAYS)
    lengths = [int((row.ends_at - row.starts_at).total_seconds() // 60) for row in sessions]
    first = max(event.starts_on - timedelta(days=14), today + timedelta(days=1))
    return {
        "first": first,
        "last": max(event.starts_on, first) + timedelta(days=14 + days),
        "minutes": lengths[0] if lengths and lengths[0] in LENGTHS else 180,
        "days": days,
    }


def _year(request: HttpRequest) -> tuple[YearForm, WorkPlan | None]:
    filters = YearForm(request.GET)
    return filters, filters.plan_or(plan_of_the_day(office_day(timezone.now())))
