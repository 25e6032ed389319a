"""Follow-up actions: what their owners report."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events import policies
from events.models import FollowUp
from events.pages.participant.forms import ProgressForm
from events.pages.participant.outcomes import owning_body
from events.services import followups
from members.pages.reader import reader
from portal.kit.clock import today_in
from portal.kit.forms import refusals_on
from portal.kit.gates import require


def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """One action; who may report on it finds the form, the others read it."""
    user = reader(request)
    rows = FollowUp.objects.visible_to(user).select_related(
        "outcome__event", "administration", "organisation", "owner__administration", "owner__organisation"
    )
    action = get_object_or_404(rows, pk=pk)
    may = policies.may_report_on(user, action)
    form = ProgressForm(request.POST if request.method == "POST" else None, action=action)
    if request.method == "POST":
        require(may)
        if form.is_valid():
            with refusals_on(form):
                followups.progress(action, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Your report is saved."))
                return redirect("participant:follow_up", pk=action.pk)
    at = timezone.now()
    return render(
        request,
        "participant/follow_up.html",
        {
            "action": action,
            "owners": ", ".join(filter(None, [str(action.owner or ""), owning_body(action)])),
            "form": form if may and action.outcome.is_published else None,
            "overdue": action.is_overdue(today_in(user.zone, at)),
        },
    )
