"""Tables out, safe against formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from numbers import Number
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# a spreadsheet runs a cell that begins so, in full width too; an apostrophe in front makes it text
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# a text that looks as if it had been disarmed gets one more, so that the way back is never in doubt
GUARDED = re.compile("'+[{}]".format(re.escape("".join(DANGEROUS))))
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "@"  # the number format of a cell that stays text when somebody edits it

Answer = TypeVar("Answer", bound=HttpResponseBase)


def safe_cell(value: Any) -> str:
    """The cell as text; a number stays a number, all else that begins like a formula is disarmed.

    A person or a body prints its name, which somebody typed: it is no safer than a text.
    """
    text = "" if value is None else str(value)
    if not isinstance(value, Number) and (text.startswith(DANGEROUS) or GUARDED.match(text)):
        return "'" + text
    return text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given: a file of ours comes back as it was."""
    return text[1:] if GUARDED.match(text) else text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file as download: UTF-8 with a byte order mark, because Excel guesses wrong without."""
    response = _as_download(HttpResponse(content_type="text/csv; charset=utf-8"), name)
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(safe_cell(str(title)) for title in header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response


def xlsx_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The same table as a workbook. A cell is a number or a text, never a formula; the headings stay in sight."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Table")
    sheet.freeze_panes = "A2"
    for number, title in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(12, len(str(title)) + 4)
    sheet.append([_cell(sheet, str(title), bold=True) for title in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    whole = io.BytesIO()
    book.save(whole)
    return _as_download(HttpResponse(whole.getvalue(), content_type=WORKBOOK), name, "xlsx")


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    if type(value) in (int, float, Decimal):
        return WriteOnlyCell(sheet, value=value)
    text = "" if value is None else ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value="'" + text if GUARDED.match(text) else text)
    cell.data_type = "s"  # else a text that begins with = would be a formula
    cell.number_format = TEXT
    if bold:
        cell.font = Font(bold=True)
    return cell


TABLES = {"csv": csv_response, "xlsx": xlsx_response}


def csv_stream(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The same file in pieces, for more rows than should stand in memory.

    The pieces are made after the middleware has left: a time in them stands in no reader's zone.
    """
    return _as_download(StreamingHttpResponse(_pieces(header, rows), content_type="text/csv; charset=utf-8"), name)


def _pieces(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(safe_cell(str(title)) for title in header)
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])


class _Echo:
    """A file for the writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _as_download(response: Answer, name: str, ending: str = "csv") -> Answer:
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
