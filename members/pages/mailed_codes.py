"""Codes by mail: asked for, sent again, typed. The page is the same, and takes as long, whoever was meant."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from members.services import codes


class RequestCode(views.RequestLoginCodeView):  # type: ignore[misc]  # the library has no types
    def form_valid(self, form: Any) -> HttpResponse:
        prepare(self.request, codes.SIGN_IN, form.person, form.cleaned_data["email"])
        answer: HttpResponse = super().form_valid(form)
        write_later(self.request, codes.SIGN_IN, form.cleaned_data["email"])
        return answer


class ForgottenPassword(views.PasswordResetView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        prepare(self.request, codes.RESET, form.person, form.cleaned_data["email"])
        answer: HttpResponse = super().form_valid(form)
        if answer.status_code == 302:  # else it was one try too many
            write_later(self.request, codes.RESET, form.cleaned_data["email"])
        return answer


class Once:
    """A code that has opened in another browser opens nothing here."""

    kind: str
    _process: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        words: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if words.get("code") and codes.is_used(self.kind, who(self._process.user), words["code"]):
            words["code"] = ""
        return words

    def use_up(self) -> None:
        codes.use_up(self.kind, who(self._process.user), self._process.code)


class ConfirmCode(Once, views.ConfirmLoginCodeView):  # type: ignore[misc]
    kind = codes.SIGN_IN

    def form_valid(self, form: Any) -> HttpResponse:
        if self._action == "resend":
            typed = self._process.state["email"]
            prepare(self.request, self.kind, self._process.user, typed)
            write_later(self.request, self.kind, typed)
        else:
            self.use_up()
        answer: HttpResponse = super().form_valid(form)
        return answer


class ConfirmResetCode(Once, views.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    kind = codes.RESET

    def form_valid(self, form: Any) -> HttpResponse:
        self.use_up()
        answer: HttpResponse = super().form_valid(form)
        return answer


def prepare(request: HttpRequest, kind: str, person: Any, typed: str) -> None:
    """Have the code ready for the library, which asks for it where it knows the person; nobody's is made too."""
    request.code = codes.living(kind, who(person) or typed.lower(), at=timezone.now())  # type: ignore[attr-defined]


def write_later(request: HttpRequest, kind: str, typed: str) -> None:
    """The letter is written when the answer has left (`members.middleware.letter_last`)."""
    code = request.code  # type: ignore[attr-defined]
    request.letter = lambda: codes.write(kind, typed, code, at=timezone.now())  # type: ignore[attr-defined]


def who(person: Any) -> str:
    return str(person.pk) if person else ""
