"""Where a person is signed in, in plain words, and ending a session from another one."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import User
from members.services import devices
from portal.kit.models import Entry
from tests import make
from tests.members.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LIST, END_OTHERS, WHO = "/members/profile/devices/", "/members/profile/devices/end-others/", "/members/profile/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)


def signed_in(person: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    answer = client.post("/account/login/", {"login": person.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def address_of(client: Client) -> str:
    row = UserSession.objects.get(session_key=client.session.session_key)
    return f"{LIST}{row.pk}/end/"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari on Mac"),
        ("curl/8.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent, words):
    assert devices.in_words(agent) == words


def test_the_profile_leads_to_the_list_which_names_each_device_and_this_one(official):
    desk, phone = signed_in(official), signed_in(official, PHONE)
    assert LIST in desk.get(WHO).content.decode()
    page = desk.get(LIST).content.decode()
    assert page.count("<h1>") == 1
    assert page.count("This one") == 1
    assert page.index("Firefox on Windows") < page.index("Chrome on Android")
    page = phone.get(LIST).content.decode()
    assert page.index("Chrome on Android") < page.index("Firefox on Windows")


def test_a_session_ended_elsewhere_is_out_at_the_next_request(official):
    desk, phone = signed_in(official), signed_in(official, PHONE)
    assert phone.get(WHO).status_code == 200
    desk.post(address_of(phone))
    assert phone.get(WHO)["Location"].startswith("/account/login/")
    assert desk.get(WHO).status_code == 200
    assert "Chrome on Android" not in desk.get(LIST).content.decode()
    assert Entry.objects.about(official).filter(verb="ended a session", by=official).count() == 1


def test_all_others_are_ended_at_once(official):
    desk, phone, third = signed_in(official), signed_in(official, PHONE), signed_in(official)
    assert "2 other sessions are ended." in desk.post(END_OTHERS, follow=True).content.decode()
    assert phone.get(WHO).status_code == third.get(WHO).status_code == 302
    assert desk.get(WHO).status_code == 200


def test_ending_this_session_is_signing_out(official):
    desk = signed_in(official)
    assert desk.post(address_of(desk))["Location"] == "/account/login/"
    assert desk.get(WHO).status_code == 302


def test_nobody_ends_or_sees_the_session_of_another(official, person, tonga):
    stranger = person("Official 9 of Tonga", "official9@tonga.example", PASSWORD, administration=tonga)
    desk, other = signed_in(official), signed_in(stranger, PHONE)
    assert other.post(address_of(desk)).status_code == 404
    assert other.post(END_OTHERS).status_code == 302
    assert desk.get(WHO).status_code == 200
    assert "Firefox" not in other.get(LIST).content.decode()


def test_ending_needs_a_post(official):
    desk, phone = signed_in(official), signed_in(official, PHONE)
    assert desk.get(address_of(phone)).status_code == desk.get(END_OTHERS).status_code == 405
    assert phone.get(WHO).status_code == 200


def test_a_session_that_a_new_password_ended_is_not_shown(official):
    desk, phone = signed_in(official), signed_in(official, PHONE)
    new = "quite another pass phrase"
    desk.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert phone.get(WHO).status_code == 302
    page = desk.get(LIST).content.decode()
    assert "Chrome on Android" not in page
    assert "This one" in page


def test_a_device_is_noted_as_seen_every_ten_minutes_and_not_at_every_page(official):
    desk = signed_in(official)
    long_ago = make.NOW - make.days(3)
    cache.clear()
    UserSession.objects.update(last_seen_at=long_ago)
    desk.get(WHO)
    assert UserSession.objects.get().last_seen_at > long_ago
    UserSession.objects.update(last_seen_at=long_ago)
    desk.get(WHO)
    assert UserSession.objects.get().last_seen_at == long_ago


def test_the_list_costs_the_same_for_one_device_and_for_three(official, django_assert_num_queries):
    desk = signed_in(official)
    desk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        desk.get(LIST)
    cost = len(one)
    signed_in(official, PHONE)
    signed_in(official, PHONE)
    with django_assert_num_queries(cost):
        desk.get(LIST)
