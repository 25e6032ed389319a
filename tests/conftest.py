"""Personas and tools that every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from members.models import Role, User
from tests import make


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    """Throttles count in the cache; one test must not slow another."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def trail_that_can_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with real commits ends in a flush, which on SQLite deletes: no line may be left that refuses it.

    PostgreSQL is flushed by TRUNCATE, which no trigger of a row hears.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"} & set(request.fixturenames)
    )
    if commits:
        request.getfixturevalue("transactional_db")  # set up before this fixture, and so flushed after it
    yield
    if commits and connection.vendor == "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'kit_entry'")
            triggers = cursor.fetchall()
            for name, _statement in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM kit_personal")
            cursor.execute("DELETE FROM kit_entry")
            for _name, statement in triggers:
                cursor.execute(statement)


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
