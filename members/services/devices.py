"""Where a person is signed in: browsers in plain words, and ending a session from another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from members.models import User
from portal.kit import trail

# the first word found names it: browsers carry the names of their ancestors too
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
]


@dataclass(frozen=True)
class Device:
    """One open session, as its owner knows it."""

    pk: int
    words: str
    ip: str
    began_at: datetime
    seen_at: datetime
    here: bool


def in_words(agent: str) -> str:
    """What a browser says of itself, as people say it: "Firefox on Windows"."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def of(person: User, *, here: str, at: datetime) -> list[Device]:
    """The open sessions, this one first, then the one seen last. `here` is the key of the reader's own session.

    A session that has run out, or that a new password ended, is not shown.
    """
    rows = {row.session_key: row for row in UserSession.objects.filter(user=person)}
    alive = Session.objects.filter(session_key__in=list(rows), expire_date__gt=at)
    found = [_device(rows[session.session_key], here) for session in alive if _holds(session.get_decoded(), person)]
    return sorted(found, key=lambda device: (not device.here, -device.seen_at.timestamp()))


@transaction.atomic
def end(row: Any, *, by: User) -> None:
    """Sign out on one device: its next request meets the sign-in page."""
    trail.record(by, "ended a session", row.user, personal=(row.user, {"device": in_words(row.user_agent)}))
    row.end()


@transaction.atomic
def end_all(person: User, *, by: User, but: str = "") -> int:
    """Sign out everywhere, except in the session with the key `but`; how many were ended."""
    rows = UserSession.objects.filter(user=person).exclude(session_key=but)
    for row in rows:
        end(row, by=by)
    return len(rows)


def _device(row: Any, here: str) -> Device:
    return Device(
        pk=row.pk,
        words=in_words(row.user_agent),
        ip=row.ip,
        began_at=row.created_at,
        seen_at=row.last_seen_at,
        here=row.session_key == here,
    )


def _holds(session: dict[str, Any], person: User) -> bool:
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
