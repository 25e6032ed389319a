"""Who is known stays unknown, and guessing does not help, from however many addresses of the net."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.test import Client

from bench.sign_in import rank_test
from members.adapter import FactorAdapter
from members.models import User
from tests.members.conftest import PASSWORD
from tests.members.test_sign_in import BY_NATURE, CODE, CONFIRM, LOGIN, code_of, is_signed_in, masked, sign_in

pytestmark = pytest.mark.django_db
RESET = "/account/password/reset/"


@pytest.mark.sweep
@pytest.mark.parametrize(("path", "field"), [(LOGIN, "login"), (CODE, "email"), (RESET, "email")])
def test_five_hundred_known_and_unknown_addresses_get_the_same_bytes(fiji, path, field):
    known = [f"known{number:03}@customs.example" for number in range(500)]
    password = make_password(PASSWORD)
    User.objects.bulk_create(
        User(username=f"fj.{number}", name=f"Official {number} of Fiji", email=address, administration=fiji)
        for number, address in enumerate(known)
    )
    User.objects.filter(email__regex="[02468]@").update(password=password)
    answers: dict[str, set[tuple[object, ...]]] = {"known": set(), "never": set()}
    for kind, found in answers.items():
        for number, address in enumerate(known):
            typed = address.replace("known", kind)
            client = Client(REMOTE_ADDR=f"198.51.{100 + (kind == 'known')}.{number // 15}")
            answer = client.post(path, {field: typed, "password": "a wrong pass phrase"})
            page = client.get(answer["Location"]) if answer.status_code == 302 else answer
            headers = [
                str({name: value for name, value in one.headers.items() if name not in BY_NATURE})
                for one in (answer, page)
            ]
            cookies = sorted((name, morsel["max-age"], morsel["path"]) for name, morsel in client.cookies.items())
            found.add((answer.status_code, page.status_code, str(cookies), *headers, masked(page.content, typed)))
    assert answers["known"] == answers["never"]
    assert len(answers["known"]) == 1


# --- guessing -------------------------------------------------------------------------------------

GUESSES = 300


@pytest.fixture(params=[0, 1])
def proxies(request, settings) -> int:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = request.param
    return request.param


def from_elsewhere(number: int) -> Client:
    """A guesser who says to come from another address of the net each time; behind a proxy it even looks true."""
    said = f"203.0.{number // 250}.{number % 250 + 1}"
    return Client(headers={"X-Forwarded-For": said}, REMOTE_ADDR=f"198.51.100.{number % 250 + 1}")


@pytest.mark.sweep
def test_three_hundred_guesses_of_a_password_are_refused_from_the_sixth(official, proxies):
    refused = []
    for number in range(GUESSES):
        guess = PASSWORD if number >= 5 and number % 50 == 0 else f"guess {number}"
        client = from_elsewhere(number)
        answer = sign_in(client, official.username, guess)
        assert not is_signed_in(client)
        refused.append("Too many wrong tries" in answer.content.decode())
    assert refused == [False] * 5 + [True] * (GUESSES - 5)


@pytest.mark.sweep
@pytest.mark.parametrize(("ask", "confirm"), [(CODE, CONFIRM), (RESET, f"{RESET}confirm/")])
def test_three_hundred_guesses_of_a_code_have_nine_tries(official, proxies, ask, confirm, post):
    tried = 0
    for number in range(GUESSES):
        client = from_elsewhere(number)
        client.post(ask, {"email": official.username})
        code = code_of(letters[0]) if (letters := post()) else ""
        for guess in ("000-000-00x", "000-000-00y", "000-000-00z", code):
            answer = client.post(confirm, {"code": guess})
            tried += "This code is not right" in answer.content.decode()
        assert not is_signed_in(client)
        assert not answer.headers.get("Location", "").endswith("complete/")
    assert tried <= 3 * 3, "three letters a minute, three tries each"


@pytest.mark.sweep
def test_three_hundred_guesses_of_a_second_factor_are_refused_from_the_sixth(official, proxies):
    row = Authenticator.objects.create(user=official, type="totp", data={})
    secret = totp.generate_totp_secret()
    row.data = {"secret": FactorAdapter().encrypt(secret)}
    row.save()
    refused = []
    for number in range(GUESSES):
        client = from_elsewhere(number)
        sign_in(client, official.username)
        counters = sorted(totp.yield_hotp_counters_from_time())
        right = totp.format_hotp_value(totp.hotp_value(secret, counters[number % len(counters)]))
        answer = client.post("/account/login/second-factor/", {"code": right if number >= 5 else "00000x"})
        assert not is_signed_in(client)
        refused.append("Too many wrong tries" in answer.content.decode())
    assert refused == [False] * 5 + [True] * (GUESSES - 5)


def test_the_rank_test_of_the_benchmarks_agrees_with_the_tables():
    assert rank_test(range(1, 6), range(6, 11)) == pytest.approx(0.0090, abs=0.0001)
    assert rank_test([1, 4, 5, 8], [2, 3, 6, 7]) == pytest.approx(1.0)
    assert rank_test([1, 1], [1, 1]) == 1.0
