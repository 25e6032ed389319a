"""A consultation with two chairs, its outcome at every stage, and pages as their text."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.make import TODAY, days


@pytest.fixture
def event(indonesia_chair, myanmar_chair):
    return make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(1))


@pytest.fixture
def outcome(event):
    return make.drafted(event)


@pytest.fixture
def client(as_user, indonesia_chair):
    return as_user(indonesia_chair)


@pytest.fixture
def text():
    """The text of a page after a GET, or after a POST and its redirect."""

    def fetch(client, path, data=None):
        response = client.get(path) if data is None else client.post(path, data, follow=True)
        assert response.status_code == 200, path
        return response.content.decode()

    return fetch


@pytest.fixture
def queries():
    """How many questions a page asks, the second time that it is opened."""

    def count(client, path):
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    return count
