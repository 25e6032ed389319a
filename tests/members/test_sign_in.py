"""Signing in: with a password or a mailed code, by sign-in name or mail address."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from members.models import User
from members.services import people
from members.services.sign_in import people_behind, person_with
from portal.mail.models import Message
from tests.members.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, CODE, CONFIRM = "/account/login/", "/account/login/code/", "/account/login/code/confirm/"
WHO = "/members/profile/"
BY_NATURE = {"Content-Length", "Expires"}  # the length of what was typed, and the second of the answer


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_of(letter) -> str:
    [code] = re.findall(r"\d{3}-\d{3}-\d{3}", letter.body)
    return code


def masked(html: bytes, *texts: str) -> str:
    """The page without what differs by nature: what was typed, and the token of the form."""
    text = html.decode()
    for one in texts:
        text = text.replace(one, "TYPED")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


@pytest.mark.parametrize(
    "login", ["fj.official.1.of.fiji", "FJ.Official.1.of.Fiji", " official1@fiji.example ", "Official1@Fiji.Example"]
)
def test_a_person_signs_in_by_name_or_by_address(client, official, login):
    answer = sign_in(client, login)
    assert answer.status_code == 302
    assert answer["Location"] == "/members/start/"
    assert client.session["_auth_user_id"] == str(official.pk)


def test_the_one_whose_password_fits_signs_in_with_a_shared_address(client, person, fiji):
    person("Official 1 of Fiji", "customs@fiji.example", PASSWORD, administration=fiji)
    second = person("Official 2 of Fiji", "customs@fiji.example", "another pass phrase", administration=fiji)
    person("Official 3 of Fiji", "customs@fiji.example", administration=fiji)
    sign_in(client, "customs@fiji.example", "another pass phrase")
    assert client.session["_auth_user_id"] == str(second.pk)


def test_two_people_of_one_mailbox_with_the_same_password_need_their_names(client, person, fiji):
    first = person("Official 1 of Fiji", "customs@fiji.example", PASSWORD, administration=fiji)
    person("Official 2 of Fiji", "customs@fiji.example", PASSWORD, administration=fiji)
    sign_in(client, "customs@fiji.example")
    assert not is_signed_in(client)
    sign_in(client, first.username)
    assert client.session["_auth_user_id"] == str(first.pk)


@pytest.mark.parametrize(
    "login",
    [
        "m\u0131ke@customs.example",  # dotless i
        "mi\u212ae@customs.example",  # Kelvin sign
        "\uff4dike@customs.example",  # full width
        "MI\u212aE@CUSTOMS.EXAMPLE",
        "mi\u212ae",
        "m\u0130ke",
        "mike@customs.example\x00",
        "mike@custom\u017f.example",  # long s
    ],
)
def test_a_look_alike_never_matches(client, person, fiji, login):
    person("Mike", "mike@customs.example", PASSWORD, administration=fiji, username="mike")
    assert people_behind(login) == []
    assert person_with(login, PASSWORD) is None
    assert sign_in(client, login).status_code == 200
    assert not is_signed_in(client)
    client.post(CODE, {"email": login})
    assert not Message.objects.exists()


def test_the_sign_in_name_goes_before_the_address(person, fiji):
    named = person("A", "shared@customs.example", administration=fiji, username="fj.a")
    person("B", "shared@customs.example", administration=fiji, username="fj.b")
    assert people_behind("fj.a") == [named]
    assert [row.username for row in people_behind("shared@customs.example")] == ["fj.a", "fj.b"]


def test_a_closed_account_does_not_open(client, official, post):
    User.objects.filter(pk=official.pk).update(is_active=False)
    sign_in(client, official.username)
    assert not is_signed_in(client)
    client.post(CODE, {"email": official.username})
    assert post() == []


def test_known_and_unknown_get_the_same_page_for_a_wrong_password(official):
    known = sign_in(Client(), "official1@fiji.example", "wrong")
    unknown = sign_in(Client(), "nobody@fiji.example", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert masked(known.content, "official1@fiji.example") == masked(unknown.content, "nobody@fiji.example")


def test_the_sixth_wrong_guess_is_refused_whatever_the_network_says(official):
    for number in range(5):
        sign_in(Client(), official.username, f"guess {number}")
    client = Client(headers={"X-Forwarded-For": "203.0.113.9"}, REMOTE_ADDR="198.51.100.7")
    answer = sign_in(client, official.username, PASSWORD)
    assert not is_signed_in(client)
    assert "Too many wrong tries" in answer.content.decode()


def test_a_right_password_does_not_count_as_a_guess(official):
    for _number in range(7):
        client = Client()
        sign_in(client, official.username)
        assert is_signed_in(client)


@pytest.mark.parametrize("login", ["official1@fiji.example", "fj.official.1.of.fiji"])
def test_a_mailed_code_signs_in(client, official, post, login):
    answer = client.post(CODE, {"email": login})
    assert answer["Location"] == CONFIRM
    [letter] = post()
    assert "official1@fiji.example" in letter.to[0]
    assert official.username in letter.body
    answer = client.post(CONFIRM, {"code": code_of(letter).replace("-", " ")})
    assert answer["Location"] == "/members/start/"
    assert client.session["_auth_user_id"] == str(official.pk)


def test_a_code_may_be_typed_in_the_digits_of_any_script(client, official, post):
    client.post(CODE, {"email": official.username})
    code = code_of(post()[0])
    persian = code.translate({ord("0") + n: 0x6F0 + n for n in range(10)})
    client.post(CONFIRM, {"code": persian})
    assert is_signed_in(client)


def test_a_code_is_not_kept_once_its_letter_is_sent(client, official, post):
    client.post(CODE, {"email": official.username})
    code = code_of(post()[0])
    row = Message.objects.get()
    assert row.state == "sent"
    assert code not in f"{row.facts} {row.body} {row.subject}"


def test_a_letter_that_was_late_opens_after_it_was_asked_for_again(client, official, post):
    client.post(CODE, {"email": official.username})
    late = code_of(post()[0])
    client.post(CONFIRM, {"action": "resend"})
    second = code_of(post()[0])
    assert late == second
    client.post(CONFIRM, {"code": late})
    assert is_signed_in(client)


def test_a_letter_that_was_late_opens_in_the_browser_where_it_was_asked_for_again(official, post):
    first, second = Client(), Client()
    first.post(CODE, {"email": official.username})
    late = code_of(post()[0])
    second.post(CODE, {"email": "official1@fiji.example"})
    assert code_of(post()[0]) == late
    second.post(CONFIRM, {"code": late})
    assert is_signed_in(second)
    first.post(CONFIRM, {"code": late})
    assert not is_signed_in(first), "a code opens one time"


def test_when_a_code_has_opened_the_next_letter_has_another(official, post):
    first, second = Client(), Client()
    first.post(CODE, {"email": official.username})
    one = code_of(post()[0])
    first.post(CONFIRM, {"code": one})
    assert is_signed_in(first)
    second.post(CODE, {"email": official.username})
    assert code_of(post()[0]) != one


def test_when_its_hour_is_over_the_next_letter_has_another_code(official, post):
    first, second = Client(), Client()
    first.post(CODE, {"email": official.username})
    one = code_of(post()[0])
    cache.clear()  # the hour is over when the cache has forgotten the code
    second.post(CODE, {"email": official.username})
    assert code_of(post()[0]) != one
    first.post(CONFIRM, {"code": one})
    assert is_signed_in(first), "the older letter still opens where it was asked for"


def test_a_code_that_is_sent_again_lives_as_long_as_its_letter_says(client, official, post, monkeypatch):
    now = timezone.now()
    client.post(CODE, {"email": official.username})
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=40))
    client.post(CONFIRM, {"action": "resend"})
    first, second = Message.objects.order_by("pk")
    assert first.facts["until"] == second.facts["until"]


def test_wrong_tries_are_counted_on_when_a_letter_is_sent_again(client, official, post):
    client.post(CODE, {"email": official.username})
    code = code_of(post()[0])
    for _number in range(2):
        client.post(CONFIRM, {"code": "000-000-00x"})
    client.post(CONFIRM, {"action": "resend"})
    client.post(CONFIRM, {"code": "000-000-00x"})
    client.post(CONFIRM, {"code": code})
    assert not is_signed_in(client)


def test_a_reset_code_is_no_sign_in_code_and_opens_one_time(official, post):
    reset, other, sign_in_page = Client(), Client(), Client()
    page = "/account/password/reset/"
    found = []
    for client, path in ((reset, page), (other, page), (sign_in_page, CODE)):
        client.post(path, {"email": official.username})
        found.append(code_of(post()[0]))
    assert found[0] == found[1] != found[2]
    assert reset.post(f"{page}confirm/", {"code": found[0]})["Location"] == f"{page}complete/"
    assert other.post(f"{page}confirm/", {"code": found[0]}).status_code == 200


def test_a_letter_that_cannot_be_written_harms_no_page(client, official, monkeypatch):
    def break_down(*args: object, **words: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("portal.mail.outbox.queue", break_down)
    logging.disable(logging.CRITICAL)
    try:
        assert client.post(CODE, {"email": official.username})["Location"] == CONFIRM
    finally:
        logging.disable(logging.NOTSET)


def test_a_code_works_only_in_the_browser_that_asked(official, post):
    asking, other = Client(), Client()
    asking.post(CODE, {"email": official.username})
    code = code_of(post()[0])
    other.post(CONFIRM, {"code": code})
    assert not is_signed_in(other)


def test_three_wrong_codes_end_the_try(client, official, post):
    client.post(CODE, {"email": official.username})
    code = code_of(post()[0])
    for _number in range(3):
        client.post(CONFIRM, {"code": "000-000-00x"})
    client.post(CONFIRM, {"code": code})
    assert not is_signed_in(client)


def test_who_mistyped_the_address_can_go_back_and_ask_again(client, official, post):
    client.post(CODE, {"email": "oficial1@fiji.example"})
    assert client.get(LOGIN)["Location"] == CONFIRM
    client.post("/account/logout/", {"next": LOGIN})
    assert client.get(LOGIN).status_code == 200
    client.post(CODE, {"email": official.username})
    client.post(CONFIRM, {"code": code_of(post()[0])})
    assert is_signed_in(client)


def test_too_many_tries_get_a_page_that_says_what_to_do(client, official):
    for _number in range(4):
        answer = client.post("/account/password/reset/", {"email": official.username})
    assert answer.status_code == 429
    assert "Wait five minutes" in answer.content.decode()


def test_a_person_without_an_address_gets_no_letter(client, person, fiji):
    silent = person("Official 5 of Fiji", administration=fiji)
    assert client.post(CODE, {"email": silent.username})["Location"] == CONFIRM
    assert not Message.objects.exists()


def test_opening_an_address_of_a_code_page_changes_nothing(client, official, post):
    client.get(CODE, {"email": official.username})
    client.get(CONFIRM, {"code": "000-000-000"})
    assert not Message.objects.exists()
    assert not is_signed_in(client)


def test_a_shared_mailbox_gets_one_letter_with_the_names_and_no_code(client, person, fiji, post):
    first = person("Official 1 of Fiji", "customs@fiji.example", administration=fiji)
    second = person("Official 2 of Fiji", "customs@fiji.example", administration=fiji)
    answer = client.post(CODE, {"email": "customs@fiji.example"})
    assert answer["Location"] == CONFIRM
    [letter] = post()
    assert letter.to == ["customs@fiji.example"]
    assert first.username in letter.body
    assert second.username in letter.body
    assert not re.search(r"\d{3}-\d{3}", letter.body)

    other = Client()
    other.post(CODE, {"email": second.username})
    [letter] = post()
    assert "Official 2 of Fiji" in letter.body
    other.post(CONFIRM, {"code": code_of(letter)})
    assert other.session["_auth_user_id"] == str(second.pk)


def test_asking_for_a_code_answers_the_same_for_known_shared_and_unknown(official, person, fiji):
    person("Official 3 of Fiji", "customs@fiji.example", administration=fiji)
    person("Official 4 of Fiji", "customs@fiji.example", administration=fiji)
    pages = set()
    for typed in ("official1@fiji.example", "customs@fiji.example", "nobody@fiji.example"):
        client = Client()
        answer = client.post(CODE, {"email": typed})
        assert answer.status_code == 302
        pages.add(masked(client.get(answer["Location"]).content, typed))
        assert client.post(CONFIRM, {"code": "123-456-789"}).status_code == 200
    assert len(pages) == 1


def test_codes_are_limited_for_one_name(official):
    for _number in range(3):
        assert Client().post(CODE, {"email": official.username}).status_code == 302
    answer = Client().post(CODE, {"email": official.username})
    assert answer.status_code == 200
    assert Message.objects.count() == 3


def test_a_new_password_is_set_with_a_code(client, official, post):
    answer = client.post("/account/password/reset/", {"email": official.username})
    assert answer["Location"] == "/account/password/reset/confirm/"
    [letter] = post()
    answer = client.post(answer["Location"], {"code": code_of(letter)})
    assert answer["Location"] == "/account/password/reset/complete/"
    new = "quite another pass phrase"
    client.post(answer["Location"], {"password1": new, "password2": new})
    assert person_with(official.username, new) == official
    assert "has changed" in post()[0].subject
    assert official.entries.filter(verb__contains="password").exists()


def test_a_forgotten_password_answers_the_same_for_unknown(official):
    pages = set()
    for typed in ("official1@fiji.example", "nobody@fiji.example"):
        client = Client()
        answer = client.post("/account/password/reset/", {"email": typed})
        pages.add(masked(client.get(answer["Location"]).content, typed))
    assert len(pages) == 1


def test_a_person_without_password_sets_one_and_changes_it(client, colleague, post):
    client.force_login(colleague)
    assert client.get("/account/password/change/")["Location"] == "/account/password/set/"
    client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert person_with(colleague.username, PASSWORD) == colleague
    assert client.get(WHO).status_code == 200
    new = "quite another pass phrase"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert person_with(colleague.username, new) == colleague
    assert len(post()) == 2


def test_a_weak_password_is_refused_at_its_field(client, colleague):
    client.force_login(colleague)
    answer = client.post("/account/password/set/", {"password1": "short", "password2": "short"})
    assert answer.status_code == 200
    assert "too short" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/email/", "/account/confirm-email/", "/account/2fa/", "/account/"]
)
def test_the_pages_that_the_portal_does_not_need_do_not_exist(client, official, path):
    client.force_login(official)
    assert client.get(path).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


@pytest.mark.parametrize("path", [LOGIN, CODE, "/account/password/reset/", "/account/inactive/"])
def test_the_sign_in_pages_open_without_signing_in(client, path):
    assert client.get(path).status_code == 200


def test_signing_out_needs_a_post(client, official):
    client.force_login(official)
    client.get("/account/logout/")
    assert is_signed_in(client)
    client.post("/account/logout/")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_never_leads_to_another_site(client, official, target):
    answer = client.post(f"{LOGIN}?next={target}", {"login": official.username, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/members/start/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client, official):
    answer = client.get("/members/")
    assert answer["Location"] == "/account/login/?next=/members/"
    answer = client.post(answer["Location"], {"login": official.username, "password": PASSWORD})
    assert answer["Location"] == "/members/"


@pytest.mark.parametrize("typed", ["", "\x00", "a" * 5000, "a\nb", "\u202eexample", "\ud800"])
def test_bad_input_at_sign_in_gets_a_sentence(client, db, typed):
    for path, field in ((LOGIN, "login"), (CODE, "email"), ("/account/password/reset/", "email")):
        typed_in = typed.encode("utf-8", "surrogatepass")
        answer = client.post(
            path,
            f"{field}=".encode() + b"".join(b"%%%02x" % byte for byte in typed_in) + b"&password=x",
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code in (200, 302, 400)
    assert not Message.objects.exists()


def test_a_changed_address_is_told_to_the_old_one(official, post):
    people.change(official, by=official, email="New@Fiji.Example")
    official.refresh_from_db()
    assert official.email == "new@fiji.example"
    [letter] = post()
    assert "official1@fiji.example" in letter.to[0]
    assert people_behind("official1@fiji.example") == []
