"""Tables out, safe against formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from numbers import Number
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

# a spreadsheet runs a cell that begins so, in full width too; an apostrophe in front makes it text
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Answer = TypeVar("Answer", bound=HttpResponseBase)


def safe_cell(value: Any) -> str:
    """The cell as text; a number stays a number, all else that begins like a formula is disarmed.

    A person or a body prints its name, which somebody typed: it is no safer than a text.
    """
    text = "" if value is None else str(value)
    if not isinstance(value, Number) and text.startswith(DANGEROUS):
        return "'" + text
    return text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file as download: UTF-8 with a byte order mark, because Excel guesses wrong without."""
    response = _as_download(HttpResponse(content_type="text/csv; charset=utf-8"), name)
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(safe_cell(str(title)) for title in header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response


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


def _as_download(response: Answer, name: str) -> Answer:
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
