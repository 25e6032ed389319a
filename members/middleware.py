"""At every request: is a second factor missing, when was this device last seen; and letters after the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from members import policies
from members.adapter import provider_vouches
from members.services import second_factor
from portal.mail.bell import nudge

log = logging.getLogger(__name__)

Next = Callable[[HttpRequest], HttpResponse]
# what a person without the factor needs in order to get one, or to leave
OPEN = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_password_reset_completed",
}
SEEN_EVERY = 10 * 60  # seconds: a row for every request would cost more than the page
SIGNED_IN_HERE = "account_authentication_methods"  # the library's own list of how this session was opened


class SecondFactor:
    """Whoever must have a second factor and has none meets the page that sets it up, and public pages as a visitor.

    The question is asked at every request: a role that begins today needs its factor today.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN:
            return None
        if not policies.needs_second_factor(request.user) or second_factor.has_one(request.user):
            return None
        if provider_vouches(request, request.user):
            return None
        if getattr(view, "gate", "") == "public":
            request.user = AnonymousUser()  # a public page shows more to whom the office trusts
            return None
        return redirect("mfa_activate_totp")


def letter_last(get_response: Next) -> Next:
    """Write the letter of a sign-in page when its answer has left: its time tells nobody who is known.

    A letter that cannot be written is missing as a letter that is lost on its way: the person asks again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        write = getattr(request, "letter", None)
        if write is None:
            return response
        close = response.close

        def write_and_close() -> None:
            try:
                with transaction.atomic():
                    transaction.on_commit(nudge, robust=True)  # for nobody too, as all else
                    write()
            except Exception:
                log.exception("The letter of a sign-in page was not written")
            finally:
                close()

        response.close = write_and_close  # type: ignore[method-assign]  # the web server calls it after the last byte
        return response

    return middleware


def last_seen(get_response: Next) -> Next:
    """Note now and then that a device is in use, for the list in the profile."""

    def middleware(request: HttpRequest) -> HttpResponse:
        tracked = request.user.is_authenticated and SIGNED_IN_HERE in request.session
        if tracked and cache.add(f"seen:{request.session.session_key}", True, SEEN_EVERY):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware
