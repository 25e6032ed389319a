"""Asking to join, in public; the requests and their answers, for contact points and the office; inviting."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import policies
from members.models import Administration, JoinRequest, User
from members.models.joining import JoinRequestQuerySet
from members.pages.forms_joining import (
    DeclineForm,
    InviteForm,
    JoinCodeForm,
    JoinForm,
    JoinRequestFilter,
    SamePersonForm,
)
from members.pages.reader import reader
from members.services import codes, duplicates
from members.services import joining as service
from members.states import JoinState
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require
from portal.kit.listing import Listing
from portal.kit.states import Refused

OWN = "request_to_join"  # in the session: the request that this browser made, and no other one
SORTS = {"asked": "asked_at", "name": "name", "administration": "administration__name", "state": "state"}


# --- in public ------------------------------------------------------------------------------------


@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """An official asks to join. Whoever has signed in has joined."""
    if request.user.is_authenticated:
        return redirect("members:start")
    at = timezone.now()
    form = JoinForm(posted(request), today=office_day(at))
    if form.is_valid():
        if _too_often(request, form.cleaned_data["email"]):
            form.add_error(None, _("Too many requests. Wait an hour, then try again."))
        else:
            row = service.ask(code=codes.new(), at=at, **form.cleaned_data)
            request.session[OWN] = row.pk
            return redirect("account_join_code")
    return render(request, "account/join.html", {"form": form})


@never_cache
def join_code(request: HttpRequest) -> HttpResponse:
    """Type the code of the letter; then the request is on its way. The same page for a known and an unknown address."""
    row = JoinRequest.objects.select_related("administration").filter(pk=request.session.get(OWN, 0)).first()
    if row is None or not (row.state == JoinState.UNCONFIRMED or row.is_confirmed):
        return redirect("account_join")
    at = timezone.now()
    again = request.POST.get("action") == "resend"
    form = JoinCodeForm(None if again else posted(request))
    if row.is_confirmed:
        speaks = bool(service.speaking_for(row.administration, at=at))
        return render(request, "account/join_done.html", {"request_to_join": row, "somebody_speaks": speaks})
    if again:
        if _too_often(request, row.email):
            messages.error(request, _("Too many requests. Wait an hour, then try again."))
        else:
            service.send_code(row, codes.new(), at=at)
            messages.success(request, _("A new letter is on its way. Only the newest code works."))
        return redirect("account_join_code")
    if form.is_valid():
        with refusals_on(form):
            if service.confirm(row, form.cleaned_data["code"], at=at):
                return redirect("account_join_code")
            form.add_error("code", _("This code is not right. Use the code of the newest letter."))
    return render(request, "account/join_code.html", {"form": form, "request_to_join": row})


def _too_often(request: HttpRequest, address: str) -> bool:
    """Letters to one address and requests from one network are counted, whoever is known."""
    return not ratelimit.consume(request, action="join", key=address.lower())


# --- for contact points and the office ------------------------------------------------------------


def requests(request: HttpRequest) -> HttpResponse:
    """The requests to join that the reader may answer."""
    filters = JoinRequestFilter(request.GET, reader=reader(request))
    listing = Listing(request.GET, _asked(request, filters), sorts=SORTS, default="asked")
    return render(
        request,
        "members/join_requests.html",
        {
            "filters": filters,
            "listing": listing,
            "several": reader(request).is_office or len(reader(request).represented) > 1,
            "section": _section(request),
        },
    )


@require_safe
def requests_csv(request: HttpRequest) -> HttpResponse:
    """The requests as filtered and sorted on the page; the trail keeps who took the list out of the portal."""
    filters = JoinRequestFilter(request.GET, reader=reader(request))
    listing = Listing(request.GET, _asked(request, filters), sorts=SORTS, default="asked")
    rows = list(listing.rows)
    trail.record(reader(request), "exported requests to join", reader(request), rows=len(rows))
    header = [
        _("Name"),
        _("Administration"),
        _("Position"),
        _("Unit"),
        _("Mail address"),
        _("State"),
        _("Asked at (UTC)"),
    ]
    return csv_response(
        "requests-to-join",
        header,
        (
            [row.name, row.administration, row.position, row.unit, row.email, row.get_state_display(), row.asked_at]
            for row in rows
        ),
    )


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asks and why, with what may help to decide; none of it is a proof."""
    row = _mine(request, pk)
    waits = row.state == JoinState.ASKED
    return render(
        request,
        "members/join_request.html",
        {
            "row": row,
            "waits": waits,
            "knows_address": row.administration.knows_address(row.email),
            "mixed_words": duplicates.mixed_words(row.name),
            "candidates": duplicates.like(row.name, row.email, row.administration) if waits else [],
            "somebody_speaks": bool(service.speaking_for(row.administration, at=timezone.now())),
            "decline_form": DeclineForm(),
            "section": _section(request),
        },
    )


@require_POST
def endorse(request: HttpRequest, pk: int) -> HttpResponse:
    row = _mine(request, pk)
    try:
        person = service.endorse(row, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("members:join_request", pk=row.pk)
    messages.success(
        request,
        _("%(person)s is added. A letter with the sign-in name %(name)s is on its way.")
        % {"person": person, "name": person.username},
    )
    return redirect("members:join_requests")


@require_POST
def same_person(request: HttpRequest, pk: int) -> HttpResponse:
    """This is a person whom the portal knows."""
    row = _mine(request, pk)
    form = SamePersonForm(request.POST, administration=row.administration)
    try:
        if not form.is_valid():
            raise Refused(_("Choose a person of %(body)s whose account is open.") % {"body": row.administration})
        person = form.cleaned_data["person"]
        service.link(row, person, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("members:join_request", pk=row.pk)
    messages.success(request, _("No second account is made. %(person)s gets a letter.") % {"person": person})
    return redirect("members:join_requests")


def decline(request: HttpRequest, pk: int) -> HttpResponse:
    row = _mine(request, pk)
    form = DeclineForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            service.decline(row, reason=form.cleaned_data["reason"], by=reader(request), at=timezone.now())
            messages.success(request, _("The request of %(name)s is declined.") % {"name": row.name})
            return redirect("members:join_requests")
    return render(request, "members/join_decline.html", {"form": form, "row": row, "section": _section(request)})


def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """The office invites a new person who will speak for an administration."""
    today = office_day(timezone.now())
    row = get_object_or_404(Administration.objects.members_on(today), pk=pk)
    form = InviteForm(posted(request), today=today)
    if form.is_valid():
        with refusals_on(form):
            person = service.invite(row, by=reader(request), **form.cleaned_data)
            messages.success(
                request,
                _("%(person)s is invited. A letter with the sign-in name %(name)s is on its way.")
                % {"person": person, "name": person.username},
            )
            return redirect("members:administration", pk=row.pk)
    return render(request, "members/join_invite.html", {"form": form, "administration": row, "section": "members"})


@require_POST
def welcome_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter of welcome once more to somebody who has never signed in."""
    found = get_object_or_404(User.objects.visible_to(reader(request)), pk=pk)
    require(policies.may_welcome(request.user, found))
    try:
        service.welcome_again(found, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The letter of welcome to %(person)s is on its way.") % {"person": found})
    return redirect("members:person", pk=found.pk)


def _asked(request: HttpRequest, filters: JoinRequestFilter) -> JoinRequestQuerySet:
    """The requests that were asked for, each with whether somebody speaks for its administration today."""
    rows = filters.narrow(JoinRequest.objects.visible_to(reader(request)))
    return rows.select_related("administration").with_speakers(office_day(timezone.now()))


def _mine(request: HttpRequest, pk: int) -> JoinRequest:
    rows = JoinRequest.objects.visible_to(reader(request)).select_related("administration", "person", "decided_by")
    row = get_object_or_404(rows, pk=pk)
    require(policies.may_answer(request.user, row))
    return row


def _section(request: HttpRequest) -> str:
    return "members" if policies.is_office(request.user) else "requests"
