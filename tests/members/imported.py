"""Files for the tests of imports, and how far they are taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from members.models import Administration, Import, ImportKind, User
from members.services.imports import files, work
from members.states import ImportState
from tests.make import NOW

NAMES = ["สมชาย ใจดี", "ສົມສັກ", "សុខា", "မောင်မောင်", "བཀྲ་ཤིས", "王小明", "குமார்", "علی رضایی", "Sukarno", "José", "N" * 200]


def table(*rows: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def judged(kind: str, content: bytes, by: User, administration: Administration | None = None) -> Import:
    """A file whose rows have their verdicts."""
    row = files.upload(kind=kind, name=f"{kind}.csv", content=content, administration=administration, by=by, at=NOW)
    assert work.go_on(row.pk, at=NOW) is False
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED, row.fault
    return row


def saved(row: Import, by: User) -> Import:
    files.accept(row, by=by)
    assert work.go_on(row.pk, at=NOW) is False
    row.refresh_from_db()
    assert row.state == ImportState.SAVED, row.fault
    return row


def verdicts(row: Import) -> list[str]:
    return list(row.rows.values_list("verdict", flat=True))


def faults(row: Import) -> list[str]:
    return [fault for one in row.rows.all() for fault in one.faults]


OFFICIALS = table(
    ["Administration", "Name", "Mail address", "Position", "English", "In customs since", "Time zone", "Shoe size"],
    ["FJ", "Official 1 of Fiji", "One@Fiji.example", "Officer", "Basic: I follow simple talks", "2001", "", "43"],
    ["fiji", "Official 2 of Fiji", "two@fiji.example", "", "FLUENT", "", "pacific/fiji", ""],
    ["CCF Japan", "Expert 1", "expert@ccf.example", "", "", "", "", ""],
    *(["Tonga", name, "shared@tonga.example", "", "", "", "", ""] for name in NAMES),
)
CONTACTS = table(
    ["Administration", "Role", "Name", "Mail address", "From"],
    ["FJ", "Contact point", "Official 1 of Fiji", "one@fiji.example", "2020-07-01"],
    ["FJ", "alternate", "Official 2 of Fiji", "two@fiji.example", "1 July 2020"],
    ["Tonga", "head", "Official 1 of Tonga", "one@tonga.example", "2020-07-01"],
)
ADMINISTRATIONS = table(
    ["ISO code", "Name", "Sub-region", "Time zone", "Weekend", "Member since", "Mail domains", "Address"],
    ["FJ", "Fiji", "Australasia/Oceania", "Pacific/Fiji", "Sat Sun", "1997-07-01", "customs.fj.example", "Suva"],
    ["ir", "I.R. Iran", "sub_continent", "asia/tehran", "Friday", "", "", ""],
    ["MV", "Maldives", "Sub-Continent", "Indian/Maldives", "Friday and Saturday", "", "", "Malé\nMaldives"],
)
FILES: dict[str, bytes] = {
    ImportKind.OFFICIALS: OFFICIALS,
    ImportKind.CONTACTS: CONTACTS,
    ImportKind.ADMINISTRATIONS: ADMINISTRATIONS,
}
