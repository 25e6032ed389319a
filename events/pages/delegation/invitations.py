"""Invitations received: the list, one letter with its nominees, the printable list, the answer that nobody comes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events import policies
from events.models import Invitation
from events.models.invitations import InvitationQuerySet
from events.pages.delegation import rows
from events.pages.delegation.forms import InvitationFilter, NominationForm, ReasonForm
from events.pages.delegation.handover import new_roles
from events.services import invitations as service
from events.services.registrations import seats_of
from events.states import InvitationState, RegistrationState
from members.pages.reader import reader
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require
from portal.kit.listing import Listing

SORTS = {
    "deadline": "event__nominate_by_at",
    "begin": "event__starts_at",
    "title": "event__title",
    "administration": "administration__name",
    "state": "state",
}
WAITING_SHOWN = 20


def home(request: HttpRequest) -> HttpResponse:
    """Who waits for my endorsement, then the invitations: to answer, answered, past."""
    at, user = timezone.now(), reader(request)
    show, found, filters = _asked(request)
    groups = rows.groups(at)
    counts = rows.my_invitations(user).aggregate(**{name: Count("pk", filter=rule) for name, rule in groups.items()})
    applicants = rows.applicants(user, at)
    listing = Listing(
        request.GET,
        found.with_counts().select_related("event", "administration"),
        sorts=SORTS,
        default="deadline" if show == rows.TO_ANSWER else "-begin",
    )
    return render(
        request,
        "delegation/home.html",
        {
            "listing": listing,
            "filters": filters,
            "show": show,
            "tabs": [(name, word, counts[name]) for name, word in _tabs()],
            "anything": any(counts.values()),
            "applicants": applicants[:WAITING_SHOWN],
            "applicant_count": applicants.count(),
            "several": len(user.represented) > 1,
            "new_roles": new_roles(user, at),
            "now": at,
            "section": "invitations",
        },
    )


def home_csv(request: HttpRequest) -> HttpResponse:
    """The same invitations as a table."""
    _show, found, _filters = _asked(request)
    table = found.with_counts().select_related("event", "administration").order_by("event__starts_at", "pk")
    return csv_response(
        "invitations",
        [_("Reference"), _("Administration"), _("Event"), _("First day"), _("Deadline"), _("Answer"), _("Nominees")],
        (
            [
                row.reference,
                row.administration,
                row.event.title,
                row.event.starts_on,
                row.event.nominate_by,
                _answer(row),
                row.nominees,  # type: ignore[attr-defined]  # counted by the query
            ]
            for row in table
        ),
    )


def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter, the seats, the nominees in order of priority, and what can be done now."""
    at, user = timezone.now(), reader(request)
    row = _load(request, pk)
    closed = rows.closed(row, at)
    nominees = _nominees(row)
    return render(
        request,
        "delegation/invitation.html",
        {
            **_letter(row),
            "nominees": [person for person in nominees if person.is_live],
            "gone": [person for person in nominees if not person.is_live],
            "applicants": rows.applicants(user, at).filter(event=row.event, administration=row.administration),
            "form": None if closed else NominationForm(invitation=row),
            "closed": closed,
            "replaceable": rows.replaceable(row.event, at),
            "may_decline": row.may_move_to(InvitationState.DECLINED) and rows.replaceable(row.event, at),
            "decline_form": ReasonForm(),
            "now": at,
            "section": "invitations",
        },
    )


def printable(request: HttpRequest, pk: int) -> HttpResponse:
    """Our nominees on one sheet of paper."""
    row = _load(request, pk)
    nominees = [person for person in _nominees(row) if person.is_live]
    context = {**_letter(row), "nominees": nominees, "now": timezone.now(), "section": "invitations"}
    return render(request, "delegation/printable.html", context)


def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer that nobody will come, with the reason."""
    at = timezone.now()
    row = _load(request, pk)
    require(policies.may_nominate(request.user, row))
    form = ReasonForm(posted(request))
    if request.method == "POST" and not rows.replaceable(row.event, at):
        form.add_error(None, rows.closed(row, at) or _("This event has begun."))
    elif form.is_valid():
        with refusals_on(form):
            service.decline(row, by=reader(request), at=at, **form.cleaned_data)
            messages.success(request, _("Your answer is sent: nobody will come."))
            return redirect("delegation:invitation", pk=row.pk)
    context = {
        "invitation": row,
        "form": form,
        "title": _("Decline the invitation"),
        "verb": _("Decline the invitation"),
        "intro": _("The office gets this answer with your reason. You can still nominate until the deadline."),
        "section": "invitations",
    }
    return render(request, "delegation/act.html", context)


def _load(request: HttpRequest, pk: int) -> Invitation:
    found = rows.my_invitations(reader(request)).select_related("event__officer", "administration")
    return get_object_or_404(found, pk=pk)


def _asked(request: HttpRequest) -> tuple[str, InvitationQuerySet, InvitationFilter]:
    """The group and the filter of the address bar; an unknown word means what waits for an answer."""
    groups = rows.groups(timezone.now())
    show = request.GET.get("show", "")
    show = show if show in groups else rows.TO_ANSWER
    filters = InvitationFilter(request.GET)
    return show, filters.narrow(rows.my_invitations(reader(request)).filter(groups[show])), filters


def _tabs() -> list[tuple[str, str]]:
    return [(rows.TO_ANSWER, _("To answer")), (rows.ANSWERED, _("Answered")), (rows.PAST, _("Past"))]


def _answer(row: Invitation) -> str:
    return _("Not answered") if row.state == InvitationState.OPEN else row.get_state_display()


def _nominees(row: Invitation) -> list[Any]:
    """Everybody of the administration for whom it stood, in its order; applicants are shown apart."""
    people = row.event.registrations.of(row.administration).exclude(state=RegistrationState.APPLIED)
    return list(people.select_related("official", "replaces__official").in_order())


def _letter(row: Invitation) -> dict[str, Any]:
    """What the letter and the printed list say about the event."""
    event = row.event
    seats = seats_of(event)
    taken = seats.taken.get(row.administration_id, 0)
    return {
        "invitation": row,
        "event": event,
        "title_today": row.administration.title_on((event.announced_at or event.starts_at).date()),
        "sessions": event.sessions.all(),
        "agenda": event.agenda.all(),
        "donors": event.donors.all(),
        "deadline": event.last_minute,
        "own_seats": seats.own,
        "own_taken": min(taken, seats.own),
        "from_pool": max(0, taken - seats.own),
        "pool": seats.pool,
        "pool_left": seats.pool_left,
    }
