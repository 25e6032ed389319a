"""Feeds for the calendar programs of three people; nobody has read them yet."""

from __future__ import annotations

from datetime import datetime

from events.management.demonstration import people
from events.models import FeedKind
from events.services import feeds
from members.models import User


def subscribe(manager: User, *, now: datetime) -> None:
    official, contact = people.official("FJ"), people.contact("FJ")
    feeds.create(official, name="My workshops", kind=FeedKind.MINE, by=official, at=now)
    feeds.create(contact, name="Capacity building: my seats", kind=FeedKind.MINE, by=contact, at=now)
    feeds.create(contact, name="Invitations of Fiji", kind=FeedKind.ADMINISTRATION, by=contact, at=now)
    feeds.create(manager, name="Everything of the office", kind=FeedKind.ALL, by=manager, at=now)
