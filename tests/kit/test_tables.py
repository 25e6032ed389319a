"""Tables in: what is no table, or would eat the memory of the host, is refused with a sentence."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from portal.kit.exports import csv_response, xlsx_response
from portal.kit.states import Refused
from portal.kit.tables import MAX_COLUMNS, read, read_table
from portal.kit.workbooks import MAX_UNZIPPED

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
BOMBS = {
    "entities in entities": f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]><worksheet>&j;</worksheet>',
    "one long entity": f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><worksheet>{"&a;" * 50_000}</worksheet>',
    "a file of the host": '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>',
    "a zip bomb": "<a>" + " " * MAX_UNZIPPED,
    "a row without end": f"<worksheet {MAIN}><sheetData><row>" + "<c><v>1</v></c>" * 1_000_000,
    "no XML": "number,title",
}
NAMES = ["สมชาย", "ສົມສັກ", "សុខា", "မောင်", "བཀྲ་ཤིས", "王小明", "குமார்", "علی", "José", "e\u0301"]


def workbook(sheet: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """A file of one row; its sheet replaced by other content, or with more parts."""
    book, whole = Workbook(), io.BytesIO()
    book.active.append(["number", "title"])
    book.save(whole)
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if sheet and name == SHEET else source.read(name))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return made.getvalue()


def saved(book: Workbook) -> bytes:
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def cells(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


# --- workbooks ------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_text() -> None:
    day, moment = date(2020, 8, 19), datetime(2020, 8, 19, 13, 30)
    content = cells(["a", "b", "c", "d", "e", "f"], [day, moment, 1e5, 1.5, True, " x\ny "], [None] * 6, ["last"])
    table = read(content, "plan.xlsx")
    assert table.rows[1] == ["2020-08-19", "2020-08-19", "100000", "1.5", "True", "x\ny"]
    assert table.rows[2][0] == "last"
    assert table.numbers == [1, 2, 4]
    assert not table.notes


def test_a_number_with_leading_zeros_keeps_them() -> None:
    book = Workbook()
    book.active.append(["code"])
    book.active.append([42])
    book.active["A2"].number_format = "00000"
    assert read_table(saved(book), "a.xlsx")[1] == ["00042"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_hostile_workbook_is_refused(bomb: str) -> None:
    with pytest.raises(Refused, match=r"cannot be read|too large"):
        read_table(workbook(BOMBS[bomb]), "plan.xlsx")


def test_many_parts_that_are_large_together_are_refused() -> None:
    parts: dict[str, str | bytes] = {f"xl/more{number}.xml": b" " * 5_000_000 for number in range(6)}
    with pytest.raises(Refused, match="too large"):
        read_table(workbook(more=parts), "plan.xlsx")


def test_entities_are_refused_in_every_part() -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read_table(workbook(more={"xl/other.xml": BOMBS["one long entity"]}), "plan.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (workbook(more={"xl/vbaProject.bin": b"code"}), "plan.xlsx", "has macros"),
        (workbook(), "plan.xlsm", "may have macros"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "plan.xlsx", "has a password"),
        (b"\xd0\xcf\x11\xe0 Workbook", "plan.xlsx", "old kind"),
        (b"\xd0\xcf\x11\xe0 Workbook", "plan.xls", "old kind"),
        (b"\xef\xbb\xbf\n<html><table></table></html>", "plan.xlsx", "web page"),
        (workbook(), "plan.csv", "name of a CSV file"),
        (b"PK\x03\x04 torn", "plan.xlsx", "cannot be read"),
    ],
)
def test_what_is_called_a_workbook_and_is_not_gets_its_own_sentence(content: bytes, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_table(content, name)


def test_a_formula_is_read_by_its_result_and_refused_without_one() -> None:
    solved = sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    )
    assert read_table(workbook(solved), "a.xlsx") == [["a"], ["2"]]
    with pytest.raises(Refused, match=r"without a result: B2, A3\."):
        read_table(cells(["a", "b"], [1, "=A2+1"], ["=A2"]), "a.xlsx")


def test_an_error_of_the_spreadsheet_is_refused_with_its_place() -> None:
    with pytest.raises(Refused, match=r"#REF!: B2\."):
        read_table(cells(["a", "b"], [1, "#REF!"]), "a.xlsx")
    with pytest.raises(Refused, match=r"A3, B3\."):
        read_table(b"a,b\r\n1,2\r\n#N/A,#VALUE!\r\n", "a.csv")


def test_the_first_sheet_that_is_shown_is_read_and_said() -> None:
    book = Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Names").append(["shown"])
    table = read(saved(book), "a.xlsx")
    assert table.rows == [["shown"]]
    assert "“Names”" in table.notes[0]


def test_merged_cells_are_said() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append(["both", None])
    book.active.merge_cells("A2:B2")
    table = read(saved(book), "a.xlsx")
    assert table.rows == [["a", "b"], ["both", ""]]
    assert "merged cells" in table.notes[0]


def test_links_to_other_files_are_not_followed() -> None:
    more: dict[str, str | bytes] = {"xl/externalLinks/externalLink1.xml": BOMBS["a file of the host"]}
    assert read_table(workbook(more=more), "a.xlsx") == [["number", "title"]]


def test_empty_formatted_rows_and_a_far_last_row_cost_little() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 200_000))
    content = workbook(sheet(f'<row r="1"><c r="A1"><v>1</v></c></row>{rows}<row r="1048576"><c><v>2</v></c></row>'))
    began = time.process_time()
    table = read(content, "a.xlsx")
    assert table.rows == [["1"], ["2"]]
    assert table.numbers == [1, 1_048_576]
    assert time.process_time() - began < 8


def test_a_row_beyond_the_end_of_every_sheet_is_not_waited_for() -> None:
    far = '<row r="1"><c><v>1</v></c></row><row r="999999999999"><c><v>2</v></c></row>'
    assert read_table(workbook(sheet(far)), "a.xlsx") == [["1"]]


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "plan.csv"), (b"a\x00b", "plan.csv"), (b"PK", "plan.xlsx"), (b"a,b", "plan.exe"), (b"a" * 200_000, "a.csv")],
)
def test_what_is_no_table_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(Refused):
        read_table(content, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_every_unicode(encoding: str) -> None:
    text = "Name,Mail address\r\n" + "".join(f"{name},a@b.example\r\n" for name in NAMES)
    table = read(text.encode(encoding), "people.csv")
    assert [row[0] for row in table.rows[1:]] == NAMES
    assert not table.notes


def test_a_file_of_the_old_kind_is_read_with_a_warning() -> None:
    table = read("Name\nJosé – Ñuñoa\n".encode("cp1252"), "people.csv")
    assert table.rows[1] == ["José – Ñuñoa"]
    assert "check names with accents" in table.notes[0]


def test_letters_that_nobody_can_read_are_refused() -> None:
    with pytest.raises(Refused, match="UTF-8"):
        read_table(b"Name\n\x81\x8d\xff\n", "people.csv")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_sign_between_the_cells_is_found_outside_of_quotation_marks(sign: str) -> None:
    text = (
        f'"Name, title; unit\tof the person"{sign}"Position, one, two, three; four"\r\n"Official 1, of Fiji"{sign}x\r\n'
    )
    assert read_table(text.encode(), "a.csv")[1] == ["Official 1, of Fiji", "x"]


def test_a_program_may_name_the_sign_itself() -> None:
    table = read(b"sep=|\r\na|b,c\r\n1|2\r\n", "a.csv")
    assert table.rows == [["a", "b,c"], ["1", "2"]]
    assert table.numbers == [2, 3]


def test_line_breaks_of_every_kind_and_inside_of_a_cell_are_read() -> None:
    for end in ("\n", "\r\n", "\r"):
        table = read(f'a,b{end}"one{end}two",2{end}{end}3,4'.encode(), "a.csv")
        assert [row[1] for row in table.rows] == ["b", "2", "4"]
        assert table.numbers == [1, 2, 4]


def test_a_quotation_mark_that_is_not_closed_swallows_nothing() -> None:
    with pytest.raises(Refused, match="not closed"):
        read_table(b'a,b\n"1,2\n3,4\n', "a.csv")


@pytest.mark.parametrize("line", [b"a" * 9_000_000, b"a," * 4_500_000, b'"' + b"a\n" * 4_500_000])
def test_a_line_of_ten_megabytes_is_refused_soon(line: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Refused):
        read_table(b"a,b\n" + line, "a.csv")
    assert time.process_time() - began < 4


def test_rows_are_counted_below_the_headings() -> None:
    content = b"a\n" + b"1\n" * 12
    assert len(read_table(content, "a.csv", max_rows=12)) == 13
    with pytest.raises(Refused, match="more than 11 rows"):
        read_table(content, "a.csv", max_rows=11)
    with pytest.raises(Refused, match="more than 5,000 rows"):
        read_table(b"a\n" + b"1\n" * 5001, "a.csv")


def test_columns_that_are_not_read_are_said() -> None:
    table = read(("a," * 70 + "z\n").encode(), "a.csv")
    assert len(table.rows[0]) == MAX_COLUMNS
    assert f"first {MAX_COLUMNS} columns" in table.notes[0]


# --- there and back -------------------------------------------------------------------------------

TEXTS = ["=SUM(A1)", "+679 123", "-", "@office", "'=typed so", "''+twice", "'quoted'", "007", "1E+05", *NAMES]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_ours_comes_back_as_it_was(kind: str) -> None:
    make = csv_response if kind == "csv" else xlsx_response
    content = make("people", ["Text", "Number"], [[text, 5] for text in TEXTS]).content
    rows = read_table(content, f"people.{kind}")
    assert rows == [["Text", "Number"], *([text, "5"] for text in TEXTS)]
