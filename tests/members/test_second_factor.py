"""The second factor: set up, asked for at sign-in, required where a role needs it, lost and removed."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Role, User
from members.services import appointments, second_factor
from members.services.sign_in import person_with
from portal.kit.models import Entry
from portal.mail.models import Message
from tests import make
from tests.house.test_addresses import own
from tests.house.world import build
from tests.make import days
from tests.members.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, ASK = "/account/login/", "/account/login/second-factor/"
INDEX, SET_UP = "/account/second-factor/", "/account/second-factor/set-up/"
OFF, CODES = "/account/second-factor/switch-off/", "/account/second-factor/codes/"
FILE, NEW, SAVED = "/account/second-factor/codes.txt", f"{CODES}new/", f"{CODES}saved/"
AGAIN = "/account/second-factor/again/"


def code_now(secret: str) -> str:
    """What the app of a person shows now."""
    *_before, counter, _after = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def next_code(secret: str) -> str:
    """The code that the app shows in half a minute: tests do not wait."""
    return totp.format_hotp_value(totp.hotp_value(secret, max(totp.yield_hotp_counters_from_time())))


def wrong_code(secret: str) -> str:
    right = {totp.format_hotp_value(totp.hotp_value(secret, one)) for one in totp.yield_hotp_counters_from_time()}
    return next(text for text in ("000000", "111111", "222222", "333333") if text not in right)


def sign_in(client: Client, person: User):
    return client.post(LOGIN, {"login": person.username, "password": PASSWORD})


def set_up(client: Client) -> str:
    """Set the factor up by the pages; the key."""
    client.get(SET_UP)
    secret = client.session[totp.SECRET_SESSION_KEY]
    answer = client.post(SET_UP, {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == CODES
    return secret


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def shown_codes(client: Client) -> list[str]:
    return re.findall(r"<code>(\d{4} \d{4})</code>", client.get(CODES).content.decode())


@pytest.fixture
def required(settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def protected(official) -> tuple[User, str, list[str]]:
    """A person with a factor: the person, the key, the recovery codes."""
    client = Client()
    sign_in(client, official)
    secret = set_up(client)
    codes = shown_codes(client)
    cache.clear()
    return official, secret, codes


# --- setting up -----------------------------------------------------------------------------------


def test_a_person_sets_up_a_second_factor_and_gets_recovery_codes_once(client, official):
    sign_in(client, official)
    page = client.get(SET_UP).content.decode()
    assert page.count("<h1>") == 1
    assert "No telephone for this?" in page
    assert "data:image/svg+xml;base64," in page
    set_up(client)
    codes = shown_codes(client)
    assert len(codes) == len(set(codes)) == 10
    assert shown_codes(client) == codes
    file = client.get(FILE)
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code.replace(" ", "") in file.content.decode() for code in codes)
    assert "no-store" in file["Cache-Control"]
    client.post(SAVED)
    assert shown_codes(client) == []
    assert client.get(FILE).status_code == 404


def test_another_session_never_shows_the_codes(protected, client):
    official, secret, _codes = protected
    sign_in(client, official)
    client.post(ASK, {"code": next_code(secret)})
    assert is_signed_in(client)
    assert shown_codes(client) == []
    assert client.get(FILE).status_code == 404


def test_codes_that_nobody_saved_are_hidden_after_a_quarter_of_an_hour(client, official):
    sign_in(client, official)
    set_up(client)
    session = client.session
    session["recovery_codes_until"] -= 15 * 60
    session.save()
    assert shown_codes(client) == []


def test_setting_up_leaves_a_line_and_a_letter(client, official, post):
    sign_in(client, official)
    set_up(client)
    assert Entry.objects.about(official).filter(verb=second_factor.SWITCHED_ON, by=official).count() == 1
    [letter] = post()
    assert letter.subject == "Your second factor has changed"
    assert "official1@fiji.example" in letter.to[0]


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(client, official):
    sign_in(client, official)
    client.get(SET_UP)
    secret = client.session[totp.SECRET_SESSION_KEY]
    answer = client.post(SET_UP, {"code": wrong_code(secret)})
    assert "This code is not right" in answer.content.decode()
    assert client.session[totp.SECRET_SESSION_KEY] == secret
    assert not Authenticator.objects.exists()


def test_the_key_is_sealed_in_the_database(protected):
    _official, secret, _codes = protected
    rows = " ".join(str(row.data) for row in Authenticator.objects.all())
    assert secret not in rows
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now(secret))


def test_an_older_key_of_the_portal_still_opens_and_without_it_no_code_fits(protected, settings):
    _official, secret, codes = protected
    old, settings.SECRET_KEY = django_settings.SECRET_KEY, "another secret key of the portal " * 2
    settings.SECRET_KEY_FALLBACKS = []
    assert not Authenticator.objects.get(type="totp").wrap().validate_code(code_now(secret))
    assert not Authenticator.objects.get(type="recovery_codes").wrap().validate_code(codes[0])
    settings.SECRET_KEY_FALLBACKS = [old]
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now(secret))


def test_setting_up_ends_the_sessions_that_were_opened_without_it(client, official):
    other = Client()
    sign_in(other, official)
    sign_in(client, official)
    set_up(client)
    assert other.get("/members/profile/").status_code == 302
    assert client.get("/members/profile/").status_code == 200


def test_an_authenticator_names_the_person_and_not_the_shared_mailbox(client, official):
    sign_in(client, official)
    page = client.get(SET_UP).content.decode()
    assert f"otpauth://totp/{official.username}?" in page
    assert "official1%40fiji.example" not in page


def test_an_old_session_asks_once_more_before_the_factor_changes(client, official):
    sign_in(client, official)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 60 * 60
    session.save()
    answer = client.get(SET_UP)
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert "Show that it is you" in client.get(answer["Location"]).content.decode()
    answer = client.post(answer["Location"], {"password": PASSWORD, "next": SET_UP})
    assert answer["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200


# --- signing in -----------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(protected, client):
    official, secret, _codes = protected
    answer = sign_in(client, official)
    assert answer["Location"] == ASK
    assert not is_signed_in(client)
    assert client.get("/members/profile/")["Location"].startswith(LOGIN)
    assert client.get(ASK).content.decode().count("<h1>") == 1
    code = next_code(secret)
    answer = client.post(ASK, {"code": f" {code[:3]} {code[3:]} "})
    assert answer["Location"] == "/members/start/"
    assert is_signed_in(client)


def test_a_mailed_code_asks_for_the_second_factor_too(protected, client, post):
    official, secret, _codes = protected
    post()
    client.post("/account/login/code/", {"email": official.username})
    [code] = re.findall(r"\d{3}-\d{3}-\d{3}", post()[0].body)
    assert client.post("/account/login/code/confirm/", {"code": code})["Location"] == ASK
    assert not is_signed_in(client)
    client.post(ASK, {"code": next_code(secret)})
    assert is_signed_in(client)


def test_a_code_in_the_digits_of_another_script_counts(protected, client):
    official, secret, _codes = protected
    sign_in(client, official)
    client.post(ASK, {"code": next_code(secret).translate({ord("0") + n: 0x1040 + n for n in range(10)})})
    assert is_signed_in(client)


def test_a_code_opens_one_time_only(protected):
    official, secret, _codes = protected
    code = next_code(secret)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, official)
        client.post(ASK, {"code": code})
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_the_sixth_wrong_code_is_refused_and_a_right_one_with_it(protected):
    official, secret, _codes = protected
    for number in range(5):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        sign_in(client, official)
        answer = client.post(ASK, {"code": wrong_code(secret)})
        assert "This code is not right" in answer.content.decode()
    client = Client(headers={"X-Forwarded-For": "203.0.113.9"}, REMOTE_ADDR="198.51.100.77")
    sign_in(client, official)
    answer = client.post(ASK, {"code": next_code(secret)})
    assert "Too many wrong tries" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_recovery_code_opens_one_time(protected):
    official, _secret, codes = protected
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, official)
        client.post(ASK, {"code": codes[3]})
    assert is_signed_in(first)
    assert not is_signed_in(second)
    assert "9 recovery codes left" in first.get(INDEX).content.decode()


def test_new_recovery_codes_replace_the_old_ones(protected, client):
    official, secret, codes = protected
    sign_in(client, official)
    client.post(ASK, {"code": next_code(secret)})
    assert "10 of them unused" in client.get(NEW).content.decode()
    assert client.post(NEW)["Location"] == CODES
    new = shown_codes(client)
    assert not set(new) & set(codes)
    other = Client()
    sign_in(other, official)
    other.post(ASK, {"code": codes[0]})
    assert not is_signed_in(other)
    other.post(ASK, {"code": new[0]})
    assert is_signed_in(other)


def test_a_new_password_does_not_go_round_the_second_factor(protected, client, post):
    official, _secret, _codes = protected
    post()
    answer = client.post("/account/password/reset/", {"email": official.username})
    [code] = re.findall(r"\d{3}-\d{3}-\d{3}", post()[0].body)
    answer = client.post(answer["Location"], {"code": code})
    new = "quite another pass phrase"
    client.post(answer["Location"], {"password1": new, "password2": new})
    assert person_with(official.username, new) == official
    assert not is_signed_in(client)
    assert client.post(LOGIN, {"login": official.username, "password": new})["Location"] == ASK
    assert not is_signed_in(client)


@pytest.mark.parametrize("typed", ["", "\x00", "9" * 5000, "a\nb", "\u202e123456", "12345", "⁶⁶⁶⁶⁶⁶"])
def test_bad_input_for_the_code_gets_a_sentence(protected, client, typed):
    official, _secret, _codes = protected
    sign_in(client, official)
    answer = client.post(ASK, {"code": typed})
    assert answer.status_code == 200
    assert not is_signed_in(client)
    assert client.post(ASK, {"other": "{}"})["Location"] == LOGIN
    assert client.get(LOGIN)["Location"] == ASK


def test_the_second_question_cannot_be_asked_without_the_first(client, protected):
    assert client.get(ASK)["Location"] == LOGIN
    assert client.post(ASK, {"code": "123456"})["Location"] == LOGIN


# --- switching off and losing ---------------------------------------------------------------------


def test_switching_off_takes_the_codes_too_and_is_told(protected, client, post):
    official, secret, _codes = protected
    sign_in(client, official)
    client.post(ASK, {"code": next_code(secret)})
    post()
    assert client.get(OFF).status_code == 200
    assert second_factor.has_one(official)
    client.post(OFF)
    assert not Authenticator.objects.exists()
    assert "switched off" in post()[0].body
    assert client.get(CODES).status_code == 404
    other = Client()
    assert sign_in(other, official)["Location"] == "/members/start/"


def test_who_keeps_the_portal_running_removes_a_lost_factor(protected, client, post):
    official, secret, _codes = protected
    sign_in(client, official)
    client.post(ASK, {"code": next_code(secret)})
    post()
    keeper = make.expert("Keeper of the portal")
    keeper.is_staff = keeper.is_superuser = True
    keeper.save()
    desk = Client()
    desk.force_login(keeper)
    act = {"action": "remove_second_factor", "_selected_action": [official.pk]}
    assert "has no second factor any more" in desk.post("/technical/members/user/", act, follow=True).content.decode()
    assert not second_factor.has_one(official)
    assert client.get("/members/profile/").status_code == 302
    assert Entry.objects.about(official).filter(verb=second_factor.REMOVED, by=keeper).exists()
    assert "removed the second factor" in post()[0].body
    assert "has no second factor." in desk.post("/technical/members/user/", act, follow=True).content.decode()
    for path in ("mfa/authenticator/", "usersessions/usersession/"):
        assert desk.get(f"/technical/{path}").status_code == 404


# --- required -------------------------------------------------------------------------------------

DESKS = [
    "/office/",
    "/office/plan/",
    "/office/events/",
    "/members/",
    "/members/administrations.csv",
    "/members/people/",
    "/members/profile/",
    "/members/profile/devices/",
    "/members/start/",
    "/mine/",
    "/chair/",
    "/technical/",
    INDEX,
    CODES,
    "/account/password/change/",
]


def test_an_office_person_without_the_factor_reaches_only_its_page(required, office):
    client = Client()
    client.force_login(office)
    for path in DESKS:
        for method in (client.get, client.post):
            answer = method(path)
            assert answer.status_code == 302, path
            assert answer["Location"] == SET_UP, path
            assert answer.content == b""
        answer = client.get(path, headers={"Accept": "application/json"})
        assert answer["Location"] == SET_UP
    assert "Your role needs it" in client.get(SET_UP).content.decode()
    client.post("/account/logout/")
    assert not is_signed_in(client)


@pytest.mark.sweep
def test_every_address_is_closed_to_an_office_person_without_the_factor(required, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = build()
    client, visitor = Client(), Client()
    client.force_login(world.people["office"])
    wrong = []
    for name, pattern in own():
        if name in ("mfa_activate_totp", "mfa_add_webauthn") or name.startswith("demo_"):
            continue
        address = reverse(name, args=world.arguments(name, str(pattern.pattern)))
        answer = client.get(address)
        if getattr(pattern.callback, "gate", "") == "public":
            if answer.status_code != visitor.get(address).status_code:
                wrong.append(f"{address} answers {answer.status_code}")
        elif {one.get("Location") for one in (answer, client.post(address))} != {SET_UP}:
            wrong.append(f"{address} answers {answer.status_code}")
    assert wrong == []


def test_public_pages_show_no_more_than_to_a_visitor(required, office):
    draft = make.event("FJ", by=office)
    client = Client()
    client.force_login(office)
    assert client.get(f"/events/{draft.slug}/").status_code == Client().get(f"/events/{draft.slug}/").status_code == 404
    page = client.get("/")
    assert page.status_code == 200
    assert office.name not in page.content.decode()
    assert is_signed_in(client)


def test_with_the_factor_the_desk_is_open(required, person):
    officer = person("Programme manager", "officer@office.example", PASSWORD)
    appointments.appoint(officer, Role.OFFICE_STAFF, from_on=make.LONG_AGO, by=None)
    client = Client()
    sign_in(client, officer)
    assert client.get("/office/")["Location"] == SET_UP
    set_up(client)
    assert client.post(SAVED)["Location"] == "/members/start/"
    assert client.get("/office/").status_code == 200
    client.post(OFF)
    assert client.get("/office/")["Location"] == SET_UP


def test_head_of_office_chairs_and_keepers_need_it_and_officials_do_not(
    required, head_of_office, indonesia_chair, myanmar_chair, fiji_official, fiji_contact
):
    make.meeting("ID", "MM", chairs=(indonesia_chair,))
    keeper = make.expert("Keeper of the portal")
    keeper.is_staff = True
    keeper.save()
    for person, needs in [
        (head_of_office, True),
        (indonesia_chair, True),
        (keeper, True),
        (myanmar_chair, False),
        (fiji_official, False),
        (fiji_contact, False),
    ]:
        client = Client()
        client.force_login(person)
        assert (client.get("/members/profile/").status_code == 302) == needs, person


def test_a_role_given_later_needs_the_factor_at_the_next_request(required, colleague):
    client = Client()
    client.force_login(colleague)
    assert client.get("/members/profile/").status_code == 200
    role = appointments.appoint(colleague, Role.OFFICE_STAFF, from_on=make.TODAY - days(1), by=None)
    assert client.get("/members/profile/")["Location"] == SET_UP
    appointments.end(role, on=make.TODAY - days(1), by=None)
    assert client.get("/members/profile/").status_code == 200


def test_recovery_codes_alone_are_no_factor(required, office):
    Authenticator.objects.create(user=office, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    client = Client()
    client.force_login(office)
    assert client.get("/office/")["Location"] == SET_UP


def test_nobody_needs_it_where_the_setting_is_off(settings, office):
    assert settings.REQUIRE_SECOND_FACTOR is False
    client = Client()
    client.force_login(office)
    assert client.get("/office/").status_code == 200


def test_a_letter_about_the_factor_waits_for_nobody(official):
    second_factor.note(official, second_factor.NEW_CODES, by=official, at=timezone.now())
    assert Message.objects.get().purpose == "second_factor_changed"
