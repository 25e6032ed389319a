"""Who was there: the grid of people and sessions, and the certificates that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import reports
from events.models import Event, Session
from events.pages.office.desk import event_or_404
from events.pages.office.forms_people import AttendanceFilter
from events.services import attendance as service
from events.services import certificates
from events.services.attendance import TOOK_PLACE
from events.services.certificates import Standing
from members.pages.reader import reader
from portal.kit.listing import Listing
from portal.kit.states import Refused

SORTS = {"administration": ("administration__name", "official__name"), "name": "official__name"}
MOST_IDS = 200  # a page shows 50 people; what is longer was not made by the page


@dataclass(frozen=True)
class Column:
    """One session of the grid: who of the page was noted when it was drawn, and how many of the event."""

    session: Session
    begun: bool
    noted: str
    present: int
    all_present: bool


@dataclass(frozen=True)
class Row:
    """One person of the grid; `cells` stand in the order of the columns."""

    standing: Standing
    cells: list[tuple[Column, bool]]


def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """One form for the whole grid; each session is saved for itself."""
    event = event_or_404(request, pk)
    at = timezone.now()
    if request.method == "POST":
        _save(request, event, at)
        query = request.GET.urlencode()
        return redirect(reverse("office:attendance", args=[event.pk]) + (f"?{query}" if query else ""))
    filters = AttendanceFilter(request.GET, event=event)
    rows = filters.narrow(event.registrations.confirmed())
    listing = Listing(request.GET, rows, sorts=SORTS, default="administration")
    standings = {row.registration.pk: row for row in certificates.standings(event)}
    present = {pair for pair in service.present_at(event) if pair[0] in standings}
    columns = _columns(event, present, [row.pk for row in listing], len(standings), at)
    over = at >= event.ends_at
    return render(
        request,
        "office/attendance.html",
        {
            "event": event,
            "filters": filters,
            "listing": listing,
            "columns": columns,
            "rows": [
                Row(standings[row.pk], [(column, (row.pk, column.session.pk) in present) for column in columns])
                for row in listing
            ],
            "takes_place": event.state in TOOK_PLACE,
            "any_begun": any(column.begun for column in columns),
            "confirmed": len(standings),
            "over": over,
            "counts": _counts(list(standings.values())),
            "due": sum(row.is_due for row in standings.values()) if over else 0,
            "needed": certificates.SHARE_OF_SESSIONS,
            "evaluations": reports.evaluation_summary(event),
            "query": request.GET.urlencode(),
            "tab": "attendance",
            "section": "events",
        },
    )


@require_POST
def issue_certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue what is due; a second click finds nothing."""
    event = event_or_404(request, pk)
    issued = certificates.issue_due(at=timezone.now(), event=event, by=reader(request))
    if issued:
        messages.success(
            request,
            ngettext(
                "%(n)d certificate is issued. The letter is queued.",
                "%(n)d certificates are issued. The letters are queued.",
                issued,
            )
            % {"n": issued},
        )
    else:
        messages.info(request, _("No certificate is due now."))
    return redirect("office:attendance", pk=event.pk)


def _columns(
    event: Event, present: set[tuple[int, int]], shown: list[int], confirmed: int, at: datetime
) -> list[Column]:
    columns = []
    for session in event.sessions.all():
        there = {pk for pk, session_pk in present if session_pk == session.pk}
        columns.append(
            Column(
                session,
                at >= session.starts_at,
                " ".join(str(pk) for pk in shown if pk in there),
                len(there),
                len(there) == confirmed > 0,
            )
        )
    return columns


def _counts(standings: list[Standing]) -> dict[str, int]:
    """Who lacks what: somebody who lacks both is counted under both."""
    open_ones = [row for row in standings if not row.number]
    return {
        "issued": len(standings) - len(open_ones),
        "sessions": sum(not row.attended_enough for row in open_ones),
        "evaluation": sum(not row.evaluated for row in open_ones),
    }


# --- saving ---------------------------------------------------------------------------------------


def _save(request: HttpRequest, event: Event, at: datetime) -> None:
    """Apply what was changed since the page was drawn, session by session; a refused one says so."""
    changed = refused = 0
    everybody = set(event.registrations.confirmed().values_list("pk", flat=True))
    for session in event.sessions.all():
        session.event = event
        was = _numbers(request.POST.get(f"noted-{session.pk}", "").split())
        now = _numbers(request.POST.getlist(f"session-{session.pk}"))
        came, absent = now - was, was - now
        if request.POST.get("all") == str(session.pk):
            came, absent = everybody, set()
        elif request.POST.get("nobody") == str(session.pk):
            came, absent = set(), everybody
        if not came and not absent:
            continue
        try:
            service.correct(session, came=came, absent=absent, by=reader(request), at=at)
            changed += 1
        except Refused as refusal:
            refused += 1
            messages.error(request, f"{session.title}: {refusal.message}")
    if changed:
        messages.success(
            request,
            ngettext("Attendance of %(n)d session is saved.", "Attendance of %(n)d sessions is saved.", changed)
            % {"n": changed},
        )
    elif not refused:
        messages.info(request, _("Nothing was changed."))


def _numbers(words: list[Any]) -> set[int]:
    return {int(word) for word in words[:MOST_IDS] if word.isdecimal() and len(word) < 19}
