"""Single sign-on of the office: who is let in, who is not, and what a lying or broken provider brings about."""

from __future__ import annotations

import html
import logging
import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from members.models import Identity, Role, User
from members.services import appointments, single_sign_on
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make
from tests.make import days
from tests.members.conftest import PASSWORD
from tests.members.test_second_factor import ASK, SET_UP, is_signed_in, set_up
from tests.provider import CLIENT, OTHER_KEY, SECRET, Provider, provider

pytestmark = pytest.mark.django_db
LOGIN, BEGIN, BACK = "/account/login/", "/account/login/office/", "/account/login/office/back/"
ADDRESS = "officer@office.example"
NO_ROLE, NOT_KNOWN, FAILED = "no role in the office today", "no verified mail address of one", "did not sign you in"


@pytest.fixture
def idp(settings) -> Iterator[Provider]:
    with provider() as found:
        found.person = {"sub": "person-1", "email": ADDRESS, "email_verified": True}
        settings.OIDC = {
            "name": "Office account",
            "issuer": found.url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "email_domain": "",
            "second_factor": "portal",
        }
        yield found


@pytest.fixture
def officer(person) -> User:
    added = person("Programme manager", ADDRESS, PASSWORD)
    appointments.appoint(added, Role.OFFICE_STAFF, from_on=make.LONG_AGO, by=None)
    return added


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def go(client: Client, goal: str = "") -> dict[str, str]:
    """Press the button; what the browser takes along to the provider."""
    answer = client.post(BEGIN, {"next": goal})
    assert answer.status_code == 200, answer.content.decode()
    [address] = set(re.findall(r'href="(http://127[^"]+)"', answer.content.decode()))
    return {name: values[0] for name, values in parse_qs(urlsplit(html.unescape(address)).query).items()}


def come_back(client: Client, idp: Provider, goal: str = "", **words: str):
    sent = go(client, goal)
    idp.nonce = sent["nonce"]
    return client.get(BACK, {"code": "a-code", "state": sent["state"], **words})


def refused(answer, sentence: str) -> None:
    page = answer.content.decode()
    assert answer.status_code == 403
    assert page.count("<h1>") == 1
    assert sentence in page
    assert not is_signed_in(answer.client)


# --- no trace where it is not set -----------------------------------------------------------------


def test_without_its_settings_there_is_no_trace(client, settings):
    assert settings.OIDC == {}
    assert "For the office" not in client.get(LOGIN).content.decode()
    for answer in (client.get(BEGIN), client.post(BEGIN), client.get(BACK), client.post(BACK)):
        assert answer.status_code in (404, 405)
    assert client.post(BEGIN).status_code == client.get(BACK).status_code == 404


def test_the_sign_in_page_has_one_button_and_a_look_at_the_address_begins_nothing(client, idp):
    assert client.get(LOGIN).content.decode().count("Sign in with Office account") == 1
    assert client.get(BEGIN).status_code == 405
    assert client.post(BACK).status_code == 405


# --- the happy path -------------------------------------------------------------------------------


def test_a_person_of_the_office_signs_in_and_is_linked_once(client, idp, officer, post):
    sent = go(client)
    assert sent["response_type"] == "code"
    assert sent["client_id"] == CLIENT
    assert sent["redirect_uri"] == f"http://localhost:8000{BACK}"
    assert sent["code_challenge_method"] == "S256"
    answer = come_back(client, idp)
    assert answer["Location"] == "/members/start/"
    assert client.session["_auth_user_id"] == str(officer.pk)
    [asked] = idp.asked
    assert asked["grant_type"] == "authorization_code"
    assert len(asked["code_verifier"]) >= 43
    assert asked["authorization"].startswith("Basic ")
    assert SECRET not in str({name: value for name, value in asked.items() if name != "authorization"})
    identity = Identity.objects.get()
    assert (identity.person, identity.issuer, identity.subject) == (officer, idp.url, "person-1")
    assert Entry.objects.about(officer).filter(verb=single_sign_on.LINKED, by=officer).count() == 1
    [letter] = post()
    assert "Office account" in letter.body
    other = Client()
    come_back(other, idp)
    assert is_signed_in(other)
    assert Identity.objects.count() == Entry.objects.about(officer).filter(verb=single_sign_on.LINKED).count() == 1
    assert post() == []


def test_sign_in_leads_back_to_the_page_that_was_asked_for_and_never_to_another_site(idp, officer):
    assert come_back(Client(), idp, "/office/")["Location"] == "/office/"
    assert come_back(Client(), idp, "https://evil.example/")["Location"] == "/members/start/"
    assert come_back(Client(), idp, "//evil.example/")["Location"] == "/members/start/"


def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(client, idp, officer):
    idp.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    come_back(client, idp)
    assert is_signed_in(client)
    assert idp.asked[0]["client_secret"] == SECRET


def test_an_address_that_is_not_in_the_token_is_asked_for(client, idp, officer):
    idp.person = {"sub": "person-1"}
    idp.elsewhere = {"sub": "person-1", "email": ADDRESS, "email_verified": True}
    come_back(client, idp)
    assert is_signed_in(client)


def test_an_address_of_somebody_else_there_is_not_taken(client, idp, officer):
    idp.person = {"sub": "person-1"}
    idp.elsewhere = {"sub": "person-2", "email": ADDRESS, "email_verified": True}
    refused(come_back(client, idp), FAILED)


def test_a_changed_address_at_the_provider_never_moves_the_link(client, idp, officer, person):
    other = person("Head of office", "head@office.example")
    appointments.appoint(other, Role.HEAD_OF_OFFICE, from_on=make.LONG_AGO, by=None)
    come_back(Client(), idp)
    idp.person["email"] = "head@office.example"
    come_back(client, idp)
    assert client.session["_auth_user_id"] == str(officer.pk)
    assert Identity.objects.get().person == officer
    idp.person |= {"email": None, "email_verified": None}
    third = Client()
    come_back(third, idp)
    assert third.session["_auth_user_id"] == str(officer.pk)


# --- who is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nobody@office.example"},
        {"email": "official1@fiji.example"},  # no role in the office
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ""},
        {"email": [ADDRESS]},
        {"email": f"{ADDRESS}\x00"},
        {"email": "off\u0131cer@office.example"},
        {"email": "officer"},
    ],
)
def test_who_is_not_one_person_of_the_office_is_refused_with_one_sentence(client, idp, officer, official, said):
    idp.claims = said
    before = User.objects.count()
    refused(come_back(client, idp), NOT_KNOWN)
    assert not Identity.objects.exists()
    assert User.objects.count() == before, "nobody is added"


def test_a_shared_mailbox_is_nobody(client, idp, officer, person, fiji):
    person("Official 9 of Fiji", ADDRESS, administration=fiji)
    refused(come_back(client, idp), NOT_KNOWN)


def test_a_closed_account_does_not_open(client, idp, officer):
    User.objects.filter(pk=officer.pk).update(is_active=False)
    refused(come_back(client, idp), NOT_KNOWN)


def test_who_has_left_the_office_is_refused_though_linked(client, idp, officer):
    come_back(Client(), idp)
    appointments.end(officer.appointments.get(), on=make.TODAY - days(1), by=None)
    refused(come_back(client, idp), NO_ROLE)


def test_a_second_identity_for_the_same_person_is_refused(client, idp, officer):
    come_back(Client(), idp)
    idp.person["sub"] = "person-2"
    refused(come_back(client, idp), "linked with another sign-in of Office account")
    assert Identity.objects.get().subject == "person-1"


def test_only_addresses_of_the_domain_are_linked_where_it_is_set(client, idp, officer, settings):
    settings.OIDC = {**settings.OIDC, "email_domain": "other.example"}
    refused(come_back(client, idp), NOT_KNOWN)
    settings.OIDC = {**settings.OIDC, "email_domain": "ffice.example"}
    refused(come_back(client, idp), NOT_KNOWN)
    settings.OIDC = {**settings.OIDC, "email_domain": "Office.example"}
    come_back(client, idp)
    assert is_signed_in(client)


# --- a lying provider, a stranger between -----------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "another-portal"},
        {"aud": ["another-portal"]},
        {"aud": [CLIENT, "another-portal"], "azp": "another-portal"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "of another question"},
        {"nonce": None},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
    ],
)
def test_a_token_that_is_not_for_us_now_signs_nobody_in(client, idp, officer, said):
    idp.claims = said
    refused(come_back(client, idp), FAILED)
    assert not Identity.objects.exists()


@pytest.mark.parametrize("fault", [{"key": OTHER_KEY}, {"algorithm": "none"}, {"algorithm": "HS256"}])
def test_a_token_that_the_provider_has_not_signed_signs_nobody_in(client, idp, officer, fault):
    for name, value in fault.items():
        setattr(idp, name, value)
    refused(come_back(client, idp), FAILED)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/token", (400, b'{"error": "invalid_grant"}')),
        ("/token", (500, b"")),
        ("/token", (200, b"no json")),
        ("/token", (200, b"[]")),
        ("/token", (200, b"{}")),
        ("/token", (200, b'{"id_token": 7}')),
        ("/token", (200, b'{"id_token": "a.b.c"}')),
        ("/token", (302, b"")),
        ("/keys", (500, b"")),
        ("/keys", (200, b'{"keys": []}')),
        ("/keys", (200, b'{"keys": 7}')),
        ("/keys", (200, b'{"keys": [{"kty": "RSA", "kid": "first"}]}')),
    ],
)
def test_a_broken_provider_gives_a_page_and_no_error(client, idp, officer, path, answer):
    idp.broken[path] = answer
    refused(come_back(client, idp), FAILED)


@pytest.mark.parametrize(
    "description",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}],
)
def test_a_description_that_does_not_fit_begins_nothing(client, idp, officer, description):
    idp.description = description
    refused(client.post(BEGIN), FAILED)


def test_a_silent_provider_gives_a_page(client, idp, settings):
    settings.OIDC = {**settings.OIDC, "issuer": "http://127.0.0.1:9"}
    refused(client.post(BEGIN), FAILED)


@pytest.mark.parametrize("words", [{"state": "another"}, {"state": ""}, {"state": "\x00"}, {"state": "ü"}])
def test_a_wrong_state_signs_nobody_in(client, idp, officer, words):
    refused(come_back(client, idp, **words), "Begin again")
    assert idp.asked == [], "the code is not even tried"


def test_an_answer_without_a_question_signs_nobody_in(client, idp, officer):
    refused(client.get(BACK, {"code": "a-code", "state": ""}), "Begin again")
    sent = go(Client())
    refused(client.get(BACK, {"code": "a-code", "state": sent["state"]}), "Begin again")


def test_a_question_counts_once_and_for_ten_minutes(client, idp, officer):
    sent = go(client)
    idp.nonce = sent["nonce"]
    client.get(BACK, {"state": "another"})
    refused(client.get(BACK, {"code": "a-code", "state": sent["state"]}), "Begin again")
    sent = go(client)
    session = client.session
    session["single_sign_on"]["at"] = time.time() - 601
    session.save()
    refused(client.get(BACK, {"code": "a-code", "state": sent["state"]}), "Begin again")


@pytest.mark.parametrize("words", [{"error": "access_denied"}, {"code": ""}, {"error": "<script>", "code": "x"}])
def test_who_stops_at_the_provider_reads_so(client, idp, officer, words):
    answer = come_back(client, idp, **words)
    refused(answer, FAILED)
    assert "<script>" not in answer.content.decode().split("<h1>")[1]


def test_who_has_signed_in_already_is_led_to_the_start(client, idp, officer):
    client.force_login(officer)
    assert client.post(BEGIN)["Location"] == client.get(BACK)["Location"] == "/members/start/"


# --- the second factor ----------------------------------------------------------------------------


def test_the_portal_still_asks_for_the_second_factor(idp, officer, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    first, second = Client(), Client()
    come_back(first, idp)
    assert first.get("/office/")["Location"] == SET_UP
    set_up(first)
    assert come_back(second, idp)["Location"] == ASK
    assert not is_signed_in(second)


def test_the_provider_may_answer_for_it_by_setting(idp, officer, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    first, second, third = Client(), Client(), Client()
    come_back(first, idp)
    set_up(first)
    settings.OIDC = {**settings.OIDC, "second_factor": "provider"}
    assert come_back(second, idp)["Location"] == "/members/start/"
    assert second.get("/office/").status_code == 200
    assert third.post(LOGIN, {"login": officer.username, "password": PASSWORD})["Location"] == ASK


def test_who_has_no_factor_enters_the_desk_where_the_provider_answers_for_it(client, idp, officer, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    settings.OIDC = {**settings.OIDC, "second_factor": "provider"}
    come_back(client, idp)
    assert client.get("/office/").status_code == 200
    with_password = Client()
    with_password.post(LOGIN, {"login": officer.username, "password": PASSWORD})
    assert with_password.get("/office/")["Location"] == SET_UP


# --- undoing a link -------------------------------------------------------------------------------


def test_who_keeps_the_portal_running_removes_a_wrong_link(client, idp, officer, post):
    come_back(client, idp)
    post()
    keeper = make.expert("Keeper of the portal")
    keeper.is_staff = keeper.is_superuser = True
    keeper.save()
    desk = Client()
    desk.force_login(keeper)
    act = {"action": "remove_single_sign_on", "_selected_action": [officer.pk]}
    assert "has no single sign-on any more" in desk.post("/technical/members/user/", act, follow=True).content.decode()
    assert not Identity.objects.exists()
    assert client.get("/office/").status_code == 302
    assert Entry.objects.about(officer).filter(verb=single_sign_on.UNLINKED, by=keeper).exists()
    assert "removed the single sign-on" in post()[0].body
    with pytest.raises(Refused):
        single_sign_on.unlink(officer, by=keeper, at=make.NOW)
