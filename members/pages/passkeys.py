"""Passkeys as a second factor: a name, a question that the browser answers, a list to rename and to remove from."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone

from members import policies
from members.pages.reader import reader
from members.pages.recovery import show_codes
from members.services import devices
from members.services import second_factor as service


def as_json(options: dict[str, Any]) -> str:
    """The question of the ceremony for an attribute of the page: the script of the portal reads it there."""
    return json.dumps(options, cls=DjangoJSONEncoder)


# the views of the library answer OPTIONS without looking for the row
READ_AND_SENT = ["get", "head", "post"]


class Add(AddWebAuthnView):  # type: ignore[misc]  # the library has no types
    """Add a passkey under a name. The first factor ends the other sessions: they were opened without it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and service.passkeys_of(reader(request)).count() >= service.MOST_PASSKEYS:
            return redirect("mfa_index")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # the library's own would check a wrong answer a second time, against the next question
        words: dict[str, Any] = super(AddWebAuthnView, self).get_context_data(**kwargs)
        person = reader(self.request)
        words["options"] = as_json(auth.begin_registration(person, False))
        words["required"] = policies.needs_second_factor(person) and not service.has_one(person)
        return words

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        person = reader(self.request)
        first = not service.has_one(person)
        answer: HttpResponse = super().form_valid(form)
        service.note(person, service.PASSKEY_ADDED, by=person, at=timezone.now())
        if first:
            devices.end_all(person, by=person, but=self.request.session.session_key or "")
        if self.did_generate_recovery_codes:
            show_codes(self.request)
        return answer


class Rename(EditWebAuthnView):  # type: ignore[misc]
    http_method_names = READ_AND_SENT
    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = reader(self.request)
        service.note(person, service.PASSKEY_RENAMED, by=person, at=timezone.now())
        return answer


class Remove(RemoveWebAuthnView):  # type: ignore[misc]
    """Remove one passkey; with the last factor the recovery codes go too."""

    http_method_names = READ_AND_SENT
    success_url = reverse_lazy("mfa_index")

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
        service.note(person, service.PASSKEY_REMOVED, by=person, at=timezone.now())
        return answer


class Again(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """The same question to somebody who has signed in, before the factor is changed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super(ReauthenticateWebAuthnView, self).get_context_data(**kwargs)
        words["options"] = as_json(auth.begin_authentication(reader(self.request)))
        return words

    def form_invalid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return answer
