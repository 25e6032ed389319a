"""Sessions and chairs of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import clashes
from events.models import Chairing, Event, Session
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_programme import ChairForm, SessionForm, session_values
from events.services import lifecycle, programme
from events.services.kinds import template_of
from events.states import EventState
from members.pages.reader import reader
from portal.kit.clock import spell_span
from portal.kit.forms import posted, refusals_on

OPEN_TO_SESSIONS = (EventState.DRAFT, EventState.POSTPONED)


@dataclass(frozen=True)
class Line:
    """A session with its time at the office."""

    session: Session
    at_the_office: str


def sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """The sessions in the event's zone and in the office's; a form for the next one while the event is a draft."""
    row = event_or_404(request, pk)
    is_open = row.state in OPEN_TO_SESSIONS
    listed = list(row.sessions.all())
    form = None
    if is_open:
        form = SessionForm(posted(request), event=row, initial=_next_values(row, listed))
        if form.is_valid():
            with refusals_on(form):
                made = programme.add_session(row, by=reader(request), **form.cleaned_data)
                messages.success(request, _("“%(title)s” is added.") % {"title": made.title})
                return redirect("office:sessions", pk=row.pk)
    elif request.method == "POST":
        messages.error(request, _("Sessions are added while the event is a draft."))
        return redirect("office:sessions", pk=row.pk)
    return render(
        request,
        "office/sessions.html",
        {
            "event": row,
            "lines": [_line(session, row) for session in listed],
            "office_zone": settings.OFFICE_TIME_ZONE,
            "form": form,
            "usual": _usual(row) if is_open and not listed else None,
            "is_open": is_open,
            "clashes": clashes.of_event(row),
            "may_revise": row.state == EventState.ANNOUNCED,
            "tab": "sessions",
            "section": "events",
        },
    )


@require_POST
def sessions_lay(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual sessions of this kind, in one act."""
    row = event_or_404(request, pk)
    with refusals_told(request):
        programme.place_as_usual(row, by=reader(request))
        messages.success(request, _("The usual sessions are laid. Change what is different this time."))
    return redirect("office:sessions", pk=row.pk)


def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a session: of a draft freely, of an announced event as a revision with its reason."""
    session = _session(request, pk)
    row = session.event
    revises = row.state == EventState.ANNOUNCED
    if not revises and row.state not in OPEN_TO_SESSIONS:
        messages.error(request, _("This event is over. Its sessions stay as they were."))
        return redirect("office:sessions", pk=row.pk)
    form = SessionForm(posted(request), event=row, with_reason=revises, initial=session_values(session))
    if form.is_valid():
        with refusals_on(form):
            if revises:
                lifecycle.revise_session(session, by=reader(request), at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("The session is changed as a revision. Its letters are queued."))
            else:
                programme.change_session(session, by=reader(request), **form.cleaned_data)
                messages.success(request, _("The session is saved."))
            return redirect("office:sessions", pk=row.pk)
    return render(
        request,
        "office/session_edit.html",
        {
            "event": row,
            "session_title": session_values(session)["title"],
            "form": form,
            "revises": revises,
            "confirmed": row.registrations.confirmed().count() if revises else 0,
            "tab": "sessions",
            "section": "events",
        },
    )


@require_POST
def session_remove(request: HttpRequest, pk: int) -> HttpResponse:
    session = _session(request, pk)
    with refusals_told(request):
        programme.remove_session(session, by=reader(request))
        messages.success(request, _("“%(title)s” is removed.") % {"title": session.title})
    return redirect("office:sessions", pk=session.event_id)


def chairs(request: HttpRequest, pk: int) -> HttpResponse:
    """Who chairs the event; one chair for each administration."""
    row = event_or_404(request, pk)
    form = ChairForm(posted(request), event=row)
    if form.is_valid():
        person = form.cleaned_data["person"]
        with refusals_on(form):
            programme.add_chair(row, by=reader(request), administration=person.administration, **form.cleaned_data)
            messages.success(request, _("%(name)s is named as chair.") % {"name": person})
            return redirect("office:chairs", pk=row.pk)
    return render(
        request,
        "office/chairs.html",
        {
            "event": row,
            "form": form,
            "chairings": list(row.chairings.select_related("person", "administration")),
            "tab": "overview",
            "section": "events",
        },
    )


@require_POST
def chair_remove(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Chairing.objects.filter(event__in=Event.objects.visible_to(reader(request)).values("pk"))
    chairing = get_object_or_404(rows.select_related("event", "person"), pk=pk)
    with refusals_told(request):
        programme.remove_chair(chairing, by=reader(request))
        messages.success(request, _("%(name)s is not a chair of this event any more.") % {"name": chairing.person})
    return redirect("office:chairs", pk=chairing.event_id)


@dataclass(frozen=True)
class Usual:
    """The sessions that one act lays, and the days on which they come to lie."""

    number: int
    minutes: int
    begins: time
    first: date
    last: date


def _usual(row: Event) -> Usual | None:
    template = template_of(row.kind)
    if template is None or template.usual_hours is None:
        return None
    number, minutes, begins = template.usual_hours
    return Usual(number, minutes, begins, row.starts_on, row.starts_on + timedelta(days=number - 1))


def _session(request: HttpRequest, pk: int) -> Session:
    rows = Session.objects.filter(event__in=Event.objects.visible_to(reader(request)).values("pk"))
    return get_object_or_404(rows.select_related("event"), pk=pk)


def _line(session: Session, row: Event) -> Line:
    zone = settings.OFFICE_TIME_ZONE
    same = zone == row.time_zone
    return Line(session, "" if same else spell_span(session.starts_at, session.ends_at, zone))


def _next_values(row: Event, listed: list[Session]) -> dict[str, Any]:
    """The next session usually has the hours of the last one, on the next day."""
    number = len(listed) + 1
    values: dict[str, Any] = {"title": _("Session %(number)d") % {"number": number}, "day": row.starts_on}
    if listed:
        last = listed[-1]
        following = last.day.fromordinal(last.day.toordinal() + 1)
        values |= {"day": min(following, row.ends_on), "begins": last.begins, "ends": last.ends}
    return values
