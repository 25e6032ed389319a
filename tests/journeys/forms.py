"""Every form of the portal, found by opening every page as every kind of person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from events.models import Event, FollowUp, Outcome, Registration
from events.services import outcomes
from portal.kit.models import Entry
from portal.mail.models import Message
from tests import make
from tests.house.test_addresses import addresses
from tests.house.world import World, build
from tests.journeys.visitor import Field, Form, Page

# a part of the portal, who opens it, and the names of its addresses as patterns
PARTS = {
    "sign-in": ("visitor", ["account_*", "participant:c*", "participant:outcome*"]),
    "own pages": (
        "official",
        [
            "account_*",
            "mfa_*",
            "participant:*",
            "members:p*",
            "members:edit_p*",
            "members:*device*",
            "members:*course*",
            "members:*proposal*",
        ],
    ),
    "application": ("stranger", ["participant:apply", "participant:event*"]),
    "delegation": ("contact", ["delegation:*"]),
    "chair": ("chair", ["chair:*", "participant:follow_up"]),
    "members": ("office", ["members:*"]),
    "people of the office": ("head", ["members:appoint_office"]),
    "approval": ("head", ["office:plan_approve"]),
    "plan": (
        "office",
        [
            "office:plan*",
            "office:best*",
            "office:place",
            "office:activity*",
            "office:create_event",
            "office:timeline*",
            "office:report",
            "office:report_csv",
        ],
    ),
    "event form": ("office", ["office:event_edit"]),
    "events": ("office", ["office:events*", "office:event_[cnr]*", "office:session*", "office:invit*"]),
    "event": ("office", ["office:event", "office:[ah]*", "office:postpone", "office:cancel", "office:chair*"]),
    "record": (
        "office",
        [
            "office:event_[chlo]*",
            "office:[f-o]*",
            "office:paper*",
            "office:report_event",
            "office:record*",
            "office:trail*",
        ],
    ),
    "people": ("office", ["office:people*", "office:[cdw]*"]),
}
TYPED = ("text", "textarea", "email", "url", "search", "password", "tel")
# it ends the session; and a form that every page has is one form
SIGN_OUT = "/account/logout/"


@dataclass(frozen=True)
class Place:
    """A form, the page that shows it, and who found it there."""

    role: str
    page: str
    form: Form

    @property
    def address(self) -> str:
        return urljoin(self.page, self.form.action) if self.form.action else self.page

    @property
    def view(self) -> str:
        return resolve(urlsplit(self.address).path).view_name

    @property
    def key(self) -> tuple[str, ...]:
        """The same form about another row is the same form; names of fields may hold the number of a row."""
        return self.form.method, self.view, *sorted(re.sub(r"\d+", "", name) for name in self.form.fields)

    def __str__(self) -> str:
        return f"{self.role} {self.form.method} {self.address} (on {self.page})"

    def typed(self, *kinds: str) -> list[Field]:
        """The fields of these kinds that a person can reach."""
        return [one for one in self.form.fields.values() if one.kind in kinds]

    def filled(self) -> dict[str, Any]:
        """The form as it came, with something plausible where it was empty."""
        data = self.form.data()
        for one in self.form.fields.values():
            if one.name not in data or data[one.name] == "":
                value = plausible(one)
                if value is not None:
                    data[one.name] = value
        return data


def plausible(one: Field) -> str | None:
    if one.kind == "select" or one.kind == "radio":
        return next((value for value in one.options if value), None)
    day = one.attrs.get("min") or (make.TODAY + make.days(30)).isoformat()
    values = {
        "date": day,
        "time": "10:00",
        "number": "1",
        "email": "someone@customs.example",
        "url": "https://a.example",
    }
    return values.get(one.kind, "Some words" if one.kind in TYPED else None)


def more_world() -> World:
    """The small world, with what has forms only in a certain state."""
    world = build()
    office = world.people["office"]
    chair = world.people["chair"]
    assert office
    assert chair
    meetings = [make.meeting(chairs=(chair,), by=office, begin=make.TODAY - make.days(number)) for number in (3, 4)]
    outcomes.circulate(make.drafted(meetings[0]), by=office)
    make.published(meetings[1])
    upcoming = world.rows["registrations"].event
    for person in (make.official("FJ"), world.people["official"]):
        make.nominated(upcoming, person=person)
    make.attended(make.running("FJ", began=make.days(-3), by=office), person=world.people["official"])
    return world


def named(part: str) -> Iterator[tuple[str, str]]:
    """The addresses of a part: their name and their route."""
    for name, pattern in addresses():
        if any(fnmatchcase(name, words) for words in PARTS[part][1]):
            yield name, str(pattern.pattern)


def pages(world: World, part: str) -> Iterator[str]:
    """Every address of a part about one row."""
    for name, route in named(part):
        yield reverse(name, args=world.arguments(name, route) if "<" in route else [])


def more_pages(world: World, part: str) -> Iterator[str]:
    """Every address of a part, with rows of every state where an event, an outcome or an action is named."""
    events = list(Event.objects.filter(pk__in=(world.workshop.pk, world.rows["activities"].events.get().pk)))
    events += [world.rows["registrations"].event, *Event.objects.filter(outcome__state__in=("circulated", "published"))]
    records = list(Outcome.objects.order_by("pk"))
    rows: dict[str, list[Any]] = {
        "events/<int:pk>/": [event.pk for event in events],
        "events/<slug:slug>/": [event.slug for event in events],
        "outcomes/<int:pk>/": [outcome.pk for outcome in records],
        "follow-ups/<int:pk>/": list(FollowUp.objects.values_list("pk", flat=True)),
        "mine/<int:pk>/": list(Registration.objects.values_list("pk", flat=True)),
        "letters/<int:pk>/": [row.pk for row in {row.state: row for row in Message.objects.all()}.values()],
    }
    yield from pages(world, part)
    for name, route in named(part):
        for begin, keys in rows.items():
            if route.startswith(begin) and route.count("<") == 1:
                yield from (reverse(name, args=[key]) for key in keys)


def client_of(world: World, role: str) -> Client:
    client = Client(raise_request_exception=False)
    person = world.people[role]
    if person:
        client.force_login(person)
    return client


def found(world: World, part: str) -> list[Place]:
    """The forms that a person finds on the pages of a part, each kind of form once."""
    known: dict[tuple[str, ...], Place] = {}
    role = PARTS[part][0]
    client = client_of(world, role)
    for address in dict.fromkeys(more_pages(world, part)):
        answer = client.get(address)
        assert answer.status_code < 500, f"{role} {address}: {answer.status_code}"
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        for form in Page(answer.content.decode()).forms:
            if form.action != SIGN_OUT:
                place = Place(role, address, form)
                known.setdefault(place.key, place)
    return list(known.values())


@dataclass(frozen=True)
class Answer:
    """What came back, and whether the portal changed: each change leaves a line in the trail, each letter a row."""

    status: int
    page: Page
    changed: bool


def send(client: Client, place: Place, *forms: dict[str, Any], follow: bool = False) -> Answer:
    """Send a form, or one after the other, and undo what it did; no throttle counts from one try to the next."""
    cache.clear()
    cookies = deepcopy(client.cookies)  # a form may end the session
    mark = transaction.savepoint()
    try:
        before = _footprints()
        for data in forms:
            sender = client.get if place.form.method == "get" else client.post
            answer = sender(place.address, data, follow=follow)
        changed = _footprints() != before
    finally:
        transaction.savepoint_rollback(mark)
        client.cookies = cookies
    html = "text/html" in answer.headers.get("Content-Type", "")
    return Answer(answer.status_code, Page(answer.content.decode() if html else ""), changed)


def _footprints() -> tuple[int, int]:
    return Entry.objects.count(), Message.objects.count()
