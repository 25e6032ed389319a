"""Nominees and applicants: nominate, endorse, rank, withdraw, replace."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import policies
from events.models import Registration
from events.pages.delegation import rows
from events.pages.delegation.forms import NominationForm, ReasonForm, ReplaceForm
from events.services import registrations as service
from events.states import RegistrationState
from members.pages.reader import reader
from portal.kit.forms import Clean, posted, refusals_on
from portal.kit.gates import require
from portal.kit.states import Refused


def nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """An official of ours, chosen from the list or added with the nomination."""
    at, user = timezone.now(), reader(request)
    invitation = get_object_or_404(rows.my_invitations(user).select_related("event", "administration"), pk=pk)
    require(policies.may_nominate(user, invitation))
    form = NominationForm(posted(request), invitation=invitation)
    if form.is_valid():
        official, motivation = form.cleaned_data["official"], form.cleaned_data["motivation"]
        with refusals_on(form):
            if official:
                row = service.nominate(invitation, official=official, motivation=motivation, by=user, at=at)
            else:
                row = service.nominate_new(invitation, motivation=motivation, by=user, at=at, **form.new_person)
            messages.success(request, _("%(name)s is nominated.") % {"name": row.official})
            return redirect("delegation:invitation", pk=invitation.pk)
    context = {"invitation": invitation, "form": form, "closed": rows.closed(invitation, at), "section": "invitations"}
    return render(request, "delegation/nominate.html", context)


@require_POST
def endorse(request: HttpRequest, pk: int) -> HttpResponse:
    """Stand behind an applicant."""
    row = _load(request, pk)
    require(policies.may_endorse(request.user, row))
    try:
        service.endorse(row, by=reader(request), at=timezone.now())
        messages.success(request, _("You endorsed %(name)s.") % {"name": row.official})
    except Refused as refusal:
        messages.error(request, refusal.message)
    return _back(row)


def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to an applicant, with a reason; a nominee is withdrawn instead."""
    row = _load(request, pk)
    require(policies.may_endorse(request.user, row))
    form = ReasonForm(posted(request))
    if request.method == "POST" and row.state != RegistrationState.APPLIED:
        form.add_error(None, _("This is no open application any more. It is %(state)s.") % {"state": _state(row)})
    return _act(
        request,
        row,
        form,
        lambda: service.decline(row, by=reader(request), at=timezone.now(), **form.cleaned_data),
        title=_("Decline the application of %(name)s") % {"name": row.official},
        verb=_("Decline the application"),
        intro=_("The official gets a letter with your reason. This cannot be undone."),
        done=_("The application of %(name)s is declined.") % {"name": row.official},
    )


@require_POST
def up(request: HttpRequest, pk: int) -> HttpResponse:
    return _rank(request, pk, up=True)


@require_POST
def down(request: HttpRequest, pk: int) -> HttpResponse:
    return _rank(request, pk, up=False)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a nominee back, with a reason; a seat that becomes free is offered to the next one who waits."""
    row = _load(request, pk)
    require(policies.may_withdraw(request.user, row))
    form = ReasonForm(posted(request))
    return _act(
        request,
        row,
        form,
        lambda: service.withdraw(row, by=reader(request), at=timezone.now(), **form.cleaned_data),
        title=_("Withdraw %(name)s") % {"name": row.official},
        verb=_("Withdraw the nominee"),
        intro=_(
            "The official gets a letter with your reason. A seat that becomes free is offered to the next "
            "person who waits, perhaps of another administration. This cannot be undone."
        ),
        done=_("%(name)s is withdrawn.") % {"name": row.official},
    )


def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Put another official of ours in the place of a nominee, with the same seat."""
    row = _load(request, pk)
    require(policies.may_endorse(request.user, row))
    form = ReplaceForm(posted(request), registration=row)
    return _act(
        request,
        row,
        form,
        lambda: service.replace(row, by=reader(request), at=timezone.now(), **form.cleaned_data),
        title=_("Replace %(name)s") % {"name": row.official},
        verb=_("Replace the nominee"),
        intro=_("The new nominee takes the same place and the same seat. Both officials get a letter."),
        done=_("%(name)s is replaced.") % {"name": row.official},
    )


def _load(request: HttpRequest, pk: int) -> Registration:
    found = rows.my_registrations(reader(request)).filter(invitation__isnull=False)
    return get_object_or_404(found.select_related("event", "official", "administration", "invitation"), pk=pk)


def _act(
    request: HttpRequest,
    row: Registration,
    form: Clean,
    service_call: Callable[[], object],
    *,
    title: str,
    verb: str,
    intro: str,
    done: str,
) -> HttpResponse:
    if form.is_valid():
        with refusals_on(form):
            service_call()
            messages.success(request, done)
            return _back(row)
    context = {"invitation": row.invitation, "form": form, "title": title, "verb": verb, "intro": intro}
    return render(request, "delegation/act.html", {**context, "row": row, "section": "invitations"})


def _rank(request: HttpRequest, pk: int, *, up: bool) -> HttpResponse:
    """`seen` is the place on the page that was clicked: an old page moves nobody."""
    row = _load(request, pk)
    require(policies.may_endorse(request.user, row))
    seen = request.POST.get("seen", "")
    try:
        # five digits are more than a list can have
        service.rank(row, up=up, seen=int(seen) if seen.isdecimal() and len(seen) < 6 else 0, by=reader(request))
        told = _("%(name)s has moved up.") if up else _("%(name)s has moved down.")
        messages.success(request, told % {"name": row.official})
    except Refused as refusal:
        messages.error(request, refusal.message)
    return _back(row)


def _back(row: Registration) -> HttpResponse:
    return redirect("delegation:invitation", pk=row.invitation_id)


def _state(row: Registration) -> str:
    return row.get_state_display().lower()
