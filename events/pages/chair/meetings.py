"""My meetings, one meeting with its agenda, papers and delegations."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import policies
from events.models import Chairing, Delegation, Event, FollowUp, Outcome, Signature
from events.models.workplan import Mode
from events.pages.chair import rows
from events.pages.chair.acts import button, form_page
from events.pages.chair.forms import DelegationForm, MeetingFilter
from events.services import registrations
from events.services.outcomes import IN_CIRCULATION
from events.states import EventState, OutcomeState
from members.models import User
from members.pages.reader import reader
from portal.kit.clock import today_in
from portal.kit.forms import posted
from portal.kit.listing import Listing

SORTS = {"begin": "starts_at", "title": "title", "outcome": "outcome__state"}
FOLLOW_UPS_SHOWN = 20


def home(request: HttpRequest) -> HttpResponse:
    """What waits for my signature, my meetings with the next step, the open actions."""
    at, user = timezone.now(), reader(request)
    filters = MeetingFilter(request.GET)
    valid = Signature.objects.filter(voided_at__isnull=True)
    found = (
        filters.narrow(rows.my_events(user))
        .select_related("outcome", "series")
        .prefetch_related(
            Prefetch("chairings", Chairing.objects.select_related("administration")),
            Prefetch("outcome__signatures", valid, to_attr="valid_signatures"),
        )
    )
    listing = Listing(request.GET, found, sorts=SORTS, default="-begin")
    for event in listing:
        event.turn = turn(event, user, at)
    mine = rows.my_events(user).values("pk")
    open_actions = FollowUp.objects.filter(outcome__event__in=mine).in_force().unfinished()
    actions = open_actions.select_related("outcome__event", "administration", "organisation", "owner")
    today = today_in(user.zone, at)
    first = actions.order_by(F("due_on").asc(nulls_last=True), "pk")[:FOLLOW_UPS_SHOWN]
    return render(
        request,
        "chair/home.html",
        {
            "listing": listing,
            "filters": filters,
            "to_sign": rows.to_sign(user),
            "actions": [(action, action.is_overdue(today)) for action in first],
            "action_count": open_actions.count(),
            "section": "meetings",
        },
    )


def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Agenda, papers and delegations of one meeting, and the way to its outcome."""
    at, user = timezone.now(), reader(request)
    event = rows.load_event(request, pk)
    outcome = Outcome.objects.filter(event=event).first()
    return render(
        request,
        "chair/meeting.html",
        {
            "event": event,
            "outcome": outcome,
            "chairings": event.chairings.select_related("person", "administration"),
            "sessions": event.sessions.all(),
            "agenda": event.agenda.all(),
            "papers": event.papers.select_related("item"),
            "delegations": event.delegations.select_related("administration", "organisation"),
            "may_begin": outcome is None and event.is_meeting and event.state != EventState.DRAFT,
            "frozen": _frozen(outcome),
            "joining": _is_joined_online(event) and policies.may_see_joining(user, event),
            "now": at,
            "own": rows.own_chairing(user, event),
            "section": "meetings",
        },
    )


def delegation_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A body that came, by administration or organisation; a body that stands already gets its new line."""
    event = rows.load_event(request, pk)
    return form_page(
        request,
        DelegationForm(posted(request)),
        lambda values: registrations.set_delegation(event, by=reader(request), **values),
        event=event,
        title=_("Add a delegation"),
        verb=_("Add the delegation"),
        done=_("The delegation is on the list."),
        back=_back(event),
    )


def delegation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_part(
        request, Delegation.objects.select_related("event", "administration", "organisation"), pk, "event"
    )
    kept = {"head": row.head, "capacity": row.capacity, "size": row.size}
    return form_page(
        request,
        DelegationForm(posted(request), with_body=False, initial=kept),
        lambda values: registrations.set_delegation(
            row.event, administration=row.administration, organisation=row.organisation, by=reader(request), **values
        ),
        event=row.event,
        title=_("Delegation of %(name)s") % {"name": row},
        verb=_("Save the delegation"),
        done=_("The delegation is saved."),
        back=_back(row.event),
    )


@require_POST
def delegation_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_part(request, Delegation.objects.select_related("event"), pk, "event")
    return button(
        request,
        lambda: registrations.remove_delegation(row, by=reader(request)),
        done=_("The delegation is off the list."),
        back=_back(row.event),
    )


def turn(event: Event, user: User, at: datetime) -> str:
    """What comes next in a meeting, as this reader sees it; empty when all is done."""
    outcome: Outcome | None = getattr(event, "outcome", None)
    if outcome is None:
        if not event.is_meeting or event.state == EventState.CANCELLED:
            return ""
        if event.state == EventState.DRAFT or at < event.starts_at:
            return _("Prepare agenda and papers")
        return _("Begin the outcome")
    if outcome.state == OutcomeState.DRAFTED:
        return _("Complete and circulate the draft")
    if outcome.state in IN_CIRCULATION:
        signed = {signature.chairing_id for signature in outcome.valid_signatures}  # type: ignore[attr-defined]
        waits = [row for row in event.chairings.all() if row.pk not in signed]
        if any(row.person_id == user.pk for row in waits):
            return _("Sign the outcome")
        return _("Waits for %(names)s") % {"names": ", ".join(str(row.administration) for row in waits)}
    return _("Publish the outcome") if outcome.state == OutcomeState.SIGNED else ""


def _is_joined_online(event: Event) -> bool:
    """A chair tries the line before the participants do: from the announcement until the meeting is held."""
    return event.state == EventState.ANNOUNCED and event.mode != Mode.IN_PERSON


def _frozen(outcome: Outcome | None) -> str:
    """Why agenda and delegations stay as they are; the services refuse for the same reasons."""
    if outcome is None:
        return ""
    if outcome.is_published:
        return _("The outcome is published. Agenda and delegations stay as they were.")
    if outcome.signatures.filter(voided_at__isnull=True).exists():
        return _("A chair has signed the record. Agenda and delegations stay as they are while the signature holds.")
    return ""


def _back(event: Event) -> str:
    return reverse("chair:meeting", args=[event.pk])
