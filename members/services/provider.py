"""Talks with the sign-in provider of the office (OpenID Connect, code flow): whom it has sent, or why nobody.

The library of the sign-in pages can do this too, but it asks for no nonce and takes a token without its signature.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from portal.kit.states import Refused

log = logging.getLogger(__name__)

SCOPE = "openid email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]  # with a public key
LEEWAY = 60  # seconds that two clocks may differ
PATIENCE = 10  # seconds that the provider has for an answer
KEPT_FOR = 10 * 60  # seconds that its addresses are kept
LONGEST = 255  # characters of an identity


@dataclass(frozen=True)
class Claims:
    """What the provider says of the person it has signed in."""

    issuer: str
    subject: str
    email: str  # empty when the provider does not vouch for it


@dataclass(frozen=True)
class Question:
    """What the browser keeps in its session until it comes back."""

    state: str
    nonce: str
    verifier: str


def begin(callback: str) -> tuple[str, Question]:
    """Where to send the browser, and what it must bring back. Raises `Refused` when the provider does not answer."""
    question = Question(*(secrets.token_urlsafe(32) for _number in range(3)))
    with _answering():
        words = {
            "response_type": "code",
            "client_id": settings.OIDC["client_id"],
            "redirect_uri": callback,
            "scope": SCOPE,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": _digest(question.verifier),
            "code_challenge_method": "S256",
        }
        address = _addresses()["authorization_endpoint"]
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(words)}", question


def finish(code: str, question: Question, callback: str) -> Claims:
    """Change the code into what the provider says; the token must be signed by it, for us, now, for this question.

    Raises `Refused` in every other case; the log says why, the page does not.
    """
    with _answering():
        found = _addresses()
        answer = _exchanged(code, question, callback, found)
        token = _checked(answer["id_token"], question, found)
        if "email" not in token and found.get("userinfo_endpoint"):
            token |= _more(answer["access_token"], token["sub"], found)
        return _claims(token)


def _addresses() -> dict[str, Any]:
    """The provider's own description of itself; it must be of the issuer that the settings name."""
    issuer = settings.OIDC["issuer"]
    key = f"oidc:{_digest(issuer)}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _json(requests.get(place, timeout=PATIENCE, allow_redirects=False))
        if found["issuer"] != issuer:
            raise ValueError(f"{place} speaks for the issuer {found['issuer']!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(found[name]).scheme != urlsplit(issuer).scheme:
                raise ValueError(f"the address {name} is less protected than the issuer")
        cache.set(key, found, KEPT_FOR)
    return found


def _exchanged(code: str, question: Question, callback: str, found: dict[str, Any]) -> dict[str, Any]:
    words = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": question.verifier,
    }
    secret = settings.OIDC["client_id"], settings.OIDC["client_secret"]
    basic = "client_secret_basic" in found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not basic:
        words |= dict(zip(("client_id", "client_secret"), secret, strict=True))
    place, auth = found["token_endpoint"], secret if basic else None
    return _json(requests.post(place, data=words, auth=auth, timeout=PATIENCE, allow_redirects=False))


def _checked(token: str, question: Question, found: dict[str, Any]) -> dict[str, Any]:
    ours = settings.OIDC["client_id"]
    claims: dict[str, Any] = jwt.decode(
        token,
        _key_of(token, found["jwks_uri"]),
        algorithms=ALGORITHMS,
        audience=ours,
        issuer=settings.OIDC["issuer"],
        leeway=LEEWAY,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    if not constant_time_compare(str(claims.get("nonce", "")), question.nonce):
        raise ValueError("the token answers another question")
    if claims.get("azp", ours) != ours:
        raise ValueError("the token was made for another portal")
    return claims


def _key_of(token: str, place: str) -> Any:
    """The key that the token names; without a name, the only one."""
    keys = jwt.PyJWKSet.from_dict(_json(requests.get(place, timeout=PATIENCE, allow_redirects=False))).keys
    name = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in keys if key.key_id == name] if name else keys
    if len(fitting) != 1:
        raise ValueError("the provider has no key, or several, for the token")
    return fitting[0]


def _more(access_token: str, subject: str, found: dict[str, Any]) -> dict[str, Any]:
    """Some providers keep the address out of the token; what they say elsewhere must be about the same person."""
    head = {"Authorization": f"Bearer {access_token}"}
    told = _json(requests.get(found["userinfo_endpoint"], headers=head, timeout=PATIENCE, allow_redirects=False))
    if told["sub"] != subject:
        raise ValueError("the provider speaks of another person")
    return {name: told[name] for name in ("email", "email_verified") if name in told}


def _claims(token: dict[str, Any]) -> Claims:
    subject = str(token["sub"])
    if not 0 < len(subject) <= LONGEST:
        raise ValueError("the identity is empty or too long")
    verified = token.get("email_verified") is True
    return Claims(settings.OIDC["issuer"], subject, str(token.get("email") or "") if verified else "")


def _json(answer: requests.Response) -> dict[str, Any]:
    if answer.status_code != requests.codes.ok:
        raise ValueError(f"{answer.url} answers {answer.status_code}")
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError(f"{answer.url} answers no object")
    return found


@contextmanager
def _answering() -> Iterator[None]:
    """A provider that is silent, or that answers what it should not, signs nobody in; it is no fault of the portal."""
    try:
        yield
    except (requests.RequestException, jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("Single sign-on: %s: %s", type(error).__name__, error)
        name = settings.OIDC["name"]
        raise Refused(_("%(name)s did not sign you in. Try again, or use your password.") % {"name": name}) from error


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
