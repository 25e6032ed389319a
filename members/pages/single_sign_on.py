"""Single sign-on of the office: away to its provider and back. Without its settings these addresses do not exist."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.adapter import PROVIDER
from members.services import provider, single_sign_on
from members.services.provider import Question
from portal.kit.states import Refused

KEPT = "single_sign_on"  # in the session, while the person is at the provider
PATIENCE = 10 * 60  # seconds


@require_POST
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """A page that leads on by itself: the policy of the site lets no form end at another host."""
    _only_where_it_is_set()
    if request.user.is_authenticated:
        return redirect("members:start")
    try:
        address, question = provider.begin(_callback())
    except Refused as refusal:
        return _refused(request, refusal)
    goal = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(goal, allowed_hosts=None):
        goal = ""
    request.session[KEPT] = {"question": asdict(question), "at": time.time(), "next": goal}
    return render(request, "account/single_sign_on.html", {"address": address, "provider": settings.OIDC["name"]})


@require_GET
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Back with a code: it counts in the browser that asked, for ten minutes, once."""
    _only_where_it_is_set()
    if request.user.is_authenticated:
        return redirect("members:start")
    kept = request.session.pop(KEPT, None)
    try:
        question = _asked(request, kept)
        claims = provider.finish(_code(request), question, _callback())
        person = single_sign_on.person_of(claims, at=timezone.now())
    except Refused as refusal:
        return _refused(request, refusal)
    record_authentication(request, person, PROVIDER)
    answer: HttpResponse = perform_login(request, Login(user=person, redirect_url=kept["next"] or None))
    return answer


def _asked(request: HttpRequest, kept: Any) -> Question:
    state = request.GET.get("state", "")
    if kept and time.time() - kept["at"] <= PATIENCE and constant_time_compare(state, kept["question"]["state"]):
        return Question(**kept["question"])
    raise Refused(_("This sign-in took too long, or it was begun in another browser. Begin again."))


def _code(request: HttpRequest) -> str:
    code = request.GET.get("code", "")
    if not code or "error" in request.GET:
        name = settings.OIDC["name"]
        raise Refused(_("%(name)s did not sign you in. Try again, or use your password.") % {"name": name})
    return code


def _callback() -> str:
    """The address that the provider knows: the public one, whatever the request says of its host."""
    return str(settings.PORTAL_URL + reverse("account_single_sign_on_back"))


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "account/single_sign_on_refused.html", {"sentence": refusal.message}, status=403)


def _only_where_it_is_set() -> None:
    if not settings.OIDC:
        raise Http404
