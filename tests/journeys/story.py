"""The people and the post of the story that both journeys tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from email.message import Message as Part
from typing import Any

import icalendar
from django.core import mail
from django.core.management import call_command

from members.models import Administration, Role, User
from members.services import appointments, people
from portal.mail import tasks
from tests import make

PASSWORD = "a-good-long-password"
SINCE = date(2019, 7, 1)
WEBINAR = "WCO/JICA Joint Sub-regional MTP Introductory Webinar for the Pacific Islands"
CONSULTATION = "9th ASEAN - WCO Consultation"
SECRET = "https://meet.example/secret-room"


@dataclass
class Cast:
    """Who takes part; each signs in with `PASSWORD`, Official 3 of Fiji with a mailed code."""

    manager: User
    fiji: User
    tonga: User
    officials: list[User]  # 1 and 3 of Fiji, 1 of Tonga
    chairs: list[User]  # of Indonesia and of Myanmar


def settle() -> Cast:
    """The real register of the region, and the people of the story."""
    make.pillars()
    call_command("load_members", verbosity=0)
    manager = _person("Programme Manager 1", "manager1", None, Role.OFFICE_STAFF)
    return Cast(
        manager,
        _person("Contact Point of Fiji", "fj.contact", "FJ", Role.CONTACT_POINT),
        _person("Contact Point of Tonga", "to.contact", "TO", Role.CONTACT_POINT),
        [
            _person("Official 1 of Fiji", "fj.official1", "FJ"),
            _person("Official 3 of Fiji", "fj.official3", "FJ"),
            _person("Official 1 of Tonga", "to.official1", "TO"),
        ],
        [
            _person("Official 1 of Indonesia", "id.official1", "ID"),
            _person("Official 1 of Myanmar", "mm.official1", "MM"),
        ],
    )


def _person(name: str, username: str, code: str | None, role: Role | None = None) -> User:
    body = Administration.objects.get(iso2=code) if code else None
    person = people.add(
        name=name,
        email=f"{username}@customs.example",
        username=username,
        administration=body,
        time_zone="" if body else "Asia/Bangkok",
        by=None,
    )
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    if role:
        appointments.appoint(person, role, administration=body, from_on=SINCE, by=None)
    return person


# --- the post -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivered:
    """One letter as it arrived."""

    to: str
    subject: str
    body: str
    calendars: list[icalendar.Calendar]


def post() -> list[Delivered]:
    """Let the worker send what is due, and read what arrived."""
    mail.outbox.clear()
    tasks.tick()
    while tasks.deliver():
        pass
    return [_delivered(letter) for letter in mail.outbox]


def _delivered(letter: Any) -> Delivered:
    (address,) = letter.to
    found = re.search(r"<(.+)>", address)
    message = letter.message()
    parts: Iterable[Part] = message.walk()
    calendars = [
        icalendar.Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]
    return Delivered(found[1] if found else address, letter.subject, letter.body, calendars)


def names(letters: Iterable[Delivered], words: str) -> set[str]:
    """Who got a letter whose subject begins with these words, by the part of the address before the @."""
    return {letter.to.partition("@")[0] for letter in letters if letter.subject.startswith(words)}
