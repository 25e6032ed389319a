"""The second factor: asked for at sign-in, and the authenticator app: set up, switched off."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from members import policies
from members.pages.passkeys import as_json
from members.pages.reader import reader
from members.pages.recovery import hide_codes, show_codes
from members.services import devices
from members.services import second_factor as service


class Ask(AuthenticateView):  # type: ignore[misc]  # the library has no types
    """The question after the password, the mailed code or the office's own sign-in: a code or a passkey."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not {"code", "credential"} & set(request.POST):
            return redirect("account_login")  # which leads back to the question, if there is one
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        person = self.stage.login.user
        if service.passkeys_of(person).exists():
            words["options"] = as_json(words["js_data"]["request_options"])
        words["has_app"] = service.has_app(person)
        return words


class SetUp(ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator. The first factor ends the other sessions: they were opened without it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        secret, person = words["form"].secret, reader(self.request)
        words["secret"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        words["required"] = policies.needs_second_factor(person) and not service.has_one(person)
        return words

    def form_valid(self, form: Any) -> HttpResponse:
        person = reader(self.request)
        try:
            with transaction.atomic():
                first = not service.has_one(person)
                answer: HttpResponse = super().form_valid(form)
                service.note(person, service.SWITCHED_ON, by=person, at=timezone.now())
                if first:
                    devices.end_all(person, by=person, but=self.request.session.session_key or "")
        except IntegrityError:  # two clicks at once: the first one did it
            return redirect("mfa_index")
        if self.did_generate_recovery_codes:
            show_codes(self.request)
        return answer


class SwitchOff(DeactivateTOTPView):  # type: ignore[misc]
    """Also the way to another telephone: switch off here, then set up there."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        person = reader(self.request)
        words["last"] = service.count(person) == 1
        words["required"] = policies.needs_second_factor(person)
        return words

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = reader(self.request)
        service.note(person, service.SWITCHED_OFF, by=person, at=timezone.now())
        hide_codes(self.request)
        return answer
