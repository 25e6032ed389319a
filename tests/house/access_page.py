"""Writes docs/access.md from the tables that the access tests check: `python -m tests.house.access_page`."""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

TARGET = Path(__file__).resolve().parents[2] / "docs" / "access.md"
HEAD = """# Who may open what

Written by `make access` from the tables that the tests check with every verb (GET, POST, HEAD, OPTIONS, PUT, PATCH,
DELETE): a person without a mark meets the sign-in page, 403, 404 or 405. A test says when this page is stale.

The rows belong to Fiji; the meeting is chaired by the chair from Indonesia.

| column | who that is |
|---|---|
"""
COLUMNS = {
    "visitor": ("visitor", "nobody has signed in"),
    "official": ("official A", "an official of Fiji: the nominee, the holder of the certificate"),
    "stranger": ("official B", "an official of Tonga"),
    "contact": ("contact A", "the contact point of Fiji"),
    "contact_b": ("contact B", "the contact point of Tonga"),
    "ended": ("ended", "was contact point of Fiji until yesterday"),
    "expert": ("expert", "of an organisation that is no administration"),
    "chair": ("chair", "of this meeting"),
    "other_chair": ("other chair", "of another meeting"),
    "office": ("office", "office staff"),
    "head": ("head", "head of office"),
}
DESKS = {
    "participant": "Officials and the public",
    "delegation": "Contact points",
    "chair": "Chairs",
    "office": "The office",
    "members": "Members and people",
    "mfa": "Second factor",
}


def page(cases: Iterable[Any]) -> str:
    """The whole page; `cases` are the rows of other kinds (`tests.house.objects`)."""
    from events import policies as of_events
    from members import policies as of_members

    lines = [HEAD + "\n".join(f"| {short} | {words} |" for short, words in COLUMNS.values()), ""]
    for desk, title in DESKS.items():
        lines += [f"## {title}", "", *_table(_addresses(desk)), ""]
    lines += ["## The same addresses with rows of other kinds", "", *_table(_cases(cases)), ""]
    lines += ["## Questions of single acts", "", "| question | who may |", "|---|---|"]
    lines += [*_questions(of_events), *_questions(of_members), ""]
    return "\n".join(lines)


def _table(rows: Iterable[tuple[str, str, set[str]]]) -> Iterator[str]:
    heads = [short for short, _words in COLUMNS.values()]
    yield f"| address | what | {' | '.join(heads)} |"
    yield "|---|---|" + ":-:|" * len(heads)
    for address, words, who in rows:
        yield f"| {address} | {words} | {' | '.join('x' if role in who else '' for role in COLUMNS)} |"


def _addresses(desk: str) -> Iterator[tuple[str, str, set[str]]]:
    from tests.house.test_access import allowed
    from tests.house.test_addresses import own

    prefix = {"participant": "", "mfa": "account/"}.get(desk, f"{desk}/")
    for name, pattern in own():
        if name.startswith((f"{desk}:", f"{desk}_")):
            yield f"`/{prefix}{pattern.pattern}`", _first_line(pattern.callback), allowed(name)


def _cases(cases: Iterable[Any]) -> Iterator[tuple[str, str, set[str]]]:
    for case in cases:
        yield f"`{case.name}`", case.words, set(case.who)


def _first_line(view: Any) -> str:
    """The first sentence of the page's own docstring; a class of a library has none of ours."""
    said = inspect.getdoc(view) if inspect.isfunction(inspect.unwrap(view)) and not hasattr(view, "view_class") else ""
    return (said or "").split("\n")[0].replace("|", "/")


def _questions(module: ModuleType) -> Iterator[str]:
    for name, rule in sorted(vars(module).items()):
        if inspect.isfunction(rule) and rule.__module__ == module.__name__:
            words = (inspect.getdoc(rule) or "").split("\n\n")[0].replace("\n", " ")
            yield f"| `{module.__name__.split('.')[0]}.policies.{name}` | {words} |"


def main() -> None:
    """Build the small world in a database of its own, in memory."""
    os.environ.update(DATABASE_URL="sqlite://", REDIS_URL="", DJANGO_SETTINGS_MODULE="portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.house import objects, world

    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        call_command("migrate", verbosity=0)
        TARGET.write_text(page(objects.build(world.build())), encoding="utf-8")
    sys.stdout.write(f"Wrote {TARGET.name}.\n")


if __name__ == "__main__":
    main()
