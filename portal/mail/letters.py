"""The letters that the portal knows: each desk registers its own, with what must be asked when one is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.mail.models import Message


class UnknownLetter(LookupError):
    """Nobody registered a letter of this purpose: a fault of the code, never of a person."""


@dataclass(frozen=True)
class Attachment:
    """A file of a letter; with a `method` it is a calendar entry (`REQUEST`, `CANCEL`) and no file."""

    name: str
    content: bytes
    mime: str
    method: str = ""


@dataclass(frozen=True)
class Letter:
    """What one kind of letter is; everything that may change until it is sent is a question, asked then."""

    purpose: str
    title: StrOrPromise
    wanted: Callable[[Message], str] | None = None
    recipient: Callable[[Message], Any | None] | None = None
    context: Callable[[Message], dict[str, Any]] | None = None
    attach: Callable[[Message], list[Attachment]] | None = None
    urgent: bool = False
    secret: bool = False
    useful_until: Callable[[Message], datetime | None] | None = None
    load: Callable[[Message], None] | None = None

    @property
    def template(self) -> str:
        return f"mail/{self.purpose}.txt"


_registry: dict[str, Letter] = {}


def register(
    purpose: str,
    *,
    title: StrOrPromise,
    wanted: Callable[[Message], str] | None = None,
    recipient: Callable[[Message], Any | None] | None = None,
    context: Callable[[Message], dict[str, Any]] | None = None,
    attach: Callable[[Message], list[Attachment]] | None = None,
    urgent: bool = False,
    secret: bool = False,
    useful_until: Callable[[Message], datetime | None] | None = None,
    load: Callable[[Message], None] | None = None,
) -> None:
    """Make a letter known; its text is `templates/mail/<purpose>.txt`.

    - `wanted` answers "" when the letter is still wanted, else the reason why not (the row becomes `lifted`).
    - `recipient` finds the person at the moment of sending, for a letter to a role; without it `message.to`.
    - `context` adds words for the template, `attach` adds files.
    - `urgent` letters leave first. `secret` letters keep no text and no facts once they are over.
    - `useful_until`: a letter whose turn comes later than that becomes `missed`.
    - `load` reads what the other questions will need into the message, in few queries; a shortcut, never a must.

    Raises `ValueError` when the purpose is taken.
    """
    if purpose in _registry:
        raise ValueError(f"the letter {purpose!r} is registered twice")
    _registry[purpose] = Letter(
        purpose,
        title,
        wanted,
        recipient,
        context,
        attach,
        urgent=urgent,
        secret=secret,
        useful_until=useful_until,
        load=load,
    )


def get(purpose: str) -> Letter:
    """Raise `UnknownLetter` when nobody registered it."""
    try:
        return _registry[purpose]
    except KeyError:
        raise UnknownLetter(f"no letter {purpose!r}; registered are: {', '.join(sorted(_registry))}") from None


def known() -> Iterator[Letter]:
    """All letters, by purpose."""
    return iter(sorted(_registry.values(), key=lambda letter: letter.purpose))


def title_of(purpose: str) -> str:
    """The title for a page; an old row of a letter that no longer exists shows its purpose."""
    letter = _registry.get(purpose)
    return str(letter.title) if letter else purpose


def is_secret(purpose: str) -> bool:
    letter = _registry.get(purpose)
    return letter.secret if letter else False
