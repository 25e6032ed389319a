"""An official's own way into an event: apply, follow it, take an offered seat, join, step back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import policies
from events.models import Event, Outcome, Registration
from events.pages.participant import turns
from events.pages.participant.forms import ApplicationForm, WithdrawForm
from events.pages.participant.papers import papers_of
from events.services import certificates
from events.services import registrations as service
from events.states import EventState, RegistrationState
from members.pages.reader import reader
from portal.kit.forms import refusals_on
from portal.kit.gates import require
from portal.kit.states import Refused

# a meeting that runs late still lets people in who lost their line
JOINING_STAYS_OPEN = timedelta(hours=3)


# --- the way in ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WayIn:
    """What a reader can do about an event: a sentence, and at most one act."""

    sentence: str
    url: str = ""
    verb: str = ""
    registration: Registration | None = None


def way_in(user: Any, event: Event, at: datetime) -> WayIn:
    """Apply, see the own registration, sign in, or whom to ask."""
    if user.is_authenticated:
        mine = _live_registration(user, event)
        if mine:
            return WayIn(
                _("You have a registration for this event."),
                reverse("participant:my_event", args=[mine.pk]),
                _("Open my registration"),
                mine,
            )
    closed = why_closed(event, at)
    if closed:
        return WayIn(closed)
    address = reverse("participant:apply", args=[event.slug])
    if not user.is_authenticated:
        return WayIn(
            _("Officials of an invited administration can apply. Sign in first."), address, _("Sign in and apply")
        )
    if policies.may_apply(user, event):
        return WayIn(
            _("Your administration is invited. You can apply; your contact point endorses you."),
            address,
            _("Apply to take part"),
        )
    return WayIn(_not_invited(user))


def why_closed(event: Event, at: datetime) -> str:
    """Why nobody can apply now, as a sentence; empty while the door is open."""
    if event.state == EventState.POSTPONED:
        return _("This event is postponed. You can apply again when it has a new date.")
    if event.state == EventState.CANCELLED:
        return _("This event is cancelled. Nobody has to do anything.")
    if event.state == EventState.DRAFT:
        return _("This event is a draft. Nobody can apply before it is announced.")
    if event.state != EventState.ANNOUNCED or at >= event.ends_at:
        return _("This event is over.")
    if at >= event.starts_at:
        return _("This event has begun.")
    if event.deadline_passed(at):
        return _("The nomination deadline has passed. Ask your contact point, or write to the office.")
    return ""


def _not_invited(user: Any) -> str:
    if not user.administration_id:
        return _("Officials of invited administrations can apply. If you want to take part, write to the office.")
    return _("Your administration is not invited to this event. If you want to take part, ask your contact point.")


def _live_registration(user: Any, event: Event) -> Registration | None:
    return event.registrations.live().filter(official=user).first()


def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """The application; who cannot apply reads why, and finds no form."""
    at = timezone.now()
    user = reader(request)
    event = get_object_or_404(Event.objects.visible_to(user), slug=slug)
    may = policies.may_apply(user, event)
    if request.method == "POST":
        require(may)
        form = ApplicationForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                row = service.apply(event, official=user, at=at, **form.cleaned_data)
                messages.success(request, _("Your application is with your contact point."))
                return redirect("participant:my_event", pk=row.pk)
        return render(request, "participant/apply.html", {"event": event, "form": form})
    mine = _live_registration(user, event)
    closed = _("You are registered for this event already.") if mine else why_closed(event, at)
    if not closed and not may:
        closed = _not_invited(user)
    words = {"event": event, "form": ApplicationForm(), "closed": closed, "mine": mine}
    return render(request, "participant/apply.html", words)


# --- my event -----------------------------------------------------------------------------------------


def own(request: HttpRequest, pk: int) -> Registration:
    """The official's own registration; nobody else's, whoever asks."""
    user = reader(request)
    rows = Registration.objects.visible_to(user).filter(official=user)
    return get_object_or_404(rows.select_related("event", "event__officer", "administration", "official"), pk=pk)


@require_safe
def my_event(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, own(request, pk), WithdrawForm())


def _show(request: HttpRequest, registration: Registration, form: WithdrawForm) -> HttpResponse:
    at = timezone.now()
    event = registration.event
    certificate = getattr(registration, "certificate", None)
    given = hasattr(registration, "evaluation")
    over = event.state in (EventState.HELD, EventState.REPORTED) or at >= event.ends_at
    missing = "" if certificate else certificates.missing(registration, at=at)
    return render(
        request,
        "participant/my_event.html",
        {
            "registration": registration,
            "event": event,
            "sessions": event.sessions.all(),
            "agenda": event.agenda.all(),
            "papers": papers_of(event, request.user),
            "outcome": Outcome.objects.visible_to(request.user).published().filter(event=event).first(),
            "turn": turns.turn_of(registration, at=at, evaluated=given, certificate=certificate, missing=missing),
            "steps": turns.steps_of(registration, over=over, evaluated=given, certificate=certificate),
            "box": joining_box(event, at),
            "evaluated": given,
            "over": over,
            "certificate": certificate,
            "missing": missing,
            "form": form,
            "may_withdraw": registration.may_move_to(RegistrationState.WITHDRAWN) and at < event.starts_at,
            "now": at,
        },
    )


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the offered seat."""
    registration = own(request, pk)
    require(policies.may_accept(request.user, registration))
    try:
        service.accept(registration, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("You have a seat. A letter with the calendar entry is on its way."))
    return redirect("participant:my_event", pk=registration.pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back with a reason; the seat goes to the next one who waits."""
    registration = own(request, pk)
    require(policies.may_withdraw(request.user, registration))
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            service.withdraw(registration, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("You have stepped back. Your contact point knows."))
            return redirect("participant:my_event", pk=registration.pk)
    return _show(request, own(request, pk), form)


# --- joining ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JoiningBox:
    """The joining information: open, or locked with the reason."""

    is_open: bool
    sentence: str = ""
    opens_at: datetime | None = None


def joining_box(event: Event, at: datetime) -> JoiningBox:
    """Open from two days before the first session until shortly after the last one."""
    if event.state == EventState.POSTPONED:
        return JoiningBox(False, _("The event is postponed. A new date will come by letter."))
    if event.state == EventState.CANCELLED:
        return JoiningBox(False, _("The event is cancelled."))
    if at >= event.ends_at + JOINING_STAYS_OPEN:
        return JoiningBox(False, _("The event is over."))
    if at < event.joining_opens_at():
        return JoiningBox(False, _("Two days before the first session."), event.joining_opens_at())
    return JoiningBox(True)


@require_safe
def joining(request: HttpRequest, pk: int) -> HttpResponse:
    """How to join: for confirmed people only; for all others this page does not exist."""
    registration = own(request, pk)
    if not registration.is_confirmed or not policies.may_see_joining(request.user, registration.event):
        raise Http404(_("Only confirmed participants find this page."))
    event = registration.event
    return render(
        request,
        "participant/joining.html",
        {
            "registration": registration,
            "event": event,
            "sessions": event.sessions.all(),
            "box": joining_box(event, timezone.now()),
            "now": timezone.now(),
        },
    )
