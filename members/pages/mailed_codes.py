"""Codes by mail: asked for, sent again, typed. The page is the same, and takes as long, whoever was meant."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponse

from members import notices
from members.adapter import ask_for, later, who
from members.services import codes


class RequestCode(views.RequestLoginCodeView):  # type: ignore[misc]  # the library has no types
    def form_valid(self, form: Any) -> HttpResponse:
        ask_for(self.request, codes.SIGN_IN, form.person, form.cleaned_data["email"])
        tell_sign_in_names(self.request, form)
        answer: HttpResponse = super().form_valid(form)
        return answer


class ForgottenPassword(views.PasswordResetView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        ask_for(self.request, codes.RESET, form.person, form.cleaned_data["email"])
        answer: HttpResponse = super().form_valid(form)
        if answer.status_code == 302:  # else it was one try too many
            tell_sign_in_names(self.request, form)
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
            ask_for(self.request, self.kind, self._process.user, self._process.state["email"])
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


def tell_sign_in_names(request: HttpRequest, form: Any) -> None:
    """Several people share the mailbox: a letter lists their sign-in names, the page says nothing of it."""
    if form.sharing:
        later(request, lambda at: notices.sign_in_names(form.sharing, at=at))
