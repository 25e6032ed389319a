"""Calendar files over the web: for everybody, of one event, and by the address that a person made."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import conditional_page, require_safe

from events.models import Access, CalendarFeed, Event
from events.services import feeds

FRESH_SECONDS = 5 * 60
FEED = "participant.calendar.ics"


@require_safe
@conditional_page
def calendar_ics(request: HttpRequest) -> HttpResponse:
    """What everybody may know, from a year ago on; the same bytes for every reader, made once in five minutes."""
    file = cache.get(FEED)
    if file is None:
        file = feeds.feed_of_everybody(at=timezone.now())
        cache.set(FEED, file, FRESH_SECONDS)
    return _public(_answer(file, "calendar"))


@require_safe
@conditional_page
def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """One event, for "add to my calendar"; a file for everybody only if the event is."""
    rows = feeds.with_changes(Event.objects.visible_to(request.user).published())
    event = get_object_or_404(rows, slug=slug)
    answer = _answer(feeds.file_of_event(event, at=timezone.now()), event.slug)
    return _public(answer) if event.access == Access.PUBLIC else answer


@require_safe
def personal_ics(request: HttpRequest, token: str) -> HttpResponse:
    """The feed of one person for a calendar program, which cannot sign in: the address is the key.

    An address that was removed and one that never was are the same nothing. Who asks with the mark of the last
    answer is told that nothing changed before a file is made.
    """
    at = timezone.now()
    rows = CalendarFeed.objects.open().select_related("owner__administration")
    feed = get_object_or_404(rows, token=token)
    mark = feeds.mark_of(feed, at=at)
    feeds.note_reading(feed, at=at)
    answer: HttpResponse = get_conditional_response(request, etag=f'"{mark}"') or _answer(
        feeds.file_of(feed, mark=mark, at=at), "my-calendar"
    )
    answer["ETag"] = f'"{mark}"'
    answer["Cache-Control"] = "private, no-cache"  # one may keep it, and must ask before showing it again
    answer["X-Robots-Tag"] = "noindex"
    return answer


def subscribe_address() -> str:
    """The address that a calendar program asks again and again."""
    return settings.PORTAL_URL + reverse("participant:calendar_ics")


def _answer(file: bytes, name: str) -> HttpResponse:
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _public(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response
