"""The office edits an administration: its facts, its full names and its groups over time."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Administration, AdministrationName, Membership
from members.pages.forms_bodies import AdministrationForm, JoinForm, LeaveForm, MembershipForm, NameForm
from members.pages.reader import reader
from members.services import bodies
from portal.kit.clock import office_day
from portal.kit.forms import Clean, posted, refusals_on


def edit_administration(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _administration(pk)
    form = AdministrationForm(posted(request), row=row, at=at, today=office_day(at))
    if form.is_valid():
        try:
            bodies.change(row, by=reader(request), **form.cleaned_data)
        except bodies.Taken as refusal:
            form.add_error("name", refusal.message)
        except bodies.Overtaken as refusal:
            form.overtaken(refusal, _administration(pk))
        else:
            messages.success(request, _("The administration is saved."))
            return redirect("members:administration", pk=pk)
    return _page(request, "edit_administration", row, form)


def add_name(request: HttpRequest, pk: int) -> HttpResponse:
    row = _administration(pk)
    form = NameForm(posted(request), today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form, "from_on"):
            bodies.add_name(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The full name is added."))
            return redirect("members:administration", pk=pk)
    return _page(request, "add_name", row, form)


def edit_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a full name or its days right."""
    name = get_object_or_404(AdministrationName.objects.select_related("administration"), pk=pk)
    form = NameForm(posted(request), row=name, today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form, "from_on"):
            bodies.correct_name(name, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The full name is saved."))
            return redirect("members:administration", pk=name.administration_id)
    return _page(request, "edit_name", name.administration, form, full_name=name)


@require_POST
def remove_name(request: HttpRequest, pk: int) -> HttpResponse:
    name = get_object_or_404(AdministrationName.objects.select_related("administration"), pk=pk)
    bodies.remove_name(name, by=reader(request))
    messages.success(request, _("The full name is removed. The history keeps it."))
    return redirect("members:administration", pk=name.administration_id)


def join_group(request: HttpRequest, pk: int) -> HttpResponse:
    row = _administration(pk)
    form = JoinForm(posted(request), today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form, "from_on"):
            joined = bodies.join(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("%(body)s belongs to %(group)s.") % {"body": row, "group": joined.group})
            return redirect("members:administration", pk=pk)
    return _page(request, "join_group", row, form)


def leave_group(request: HttpRequest, pk: int) -> HttpResponse:
    found = _membership(pk)
    form = LeaveForm(posted(request), today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form, "last_day"):
            bodies.leave(found, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The last day in the group is saved."))
            return redirect("members:administration", pk=found.administration_id)
    return _page(request, "leave_group", found.administration, form, membership=found)


def edit_membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the days of a membership right."""
    found = _membership(pk)
    form = MembershipForm(posted(request), row=found, today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form, "from_on"):
            bodies.correct_membership(found, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The days are saved."))
            return redirect("members:administration", pk=found.administration_id)
    return _page(request, "edit_membership", found.administration, form, membership=found)


@require_POST
def remove_membership(request: HttpRequest, pk: int) -> HttpResponse:
    found = _membership(pk)
    bodies.remove_membership(found, by=reader(request))
    messages.success(request, _("The membership is removed. The history keeps it."))
    return redirect("members:administration", pk=found.administration_id)


def _administration(pk: int) -> Administration:
    return get_object_or_404(Administration.objects.members_on(office_day(timezone.now())), pk=pk)


def _membership(pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("administration", "group"), pk=pk)


def _page(
    request: HttpRequest, name: str, row: Administration, form: Clean, **content: AdministrationName | Membership
) -> HttpResponse:
    return render(
        request, f"members/{name}.html", {"administration": row, "form": form, "section": "members", **content}
    )
