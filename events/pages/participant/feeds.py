"""Calendar files for everybody: announced public events, without joining addresses and without names."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from events.models import Access, Event
from events.models.programme import EventQuerySet
from events.states import EventState
from events.wording import place
from portal.kit import calendar

FRESH_SECONDS = 5 * 60
LOOKING_BACK = timedelta(days=366)
FEED = "participant.calendar.ics"


@require_safe
@conditional_page
def calendar_ics(request: HttpRequest) -> HttpResponse:
    """What everybody may know, from a year ago on; the same bytes for every reader, made once in five minutes."""
    file = cache.get(FEED)
    if file is None:
        file = _feed_of_everybody(timezone.now())
        cache.set(FEED, file, FRESH_SECONDS)
    return _public(_answer(file, "calendar"))


@require_safe
@conditional_page
def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """One event, for "add to my calendar"; a file for everybody only if the event is."""
    at = timezone.now()
    event = get_object_or_404(_with_changes(Event.objects.visible_to(request.user).published()), slug=slug)
    answer = _answer(calendar.feed(event.title, [_meeting(event)], host=host(), at=at), event.slug)
    return _public(answer) if event.access == Access.PUBLIC else answer


def subscribe_address() -> str:
    """The address that a calendar program asks again and again."""
    return settings.PORTAL_URL + reverse("participant:calendar_ics")


def host() -> str:
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"


def _feed_of_everybody(at: datetime) -> bytes:
    rows = Event.objects.visible_to(AnonymousUser()).filter(starts_at__gte=at - LOOKING_BACK)
    meetings = [_meeting(event) for event in _with_changes(rows)]
    name = _("Events of the %(office)s") % {"office": settings.OFFICE_SHORT_NAME}
    return calendar.feed(name, meetings, host=host(), at=at)


def _with_changes(rows: EventQuerySet) -> EventQuerySet:
    return rows.annotate(revised_at=Max("revisions__made_at")).prefetch_related("sessions").order_by("starts_at", "pk")


def _meeting(event: Event) -> calendar.Meeting:
    """The sessions as entries; a postponed event leaves the calendars until it has a new date."""
    sittings = [
        calendar.Sitting(f"session-{session.pk}", session.title, session.starts_at, session.ends_at)
        for session in event.sessions.all()
    ] or [calendar.Sitting(f"event-{event.pk}", "", event.starts_at, event.ends_at)]
    return calendar.Meeting(
        title=event.title,
        sittings=sittings,
        sequence=event.calendar_sequence,
        place=place(event),
        text=event.objective,
        url=settings.PORTAL_URL + reverse("participant:event", args=[event.slug]),
        cancelled=event.state in (EventState.POSTPONED, EventState.CANCELLED),
        changed_at=getattr(event, "revised_at", None) or event.announced_at,
    )


def _answer(file: bytes, name: str) -> HttpResponse:
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _public(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response
