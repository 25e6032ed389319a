"""Tables in: CSV and XLSX files as rows of text, with limits."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from portal.kit.states import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_UNZIPPED = 25 * 1024 * 1024  # reading takes forty times as much memory and ten seconds
MAX_ROWS = 5_000
MAX_COLUMNS = 60


def read_table(content: bytes, name: str) -> list[list[str]]:
    """All rows of a file as trimmed text, empty ones left out; dates as 2020-08-19.

    Raises `Refused` for a file that is too large, of another kind, or not readable.
    """
    if len(content) > MAX_BYTES:
        raise Refused(_("The file is larger than 10 MB. Split it, then try again."))
    if name.lower().endswith(".xlsx"):
        rows = _from_xlsx(content)
    elif name.lower().endswith(".csv"):
        rows = _from_csv(content)
    else:
        raise Refused(_("This is not a table. Choose a file that ends in .csv or .xlsx."))
    if not rows:
        raise Refused(_("The file has no rows."))
    return rows


def _from_csv(content: bytes) -> list[list[str]]:
    text = _decode(content)
    if "\x00" in text:
        raise Refused(_("This is not a text file. Save the table as CSV (UTF-8), then try again."))
    head = text[:4096]
    # offices in half of the region save with semicolons, because their decimal sign is a comma
    delimiter = max(",;\t", key=head.count)
    try:
        return _collect(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise Refused(_("The file cannot be read as CSV: %(error)s.") % {"error": error}) from error


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _from_xlsx(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNZIPPED:
                raise Refused(_("The file is too large when it is unpacked."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return _collect(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS))
    except Refused:
        raise
    except Exception as error:  # openpyxl raises a dozen kinds on a broken file
        raise Refused(_("The file cannot be read as XLSX. Save it again in your spreadsheet program.")) from error


def _collect(lines: Any) -> list[list[str]]:
    rows = []
    empty = 0
    for line in lines:
        cells = [_text(cell) for cell in line][:MAX_COLUMNS]
        if not any(cells):
            empty += 1
            if empty > 1000:
                break
            continue
        rows.append(cells)
        if len(rows) > MAX_ROWS:
            raise Refused(_("The file has more than 5,000 rows. Split it, then try again."))
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
