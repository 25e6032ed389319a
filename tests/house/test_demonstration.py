"""The demonstration: its people stand on the sign-in page, and only there."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from events.management.demonstration.people import PASSWORD, PERSONAS


def test_the_sign_in_page_names_the_people_of_the_demonstration() -> None:
    page = render_to_string("components/demo_people.html")
    assert PASSWORD in page
    for name, role, username in PERSONAS:
        assert f"<code>{username}</code></dt><dd>{name}, {role}</dd>" in page
    assert page.count("<dt>") == len(PERSONAS)


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_no_other_portal_shows_them(demo: bool, settings: Any) -> None:
    settings.DEMO = demo
    shown = PASSWORD in Client().get("/account/login/").content.decode()
    assert shown == demo
