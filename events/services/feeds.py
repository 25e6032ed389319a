"""Calendar files of events: one for everybody, one for each event, and the feeds that people make for themselves.

No file holds a joining address or the name of a person: a file is copied, and its address too.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from events.models import CalendarFeed, Chairing, Event, FeedKind, Invitation, Registration, Session
from events.models.invitations import InvitationQuerySet
from events.models.programme import PUBLISHED, EventQuerySet
from events.states import EventState, InvitationState, RegistrationState
from events.wording import address, deadline, place
from members.models import User
from portal.kit import calendar, trail
from portal.kit.states import Refused

MOST = 10  # feeds of one person
LOOKING_BACK = timedelta(days=366)
REFRESH = timedelta(hours=1)
KEPT_SECONDS = 60 * 60
FORMAT = 1  # one more when the same rows make another file
TOKEN_BYTES = 32
CALLED_OFF = (EventState.POSTPONED, EventState.CANCELLED)
NOT_TAKING_PART = (InvitationState.DECLINED, InvitationState.LIFTED)


# --- feeds of people ----------------------------------------------------------------------------------


@transaction.atomic
def create(
    owner: User, *, name: str, kind: str, event_kind: str = "", topic: str = "", by: User, at: datetime
) -> CalendarFeed:
    """A new address for the calendar of its owner.

    Raises `Refused` when the owner has ten, and for invitations when the owner speaks for no administration.
    """
    if kind == FeedKind.ADMINISTRATION and not owner.is_contact_point:
        raise Refused(_("This feed is for contact points: you speak for no administration today."))
    User.objects.select_for_update().get(pk=owner.pk)  # of two clicks at once, the second counts the first
    if owner.calendar_feeds.count() >= MOST:
        raise Refused(
            _("You have %(most)d feeds. Remove one that you do not use, then make a new one.") % {"most": MOST}
        )
    feed = CalendarFeed.objects.create(
        owner=owner,
        name=name,
        kind=kind,
        event_kind=event_kind,
        topic=topic,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_at=at,
    )
    trail.record(by, "made a calendar feed", owner, feed=kind)
    return feed


@transaction.atomic
def revoke(feed: CalendarFeed, *, by: User) -> None:
    """The address answers nobody any more. A second click finds nothing to do."""
    gone, _rows = CalendarFeed.objects.filter(pk=feed.pk).delete()
    if gone:
        trail.record(by, "removed a calendar feed", feed.owner, feed=feed.kind)


def note_reading(feed: CalendarFeed, *, at: datetime) -> None:
    """Keep when the feed was read, once an hour: a program may ask every minute, and a row need not."""
    if feed.last_read_at is None or feed.last_read_at <= at - REFRESH:
        CalendarFeed.objects.filter(pk=feed.pk).not_read_since(at - REFRESH).update(last_read_at=at)


def mark_of(feed: CalendarFeed, *, at: datetime) -> str:
    """The same while the feed is the same, another one when anything in its file may differ.

    It is made from the whole columns of the rows, so that nothing is forgotten: a program asks again and again, and
    to make the entries of the file costs much more.
    """
    owner, events = feed.owner, _seen(feed, at)
    rows = [
        events.annotate(revised_at=Max("revisions__made_at")).order_by("pk").values_list(),
        Session.objects.filter(event__in=events.values("pk")).order_by("pk").values_list(),
        *(found.order_by("pk").values_list() for found in _own(feed)),
    ]
    facts = (FORMAT, settings.PORTAL_URL, feed.pk, feed.name, owner.zone, [list(found) for found in rows])
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def file_of(feed: CalendarFeed, *, mark: str, at: datetime) -> bytes:
    """The feed as a file. It is kept under the mark of its content, so that an old one is never answered."""
    key = f"events.feed.{mark}"
    file: bytes | None = cache.get(key)
    if file is None:
        file = calendar.feed(feed.name, meetings_of(feed, at=at), host=host(), at=feed.created_at, refresh=REFRESH)
        cache.set(key, file, KEPT_SECONDS)
    return file


def meetings_of(feed: CalendarFeed, *, at: datetime) -> list[calendar.Meeting]:
    """What the owner may see at this moment, from a year ago on. A role that ended shows nothing any more."""
    events = list(with_changes(_seen(feed, at)))
    parts = _parts_of(feed, events)
    return [_for_owner(event, parts.get(event.pk)) for event in events]


def _seen(feed: CalendarFeed, at: datetime) -> EventQuerySet:
    return _events_of(feed).filter(starts_at__gte=at - LOOKING_BACK)


def _events_of(feed: CalendarFeed) -> EventQuerySet:
    owner = feed.owner
    rows = Event.objects.visible_to(owner)
    if feed.kind == FeedKind.MINE:
        registered = Registration.objects.live().filter(official=owner).values("event")
        chaired = Chairing.objects.filter(person=owner).values("event")
        rows = rows.published().filter(Q(pk__in=registered) | Q(pk__in=chaired))
    elif feed.kind == FeedKind.ADMINISTRATION:
        rows = rows.published().filter(pk__in=_invitations_of(owner).values("event"))
    else:
        # the office sees what it prepares, too; a draft that was cancelled was never an event
        rows = rows.filter(PUBLISHED | Q(state=EventState.DRAFT))
    narrow = {"kind": feed.event_kind, "topic": feed.topic}
    return rows.filter(**{name: value for name, value in narrow.items() if value})


def _own(feed: CalendarFeed) -> Sequence[QuerySet[Any]]:
    """The rows that say what the events are to the owner."""
    if feed.kind == FeedKind.ADMINISTRATION:
        return [_invitations_of(feed.owner)]
    return [Registration.objects.live().filter(official=feed.owner), Chairing.objects.filter(person=feed.owner)]


def _invitations_of(owner: User) -> InvitationQuerySet:
    rows = Invitation.objects.filter(administration__in=owner.represented if owner.is_active else [])
    return rows.exclude(state__in=NOT_TAKING_PART)


@dataclass(frozen=True)
class Part:
    """What an event is to the owner of a feed: a sentence, the page that says more, and whether it is sure."""

    sentence: str
    page: str
    sure: bool = True


def _parts_of(feed: CalendarFeed, events: list[Event]) -> dict[int, Part]:
    if feed.kind == FeedKind.ADMINISTRATION:
        return _invited(feed.owner, events)
    parts = {
        chairing.event_id: Part(_("You chair this meeting."), address("participant:event", chairing.event.slug))
        for chairing in Chairing.objects.filter(person=feed.owner).select_related("event")
    }
    for registration in Registration.objects.live().filter(official=feed.owner):
        page = address("participant:my_event", registration.pk)
        if registration.state == RegistrationState.CONFIRMED:
            sentence = _("You take part. Joining information: sign in at %(page)s") % {"page": page}
            parts[registration.event_id] = Part(sentence, page)
        else:
            sentence = _("Your registration: %(state)s.") % {"state": registration.get_state_display()}
            parts.setdefault(registration.event_id, Part(sentence, page, sure=False))
    return parts


def _invited(owner: User, events: list[Event]) -> dict[int, Part]:
    """Where a person speaks for two administrations, the first invitation by name leads to its page."""
    known = {event.pk: event for event in events}
    parts: dict[int, Part] = {}
    for invitation in _invitations_of(owner).filter(event__in=known).order_by("administration__name"):
        event = known[invitation.event_id]
        sentence = _("Your administration is invited (%(state)s).") % {"state": invitation.get_state_display()}
        until = deadline(event, owner.zone)
        if until:
            sentence += "\n" + _("Nominations until: %(until)s") % {"until": until}
        parts.setdefault(event.pk, Part(sentence, address("delegation:invitation", invitation.pk)))
    return parts


def _for_owner(event: Event, part: Part | None) -> calendar.Meeting:
    meeting = meeting_of(event)
    if event.state == EventState.DRAFT:
        return replace(meeting, tentative=True, title=_("Draft: %(title)s") % {"title": event.title})
    if part is None:
        return meeting
    text = "\n\n".join(filter(None, (part.sentence, meeting.text)))
    return replace(meeting, text=text, url=part.page, tentative=not part.sure)


# --- files for everybody ------------------------------------------------------------------------------


def feed_of_everybody(*, at: datetime) -> bytes:
    """Announced public events, from a year ago on."""
    rows = Event.objects.visible_to(AnonymousUser()).filter(starts_at__gte=at - LOOKING_BACK)
    meetings = [meeting_of(event) for event in with_changes(rows)]
    name = _("Events of the %(office)s") % {"office": settings.OFFICE_SHORT_NAME}
    return calendar.feed(name, meetings, host=host(), at=at)


def file_of_event(event: Event, *, at: datetime) -> bytes:
    return calendar.feed(event.title, [meeting_of(event)], host=host(), at=at)


def with_changes(rows: EventQuerySet) -> EventQuerySet:
    """Add what a file needs: the sessions, and when the event was changed last."""
    return rows.annotate(revised_at=Max("revisions__made_at")).prefetch_related("sessions").order_by("starts_at", "pk")


def meeting_of(event: Event) -> calendar.Meeting:
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
        url=address("participant:event", event.slug),
        cancelled=event.state in CALLED_OFF,
        changed_at=getattr(event, "revised_at", None) or event.announced_at,
    )


def host() -> str:
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"
