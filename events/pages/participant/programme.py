"""The calendar and the public page of one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Mode, Outcome, Revision
from events.pages.participant import agenda, feeds
from events.pages.participant.forms_calendar import CalendarFilter, filter_bar, topics_of_public_events
from events.pages.participant.papers import papers_of
from events.pages.participant.registrations import way_in
from events.states import EventState
from members.models import Administration
from portal.kit import trail
from portal.kit.clock import spell_days, today_in

MOST_IN_A_MONTH = 500


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Announced events: what comes, what is past, or one month as squares."""
    at = timezone.now()
    topics = topics_of_public_events()
    filters = CalendarFilter(request.GET, topics=topics)
    rows = filters.narrow(Event.objects.visible_to(request.user).published())
    if filters.asked.get("view") == "month":
        return _month(request, filters, topics, rows, at)
    past = filters.asked.get("when") == "past"
    rows = rows.past(at) if past else rows.coming(at)
    sort = filters.asked.get("sort", "")
    if sort:
        rows = rows.order_by(*{"-date": ("-starts_at", "-pk"), "title": ("title", "pk")}[sort])
    listing = agenda.Agenda(request.GET, rows, at)
    return render(
        request,
        "participant/calendar.html",
        {
            "filters": filters,
            "filter_bar": filter_bar(request.GET, topics),
            "listing": listing,
            "months": [("", listing.lines)] if sort == "title" else list(listing.months()),
            "past": past,
            **_tabs(request),
        },
    )


def _month(request: HttpRequest, filters: CalendarFilter, topics: list[str], rows: Any, at: datetime) -> HttpResponse:
    today = today_in(timezone.get_current_timezone_name(), at)
    first = agenda.month_asked(filters.asked.get("month", ""), today)
    events = rows.between(*agenda.span_of(first)).only(*agenda.FIELDS)[:MOST_IN_A_MONTH]
    month = agenda.month_of(first, events, today)
    return render(
        request,
        "participant/month.html",
        {
            "filters": filters,
            "filter_bar": filter_bar(request.GET, topics),
            "month": month,
            "weekdays": agenda.weekdays(),
            "previous": agenda.link(request.GET, month=month.previous),
            "next": agenda.link(request.GET, month=month.next),
            "now": agenda.link(request.GET, month=""),
            **_tabs(request),
        },
    )


def _tabs(request: HttpRequest) -> dict[str, Any]:
    return {
        "to_coming": agenda.link(request.GET, when="", view="", month="", sort=""),
        "to_past": agenda.link(request.GET, when="past", view="", month="", sort=""),
        "to_month": agenda.link(request.GET, view="month", when="", sort=""),
        "subscribe": feeds.subscribe_address(),
    }


@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """What everybody who may know of an event reads: never a joining address, never who takes part."""
    at = timezone.now()
    row = get_object_or_404(Event.objects.visible_to(request.user).select_related("series"), slug=slug)
    return render(
        request,
        "participant/event.html",
        {
            "event": row,
            "sessions": row.sessions.all(),
            "agenda": row.agenda.order_by("number"),
            "papers": papers_of(row, request.user),
            "donors": list(row.donors.values_list("name", flat=True)),
            "invited": _invited(row),
            "chairs": list(
                Administration.objects.filter(chairings__event=row).values_list("name", flat=True).distinct()
            ),
            "changes": _changes(row),
            "reason": _reason(row) if request.user.is_authenticated else "",
            "outcome": Outcome.objects.visible_to(request.user).published().filter(event=row).only("number").first(),
            "deadline": row.last_minute,
            "deadline_open": row.state == EventState.ANNOUNCED and not row.deadline_passed(at),
            "way_in": way_in(request.user, row, at),
            "now": at,
        },
    )


def _invited(event: Event) -> list[str]:
    """Whose contact points have a letter; those who will, while the event is a draft."""
    return _names(Administration.objects.filter(invitations__event=event)) or _names(event.targets.all())


def _names(administrations: QuerySet[Administration]) -> list[str]:
    return list(administrations.values_list("name", flat=True))


def _reason(event: Event) -> str:
    """Why an event was postponed or cancelled, as everybody concerned was told."""
    if event.state not in (EventState.POSTPONED, EventState.CANCELLED):
        return ""
    entry = trail.history(event).filter(verb="moved", facts__after=event.state).first()
    return str(entry.facts.get("reason", "")) if entry else ""


@dataclass(frozen=True)
class Change:
    """A revision in words."""

    number: int
    made_at: datetime
    reason: str
    clauses: list[tuple[str, str, str]]


def _changes(event: Event) -> list[Change]:
    """Every revision counts one up in the calendars; without one there is nothing to ask for."""
    return [_in_words(row) for row in event.revisions.order_by("number")] if event.calendar_sequence else []


def _in_words(revision: Revision) -> Change:
    clauses = [
        (_label(clause["clause"]), _value(clause["clause"], clause["old"]), _value(clause["clause"], clause["new"]))
        for clause in revision.clauses
    ]
    return Change(revision.number, revision.made_at, revision.reason, clauses)


def _label(clause: str) -> str:
    try:
        return capfirst(str(getattr(Event._meta.get_field(clause), "verbose_name", clause)))
    except FieldDoesNotExist:
        return capfirst(_("session") if clause == "session" else clause)


def _value(clause: str, text: str) -> str:
    """A date or a mode as the pages write it; everything else as it was noted."""
    if clause == "mode":
        return str(dict(Mode.choices).get(text, text))
    if clause.endswith(("_on", "_by")):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return _("not set") if text == "None" else text
        return spell_days(day, day)
    return text
