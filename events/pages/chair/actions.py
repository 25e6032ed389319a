"""Actions of a record while it is drafted, and how they are followed up once it is published."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import policies
from events.models import Event, FollowUp, Outcome
from events.models.followups import FollowUpQuerySet
from events.pages.chair import rows
from events.pages.chair.acts import button, form_page
from events.pages.chair.forms import ActionForm, FollowUpFilter, ProgressForm
from events.pages.chair.record import back
from events.services import followups as service
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.exports import csv_response
from portal.kit.forms import posted
from portal.kit.gates import require
from portal.kit.listing import Listing

SORTS = {"number": "number", "due": "due_on", "state": "state", "owner": "administration__name"}
PARTS = ("outcome__event__series", "administration", "organisation", "owner")


def action_add(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = rows.load_outcome(request, pk)
    return form_page(
        request,
        ActionForm(posted(request), outcome=outcome),
        lambda values: service.add(outcome, by=reader(request), **values),
        outcome=outcome,
        event=outcome.event,
        title=_("Add an action"),
        verb=_("Add the action"),
        done=_("The action is in the text."),
        back=back(outcome),
    )


def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    action = _load(request, pk)
    kept = {name: getattr(action, name) for name in ("text", "administration", "organisation", "owner", "due_on")}
    return form_page(
        request,
        ActionForm(posted(request), outcome=action.outcome, keep=action.owner, initial=kept),
        lambda values: service.change(action, by=reader(request), **values),
        outcome=action.outcome,
        event=action.outcome.event,
        title=_("Action %(number)d") % {"number": action.number},
        verb=_("Save the action"),
        done=_("The action is saved."),
        back=back(action.outcome),
    )


@require_POST
def action_remove(request: HttpRequest, pk: int) -> HttpResponse:
    action = _load(request, pk)
    return button(
        request,
        lambda: service.remove(action, by=reader(request)),
        done=_("The action is out of the text."),
        back=back(action.outcome),
    )


def follow_ups(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of the actions of one meeting."""
    event = rows.load_event(request, pk)
    found, filters = _asked(request, event)
    today = today_in(reader(request).zone, timezone.now())
    listing = Listing(request.GET, found, sorts=SORTS, default="number")
    outcome = Outcome.objects.filter(event=event).first()
    in_force = outcome is not None and outcome.is_published  # a draft binds nobody, so nothing is late
    return render(
        request,
        "chair/follow_ups.html",
        {
            "event": event,
            "outcome": outcome,
            "listing": listing,
            "overdue": {action.pk for action in listing if in_force and action.is_overdue(today)},
            "filters": filters,
            "section": "meetings",
        },
    )


def follow_ups_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The actions as filtered on the page; the trail keeps who took the list out of the portal."""
    event = rows.load_event(request, pk)
    found, filters = _asked(request, event)
    ordered = list(found.order_by("number"))
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "follow-ups", event, rows=len(ordered), filters=asked)
    return csv_response(
        f"follow-ups-{event.slug}",
        [_("Number"), _("Action"), _("Owner"), _("Person"), _("Due date"), _("State"), _("Evidence")],
        (
            [row.number, row.text, row.body, row.owner, row.due_on, row.get_state_display(), row.evidence]
            for row in ordered
        ),
    )


def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how far an action has come, with evidence."""
    action = _load(request, pk)
    require(policies.may_report_on(request.user, action))
    event = action.outcome.event
    return form_page(
        request,
        ProgressForm(posted(request), action=action, initial={"state": action.state, "evidence": action.evidence}),
        lambda values: service.progress(action, by=reader(request), at=timezone.now(), **values),
        event=event,
        title=_("Follow-up of action %(number)d") % {"number": action.number},
        verb=_("Save the progress"),
        done=_("The progress is saved."),
        back=reverse("chair:follow_ups", args=[event.pk]),
        action=action,
    )


def _load(request: HttpRequest, pk: int) -> FollowUp:
    found = FollowUp.objects.visible_to(request.user).select_related(*PARTS)
    return rows.load_part(request, found, pk, "outcome__event")


def _asked(request: HttpRequest, event: Event) -> tuple[FollowUpQuerySet, FollowUpFilter]:
    filters = FollowUpFilter(request.GET)
    found = FollowUp.objects.visible_to(request.user).filter(outcome__event=event)
    return filters.narrow(found).select_related(*PARTS), filters
