"""Every address is public by list or stands behind a gate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# what a visitor may open; everything else asks for a sign-in or belongs to the sign-in itself
PUBLIC = {
    "mfa_authenticate",  # after the password: nobody has signed in yet
    "participant:home",
    "participant:calendar",
    "participant:calendar_ics",
    "participant:personal_ics",  # the address is the key: a calendar program cannot sign in
    "participant:event",
    "participant:event_ics",
    "participant:outcomes",
    "participant:outcome",
    "participant:paper",
    "participant:certificates",
    "participant:certificate_verify",
}
GATES = {"signed_in", "is_office", "may_import", "is_contact_point", "answers_requests", "is_chair", "public"}


def addresses(patterns: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}", pattern


def own() -> list[tuple[str, URLPattern]]:
    return [(name, pattern) for name, pattern in addresses() if not name.startswith(("account", "admin:"))]


def test_every_address_has_a_gate() -> None:
    naked = [name for name, pattern in own() if getattr(pattern.callback, "gate", "") not in GATES]
    assert naked == []


def test_public_addresses_are_those_of_the_list() -> None:
    public = {name for name, pattern in own() if getattr(pattern.callback, "gate", "") == "public"}
    assert public == PUBLIC


def test_every_address_has_a_name() -> None:
    assert [str(pattern.pattern) for name, pattern in own() if name.endswith("None")] == []
