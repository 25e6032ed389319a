"""Tables in: what is no table, or would eat the memory of the host, is refused with a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from portal.kit.states import Refused
from portal.kit.tables import MAX_UNZIPPED, read_table

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
BOMBS = {
    "entities in entities": f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]><worksheet>&j;</worksheet>',
    "one long entity": f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><worksheet>{"&a;" * 50_000}</worksheet>',
    "a file of the host": '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>',
    "a zip bomb": "<a>" + " " * MAX_UNZIPPED,
    "no XML": "number,title",
}


def workbook(sheet: str = "") -> bytes:
    """A file of one row; its sheet replaced by other content."""
    book, whole = Workbook(), io.BytesIO()
    book.active.append(["number", "title"])
    book.save(whole)
    if not sheet:
        return whole.getvalue()
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name == SHEET else source.read(name))
    return made.getvalue()


def test_a_workbook_is_read_as_text() -> None:
    assert read_table(workbook(), "plan.xlsx")[0][:2] == ["number", "title"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_hostile_workbook_is_refused(bomb: str) -> None:
    with pytest.raises(Refused, match=r"cannot be read|too large"):
        read_table(workbook(BOMBS[bomb]), "plan.xlsx")


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "plan.csv"), (b"a\x00b", "plan.csv"), (b"PK", "plan.xlsx"), (b"a,b", "plan.exe"), (b"a" * 200_000, "a.csv")],
)
def test_what_is_no_table_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(Refused):
        read_table(content, name)
