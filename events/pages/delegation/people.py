"""Our people: the officials of the administrations for which the reader speaks."""

from __future__ import annotations

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.pages.delegation import rows
from events.pages.delegation.forms import NewOfficialForm, PeopleFilter
from events.states import RegistrationState
from members.models.people import UserQuerySet
from members.pages.answers import tell_added
from members.pages.reader import reader
from members.services import people as service
from portal.kit import trail
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing

SORTS = {
    "name": "name",
    "administration": "administration__name",
    "position": "position",
    "registrations": "n_registrations",
    "confirmed": "n_confirmed",
}


def people(request: HttpRequest) -> HttpResponse:
    """Who they are and how often they were registered and confirmed."""
    found, filters = _asked(request)
    return render(
        request,
        "delegation/people.html",
        {
            "filters": filters,
            "listing": Listing(request.GET, found, sorts=SORTS, default="name"),
            "several": len(reader(request).represented) > 1,
            "section": "people",
        },
    )


@require_safe
def people_csv(request: HttpRequest) -> HttpResponse:
    """The people as filtered on the page; the trail keeps who took the list out of the portal."""
    found, filters = _asked(request)
    ordered = list(found.order_by("name", "pk"))
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "people", reader(request), rows=len(ordered), filters=asked)
    return csv_response(
        "our-people",
        [
            _("Name"),
            _("Administration"),
            _("Position"),
            _("Unit"),
            _("Mail address"),
            _("Registrations"),
            _("Confirmed"),
        ],
        (
            [
                row.name,
                row.administration,
                row.position,
                row.unit,
                row.email,
                row.n_registrations,  # type: ignore[attr-defined]  # counted by the query
                row.n_confirmed,  # type: ignore[attr-defined]
            ]
            for row in ordered
        ),
    )


def add(request: HttpRequest) -> HttpResponse:
    """Add an official of ours; the first sign-in is by a mailed code."""
    user = reader(request)
    form = NewOfficialForm(posted(request), reader=user)
    if form.is_valid():
        with refusals_on(form):
            person = service.add(by=user, welcome=True, **form.cleaned_data)
            tell_added(request, person)
            return redirect("delegation:people")
    return render(request, "delegation/add_person.html", {"form": form, "section": "people"})


def _asked(request: HttpRequest) -> tuple[UserQuerySet, PeopleFilter]:
    filters = PeopleFilter(request.GET, reader=reader(request))
    found = rows.my_people(reader(request)).select_related("administration")
    ours = Q(registrations__administration=F("administration"))
    confirmed = Q(registrations__state=RegistrationState.CONFIRMED)
    counted = found.annotate(
        n_registrations=Count("registrations", filter=ours), n_confirmed=Count("registrations", filter=ours & confirmed)
    )
    return filters.narrow(counted), filters
