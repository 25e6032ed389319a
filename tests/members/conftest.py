"""People with fixed names and addresses for the members' tests, and the letters that leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from members.models import Administration, Role, User
from members.services import appointments, people
from portal.mail import delivery
from tests import make

PASSWORD = make.PASSWORD


@pytest.fixture
def fiji(db) -> Administration:
    return make.administration("FJ")


@pytest.fixture
def tonga(db) -> Administration:
    return make.administration("TO")


@pytest.fixture
def person(db) -> Callable[..., User]:
    def add(name: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        added = people.add(name=name, email=email, by=None, **fields)
        if password:
            added.set_password(password)
            added.save(update_fields=["password"])
        return added

    return add


@pytest.fixture
def official(person, fiji) -> User:
    return person("Official 1 of Fiji", "official1@fiji.example", PASSWORD, administration=fiji)


@pytest.fixture
def colleague(person, fiji) -> User:
    return person("Official 2 of Fiji", "official2@fiji.example", administration=fiji)


@pytest.fixture
def foreigner(person, tonga) -> User:
    return person("Official 1 of Tonga", "official1@tonga.example", administration=tonga)


@pytest.fixture
def contact_point(person, fiji) -> User:
    added = person("Contact point of Fiji", "contact@fiji.example", administration=fiji)
    appointments.appoint(added, Role.CONTACT_POINT, administration=fiji, from_on=make.LONG_AGO, by=None)
    return added


@pytest.fixture
def post() -> Callable[[], list[mail.EmailMessage]]:
    """Send what is due and read the letters that left."""

    def send() -> list[mail.EmailMessage]:
        mail.outbox.clear()
        delivery.deliver_due()
        return list(mail.outbox)

    return send
