"""The directory, and the page of one administration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import hooks, policies
from members.models import Administration, Appointment, Membership, Role, User
from members.models.bodies import AdministrationQuerySet
from members.pages import history
from members.pages.forms import DirectoryFilter
from members.pages.reader import reader
from members.services import holidays
from portal.kit import trail
from portal.kit.clock import city, in_zone, office_day, offset
from portal.kit.exports import TABLES
from portal.kit.listing import Listing

SORTS = {"name": "name", "iso": "iso2", "sub-region": "sub_region", "zone": "time_zone"}


@dataclass(frozen=True)
class Line:
    """An administration in the directory, with what depends on the day and on the reader."""

    administration: Administration
    groups: list[str]
    there_now: str
    contact_point: str
    formerly: list[str]


def directory(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    filters = DirectoryFilter(request.GET)
    listing = _listing(request, filters, office_day(at))
    return render(
        request,
        "members/directory.html",
        {
            "filters": filters,
            "listing": listing,
            "lines": [_line(row, at, searched=filters.cleaned_data.get("q", "")) for row in listing],
            "with_contact_points": policies.is_office(request.user) or reader(request).administration_id,
            "section": "members",
        },
    )


@require_safe
def directory_table(request: HttpRequest, ending: str) -> HttpResponse:
    """The list as filtered and sorted on the page; contact points as on the page. An import reads it again.

    It may name contact points: the trail keeps who took the list out of the portal.
    """
    at = timezone.now()
    filters = DirectoryFilter(request.GET)
    listing = _listing(request, filters, office_day(at))
    header = [
        _("ISO code"),
        _("Name"),
        _("Sub-region"),
        _("Groups"),
        _("Time zone"),
        _("Weekend"),
        _("Languages"),
        _("Capital"),
        _("Member since"),
        _("Contact point"),
    ]
    rows = []
    for row in listing.rows:
        line = _line(row, at)
        rows.append(
            [
                row.iso2,
                row.name,
                row.get_sub_region_display(),
                ", ".join(line.groups),
                row.time_zone,
                row.weekend,
                row.languages,
                row.capital,
                row.member_since or "",
                line.contact_point,
            ]
        )
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "administrations", reader(request), rows=len(rows), filters=asked)
    return TABLES[ending]("administrations", header, rows)


def administration(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    today = office_day(at)
    row = get_object_or_404(Administration.objects.members_on(today), pk=pk)
    held = Appointment.objects.filter(administration=row).select_related(
        "person", "follows__person", "followed_by__person"
    )
    sees_people = policies.may_see_people_of(request.user, row)
    people = User.objects.visible_to(reader(request)).standing().filter(administration=row)
    return render(
        request,
        "members/administration.html",
        {
            "administration": row,
            "title_today": row.title_on(today),
            "there_now": there_now(row.time_zone, at),
            "holidays": holidays.coming(row, today),
            "titles": row.titles.all(),
            "memberships": row.memberships.select_related("group").order_by("group__name", "from_on"),
            "groups_today": set(row.memberships.on(today).values_list("pk", flat=True)),
            "sees_appointments": policies.may_see_appointments_of(request.user, row),
            "sees_people": sees_people,
            "is_office": policies.is_office(request.user),
            "appointments": held.from_day_on(today).order_by("role", "from_on"),
            "earlier": held.exclude(pk__in=held.from_day_on(today).values("pk")),
            "people": Listing(request.GET, people, sorts={"name": "name"}, default="name") if sees_people else None,
            "sections": hooks.sections(hooks.administration_sections, row, reader(request), at),
            "history": history.lines(row) if policies.is_office(request.user) else [],
            "today": today,
            "section": "people" if policies.is_contact_point(request.user) else "members",
        },
    )


def there_now(zone: str, at: datetime) -> str:
    """Wed 14:05 (Dhaka, UTC+6)."""
    wall = in_zone(at, zone)
    return f"{formats.date_format(wall, 'D')} {wall:%H:%M} ({city(zone)}, {offset(wall)})"


def _listing(request: HttpRequest, filters: DirectoryFilter, today: date) -> Listing:
    rows = filters.narrow(Administration.objects.members_on(today), on=today)
    return Listing(request.GET, _with_today(rows, reader(request), today), sorts=SORTS, default="name")


def _with_today(rows: AdministrationQuerySet, user: User, today: date) -> AdministrationQuerySet:
    """Read groups and contact points of the day with the list; a reader never loads a name that is not shown."""
    speaking = Appointment.objects.on(today).filter(role=Role.CONTACT_POINT).select_related("person")
    if not user.is_office:
        speaking = speaking.filter(administration=user.administration_id)
    groups = Membership.objects.on(today).select_related("group").order_by("group__name")
    return rows.prefetch_related(Prefetch("memberships", groups), Prefetch("appointments", speaking), "titles")


def _line(row: Administration, at: datetime, *, searched: str = "") -> Line:
    """`searched` is the text of the search: a full name of the past that holds it says why the row is found."""
    groups = [membership.group.name for membership in row.memberships.all()]
    return Line(
        row,
        [name for name in groups if name != row.get_sub_region_display()],  # that one has its own column
        there_now(row.time_zone, at),
        ", ".join(str(appointment.person) for appointment in row.appointments.all()),
        [name for name in row.titles_before(office_day(at)) if searched and searched.casefold() in name.casefold()],
    )
