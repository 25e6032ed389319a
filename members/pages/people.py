"""Where a person goes first; the list of people, its file, and adding a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import policies
from members.models import Appointment, User
from members.models.people import UserQuerySet
from members.pages.answers import tell_added
from members.pages.forms_people import NewPersonForm, PeopleFilter
from members.pages.reader import reader
from members.services import people as service
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_stream, xlsx_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing

SORTS = {
    "name": "name",
    "administration": ("administration__name", "organisation__name", "name"),
    "position": "position",
    "english": "english",
    "added": "joined_at",
}
AT_ONCE = 2000  # rows that stand in memory while a file is written


def start(request: HttpRequest) -> HttpResponse:
    """After sign-in: the desk where this person works."""
    if policies.is_office(request.user):
        return redirect("office:dashboard")
    if policies.is_contact_point(request.user):
        return redirect("delegation:home")
    return redirect("participant:mine")


def people(request: HttpRequest) -> HttpResponse:
    """The people that the reader may see; for an official that is one line."""
    rows, filters = _asked(request, office_day(timezone.now()))
    return render(
        request,
        "members/people.html",
        {
            "filters": filters,
            "listing": Listing(request.GET, rows, sorts=SORTS, default="name"),
            "is_office": policies.is_office(request.user),
            "section": "members",
        },
    )


@require_safe
def people_table(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The people as filtered and sorted on the page; the trail keeps who took the list out of the portal.

    An import reads the file again. Gender is not in the file: it was stated for statistics only.
    """
    rows, filters = _asked(request, office_day(timezone.now()))
    listing = Listing(request.GET, rows, sorts=SORTS, default="name")
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "people", reader(request), rows=listing.count, filters=asked)
    header = [
        _("Sign-in name"),
        _("Name"),
        _("Title"),
        _("Position"),
        _("Unit"),
        _("Administration or organisation"),
        _("Role today"),
        _("Mail address"),
        _("Languages"),
        _("English"),
        _("In customs since"),
        _("Account"),
    ]
    write = xlsx_response if ending == "xlsx" else csv_stream
    return write("people", header, _lines(listing.rows))


def add_person(request: HttpRequest) -> HttpResponse:
    """The office adds a person; ?administration=5 or ?organisation=3 chooses the body."""
    chosen = {name: request.GET.get(name, "") for name in ("administration", "organisation")}
    form = NewPersonForm(posted(request), initial=chosen)
    if form.is_valid():
        with refusals_on(form):
            added = service.add(by=reader(request), welcome=True, **form.cleaned_data)
            tell_added(request, added)
            return redirect("members:person", pk=added.pk)
    return render(request, "members/add_person.html", {"form": form, "section": "members"})


def _asked(request: HttpRequest, today: date) -> tuple[UserQuerySet, PeopleFilter]:
    filters = PeopleFilter(request.GET, reader=reader(request))
    rows = filters.narrow(User.objects.visible_to(reader(request)), on=today)
    held = Appointment.objects.on(today).select_related("administration", "group")
    return rows.select_related("administration", "organisation").prefetch_related(
        Prefetch("appointments", held, to_attr="held")
    ), filters


def _lines(rows: Any) -> Iterator[list[Any]]:
    open_word, closed_word = _("open"), _("closed")
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield [
            row.username,
            row.name,
            row.title,
            row.position,
            row.unit,
            row.body or "",
            ", ".join(str(held.get_role_display()) for held in row.held),
            row.email,
            row.languages,
            row.get_english_display() if row.english else "",
            row.customs_since or "",
            open_word if row.is_active else closed_word,
        ]
