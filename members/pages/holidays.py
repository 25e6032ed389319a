"""The public holidays of an administration: everybody who has signed in reads them, the office corrects them."""

from __future__ import annotations

import re
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members import policies
from members.models import Administration, HolidayCorrection
from members.pages.forms_bodies import YEARS_AROUND, DayOffForm, WorkingDayForm
from members.pages.reader import reader
from members.services import holidays as service
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on


@require_safe
def holidays(request: HttpRequest, pk: int) -> HttpResponse:
    today = office_day(timezone.now())
    row, year = _administration(pk, today), _year(request, today)
    return render(
        request,
        "members/holidays.html",
        {
            "administration": row,
            "days": service.year_of(row, year),
            "year": year,
            "years": range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1),
            "is_known": bool(service.published(row.iso2, year)),
            "is_office": policies.is_office(request.user),
            "today": today,
            "section": "members",
        },
    )


@require_safe
def holidays_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The days of the page, without those on which people work."""
    today = office_day(timezone.now())
    row, year = _administration(pk, today), _year(request, today)
    header = [_("Administration"), _("Date"), _("Weekday"), _("Public holiday"), _("Source")]
    return csv_response(
        f"holidays-{row.iso2.lower()}-{year}",
        header,
        (
            [row.name, day.on, day.weekday, day.name, _("Office") if day.correction else _("Calendar library")]
            for day in service.year_of(row, year)
            if day.is_day_off
        ),
    )


def add_day_off(request: HttpRequest, pk: int) -> HttpResponse:
    today = office_day(timezone.now())
    row = _administration(pk, today)
    form = DayOffForm(posted(request), today=today)
    if form.is_valid():
        with refusals_on(form, "on"):
            added = service.add_day_off(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The public holiday is added."))
            return redirect(_address(row, added.on))
    return _page(request, "add_day_off", row, form)


def add_working_day(request: HttpRequest, pk: int) -> HttpResponse:
    """A public holiday of the library on which people work; a button of the list posts the day here."""
    today = office_day(timezone.now())
    row = _administration(pk, today)
    form = WorkingDayForm(posted(request), today=today)
    if form.is_valid():
        with refusals_on(form, "on"):
            marked = service.mark_working_day(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The day is a working day."))
            return redirect(_address(row, marked.on))
    return _page(request, "add_working_day", row, form)


@require_POST
def remove_correction(request: HttpRequest, pk: int) -> HttpResponse:
    correction = get_object_or_404(HolidayCorrection.objects.select_related("administration"), pk=pk)
    service.remove_correction(correction, by=reader(request))
    messages.success(request, _("The correction is removed. The history keeps it."))
    return redirect(_address(correction.administration, correction.on))


def _administration(pk: int, today: date) -> Administration:
    return get_object_or_404(Administration.objects.members_on(today), pk=pk)


def _year(request: HttpRequest, today: date) -> int:
    """The year that is asked for; this year when it is none, or too far away."""
    asked = request.GET.get("year", "")
    year = int(asked) if re.fullmatch(r"\d{4}", asked, re.ASCII) else today.year
    return year if abs(year - today.year) <= YEARS_AROUND else today.year


def _address(row: Administration, on: date) -> str:
    return f"{reverse('members:holidays', args=[row.pk])}?year={on.year}"


def _page(request: HttpRequest, name: str, row: Administration, form: WorkingDayForm) -> HttpResponse:
    return render(request, f"members/{name}.html", {"administration": row, "form": form, "section": "members"})
