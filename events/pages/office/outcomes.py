"""The outcome of one event as the office follows it: clearance, actions, evaluations; and all actions in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import reports
from events.models import Chairing, Event, FollowUp, Outcome, Signature
from events.pages.office import history
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_record import FollowUpFilter, ProgressForm
from events.services import followups
from events.services import outcomes as service
from events.states import OutcomeState
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day, spell_days
from portal.kit.exports import csv_response
from portal.kit.forms import refusals_on
from portal.kit.listing import Listing

ORDER = [OutcomeState.DRAFTED, OutcomeState.CIRCULATED, OutcomeState.SIGNED, OutcomeState.PUBLISHED]
SORTS = {
    "due": "due_on",
    "state": ("state", "due_on"),
    "owner": ("administration__name", "organisation__name", "due_on"),
    "meeting": ("outcome__event__starts_at", "number"),
}


# --- the outcome of one event ---------------------------------------------------------------------


def event_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    today = office_day(timezone.now())
    outcome = (
        Outcome.objects.filter(event=event)
        .prefetch_related(
            "corrigenda",
            Prefetch("signatures", Signature.objects.filter(voided_at__isnull=True)),
            Prefetch("actions", FollowUp.objects.select_related("administration", "organisation", "owner")),
        )
        .first()
    )
    chairings = list(event.chairings.select_related("person", "administration"))
    return render(
        request,
        "office/outcome.html",
        {
            "event": event,
            "outcome": outcome,
            "chairings": chairings,
            "steps": _steps(outcome, chairings) if outcome else [],
            "actions": [(row, outcome.is_published and row.is_overdue(today)) for row in outcome.actions.all()]
            if outcome
            else [],
            "missing": service.missing(outcome) if outcome and not outcome.is_published else [],
            "evaluations": reports.evaluation_summary(event),
            "tab": "outcome",
            "section": "events",
        },
    )


@require_POST
def outcome_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the record; the chairs write it on their own desk. A second click finds it begun."""
    event = event_or_404(request, pk)
    if Outcome.objects.filter(event=event).exists():
        messages.info(request, _("The outcome of this meeting is begun already."))
        return redirect("office:event_outcome", pk=event.pk)
    with refusals_told(request):
        made = service.draft(event, by=reader(request))
        messages.success(request, _("The outcome %(number)s is begun.") % {"number": made.number})
    return redirect("office:event_outcome", pk=event.pk)


def _steps(outcome: Outcome, chairings: Iterable[Chairing]) -> list[dict[str, str]]:
    """Drafted > circulated > each chair > published, as the strip of the clearance shows it."""
    signed = {row.chairing_id: row for row in outcome.signatures.all()}
    state = OutcomeState.CIRCULATED if outcome.state == OutcomeState.COMMENTED else OutcomeState(outcome.state)
    reached = ORDER.index(state)
    steps = [
        {"word": _("Drafted"), "state": "done", "note": outcome.number},
        {
            "word": _("Circulated"),
            "state": "done" if reached >= 1 else "now",
            "note": _("with comments") if outcome.state == OutcomeState.COMMENTED else "",
        },
    ]
    for chairing in chairings:
        row = signed.get(chairing.pk)
        words = {"name": chairing.administration.name}
        steps.append(
            {
                "word": (_("%(name)s signed") if row else _("%(name)s to sign")) % words,
                "state": "done" if row else ("now" if reached >= 1 else "todo"),
                "note": spell_days(row.signed_at.date(), row.signed_at.date()) if row else str(chairing.person),
            }
        )
    published = outcome.published_at.date() if outcome.published_at else None
    steps.append(
        {
            "word": _("Published"),
            "state": "done" if outcome.is_published else ("now" if reached == 2 else "todo"),
            "note": spell_days(published, published) if published else "",
        }
    )
    return steps


# --- actions in force -----------------------------------------------------------------------------


def follow_ups(request: HttpRequest) -> HttpResponse:
    today = office_day(timezone.now())
    filters, listing = _listing(request)
    in_force = FollowUp.objects.in_force()
    return render(
        request,
        "office/follow_ups.html",
        {
            "filters": filters,
            "listing": listing,
            "rows": [(row, row.is_overdue(today)) for row in listing],
            "unfinished": in_force.unfinished().count(),
            "overdue": in_force.overdue(today).count(),
            "export": f"{reverse('office:follow_ups_csv')}?{request.GET.urlencode()}",
            "section": "follow_ups",
        },
    )


@require_safe
def follow_ups_csv(request: HttpRequest) -> HttpResponse:
    """The actions as filtered and sorted on the page; the trail keeps who took the list out of the portal."""
    today = office_day(timezone.now())
    filters, listing = _listing(request)
    rows = list(listing.rows)
    header = [
        _("Meeting"),
        _("Outcome"),
        _("Action"),
        _("Text"),
        _("Owner"),
        _("Person"),
        _("Due"),
        _("State"),
        _("Overdue"),
        _("Evidence"),
    ]
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "follow-ups", reader(request), rows=len(rows), filters=asked)
    return csv_response("follow-ups", header, [_cells(row, row.is_overdue(today)) for row in rows])


def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: what it is, what became of it, and the report of the office on it."""
    rows = FollowUp.objects.select_related("outcome__event", "administration", "organisation", "owner", "planned_as")
    row = get_object_or_404(rows, pk=pk)
    form = ProgressForm(request.POST if request.method == "POST" else None, action=row)
    if form.is_valid():
        with refusals_on(form):
            followups.progress(row, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Action %(number)d is saved.") % {"number": row.number})
            return redirect("office:follow_up", pk=row.pk)
    return render(
        request,
        "office/follow_up.html",
        {
            "row": row,
            "event": row.event,
            "overdue": row.outcome.is_published and row.is_overdue(office_day(timezone.now())),
            "form": form if row.outcome.is_published else None,
            "history": history.lines_about(row),
            "section": "follow_ups",
        },
    )


def _listing(request: HttpRequest) -> tuple[FollowUpFilter, Listing]:
    rows = FollowUp.objects.in_force().select_related("outcome__event", "administration", "organisation", "owner")
    filters = FollowUpFilter(request.GET, bodies=_bodies())
    narrowed = filters.narrow(rows, on=office_day(timezone.now()))
    return filters, Listing(request.GET, narrowed, sorts=SORTS, default="due")


def _bodies() -> list[tuple[str, str]]:
    """The administrations and organisations that own an action in force, as words of the filter."""
    columns = ("administration", "administration__name", "organisation", "organisation__name")
    found: list[tuple[str, str]] = []
    for row in FollowUp.objects.in_force().order_by().values_list(*columns).distinct():
        if row[0]:
            found.append((f"administration-{row[0]}", row[1]))
        elif row[2]:
            found.append((f"organisation-{row[2]}", row[3]))
    return sorted(found, key=lambda choice: choice[1])


def _cells(row: FollowUp, overdue: bool) -> list[Any]:
    event: Event = row.outcome.event
    return [
        event.title,
        row.outcome.number,
        row.number,
        row.text,
        str(row.body or ""),
        str(row.owner or ""),
        row.due_on or "",
        row.get_state_display(),
        _("yes") if overdue else "",
        row.evidence,
    ]
