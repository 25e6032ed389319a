"""Recovery codes, which are shown once: in the session that made them, for a quarter of an hour."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.pages.reader import reader
from members.services import second_factor as service

SHOWN_UNTIL = "recovery_codes_until"  # in the session that made the codes; no other one ever shows them
SHOWN_FOR = 15 * 60  # seconds


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # the library has no types
    """New recovery codes; the old ones open nothing any more."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = reader(self.request)
        service.note(person, service.NEW_CODES, by=person, at=timezone.now())
        show_codes(self.request)
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
    hide_codes(request)
    return redirect("members:start")


def show_codes(request: HttpRequest) -> None:
    request.session[SHOWN_UNTIL] = timezone.now().timestamp() + SHOWN_FOR


def hide_codes(request: HttpRequest) -> None:
    request.session.pop(SHOWN_UNTIL, None)


def _shown(request: HttpRequest) -> bool:
    return bool(request.session.get(SHOWN_UNTIL, 0) > timezone.now().timestamp())


def _unused(request: HttpRequest) -> list[str]:
    found = Authenticator.objects.filter(user=reader(request), type=Authenticator.Type.RECOVERY_CODES).first()
    if not found:
        raise Http404
    unused: list[str] = found.wrap().get_unused_codes()
    return unused
