"""The second factor: asked for at sign-in, set up, switched off; recovery codes, which are shown once."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import policies
from members.pages.reader import reader
from members.services import devices
from members.services import second_factor as service

SHOWN_UNTIL = "recovery_codes_until"  # in the session that made the codes; no other one ever shows them
SHOWN_FOR = 15 * 60  # seconds


class Ask(AuthenticateView):  # type: ignore[misc]  # the library has no types
    """The question after the password or the mailed code."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and "code" not in request.POST:  # the library would look for a passkey
            return redirect("account_login")  # which leads back to the question, if there is one
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


class SetUp(ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator. It ends the other sessions: they were opened without it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        secret = words["form"].secret
        words["secret"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        words["required"] = policies.needs_second_factor(self.request.user)
        return words

    def form_valid(self, form: Any) -> HttpResponse:
        person = reader(self.request)
        try:
            with transaction.atomic():
                answer: HttpResponse = super().form_valid(form)
                service.note(person, service.SWITCHED_ON, by=person, at=timezone.now())
                devices.end_all(person, by=person, but=self.request.session.session_key or "")
        except IntegrityError:  # two clicks at once: the first one did it
            return redirect("mfa_index")
        _show_codes(self.request)
        return answer


class SwitchOff(DeactivateTOTPView):  # type: ignore[misc]
    """Also the way to another telephone: switch off here, then set up there."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        words["required"] = policies.needs_second_factor(self.request.user)
        return words

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = reader(self.request)
        service.note(person, service.SWITCHED_OFF, by=person, at=timezone.now())
        self.request.session.pop(SHOWN_UNTIL, None)
        return answer


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes; the old ones open nothing any more."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = reader(self.request)
        service.note(person, service.NEW_CODES, by=person, at=timezone.now())
        _show_codes(self.request)
        return answer


@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """The codes, as long as the session that made them may show them; later, how many are left."""
    unused = _unused(request)
    shown = _shown(request)
    return render(request, "mfa/recovery_codes/index.html", {"codes": unused if shown else [], "left": len(unused)})


@never_cache
def codes_file(request: HttpRequest) -> HttpResponse:
    """The same as a text file to save or to print."""
    if not _shown(request):
        raise Http404
    words = {"codes": _unused(request), "person": reader(request)}
    answer = render(request, "mfa/recovery_codes/download.txt", words, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


@require_POST
def saved(request: HttpRequest) -> HttpResponse:
    """The person has them; from now on the portal shows them to nobody."""
    request.session.pop(SHOWN_UNTIL, None)
    return redirect("members:start")


def _show_codes(request: HttpRequest) -> None:
    request.session[SHOWN_UNTIL] = timezone.now().timestamp() + SHOWN_FOR


def _shown(request: HttpRequest) -> bool:
    return bool(request.session.get(SHOWN_UNTIL, 0) > timezone.now().timestamp())


def _unused(request: HttpRequest) -> list[str]:
    found = Authenticator.objects.filter(user=reader(request), type=Authenticator.Type.RECOVERY_CODES).first()
    if not found:
        raise Http404
    unused: list[str] = found.wrap().get_unused_codes()
    return unused
