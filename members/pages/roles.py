"""Who holds which role on a day: the office, the administrations, the groups; and where nobody does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import policies
from members.models import Administration, Appointment, Group, Role
from members.models.appointments import GROUP_ROLES, OFFICE_ROLES, AppointmentQuerySet
from members.pages.forms_appointments import RolesFilter
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.listing import Listing

SORTS = {
    "person": "person__name",
    "role": ("role", "body_name"),
    "body": ("body_name", "role"),
    "from": "from_on",
    "to": "to_on",
}


def roles(request: HttpRequest) -> HttpResponse:
    """The roles of a day, with the groups and their chairs, and the administrations that nobody speaks for."""
    today = office_day(timezone.now())
    filters = RolesFilter(request.GET, today=today)
    rows = _asked(filters).select_related("follows__person", "followed_by__person")
    may_appoint_office = policies.is_head_of_office(request.user)
    return render(
        request,
        "members/roles.html",
        {
            "filters": filters,
            "listing": Listing(request.GET, rows, sorts=SORTS, default="body"),
            "day": filters.day,
            "today": today,
            "missing": _without_contact_point(filters.day),
            "groups": _groups(filters.day),
            "office_roles": OFFICE_ROLES,
            "may_appoint_office": may_appoint_office,
            "section": "members",
        },
    )


@require_safe
def roles_csv(request: HttpRequest) -> HttpResponse:
    """The roles as filtered on the page; the trail keeps who took the list out of the portal."""
    filters = RolesFilter(request.GET, today=office_day(timezone.now()))
    rows = list(_asked(filters).order_by("body_name", "role", "from_on", "pk"))
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "roles", reader(request), rows=len(rows), filters=asked)
    header = [_("Person"), _("Role"), _("For"), _("First day"), _("Last day"), _("Mail address")]
    return csv_response(
        f"roles-{filters.day}",
        header,
        (
            [
                row.person,
                row.get_role_display(),
                row.body or _("The office"),
                row.from_on,
                row.to_on or "",
                row.person.email,
            ]
            for row in rows
        ),
    )


def _asked(filters: RolesFilter) -> AppointmentQuerySet:
    """The office has no name of its own in the rows: it stands first."""
    rows: Any = Appointment.objects.annotate(body_name=Coalesce("administration__name", "group__name", Value("")))
    found: AppointmentQuerySet = filters.narrow(rows)
    return found.select_related("person", "administration", "group")


def _without_contact_point(day: date) -> list[Administration]:
    """A contact point with a closed account answers no letter."""
    held = Appointment.objects.on(day).filter(role=Role.CONTACT_POINT, person__is_active=True)
    return list(Administration.objects.members_on(day).exclude(pk__in=held.values("administration")))


def _groups(day: date) -> list[Group]:
    """Every group with who chairs it on the day."""
    chairs = Appointment.objects.on(day).filter(role__in=GROUP_ROLES).select_related("person").order_by("role", "pk")
    return list(Group.objects.prefetch_related(Prefetch("appointments", chairs, to_attr="chairs")))
