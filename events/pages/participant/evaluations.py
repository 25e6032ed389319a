"""The evaluation of one event by one official."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event
from events.pages.participant.forms import EvaluationForm
from events.pages.participant.registrations import own
from events.services import evaluations
from members.pages.reader import reader
from portal.kit.forms import refusals_on


def evaluate(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a confirmed participant, once the last session has begun."""
    at = timezone.now()
    registration = own(request, pk)
    if not registration.is_confirmed:
        raise Http404(_("Only confirmed participants give an evaluation."))
    form = EvaluationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            evaluations.give(registration, by=reader(request), at=at, **form.cleaned_data)
            messages.success(request, _("Thank you. The office has your evaluation."))
            return redirect("participant:my_event", pk=registration.pk)
    opens_at = _opens_at(registration.event)
    return render(
        request,
        "participant/evaluation.html",
        {
            "registration": registration,
            "event": registration.event,
            "form": form,
            "given": hasattr(registration, "evaluation"),
            "opens_at": opens_at if at < opens_at else None,
            "now": at,
        },
    )


def _opens_at(event: Event) -> datetime:
    last = event.sessions.order_by("starts_at").last()
    return last.starts_at if last else event.ends_at
