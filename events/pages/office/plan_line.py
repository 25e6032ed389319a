"""One line of the work plan: added, its page, its form, removed, and the event made from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events.models import Activity, Pillar
from events.pages.office import revisions
from events.pages.office.desk import refusals_told, seats_of
from events.pages.office.forms_plan import ActivityForm
from events.pages.office.years import plan_or_404
from events.services import planning, programme
from events.services import workplan as service
from members.pages import history
from members.pages.reader import reader
from portal.kit.clock import office_day
from portal.kit.forms import posted, refusals_on


def plan_add(request: HttpRequest, year: str) -> HttpResponse:
    """A new line; `?pillar=3` fills in the pillar and the number after its last one."""
    at = timezone.now()
    plan = plan_or_404(year)
    pillars = list(Pillar.objects.all())
    asked = request.GET.get("pillar", "")
    pillar = next((row for row in pillars if str(row.number) == asked), None)
    initial = {"pillar": pillar.pk, "number": planning.next_number(plan, pillar)} if pillar else {}
    form = ActivityForm(posted(request), activity=Activity(plan=plan), today=office_day(at), initial=initial)
    if form.is_valid():
        with refusals_on(form):
            row = service.add(plan, by=reader(request), at=at, **form.cleaned_data)
            messages.success(request, _("Line %(number)s is added.") % {"number": row.number})
            return redirect("office:activity", pk=row.pk)
    return render(request, "office/plan_add.html", {"plan": plan, "form": form, "section": "plan"})


def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of the plan with its events, its revisions and its history."""
    at = timezone.now()
    row = _activity(pk, at)
    events = list(row.events.order_by("starts_at", "pk"))
    seats = seats_of(events)
    return render(
        request,
        "office/activity.html",
        {
            "activity": row,
            "plan": row.plan,
            "is_overdue": row.plan.activities.overdue(at, office_day(at)).filter(pk=row.pk).exists(),
            "events": [(event, seats[event.pk]) for event in events],
            "revised": revisions.of_activity(row),
            "history": history.lines(row),
            "section": "plan",
        },
    )


def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _activity(pk, at)
    many = ("donors", "target_groups", "target_administrations")
    initial = {name: getattr(row, name) for name in ActivityForm.base_fields if name not in many}
    initial |= {name: [other.pk for other in getattr(row, name).all()] for name in many}
    initial |= {"pillar": row.pillar_id, "officer": row.officer_id}
    form = ActivityForm(posted(request), activity=row, today=office_day(at), initial=initial)
    if form.is_valid():
        with refusals_on(form):
            service.change(row, by=reader(request), at=at, **form.cleaned_data)
            messages.success(request, _("The activity is saved."))
            return redirect("office:activity", pk=row.pk)
    return render(request, "office/activity_edit.html", {"activity": row, "form": form, "section": "plan"})


@require_POST
def activity_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out of the plan; a line that became something stays."""
    row = _activity(pk, timezone.now())
    page = reverse("office:activity", args=[row.pk])
    with refusals_told(request):
        planning.remove(row, by=reader(request))
        messages.success(request, _("Line %(number)s is removed from the plan.") % {"number": row.number})
        page = f"{reverse('office:plan')}?year={row.plan.fiscal_year}"
    return redirect(page)


@require_POST
def create_event(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft event with the values of the line; it is announced later, from its own page."""
    at = timezone.now()
    row = _activity(pk, at)
    page = reverse("office:activity", args=[row.pk])
    with refusals_told(request):
        event = programme.create_from(row, by=reader(request), on=office_day(at))
        targets = event.targets.count()
        messages.success(
            request,
            ngettext(
                "The draft is made with %(n)d administration to invite. Add sessions and the deadline next.",
                "The draft is made with %(n)d administrations to invite. Add sessions and the deadline next.",
                targets,
            )
            % {"n": targets},
        )
        page = reverse("office:event", args=[event.pk])
    return redirect(page)


def _activity(pk: int, at: datetime) -> Any:
    rows = Activity.objects.with_status(at).select_related("plan", "pillar", "officer")
    return get_object_or_404(rows.prefetch_related("donors", "target_groups", "target_administrations"), pk=pk)
