"""Personas and tools that every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from members.models import Role, User
from tests import make


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    """Throttles count in the cache; one test must not slow another."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def office(db: None) -> User:
    return make.office_person("Programme manager")


@pytest.fixture
def head_of_office(db: None) -> User:
    return make.office_person("Head of office", role=Role.HEAD_OF_OFFICE)


@pytest.fixture
def fiji_contact(db: None) -> User:
    return make.contact_point("FJ", "Contact point of Fiji")


@pytest.fixture
def tonga_contact(db: None) -> User:
    return make.contact_point("TO", "Contact point of Tonga")


@pytest.fixture
def fiji_official(db: None) -> User:
    return make.official("FJ", "Official A of Fiji")


@pytest.fixture
def tonga_official(db: None) -> User:
    return make.official("TO", "Official A of Tonga")


@pytest.fixture
def indonesia_chair(db: None) -> User:
    return make.official("ID", "Chair from Indonesia")


@pytest.fixture
def myanmar_chair(db: None) -> User:
    return make.official("MM", "Chair from Myanmar")


@pytest.fixture
def as_user() -> Callable[[User | None], Client]:
    """A browser session of a person: `as_user(office).get("/office/")`; of a visitor with `as_user(None)`."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
