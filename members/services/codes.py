"""Codes of letters. A person has one living code of a kind: the letter that came late opens as the second one does.

Mail systems hold a letter back for up to half an hour. Who asks again meanwhile has two letters, and types the code of
the one that came first. A code counts only in a browser that asked for it, and opens one time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string

from members import notices
from members.models import User
from members.services.sign_in import people_behind

SIGN_IN, RESET = "sign in", "reset"
SAME_FOR = 60 * 60  # seconds; after that a new letter brings a new code, which lives for the full time
LIFE = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT


@dataclass(frozen=True)
class Code:
    text: str
    made_at: datetime


def living(kind: str, who: str, *, at: datetime) -> Code:
    """The code of somebody: `who` is the number of a person or, for nobody, what was typed; it costs the same."""
    key = _key(kind, who)
    made = Code(new(), at)
    if cache.add(key, made, SAME_FOR):
        return made
    known: Code | None = cache.get(key)
    return known or made


@transaction.atomic
def write(kind: str, typed: str, code: Code, *, at: datetime) -> None:
    """The letter to the one person meant; several who share the mailbox get their sign-in names.

    For nobody the same letter is written and taken back: whatever comes next takes as long as for somebody.
    """
    people = people_behind(typed)
    if len(people) > 1:
        notices.sign_in_names(people, at=at)
        return
    somebody = bool(people and people[0].email)
    letter = notices.sign_in_code if kind == SIGN_IN else notices.password_reset_code
    letter(people[0] if somebody else _nobody(), code.text, made_at=code.made_at, at=at)
    if not somebody:
        transaction.set_rollback(True)


def use_up(kind: str, who: str, text: str) -> None:
    """It has opened: the next letter brings another code, and no other browser that asked may use this one."""
    cache.delete(_key(kind, who))
    cache.set(_key(kind, who, text), True, LIFE)


def is_used(kind: str, who: str, text: str) -> bool:
    return bool(cache.get(_key(kind, who, text)))


def new() -> str:
    """Nine digits in threes: easy to type on a keyboard of any script."""
    digits = get_random_string(9, "0123456789")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _nobody() -> User:
    return User(pk=0, username="nobody", email="nobody@portal.example")


def _key(*parts: str) -> str:
    return f"code:{hashlib.sha256('/'.join(parts).encode()).hexdigest()}"
