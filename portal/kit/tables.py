"""Tables in: CSV and XLSX files as rows of text, with limits."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from portal.kit.exports import plain_cell
from portal.kit.states import Refused
from portal.kit.workbooks import read_workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_LINE = 200_000  # characters; a cell of a spreadsheet holds 32,767
QUOTED = re.compile(r'"(?:[^"]|"")*"?')
ZEROS = re.compile("0+")  # the number format that shows 42 as 00042
# what a spreadsheet shows instead of a value
ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}


@dataclass
class Table:
    """The rows of a file that are not empty, with the line of each in the file, and what its reader should know."""

    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(content: bytes, name: str, *, max_rows: int = MAX_ROWS) -> list[list[str]]:
    """All rows of a file as trimmed text, empty ones left out; dates as 2020-08-19.

    Raises `Refused` for a file that is too large, of another kind, or not readable.
    """
    return read(content, name, max_rows=max_rows).rows


def read(content: bytes, name: str, *, max_rows: int = MAX_ROWS) -> Table:
    """The same with line numbers and notes. `max_rows` counts the rows below the headings.

    The apostrophe that an export of ours puts in front of a dangerous cell is taken off again.
    """
    if len(content) > MAX_BYTES:
        raise Refused(_("The file is larger than 10 MB. Split it, then try again."))
    kind = name.lower().rpartition(".")[2]
    if kind in ("xlsm", "xltm", "xlsb"):
        raise Refused(_("The workbook may have macros. Save it as .xlsx, then try again."))
    if kind == "xls":
        raise Refused(_("This is a workbook of an old kind (.xls). Save it as .xlsx, then try again."))
    if kind == "xlsx":
        table = _from_xlsx(content, max_rows)
    elif kind == "csv":
        table = _from_csv(content, max_rows)
    else:
        raise Refused(_("This is not a table. Choose a file that ends in .csv or .xlsx."))
    if not table.rows:
        raise Refused(_("The file has no rows."))
    return table


def _from_csv(content: bytes, max_rows: int) -> Table:
    table = Table()
    if content.startswith(b"PK\x03\x04"):
        raise Refused(_("This is a workbook with the name of a CSV file. Give it a name that ends in .xlsx."))
    text = _decode(content, table.notes)
    if "\x00" in text:
        raise Refused(_("This is not a text file. Save the table as CSV (UTF-8), then try again."))
    if any(len(line) > MAX_LINE for line in text.splitlines()):
        raise Refused(_("A line of the file is too long for a table. Save the table as CSV again, then try again."))
    # offices in half of the region save with semicolons, because their decimal sign is a comma
    said = re.match(r"sep=(.)\r?\n", text)
    delimiter = said[1] if said else _delimiter(text)
    reader = csv.reader(io.StringIO(text[said.end() :] if said else text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _collect(table, reader, max_rows, first=2 if said else 1)
    except csv.Error as error:
        raise Refused(
            _("The file cannot be read as CSV. Look for a quotation mark that is not closed, near line %(line)d.")
            % {"line": reader.line_num}
        ) from error


def _decode(content: bytes, notes: list[str]) -> str:
    """The text of a file as spreadsheet programs write it; the last guess is said, because it may be wrong."""
    for encoding in _encodings(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Refused(
            _("The letters of this file cannot be read. Save the table as CSV (UTF-8), then try again.")
        ) from error
    notes.append(_("The file is not in UTF-8. It was read as Windows-1252: check names with accents."))
    return text


def _encodings(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    head = content[:400]
    # without a mark: plain letters of the headings have an empty half
    if head[1::2].count(0) > len(head) // 6 and 0 not in head[::2]:
        yield "utf-16-le"
    elif head[::2].count(0) > len(head) // 6 and 0 not in head[1::2]:
        yield "utf-16-be"
    yield "utf-8-sig"


def _delimiter(text: str) -> str:
    """The sign between the headings, outside of quotation marks; when they have none, of the lines below."""
    plain = QUOTED.sub("", text[:65536]).lstrip("\r\n ")
    for part in (re.split(r"[\r\n]", plain, maxsplit=1)[0], plain):
        if any(sign in part for sign in ",;\t"):
            return max(",;\t", key=part.count)
    return ","


def _from_xlsx(content: bytes, max_rows: int) -> Table:
    try:
        lines, notes = read_workbook(content, max_columns=MAX_COLUMNS + 1)
        return _collect(Table(notes=notes), lines, max_rows)
    except Refused:
        raise
    except Exception as error:  # openpyxl raises a dozen kinds on a broken file
        raise Refused(_("The file cannot be read as XLSX. Save it again in your spreadsheet program.")) from error


def _collect(table: Table, lines: Iterable[Iterable[Any]], max_rows: int, *, first: int = 1) -> Table:
    width, wide = 0, False
    empty: object = None
    errors: list[str] = []
    for number, line in enumerate(lines, start=first):
        if line is empty:  # a gap of a million lines is the same row again and again
            continue
        cells = [_text(cell) for cell in line]
        if not any(cells):
            empty = line
            continue
        wide |= any(cells[MAX_COLUMNS:])
        width = max(width, *(n for n, cell in enumerate(cells, start=1) if cell))
        if not ERRORS.isdisjoint(cells):
            errors += [f"{get_column_letter(n)}{number}" for n, cell in enumerate(cells, start=1) if cell in ERRORS]
        table.rows.append(cells[:MAX_COLUMNS])
        table.numbers.append(number)
        if len(table.rows) > max_rows + 1:
            raise Refused(
                _("The file has more than %(n)s rows. Split it, then try again.")
                % {"n": formats.number_format(max_rows, use_l10n=True, force_grouping=True)}
            )
    if errors:
        raise Refused(
            _("These cells hold an error of the spreadsheet, for example #REF!: %(cells)s. Mend them, then try again.")
            % {"cells": ", ".join(errors[:5]) + ("…" if len(errors) > 5 else "")}
        )
    table.rows = [cells[:width] for cells in table.rows]
    if wide:
        table.notes.append(_("Only the first %(n)d columns were read.") % {"n": MAX_COLUMNS})
    return table


def _text(cell: Any) -> str:
    value = cell if cell is None or isinstance(cell, str) else cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return plain_cell(value.replace("\r\n", "\n").replace("_x000D_", "").strip())
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
        text = str(int(value))
        return text.zfill(len(cell.number_format)) if ZEROS.fullmatch(cell.number_format or "") else text
    return str(value).strip()
