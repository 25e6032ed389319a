"""Tools of the tests of the office desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import User

Page = Callable[..., str]


@pytest.fixture
def desk(office: User, as_user: Callable[[User], Client]) -> Client:
    """A browser of the office."""
    return as_user(office)


@pytest.fixture
def read(desk: Client) -> Page:
    """The text of a page that the office reads; `read(path, data)` posts and follows to the next page."""

    def read_page(path: str, data: dict[str, Any] | None = None, status: int = 200) -> str:
        response = desk.get(path) if data is None else desk.post(path, data, follow=True)
        assert response.status_code == status, response.status_code
        return response.content.decode()

    return read_page


@pytest.fixture
def count_queries(desk: Client) -> Callable[[str], int]:
    """How often a page asks the database; asked twice, so that what is kept for the whole process is there."""

    def count(path: str) -> int:
        desk.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(path).status_code == 200
        return len(queries)

    return count
