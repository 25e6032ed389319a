"""What the apps above add to people and administrations: members imports nothing above it, so they sign up here.

An app signs up in its `ready()`. Each hook is a list of functions; who signs up first stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from members.models import Administration, User
    from portal.kit.words import Words


@dataclass(frozen=True)
class Section:
    """A part of a page: a template and what it shows. `anchor` is the id of its heading."""

    anchor: str
    title: str
    template: str
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """What one kind of row stores about a person, for the person to read and to take along.

    `tells` are the links to people that it shows, as "events.Registration.official"; a test asks for all of them.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    tells: Sequence[str] = ()


@dataclass(frozen=True)
class Link:
    """A line that leads to a page."""

    words: str
    address: str


# parts of the page of an administration and of a person; None where the reader may see nothing
administration_sections: list[Callable[[Administration, User, datetime], Section | None]] = []
person_sections: list[Callable[[User, User, datetime], Section | None]] = []
# everything that is stored about a person
stored: list[Callable[[User], Iterable[Table]]] = []
# what waits for the next contact point of an administration, a line each, for the letter of a handover
handover: list[Callable[[Administration, datetime], list[str]]] = []
# what stays for the office to decide when the account of a person is closed: a line for each
left_over: list[Callable[[User, datetime], Iterable[Link]]] = []
# before a person is merged into another one (gone, kept): move what needs more than a new key, or raise `Refused`
merging: list[Callable[[User, User], None]] = []
# what a person has to end before the portal can forget who it is, as sentences that say what to do
unended: list[Callable[[User, datetime], Iterable[str]]] = []
# when a person is erased: take out of the own rows what tells who it was; the words are the names and addresses
erasing: list[Callable[[User, Words], None]] = []
# of people, those who took part in something since an instant
took_part_since: list[Callable[[QuerySet[User], datetime], QuerySet[User]]] = []


def sections(
    signed_up: Iterable[Callable[[Any, User, datetime], Section | None]], row: Any, reader: User, at: datetime
) -> list[Section]:
    """The parts that this reader may see."""
    return [found for made in signed_up if (found := made(row, reader, at)) is not None]
