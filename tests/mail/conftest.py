"""People, letters of the tests, and a mail server that has one fault after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from members.models import User
from portal.mail import letters, outbox
from portal.mail.models import Message
from tests.mail.post_office import PostOffice

TEXT = """{% extends "mail/_frame.txt" %}
{% block subject %}News for {{ to.name }}{% endblock %}
{% block body %}The news: {{ facts.news }}{% endblock %}
"""


@pytest.fixture
def official(db) -> User:
    return User.objects.create_user("fj.official.1", "official.1@fiji.example", name="Official 1 of Fiji")


@pytest.fixture
def officer(db) -> User:
    return User.objects.create_user("officer", "officer@office.example", name="Officer 1 of the office")


@pytest.fixture
def known(monkeypatch, settings, tmp_path: Path) -> Callable[..., str]:
    """Register a letter for one test: `known("news", text="Subject: ...", wanted=...)`."""
    monkeypatch.setattr(letters, "_registry", dict(letters._registry))
    (tmp_path / "mail").mkdir()
    first = dict(settings.TEMPLATES[0])
    first["DIRS"] = [tmp_path, *first["DIRS"]]
    settings.TEMPLATES = [first]

    def register(purpose: str = "news", *, text: str = TEXT, **questions: Any) -> str:
        (tmp_path / "mail" / f"{purpose}.txt").write_text(text)
        letters.register(purpose, title="News", **questions)
        return purpose

    return register


@pytest.fixture
def write(known, official) -> Callable[..., Message]:
    """Queue the letter `news` to the official, about the official."""

    def write(purpose: str = "news", **more: Any) -> Message:
        if purpose not in {letter.purpose for letter in letters.known()}:
            known(purpose)
        more = {"about": official, "facts": {"news": "none"}, **more}
        if "to" not in more and "address" not in more:
            more["to"] = official
        return outbox.queue(purpose, **more)

    return write


@pytest.fixture
def sent() -> list[EmailMessage]:
    """What left through Django's backend of the tests."""
    return mail.outbox


@pytest.fixture
def post_office(settings) -> Iterator[PostOffice]:
    """A real mail server, and the portal sends to it."""
    with PostOffice() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
        yield office


@pytest.fixture
def now():
    return timezone.now()
