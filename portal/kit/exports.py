"""Tables out, safe against formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any

from django.http import HttpResponse

# a spreadsheet runs a cell that begins so, in full width too; an apostrophe in front makes it text
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(safe_cell(str(title)) for title in header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response
