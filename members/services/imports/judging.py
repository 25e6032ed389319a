"""What every kind of file has in common: an opinion on each row, for many rows at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from members.models import Administration, Import, ImportRow, Organisation, User
from members.services.imports.columns import RowForm, same_name
from members.states import Verdict


@dataclass
class Opinion:
    """What saving would do to one row: the row of the portal that it means, the values, and what differs."""

    verdict: str = Verdict.REFUSED
    target: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changes: dict[str, list[str]] = field(default_factory=dict)

    def settle(self) -> None:
        """The verdict that follows from what was found."""
        if self.faults:
            self.verdict, self.changes = Verdict.REFUSED, {}
        elif self.target is None:
            self.verdict = Verdict.NEW
        else:
            self.verdict = Verdict.CHANGED if self.changes else Verdict.SAME


class Judge(ABC):
    """Judges the rows of one file. Made anew for each stretch of work, it looks everything up once for all rows."""

    form: ClassVar[type[RowForm]]

    def __init__(self, upload: Import, *, today: date) -> None:
        self.upload = upload
        self.today = today
        self.reader = self.form()
        rows = [(number, self.texts(cells)) for number, cells in upload.rows.values_list("number", "cells")]
        self.look_up([texts for _number, texts in rows])
        self.earlier = self._repeated(rows)

    def opinions(self, rows: Sequence[ImportRow]) -> list[Opinion]:
        """One opinion for each row, in their order."""
        found = []
        for row in rows:
            values, faults = self.reader.read(self.texts(row.cells))
            opinion = Opinion(values=values, faults=faults)
            if row.number in self.earlier:
                opinion.faults.append(self.repeated(self.earlier[row.number]))
            found.append(opinion)
        self.compare(found)
        for opinion in found:
            opinion.settle()
        return found

    def texts(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells by field; a short row has empty cells at its end."""
        padded = [*cells, *[""] * (len(self.upload.columns) - len(cells))]
        return {name: cell for name, cell in zip(self.upload.columns, padded, strict=False) if name}

    def repeated(self, number: int) -> str:
        return _("Row %(number)d says this already. Leave one of the two rows out.") % {"number": number}

    @abstractmethod
    def look_up(self, rows: list[dict[str, str]]) -> None:
        """Read what the rows of the file may name."""

    @abstractmethod
    def key(self, texts: dict[str, str]) -> Hashable | None:
        """What two rows of a file may not share; None when the row does not say what it means."""

    @abstractmethod
    def compare(self, opinions: list[Opinion]) -> None:
        """Find the rows of the portal and what differs; a rule that is broken is a sentence in `faults`."""

    @abstractmethod
    def save(self, opinion: Opinion, *, by: User, at: datetime) -> None:
        """Do what the opinion says; raises `Refused`."""

    def _repeated(self, rows: Iterable[tuple[int, dict[str, str]]]) -> dict[int, int]:
        """Rows that say again what an earlier row says: number -> number of the earlier one."""
        first: dict[Hashable, int] = {}
        found = {}
        for number, texts in rows:
            key = self.key(texts)
            if key is not None and first.setdefault(key, number) != number:
                found[number] = first[key]
        return found


class Bodies:
    """Administrations by code and name of today, and organisations by name, for cells that name one."""

    def __init__(self) -> None:
        self.found: dict[str, Administration | Organisation] = {}
        for organisation in Organisation.objects.all():
            for word in (organisation.abbreviation, organisation.name):
                self.found[same_name(word)] = organisation
        for administration in Administration.objects.all():
            for word in (administration.name, administration.iso2):
                self.found[same_name(word)] = administration
        self.found.pop("", None)

    def named(self, text: str) -> Administration | Organisation | None:
        return self.found.get(same_name(text))


@dataclass(frozen=True)
class Known:
    """As much of a person as is needed to find out whom a row means."""

    pk: int
    username: str
    email: str
    name: str
    body: tuple[str, int] | None
    is_active: bool


def place(body: Administration | Organisation | None) -> tuple[str, int] | None:
    """A body as a key: administrations and organisations have the same numbers."""
    return (type(body).__name__, body.pk) if body else None


class People:
    """Everybody whom the rows may mean, read once: of one administration, or all.

    A row means a person by sign-in name, else by address and name in the body, else by the name alone when no other
    row of the file means that person by address.
    """

    def __init__(self, administration: Administration | None) -> None:
        self.by_username: dict[str, Known] = {}
        self.by_address: dict[Hashable, list[Known]] = {}
        self.by_name: dict[Hashable, list[Known]] = {}
        self.claimed: set[int] = set()
        rows = User.objects.filter(administration=administration) if administration else User.objects.all()
        columns = ("pk", "username", "email", "name", "administration_id", "organisation_id", "is_active")
        for pk, username, email, name, administration_id, organisation_id, is_active in rows.order_by("pk").values_list(
            *columns
        ):
            body = (
                ("Administration", administration_id)
                if administration_id
                else ("Organisation", organisation_id)
                if organisation_id
                else None
            )
            known = Known(pk, username, email, name, body, is_active)
            self.by_username[username] = known
            self.by_address.setdefault((same_name(name), email, body), []).append(known)
            if is_active:
                self.by_name.setdefault((same_name(name), body), []).append(known)

    def meant(self, username: str, name: str, email: str, body: tuple[str, int] | None) -> list[Known]:
        """The people whom a row may mean: one, none, or several who cannot be told apart."""
        if username:
            known = self.by_username.get(username.lower())
            return [known] if known else []
        found = self.by_address.get((same_name(name), email, body), []) if email else []
        if found:
            return [known for known in found if known.is_active] or found[:1]
        return [known for known in self.by_name.get((same_name(name), body), []) if known.pk not in self.claimed]

    def claim(self, username: str, name: str, email: str, body: tuple[str, int] | None) -> None:
        """Note whom a row means without doubt, before names alone are asked."""
        if username or (email and self.by_address.get((same_name(name), email, body))):
            self.claimed |= {known.pk for known in self.meant(username, name, email, body)}
