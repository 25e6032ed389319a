"""The first page for everybody, and "my events" for those who have signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Certificate, Chairing, Event, FollowUp, Invitation, Outcome, Registration
from events.pages.participant import agenda, feeds
from events.states import EventState, InvitationState
from members.models import User
from members.pages.reader import reader
from portal.kit.clock import today_in

NEXT_EVENTS = 5
CALLED_OFF = (EventState.POSTPONED, EventState.CANCELLED)
LATEST_OUTCOMES = 3
MOST_PAST = 50
EVALUATION_ASKED = timedelta(days=60)  # afterwards nobody remembers enough


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is on, what was agreed, and the reader's own next event."""
    at = timezone.now()
    user = request.user
    # not "announced": an index would find those and leave their order to be made
    events = Event.objects.visible_to(user).published().coming(at).exclude(state__in=CALLED_OFF)
    outcomes = Outcome.objects.visible_to(user).published().select_related("event").order_by("-published_at")
    return render(
        request,
        "participant/home.html",
        {
            "lines": agenda.lines_of(events.only(*agenda.FIELDS)[:NEXT_EVENTS], at),
            "outcomes": outcomes[:LATEST_OUTCOMES],
            "next": _coming(user, at).first() if isinstance(user, User) else None,
            "subscribe": feeds.subscribe_address(),
            "now": at,
        },
    )


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything of one official: registrations, open invitations, certificates, meetings, actions."""
    at = timezone.now()
    user = reader(request)
    coming = list(_coming(user, at))
    past = (
        Registration.objects.filter(official=user)
        .exclude(pk__in=[row.pk for row in coming])
        .select_related("event", "certificate")
        .order_by("-event__starts_at", "-pk")
    )
    return render(
        request,
        "participant/mine.html",
        {
            "coming": coming,
            "to_evaluate": _to_evaluate(user, at),
            "past": past[:MOST_PAST],
            "invitations": _open_to(user, at),
            "certificates": Certificate.objects.filter(registration__official=user),
            "chairings": Chairing.objects.filter(person=user)
            .select_related("event__outcome")
            .order_by("-event__starts_at")[:MOST_PAST],
            "actions": _actions_of(user),
            "today": today_in(user.zone, at),
            "now": at,
        },
    )


def _coming(user: User, at: datetime) -> QuerySet[Registration]:
    """Live registrations of events that are not over, soonest first."""
    rows = Registration.objects.filter(official=user).live().filter(event__ends_at__gte=at)
    return rows.select_related("event").order_by("event__starts_at", "pk")


def _to_evaluate(user: User, at: datetime) -> QuerySet[Registration]:
    """Confirmed seats of events that ended lately and whose evaluation is not given."""
    rows = Registration.objects.filter(official=user, evaluation__isnull=True).confirmed()
    ended = rows.filter(event__ends_at__lt=at, event__ends_at__gte=at - EVALUATION_ASKED)
    return ended.exclude(event__state__in=CALLED_OFF).select_related("event").order_by("-event__ends_at", "pk")


def _open_to(user: User, at: datetime) -> QuerySet[Invitation] | list[Any]:
    """Invitations of the own administration to events for which this official can still apply."""
    if not user.administration_id:
        return []
    rows = Invitation.objects.filter(
        administration=user.administration_id,
        event__state=EventState.ANNOUNCED,
        event__starts_at__gt=at,
        event__nominate_by_at__gt=at,
    )
    return (
        rows.exclude(state=InvitationState.LIFTED)
        .exclude(event__in=Registration.objects.filter(official=user).live().values("event"))
        .select_related("event")
        .order_by("event__starts_at", "pk")
    )


def _actions_of(user: User) -> QuerySet[FollowUp]:
    """Actions of published outcomes that this person owns, what is open first."""
    rows = FollowUp.objects.visible_to(user).in_force().filter(owner=user)
    return rows.select_related("outcome").order_by("due_on", "pk")
