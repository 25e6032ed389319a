"""An official of one administration never learns of a nominee of another: in no page, list, search, file or error."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests import make
from tests.house.test_access import signed_in
from tests.house.test_addresses import own
from tests.house.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.sweep, pytest.mark.once, pytest.mark.usefixtures("quiet")]

# everybody who neither is the nominee, nor speaks for Fiji, nor works for the office or chairs the meeting
STRANGERS = ("visitor", "stranger", "contact_b", "ended", "expert", "other_chair")
UNKNOWN = "Zzyzx Qwrtp"
# who holds the paper with the number may check it; each look at a set-up page shows another key; and the file of what
# is stored about me says when it was made
PASSED_OVER = {
    "participant:certificate_verify",
    "members:profile_data_json",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
}


def body(client: Client, address: str, **asked: str) -> str:
    mark = transaction.savepoint()
    answer = client.get(address, asked)
    transaction.savepoint_rollback(mark)
    return bytes(answer.getvalue()).decode("utf-8", "replace")  # of a file too


def addresses(world: World) -> Iterator[tuple[str, str]]:
    for name, pattern in own():
        if not name.startswith("demo_") and name not in PASSED_OVER:
            yield name, reverse(name, args=world.arguments(name, str(pattern.pattern)))


def alike(text: str, searched: str) -> str:
    """The page without what was typed and without the token of its forms."""
    for form in (searched, searched.replace(" ", "+"), searched.replace(" ", "%20")):
        text = text.replace(form, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.mark.parametrize("role", STRANGERS)
def test_no_page_names_a_nominee_of_another_administration(role: str, world: World) -> None:
    client = signed_in(world.people[role])
    nominees = [world.people["official"], world.rows["registrations"].official]
    words = [word for person in nominees for word in (person.name, person.email, person.username)]
    told = {
        name: word for name, address in addresses(world) for word in words if word in body(client, address, tab="all")
    }
    assert told == {}


@pytest.mark.parametrize("role", STRANGERS)
def test_a_search_for_a_nominee_answers_as_a_search_for_nobody(role: str, world: World) -> None:
    client = signed_in(world.people[role])
    name = world.people["official"].name
    told = [
        address
        for _name, address in addresses(world)
        if alike(body(client, address, q=name), name) != alike(body(client, address, q=UNKNOWN), UNKNOWN)
    ]
    assert told == [], told


def test_a_form_sent_with_the_number_of_a_stranger_says_no_more_than_with_no_number(world: World) -> None:
    """A contact point of Tonga nominates, replaces and changes people of Fiji by their numbers."""
    event = make.announced("FJ", "TO", by=world.people["office"])
    theirs = make.nominated(event, "TO", person=world.people["stranger"], by=world.people["contact_b"])
    client, official = signed_in(world.people["contact_b"]), world.people["official"]
    for address in (
        reverse("delegation:nominate", args=[make.invitation(event, "TO").pk]),
        reverse("delegation:replace", args=[theirs.pk]),
    ):
        answers = []
        for number in (official.pk, 10**9):
            answer = client.post(address, {"official": number, "person": number, "reason": "He left."})
            assert answer.status_code == 200
            answers.append(alike(answer.content.decode(), f'value="{number}"'))
        assert official.name not in answers[0]
        assert answers[0] == answers[1]
    assert not official.registrations.filter(event=event).exists()
