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
from django.utils.crypto import get_random_string

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


def _key(*parts: str) -> str:
    return f"code:{hashlib.sha256('/'.join(parts).encode()).hexdigest()}"
