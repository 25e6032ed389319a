"""The feeds of one person: make an address, copy it, see when it was read, remove it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import CalendarFeed
from events.pages.participant.forms_calendar import FeedForm, topics_of_public_events
from events.services import feeds as service
from events.wording import address
from members.pages.reader import reader
from portal.kit.forms import posted, refusals_on


@dataclass(frozen=True)
class Line:
    """A feed with its address and what it holds, in words."""

    feed: CalendarFeed
    address: str
    holds: str


def feeds(request: HttpRequest) -> HttpResponse:
    """The own feeds, and a form for one more."""
    at = timezone.now()
    user = reader(request)
    form = FeedForm(posted(request), speaks=user.is_contact_point, topics=topics_of_public_events())
    if form.is_valid():
        with refusals_on(form):
            service.create(user, by=user, at=at, **form.cleaned_data)
            messages.success(request, _("The feed is made. Copy its address into your calendar."))
            return redirect("participant:feeds")
    lines = [_line(feed) for feed in CalendarFeed.objects.visible_to(user)]
    return render(
        request,
        "participant/feeds.html",
        {"lines": lines, "most": service.MOST, "full": len(lines) >= service.MOST, "form": form, "now": at},
    )


@require_POST
def revoke_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an address; the calendars that ask for it get nothing any more."""
    user = reader(request)
    feed = get_object_or_404(CalendarFeed.objects.visible_to(user), pk=pk)
    service.revoke(feed, by=user)
    messages.success(request, _("“%(feed)s” is removed. Its address answers nobody any more.") % {"feed": feed.name})
    return redirect("participant:feeds")


def _line(feed: CalendarFeed) -> Line:
    words = [feed.get_kind_display(), feed.get_event_kind_display() if feed.event_kind else "", feed.topic]
    return Line(feed, address("participant:personal_ics", feed.token), " · ".join(filter(None, words)))
