"""Papers: versions, and who may read which of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Event, Paper
from events.services import papers
from members.models import User
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(indonesia_chair: User, settings: Any, tmp_path: Any) -> Event:
    settings.MEDIA_ROOT = tmp_path
    return make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(1))


def add(event: Event, access: str, *, content: str = "one", language: str = "en", title: str = "Plan") -> Paper:
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 " + content.encode())
    return papers.add_paper(event, title=title, access=access, language=language, file=file, by=make.officer(event))


@pytest.mark.parametrize("content", ["one", "two"])
def test_a_narrower_version_takes_the_earlier_ones_with_it(event: Event, content: str, fiji_official: User) -> None:
    add(event, "public")
    other, translation = add(event, "public", title="Other"), add(event, "public", language="fr")
    add(event, "office", content=content)
    for reader in (AnonymousUser(), fiji_official):
        assert set(Paper.objects.visible_to(reader)) == {other, translation}


def test_a_wider_version_opens_no_earlier_one(event: Event, office: User) -> None:
    first = add(event, "office")
    second = add(event, "public", content="two")
    assert list(Paper.objects.visible_to(AnonymousUser())) == [second]
    assert set(Paper.objects.visible_to(office)) == {first, second}
