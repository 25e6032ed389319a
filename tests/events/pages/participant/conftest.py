"""Tools of the tests of public pages and of officials' own pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event, Paper, PaperAccess
from events.services import papers
from members.models import User
from tests import make


@pytest.fixture
def visitor(db: None) -> Client:
    return Client()


@pytest.fixture
def expert(db: None) -> User:
    """Somebody who signs in and belongs to no administration."""
    return make.expert()


@pytest.fixture
def queries() -> Callable[[Client, str], int]:
    """How many queries a page asks when nothing is kept from before."""

    def count(client: Client, address: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    return count


@pytest.fixture
def paper(settings: Any, tmp_path: Path) -> Callable[..., Paper]:
    """A paper with a real file in a folder of this test."""
    settings.MEDIA_ROOT = tmp_path

    def add(event: Event, access: str = PaperAccess.PUBLIC, title: str = "Draft decision") -> Paper:
        file = SimpleUploadedFile("../../holiday.pdf", b"%PDF-1.7 words of the paper")
        return papers.add_paper(event, title=title, access=access, language="en", file=file, by=officer_of(event))

    return add


def officer_of(event: Event) -> User:
    assert event.officer is not None
    return event.officer


def text_of(response: Any) -> str:
    """The page as text, without the marks that escape quotes."""
    return str(response.content.decode()).replace("&#x27;", "'").replace("&quot;", '"')
