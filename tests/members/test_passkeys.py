"""Passkeys as a second factor: added, used, renamed, removed; forged answers open nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from members.models import Role, User
from members.services import appointments, second_factor
from portal.kit.models import Entry
from tests import make
from tests.browser import axe, fits
from tests.members.conftest import PASSWORD
from tests.members.test_second_factor import ASK, CODES, INDEX, LOGIN, SET_UP, is_signed_in, shown_codes, sign_in
from tests.members.test_second_factor import set_up as set_up_app
from tests.passkeys import PRESENT, Device, options_of, owned_by

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db
ADD, AGAIN = "/account/second-factor/passkeys/new/", "/account/second-factor/passkeys/again/"


def add(client: Client, device: Device, name: str = "Work laptop"):
    options = options_of(client.get(ADD).content.decode())
    return client.post(ADD, {"name": name, "credential": json.dumps(device.create(options))})


def use(client: Client, device: Device, page: str = ASK):
    options = options_of(client.get(page).content.decode())
    return client.post(page, {"credential": json.dumps(device.get(options))})


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def protected(official, device) -> User:
    client = Client()
    sign_in(client, official)
    assert add(client, device)["Location"] == CODES
    cache.clear()
    return official


# --- adding ---------------------------------------------------------------------------------------


def test_a_person_adds_a_passkey_with_a_name_and_gets_recovery_codes_once(client, official, device, post):
    sign_in(client, official)
    page = client.get(ADD).content.decode()
    assert page.count("<h1>") == 1
    assert "Set up an authenticator app" in page, "who has no script or no device is told what else there is"
    options = options_of(page)
    assert options["rp"]["id"] == "localhost"
    assert options["user"]["name"] == official.username
    assert official.email not in page.split("data-options")[1].split(">")[0]
    assert add(client, device)["Location"] == CODES
    assert len(shown_codes(client)) == 10
    assert "Work laptop" in client.get(INDEX).content.decode()
    assert second_factor.has_one(official)
    assert Entry.objects.about(official).filter(verb=second_factor.PASSKEY_ADDED, by=official).count() == 1
    [letter] = post()
    assert "added a passkey" in letter.body


def test_the_first_factor_ends_the_other_sessions_and_the_next_one_does_not(client, official, device):
    other, third = Client(), Client()
    sign_in(other, official)
    sign_in(client, official)
    add(client, device)
    assert other.get("/members/profile/").status_code == 302
    sign_in(third, official)
    use(third, device)
    add(client, Device(), "Telephone")
    set_up_answer = client.get(SET_UP)
    assert set_up_answer.status_code == 200
    assert third.get("/members/profile/").status_code == 200


def test_recovery_codes_are_shown_with_the_first_factor_only(client, official, device):
    sign_in(client, official)
    set_up_app(client)
    client.post("/account/second-factor/codes/saved/")
    assert add(client, device)["Location"] == INDEX
    assert shown_codes(client) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "This field is required"),
        ("x" * 61, "at most 60 characters"),
        ("a\u202eb", "hidden character"),
        ("work LAPTOP", "You have a passkey with this name"),
    ],
)
def test_a_name_that_does_not_fit_gets_a_sentence_and_the_passkey_is_not_asked_for(
    client, official, device, name, sentence
):
    sign_in(client, official)
    add(client, device)
    answer = client.post(ADD, {"name": name, "credential": ""})
    assert sentence in answer.content.decode()
    assert "Try again, or use a code" not in answer.content.decode()
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize("name", ["ဗဟိုအကောက်ခွန်", "แล็ปท็อป", "<b>laptop</b>", "笔记本电脑"])
def test_a_name_may_be_written_in_any_script_and_is_escaped(client, official, device, name):
    sign_in(client, official)
    add(client, device, name)
    page = client.get(INDEX).content.decode()
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{}",
        "[]",
        "null",
        "[" * 5000,
        "{" * 15000,
        "x" * 30000,
        '{"id": "eA"}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
        '{"id": 7, "rawId": "\u0000", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
        json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30"}}),
    ],
)
def test_rubbish_instead_of_a_passkey_is_refused_with_a_sentence(client, official, device, credential):
    sign_in(client, official)
    client.get(ADD)
    answer = client.post(ADD, {"name": "Work laptop", "credential": credential})
    assert answer.status_code == 200
    assert "passkey does not fit" in answer.content.decode() or "gave no passkey" in answer.content.decode()
    assert not Authenticator.objects.exists()
    add(client, device)
    other = Client()
    sign_in(other, official)
    other.get(ASK)
    answer = other.post(ASK, {"credential": credential})
    assert answer.status_code == 200
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    "forged",
    [
        Device(origin="https://portal.example.evil"),
        Device(origin="http://localhost.evil.example:8000"),
        Device(host="portal.evil.example"),
        Device(flags=0),
    ],
)
def test_a_passkey_of_another_site_is_not_taken(client, official, forged):
    sign_in(client, official)
    answer = add(client, forged)
    assert "This passkey does not fit" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_an_answer_to_an_older_question_is_not_taken(client, official, device):
    sign_in(client, official)
    old = options_of(client.get(ADD).content.decode())
    client.get(ADD)
    answer = client.post(ADD, {"name": "Work laptop", "credential": json.dumps(device.create(old))})
    assert "This passkey does not fit" in answer.content.decode()


def test_an_eleventh_passkey_is_not_offered(client, official, device):
    client.force_login(official)
    for number in range(10):
        owned_by(official, f"Key {number}")
    assert "You have ten passkeys" in client.get(INDEX).content.decode()
    assert client.get(ADD)["Location"] == INDEX


# --- signing in -----------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing_and_the_passkey_does(protected, client, device):
    assert sign_in(client, protected)["Location"] == ASK
    assert not is_signed_in(client)
    page = client.get(ASK).content.decode()
    assert page.count("<h1>") == 1
    assert "This browser cannot use a passkey" in page
    assert use(client, device)["Location"] == "/members/start/"
    assert is_signed_in(client)
    assert Authenticator.objects.get(type="webauthn").last_used_at


def test_one_answer_opens_one_time(protected, client, device):
    sign_in(client, protected)
    answer = {"credential": json.dumps(device.get(options_of(client.get(ASK).content.decode())))}
    assert client.post(ASK, answer).status_code == 302
    other = Client()
    sign_in(other, protected)
    other.get(ASK)
    other.post(ASK, answer)
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    "change", [{"origin": "https://portal.example.evil"}, {"host": "evil.example"}, {"flags": 0}, {"key": Device().key}]
)
def test_a_forged_answer_opens_nothing(protected, client, device, change):
    sign_in(client, protected)
    forged = Device(**{"key": device.key, "number": device.number, **change})
    answer = use(client, forged)
    assert "This passkey does not fit" in answer.content.decode()
    assert not is_signed_in(client)


def test_the_passkey_of_another_person_opens_nothing(protected, client, colleague):
    theirs = Device()
    other = Client()
    other.force_login(colleague)
    add(other, theirs)
    sign_in(client, protected)
    use(client, theirs)
    assert not is_signed_in(client)


def test_the_sixth_wrong_answer_is_refused_and_a_right_one_with_it(protected, device):
    for number in range(5):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        sign_in(client, protected)
        use(client, Device())
    client = Client(REMOTE_ADDR="198.51.100.77")
    sign_in(client, protected)
    answer = use(client, device)
    assert "Too many wrong tries" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_passkey_without_a_fingerprint_is_enough_after_the_password(official, client):
    device = Device(flags=PRESENT)
    first = Client()
    sign_in(first, official)
    add(first, device)
    sign_in(client, official)
    use(client, device)
    assert is_signed_in(client)


def test_a_recovery_code_stands_in_for_a_passkey(official, client, device):
    first = Client()
    sign_in(first, official)
    add(first, device)
    codes = shown_codes(first)
    sign_in(client, official)
    client.post(ASK, {"code": codes[0]})
    assert is_signed_in(client)


def test_who_has_no_passkey_is_not_offered_one(client, official):
    first = Client()
    sign_in(first, official)
    set_up_app(first)
    cache.clear()
    sign_in(client, official)
    page = client.get(ASK).content.decode()
    assert "passkey" not in page
    answer = client.post(ASK, {"credential": "{}"})
    assert "Your browser gave no passkey" in answer.content.decode()
    assert not is_signed_in(client)


# --- the list -------------------------------------------------------------------------------------


def test_a_passkey_is_renamed_and_removed_and_each_is_told(protected, client, device, post):
    sign_in(client, protected)
    use(client, device)
    post()
    row = Authenticator.objects.get(type="webauthn")
    rename, remove = (f"/account/second-factor/passkeys/{row.pk}/{act}/" for act in ("rename", "remove"))
    assert client.post(rename, {"name": ""}).status_code == 200
    assert client.post(rename, {"name": "Old laptop"})["Location"] == INDEX
    assert "Old laptop" in client.get(INDEX).content.decode()
    assert "renamed a passkey" in post()[0].body
    assert "your only second factor" in client.get(remove).content.decode()
    assert client.post(remove)["Location"] == INDEX
    assert not Authenticator.objects.exists(), "recovery codes alone are no factor"
    assert "removed a passkey" in post()[0].body
    other = Client()
    assert sign_in(other, protected)["Location"] == "/members/start/"


def test_the_app_stays_when_the_passkey_goes_and_the_other_way_round(client, official, device):
    sign_in(client, official)
    set_up_app(client)
    add(client, device)
    assert "Your passkeys stay" in client.get("/account/second-factor/switch-off/").content.decode()
    client.post("/account/second-factor/switch-off/")
    assert second_factor.has_one(official)
    set_up_app_again = client.get(SET_UP)
    assert set_up_app_again.status_code == 200
    row = Authenticator.objects.get(type="webauthn")
    client.post(f"/account/second-factor/passkeys/{row.pk}/remove/")
    assert not second_factor.has_one(official)


def test_nobody_renames_or_removes_the_passkey_of_another(protected, colleague):
    row = Authenticator.objects.get(type="webauthn")
    client = Client()
    client.force_login(colleague)
    for act in ("rename", "remove"):
        address = f"/account/second-factor/passkeys/{row.pk}/{act}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "Mine"}).status_code == 404
        assert Client().post(address, {"name": "Mine"})["Location"].startswith(LOGIN)
    row.refresh_from_db()
    assert row.data["name"] == "Work laptop"


def test_an_old_session_asks_for_the_passkey_once_more_before_the_factor_changes(protected, client, device):
    sign_in(client, protected)
    use(client, device)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 60 * 60
    session.save()
    assert client.get(ADD)["Location"].startswith("/account/reauthenticate/")
    assert "Use a passkey" in client.get("/account/reauthenticate/").content.decode()
    assert "This passkey does not fit" in use(client, Device(), AGAIN).content.decode()
    assert use(client, device, AGAIN).status_code == 302
    assert client.get(ADD).status_code == 200


def test_who_keeps_the_portal_running_removes_both_kinds(protected, office):
    second_factor.remove(protected, by=office, at=make.NOW)
    assert not Authenticator.objects.exists()


# --- required -------------------------------------------------------------------------------------


def test_a_passkey_is_enough_where_a_role_needs_a_factor(settings, person, device):
    settings.REQUIRE_SECOND_FACTOR = True
    officer = person("Programme manager", "officer@office.example", PASSWORD)
    appointments.appoint(officer, Role.OFFICE_STAFF, from_on=make.LONG_AGO, by=None)
    client = Client()
    sign_in(client, officer)
    assert client.get("/office/")["Location"] == SET_UP
    assert ADD in client.get(SET_UP).content.decode()
    assert "Your role needs a second factor" in client.get(ADD).content.decode()
    assert add(client, device)["Location"] == CODES
    assert client.get("/office/").status_code == 200


# --- a real browser -------------------------------------------------------------------------------


def with_virtual_device(page: Page) -> str:
    """Chromium's own authenticator in software: it agrees to everything."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device: str = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return device


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_and_used_in_a_real_browser(page: Page) -> None:
    officer = make.official("FJ", "Official 1 of Fiji")
    officer.set_password(PASSWORD)
    officer.save()
    with_virtual_device(page)

    def enter() -> None:
        page.goto(LOGIN)
        page.fill("[name=login]", officer.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")

    enter()
    page.goto(INDEX)
    axe(page)
    fits(page)
    page.get_by_role("link", name="Add a passkey").click()
    axe(page)
    page.get_by_role("button", name="Add the passkey").click()
    assert "This field is required" in page.inner_text("main"), "the name is asked for before a key is made"
    page.fill("[name=name]", "Work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/codes/")
    page.get_by_role("button", name="I have saved them").click()

    page.goto(ADD)
    page.fill("[name=name]", "The same laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_selector("[data-problem]:visible")
    assert "has a passkey of the portal already" in page.inner_text("[data-problem]")

    page.context.clear_cookies()
    enter()
    page.wait_for_url(f"**{ASK}")
    axe(page)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(lambda address: ASK not in address)
    page.goto(INDEX)
    assert "last used" in page.inner_text("main")


@pytest.mark.django_db(transaction=True)
def test_a_browser_without_script_is_told_what_else_there_is(page: Page, live_server, sign_in) -> None:
    officer = make.official("FJ", "Official 1 of Fiji")
    sign_in(page, officer)
    signed_in = page.context.storage_state()
    plain = page.context.browser.new_context(
        java_script_enabled=False, base_url=live_server.url, storage_state=signed_in
    )
    paper = plain.new_page()
    paper.goto(ADD)
    assert "JavaScript is switched off" in paper.inner_text("main")
    assert not paper.get_by_role("button", name="Add the passkey").is_visible()
    paper.get_by_role("link", name="Set up an authenticator app").click()
    assert "Type the code" in paper.inner_text("main")
    plain.close()
