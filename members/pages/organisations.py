"""Other organisations: secretariats, donors, partners and regional bodies."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import policies
from members.models import Organisation, OrganisationKind, User
from members.pages import history
from members.pages.forms_bodies import OrganisationFilter, OrganisationForm
from members.pages.reader import reader
from members.services import bodies
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.zones import zone_label

SORTS = {"name": "name", "abbreviation": "abbreviation", "kind": "kind", "zone": "time_zone"}


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    filters = OrganisationFilter(request.GET)
    return render(
        request,
        "members/organisations.html",
        {
            "filters": filters,
            "listing": _listing(request, filters),
            "is_office": policies.is_office(request.user),
            "section": "members",
        },
    )


@require_safe
def organisations_csv(request: HttpRequest) -> HttpResponse:
    """The list as filtered and sorted on the page; it names no person."""
    header = [_("Name"), _("Abbreviation"), _("Kind"), _("Shared mailbox"), _("Address for letters"), _("Time zone")]
    rows: QuerySet[Organisation] = _listing(request, OrganisationFilter(request.GET)).rows
    return csv_response(
        "organisations",
        header,
        ([row.name, row.abbreviation, row.get_kind_display(), row.email, row.address, row.time_zone] for row in rows),
    )


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts for everybody who has signed in; the people for the office."""
    row = get_object_or_404(Organisation, pk=pk)
    is_office = policies.is_office(request.user)
    people = User.objects.visible_to(reader(request)).filter(organisation=row)
    return render(
        request,
        "members/organisation.html",
        {
            "organisation": row,
            "zone": zone_label(row.time_zone, timezone.now()) if row.time_zone else "",
            "is_office": is_office,
            "people": Listing(request.GET, people, sorts={"name": "name"}, default="name") if is_office else None,
            "history": history.lines(row) if is_office else [],
            "section": "members",
        },
    )


def add_organisation(request: HttpRequest) -> HttpResponse:
    row = Organisation(kind=OrganisationKind.PARTNER)
    form = OrganisationForm(posted(request), row=row, at=timezone.now())
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in bodies.ORGANISATION}
        with refusals_on(form, "name"):
            added = bodies.add_organisation(by=reader(request), **facts)
            messages.success(request, _("%(name)s is added.") % {"name": added})
            return redirect("members:organisation", pk=added.pk)
    return render(request, "members/add_organisation.html", {"form": form, "section": "members"})


def edit_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Organisation, pk=pk)
    form = OrganisationForm(posted(request), row=row, at=timezone.now())
    if form.is_valid():
        try:
            bodies.change(row, by=reader(request), **form.cleaned_data)
        except bodies.Taken as refusal:
            form.add_error("name", refusal.message)
        except bodies.Overtaken as refusal:
            form.overtaken(refusal, get_object_or_404(Organisation, pk=pk))
        else:
            messages.success(request, _("The organisation is saved."))
            return redirect("members:organisation", pk=pk)
    return render(request, "members/edit_organisation.html", {"form": form, "organisation": row, "section": "members"})


def _listing(request: HttpRequest, filters: OrganisationFilter) -> Listing:
    return Listing(request.GET, filters.narrow(Organisation.objects.all()), sorts=SORTS, default="name")
