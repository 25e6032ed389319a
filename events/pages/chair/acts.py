"""How this desk answers: a form on a page of its own, or one button that returns to where it stood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from events.models import Event, Outcome
from portal.kit.forms import Clean, refusals_on
from portal.kit.states import Refused


def form_page(
    request: HttpRequest,
    form: Clean,
    call: Callable[[dict[str, Any]], object],
    *,
    event: Event,
    title: str,
    verb: str,
    done: str,
    back: str,
    outcome: Outcome | None = None,
    **more: Any,
) -> HttpResponse:
    """Call the service with what was written, then go `back`; a refusal stands on the form.

    With an `outcome` it is an edit of its text, and the page warns of the signatures that it voids.
    """
    if form.is_valid():
        with refusals_on(form):
            call(form.cleaned_data)
            messages.success(request, done)
            return redirect(back)
    context = {
        "event": event,
        "outcome": outcome,
        "form": form,
        "title": title,
        "verb": verb,
        "back": back,
        "void": will_be_void(outcome) if outcome else "",
        "section": "meetings",
    }
    return render(request, "chair/form.html", {**context, **more})


def button(request: HttpRequest, call: Callable[[], object], *, done: str, back: str) -> HttpResponse:
    """An act without a form; a refusal becomes a message of the page."""
    try:
        call()
        messages.success(request, done)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(back)


def will_be_void(outcome: Outcome) -> str:
    """The warning before an edit of a text that chairs have signed; empty while nobody has."""
    if outcome.is_published:
        return ""
    count = outcome.signatures.filter(voided_at__isnull=True).count()
    if not count:
        return ""
    return ngettext(
        "%(count)d signature will be void: its chair gets a letter and signs the new text again.",
        "%(count)d signatures will be void: their chairs get a letter and sign the new text again.",
        count,
    ) % {"count": count}
