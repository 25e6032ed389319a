"""The mail room as the office sees it: letters of one event, the outbox, one letter and what may be done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.audience import event_of
from events.models import (
    Certificate,
    Comment,
    Delegation,
    Event,
    FollowUp,
    Invitation,
    Outcome,
    Registration,
    Signature,
)
from events.pages.office import history
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_mail import WAITING, EventLetterFilter, OutboxFilter
from members.pages.reader import reader
from portal.kit.clock import end_of_day, office_day
from portal.kit.listing import Listing
from portal.mail import letters as known_letters
from portal.mail import outbox
from portal.mail.letters import UnknownLetter
from portal.mail.models import Heartbeat, Message
from portal.mail.states import MessageState
from portal.mail.writing import Recipient, Unwritable, Written, recipient_of, write

SORTS = {"due": "due_at", "letter": ("purpose", "due_at"), "state": ("state", "due_at")}
# a letter that nobody has begun to send is shown as it would be written now
UNSENT = (*WAITING, MessageState.SENDING, MessageState.FAILED)
NAMED_TOMORROW = 12


@dataclass(frozen=True)
class Line:
    """A letter of a list: to whom, and of which event."""

    message: Message
    to: str
    event: Event | None


@dataclass(frozen=True)
class Draft:
    """A letter as it would leave now; or why it would not."""

    written: Written | None = None
    recipient: Recipient | None = None
    problem: str = ""
    unwanted: str = ""


# --- letters of one event -------------------------------------------------------------------------


def event_letters(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    today = office_day(timezone.now())
    tomorrow = _due_on(today + timedelta(days=1))
    rows = letters_of(event)
    filters = EventLetterFilter(request.GET, tomorrow=tomorrow)
    listing = Listing(request.GET, _for_list(filters.narrow(rows)), sorts=SORTS, default="-due")
    due_tomorrow = [_line(row) for row in _for_list(rows.filter(tomorrow)).order_by("due_at", "pk")]
    return render(
        request,
        "office/event_letters.html",
        {
            "event": event,
            "filters": filters,
            "listing": listing,
            "lines": [_line(row) for row in listing],
            "tomorrow": today + timedelta(days=1),
            "due_tomorrow": due_tomorrow[:NAMED_TOMORROW],
            "more_tomorrow": max(0, len(due_tomorrow) - NAMED_TOMORROW),
            "count_tomorrow": len(due_tomorrow),
            "tab": "letters",
            "section": "events",
        },
    )


def letters_of(event: Event) -> Any:
    """Every letter about the event and the rows of its stages."""
    about = Message.objects.about_any
    return (
        Message.objects.about(event)
        | about(event.invitations.all())
        | about(event.registrations.all())
        | about(Certificate.objects.filter(registration__event=event))
        | about(event.delegations.all())
        | about(Outcome.objects.filter(event=event))
        | about(Comment.objects.filter(outcome__event=event))
        | about(Signature.objects.filter(outcome__event=event))
        | about(FollowUp.objects.filter(outcome__event=event))
    )


def _due_on(day: date) -> Q:
    """Waiting letters whose time comes on a day of the office."""
    zone = settings.OFFICE_TIME_ZONE
    return Q(
        state__in=WAITING,
        due_at__gte=end_of_day(day - timedelta(days=1), zone),
        due_at__lt=end_of_day(day, zone),
    )


# --- the outbox -----------------------------------------------------------------------------------


def letters(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    filters = OutboxFilter(request.GET)
    listing = Listing(request.GET, _for_list(filters.narrow(Message.objects.all())), sorts=SORTS, default="-due")
    return render(
        request,
        "office/letters.html",
        {
            "at": at,
            "filters": filters,
            "listing": listing,
            "lines": [_line(row) for row in listing],
            "pulse": Message.objects.pulse(until=end_of_day(office_day(at), settings.OFFICE_TIME_ZONE)),
            "last_tick": Heartbeat.objects.last_beat("tick"),
            "stuck": Message.objects.stuck(at).count(),
            "section": "letters",
        },
    )


def _for_list(rows: Any) -> Any:
    """With the recipients, and what the letters are about: one query for each kind of row."""
    kinds = [
        Event.objects.all(),
        Invitation.objects.select_related("administration", "event"),
        Registration.objects.select_related("administration", "official", "event"),
        Certificate.objects.select_related("registration__event"),
        Delegation.objects.select_related("administration", "event"),
        Outcome.objects.select_related("event"),
        Comment.objects.select_related("outcome__event"),
        Signature.objects.select_related("outcome__event"),
        FollowUp.objects.select_related("administration", "owner", "outcome__event"),
    ]
    return (
        rows.select_related("to", "about_type").defer("body", "facts").prefetch_related(GenericPrefetch("about", kinds))
    )


def _line(message: Message) -> Line:
    return Line(message, _whom(message), _event(message.about))


def _event(about: models.Model | None) -> Event | None:
    """The event of a letter; letters about accounts have none."""
    try:
        return event_of(about) if about is not None else None
    except AttributeError:
        return None


def _whom(message: Message) -> str:
    """The person, the address, or the role whose holder is asked for when the letter is sent."""
    if message.to is not None or message.address or message.sent_to:
        return str(message.to or message.address or message.sent_to)
    about: Any = message.about
    if isinstance(about, FollowUp) and about.owner is not None:
        return str(about.owner)
    administration = getattr(about, "administration", None)
    if administration is not None:
        return _("Contact point of %(name)s") % {"name": administration}
    return _("Nobody yet")


# --- one letter -----------------------------------------------------------------------------------


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter as it was sent; before that, as it would be written now for its real reader."""
    row = _letter(pk)
    shows_text = bool(row.body) and row.state not in WAITING
    return render(
        request,
        "office/letter.html",
        {
            "row": row,
            "whom": _whom(row),
            "event": _event(row.about),
            "as_sent": shows_text,
            "draft": _draft(row, timezone.now()) if not shows_text and row.state in UNSENT else None,
            "history": history.lines_about(row),
            "may": {
                "hold": row.state == MessageState.QUEUED,
                "release": row.state == MessageState.HELD,
                "resend": row.state in (MessageState.FAILED, MessageState.UNCLEAR) and not row.is_secret,
                "settle": row.state == MessageState.UNCLEAR,
            },
            "section": "letters",
        },
    )


@require_POST
def letter_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a queued letter back."""
    told = _("The letter is held. It stays here until somebody releases it.")
    return _act(request, pk, MessageState.HELD, lambda row: outbox.hold(row, by=reader(request)), told)


@require_POST
def letter_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held letter go at its time."""
    told = _("The letter is released. It goes when it is due.")
    return _act(request, pk, MessageState.QUEUED, lambda row: outbox.release(row, by=reader(request)), told)


@require_POST
def letter_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a failed or unclear letter again."""
    told = _("The letter is queued again.")
    return _act(request, pk, MessageState.QUEUED, lambda row: outbox.resend(row, reader(request)), told)


@require_POST
def letter_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of an unclear letter whether it arrived."""
    answer = request.POST.get("arrived", "")
    if answer not in ("yes", "no"):
        messages.error(request, _("Say whether the letter arrived: yes or no."))
        return redirect("office:letter", pk=pk)
    arrived = answer == "yes"
    done = MessageState.SENT if arrived else MessageState.QUEUED
    told = _("The letter counts as sent.") if arrived else _("The letter is queued again.")
    return _act(request, pk, done, lambda row: outbox.settle(row, by=reader(request), arrived=arrived), told)


def _act(request: HttpRequest, pk: int, done: MessageState, act: Callable[[Message], None], told: str) -> HttpResponse:
    """One act on one letter; the second click of two finds it done."""
    row = _letter(pk)
    if row.state == done:
        messages.info(request, _("This letter is %(state)s already.") % {"state": row.get_state_display().lower()})
        return redirect("office:letter", pk=row.pk)
    with refusals_told(request):
        act(row)
        messages.success(request, told)
    return redirect("office:letter", pk=row.pk)


def _letter(pk: int) -> Message:
    rows: Any = Message.objects.select_related("to__administration", "created_by", "about_type")
    message: Message = get_object_or_404(rows, pk=pk)
    return message


def _draft(row: Message, at: datetime) -> Draft | None:
    """Write the letter as the worker would; a secret one is never written for a page."""
    if row.is_secret:
        return None
    try:
        kind = known_letters.get(row.purpose)
        if row.about is None:
            return Draft(problem=_("What this letter is about does not exist any more."))
        unwanted = kind.wanted(row) if kind.wanted else ""
        until = kind.useful_until(row) if kind.useful_until else None
        if not unwanted and until and max(at, row.due_at) > until:
            unwanted = _("Its time is over when it is due.")
        recipient = recipient_of(kind, row)
        return Draft(write(kind, row, recipient), recipient, unwanted=unwanted)
    except UnknownLetter:
        return Draft(problem=_("The portal does not know this kind of letter any more."))
    except Unwritable as error:
        return Draft(problem=str(error))
    except Exception as error:  # a fault of a template is shown here before it fails at night
        return Draft(
            problem=_("The letter could not be written. %(error)s") % {"error": f"{type(error).__name__}: {error}"}
        )
