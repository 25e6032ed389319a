"""Invitations of one event: who received the letter, who answered, who is silent; one more invitation."""

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
from django.views.decorators.http import require_POST

from events.models import Event
from events.pages.office.desk import event_or_404
from events.pages.office.forms_programme import InviteForm
from events.services import invitations as service
from events.states import EventState, InvitationState
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import spell
from portal.kit.exports import csv_response
from portal.kit.forms import refusals_on
from portal.mail.models import Message
from portal.mail.states import MessageState

SHOWN = {
    "silent": InvitationState.OPEN,
    "answered": InvitationState.ANSWERED,
    "declined": InvitationState.DECLINED,
    "lifted": InvitationState.LIFTED,
}
WAITS = (MessageState.QUEUED, MessageState.HELD)


@dataclass(frozen=True)
class Line:
    """An administration: its letter, its answer, its people, the next reminder."""

    invitation: Any
    letter: Message | None
    next_reminder: datetime | None
    own: int = 0

    @property
    def own_taken(self) -> int:
        return int(min(self.invitation.seated, self.own))

    @property
    def from_pool(self) -> int:
        return int(self.invitation.seated - self.own_taken)

    @property
    def is_silent(self) -> bool:
        return bool(self.invitation.state == InvitationState.OPEN)


def invitations(request: HttpRequest, pk: int) -> HttpResponse:
    row = event_or_404(request, pk)
    return _page(request, row, InviteForm(event=row))


@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite one more administration to an event that is announced."""
    row = event_or_404(request, pk)
    form = InviteForm(request.POST, event=row)
    if form.is_valid():
        with refusals_on(form):
            made = service.invite(row, form.cleaned_data["administration"], by=reader(request), at=timezone.now())
            messages.success(request, _("The letter to %(name)s is queued.") % {"name": made.administration})
            return redirect("office:invitations", pk=row.pk)
    return _page(request, row, form)


def invitations_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as filtered on the page."""
    row = event_or_404(request, pk)
    header = [
        _("Reference"),
        _("ISO code"),
        _("Administration"),
        _("Letter"),
        _("Letter sent"),
        _("Answer"),
        _("Answered"),
        _("Reason"),
        _("Applicants"),
        _("Nominees"),
        _("Seats taken"),
        _("Waiting"),
        _("Next reminder"),
    ]
    show = request.GET.get("show", "")
    lines = _narrow(_lines(row), show)
    asked = {"show": show} if show else {}
    trail.record_export(reader(request), "invitations", row, rows=len(lines), filters=asked)
    return csv_response(f"invitations-{row.pk}", header, [_cells(line, row) for line in lines])


def _page(request: HttpRequest, row: Event, form: InviteForm) -> HttpResponse:
    show = request.GET.get("show", "")
    lines = _lines(row)
    counts = {name: sum(line.invitation.state == state for line in lines) for name, state in SHOWN.items()}
    return render(
        request,
        "office/invitations.html",
        {
            "event": row,
            "lines": _narrow(lines, show),
            "total": len(lines),
            "counts": counts,
            "show": show if show in SHOWN else "",
            "export": f"{reverse('office:invitations_csv', args=[row.pk])}?{request.GET.urlencode()}",
            "form": form if row.state == EventState.ANNOUNCED else None,
            "at": timezone.now(),
            "tab": "invitations",
            "section": "events",
        },
    )


def _lines(row: Event) -> list[Line]:
    """Every invitation with its letters: two queries, however many administrations."""
    rows = list(row.invitations.with_counts().select_related("administration").order_by("administration__name"))
    letters: dict[int, Message] = {}
    reminders: dict[int, datetime] = {}
    about = Message.objects.about_any(row.invitations.all())
    for message in about.filter(purpose__in=("invited", "nomination_reminder")).defer("body", "facts").order_by("pk"):
        if message.purpose == "invited":
            letters[message.about_id] = message
        elif message.state in WAITS:
            reminders[message.about_id] = min(message.due_at, reminders.get(message.about_id, message.due_at))
    own = row.seats_per_administration
    return [Line(found, letters.get(found.pk), reminders.get(found.pk), own) for found in rows]


def _narrow(lines: list[Line], show: str) -> list[Line]:
    return [line for line in lines if line.invitation.state == SHOWN[show]] if show in SHOWN else lines


def _cells(line: Line, event: Event) -> list[Any]:
    row, letter = line.invitation, line.letter

    def when(instant: datetime | None) -> str:
        return spell(instant, event.time_zone) if instant else ""

    return [
        row.reference,
        row.administration.iso2,
        row.administration.name,
        letter.get_state_display() if letter else "",
        when(letter.sent_at) if letter else "",
        _("Silent") if line.is_silent else row.get_state_display(),
        when(row.answered_at),
        row.reason,
        row.applicants,
        row.nominees,
        row.seated,
        row.waiting,
        when(line.next_reminder),
    ]
