"""Calendars of other bodies: their meetings in a list, a file uploaded, a calendar taken away."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.models import OtherCalendar, OtherMeeting
from events.pages.office.desk import refusals_told
from events.pages.office.forms_calendars import OtherCalendarForm, OtherMeetingFilter
from events.services import other_calendars as service
from members.pages.reader import reader
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing

SORTS = {"title": "title", "begin": "starts_on", "calendar": ("calendar__name", "starts_on"), "place": "place"}


@require_safe
def other_calendars(request: HttpRequest) -> HttpResponse:
    """The meetings of other bodies, from the calendars that the office uploaded."""
    filters, listing = _listing(request)
    return render(
        request,
        "office/other_calendars.html",
        {
            "filters": filters,
            "listing": listing,
            "export": reverse("office:other_calendars_csv") + listing.link(),
            "calendars": OtherCalendar.objects.select_related("by").annotate(n=Count("meetings")),
            "section": "events",
        },
    )


@require_safe
def other_calendars_csv(request: HttpRequest) -> HttpResponse:
    """The meetings as filtered and sorted on the page."""
    _filters, listing = _listing(request)
    header = [_("Calendar"), _("Title"), _("First day"), _("Last day"), _("Place")]
    rows = [[row.calendar.name, row.title, row.starts_on, row.ends_on, row.place] for row in listing.rows]
    return csv_response("meetings-of-other-bodies", header, rows)


def _listing(request: HttpRequest) -> tuple[OtherMeetingFilter, Listing]:
    filters = OtherMeetingFilter(request.GET)
    rows = filters.narrow(OtherMeeting.objects.select_related("calendar"))
    return filters, Listing(request.GET, rows, sorts=SORTS, default="-begin")


def other_calendar_upload(request: HttpRequest) -> HttpResponse:
    """Upload a file; `?name=` is the calendar that a new file replaces."""
    name = request.GET.get("name", "")
    form = OtherCalendarForm(posted(request), request.FILES or None, initial={"name": name})
    if form.is_valid():
        with refusals_on(form, "file"):
            file = form.cleaned_data["file"]
            done = service.upload(
                name=form.cleaned_data["name"],
                file_name=file.name,
                content=file.read(),
                by=reader(request),
                at=timezone.now(),
            )
            _tell(request, done)
            return redirect(f"{reverse('office:other_calendars')}?calendar={done.calendar.pk}")
    return render(request, "office/other_calendar_upload.html", {"form": form, "section": "events"})


def _tell(request: HttpRequest, done: service.Upload) -> None:
    counts = {"added": done.added, "changed": done.changed, "gone": done.gone, "same": done.same}
    messages.success(
        request,
        _("%(name)s: %(added)d added, %(changed)d changed, %(gone)d gone, %(same)d as before.")
        % {"name": done.calendar, **counts},
    )
    for note in done.notes:
        messages.warning(request, note)


@require_POST
def other_calendar_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a calendar away with its meetings."""
    row = get_object_or_404(OtherCalendar, pk=pk)
    with refusals_told(request):
        service.remove(row, by=reader(request))
        messages.success(request, _("The calendar of %(name)s is removed.") % {"name": row})
    return redirect("office:other_calendars")
