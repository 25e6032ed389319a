"""Roles: the office appoints, hands over and ends; the head of office does so for the people of the office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members import policies
from members.models import Administration, Appointment, Group, User
from members.models.appointments import BODY_ROLES, GROUP_ROLES, SINGLE_ROLES, AppointmentQuerySet
from members.pages.forms_appointments import (
    AppointmentForm,
    EndForm,
    HandoverForm,
    OfficeForm,
    office_people,
    people_of_group,
)
from members.pages.reader import reader
from members.services import appointments
from portal.kit.clock import office_day
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """The office gives a person of an administration a role."""
    today = office_day(timezone.now())
    row = get_object_or_404(Administration.objects.members_on(today), pk=pk)
    people = User.objects.colleagues_of(row)
    form = AppointmentForm(posted(request), people=people, roles=BODY_ROLES, today=today)
    if form.is_valid():
        with refusals_on(form):
            _done(request, appointments.appoint(administration=row, by=reader(request), **form.cleaned_data))
            return redirect("members:administration", pk=row.pk)
    holders = _held(today).filter(administration=row, role__in=SINGLE_ROLES)
    back = reverse("members:administration", args=[row.pk])
    return _form_page(
        request,
        form,
        title=_("Appoint for %(body)s") % {"body": row},
        lede=_("The contact point receives the letters. The alternate may do the same things."),
        back=back,
        holders=holders,
    )


def appoint_group(request: HttpRequest, pk: int) -> HttpResponse:
    """The office names the chairs and vice-chairs of a group, among the people of its members."""
    today = office_day(timezone.now())
    row = get_object_or_404(Group, pk=pk)
    people = people_of_group(row, today)
    form = AppointmentForm(posted(request), people=people, roles=GROUP_ROLES, today=today, several_bodies=True)
    if form.is_valid():
        with refusals_on(form):
            _done(request, appointments.appoint(group=row, by=reader(request), **form.cleaned_data))
            return redirect("members:roles")
    return _form_page(
        request,
        form,
        title=_("Appoint for %(body)s") % {"body": row},
        lede=_("Two chairs at most. The role alone opens no page: name the chairs of each meeting on its own page."),
        back=reverse("members:roles"),
        holders=_held(today).filter(group=row),
    )


def appoint_office(request: HttpRequest) -> HttpResponse:
    """The head of office gives somebody a role of the office: a person whom the portal knows, or a new one."""
    require(policies.is_head_of_office(request.user))
    today, user = office_day(timezone.now()), reader(request)
    form = OfficeForm(posted(request), people=office_people(), today=today)
    if form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("role", "from_on", "to_on")}
        with refusals_on(form):
            if form.cleaned_data["person"]:
                _done(request, appointments.appoint(form.cleaned_data["person"], by=user, **days))
            else:
                _done(request, appointments.appoint_new(by=user, **days, **form.new_person))
            return redirect("members:roles")
    return _form_page(
        request,
        form,
        title=_("Appoint for the office"),
        lede=_("Office staff see and do what the office does. The head of office passes the role on by a handover."),
        back=reverse("members:roles"),
        holders=_held(today).filter(role__in=SINGLE_ROLES).office(),
    )


def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """One step: the predecessor's role ends, the successor's begins, both get a letter."""
    at, user = timezone.now(), reader(request)
    row = _load(request, pk, office_day(at))
    form = HandoverForm(
        posted(request),
        people=_successors(row, office_day(at)),
        may_be_new=row.group_id is None,
        several_bodies=row.group_id is not None,
        today=office_day(at),
    )
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("first_day", "note")}
        with refusals_on(form):
            if form.cleaned_data["person"]:
                new = appointments.hand_over(row, successor=form.cleaned_data["person"], by=user, at=at, **given)
            else:
                new = appointments.hand_over_to_new(row, by=user, at=at, **given, **form.new_person)
            messages.success(
                request,
                _("%(person)s is %(role)s %(period)s. Both get a letter, the successor on the first day.")
                % {"person": new.person, "role": new.in_words, "period": new.period},
            )
            return redirect(_back(row))
    context = {"form": form, "appointment": row, "back": _back(row), "section": "members"}
    return render(request, "members/hand_over.html", context)


def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """A role ends; ending it today ends the access at the next click."""
    today = office_day(timezone.now())
    row = _load(request, pk, today)
    form = EndForm(posted(request), today=today)
    if form.is_valid():
        with refusals_on(form):
            appointments.end(row, on=form.cleaned_data["on"], by=reader(request))
            messages.success(request, _("The role of %(person)s ends.") % {"person": row.person})
            return redirect(_back(row))
    context = {"form": form, "appointment": row, "back": _back(row), "today": today, "section": "members"}
    return render(request, "members/end_appointment.html", context)


def _load(request: HttpRequest, pk: int, today: date) -> Appointment:
    """A role that goes on, and that this reader may give and take."""
    row = get_object_or_404(_held(today), pk=pk)
    require(policies.may_appoint(request.user, row.role))
    return row


def _held(today: date) -> AppointmentQuerySet:
    rows = Appointment.objects.from_day_on(today).order_by("role", "from_on", "pk")
    return rows.select_related("person", "administration", "group", "follows__person", "followed_by__person")


def _successors(row: Appointment, today: date) -> Any:
    if row.administration is not None:
        people = User.objects.colleagues_of(row.administration)
    else:
        people = people_of_group(row.group, today) if row.group else office_people()
    return people.exclude(pk=row.person_id)


def _back(row: Appointment) -> str:
    if row.administration_id:
        return reverse("members:administration", args=[row.administration_id])
    return reverse("members:roles")


def _done(request: HttpRequest, given: Appointment) -> None:
    words = {"person": given.person, "role": given.in_words, "period": given.period}
    messages.success(request, _("%(person)s is %(role)s %(period)s.") % words)


def _form_page(
    request: HttpRequest, form: Any, *, title: str, lede: str, back: str, holders: AppointmentQuerySet
) -> HttpResponse:
    context = {"form": form, "title": title, "lede": lede, "back": back, "holders": holders, "section": "members"}
    return render(request, "members/appoint.html", context)
