"""Where I am signed in, and signing out there from here."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members.pages.reader import reader
from members.services import devices as service


def devices(request: HttpRequest) -> HttpResponse:
    """My open sessions."""
    at = timezone.now()
    found = service.of(reader(request), here=request.session.session_key or "", at=at)
    others = sum(1 for device in found if not device.here)
    return render(request, "members/devices.html", {"devices": found, "others": others, "now": at})


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my sessions; ending this one is signing out."""
    row = get_object_or_404(UserSession, user=reader(request), pk=pk)
    here = row.session_key == request.session.session_key
    service.end(row, by=reader(request))
    if here:
        request.session.flush()
        return redirect("account_login")
    messages.success(request, _("That device is signed out."))
    return redirect("members:devices")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = service.end_all(reader(request), by=reader(request), but=request.session.session_key or "")
    messages.success(
        request,
        ngettext("%(n)d other session is ended.", "%(n)d other sessions are ended.", ended) % {"n": ended},
    )
    return redirect("members:devices")
