"""Tables out: no cell begins as a formula, whatever kind of value it comes from."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from members.models import User
from portal.kit.exports import csv_response, plain_cell, safe_cell, xlsx_response

FORMULAS = ["\uff1d1+1", "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("https://evil.example")']


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text
    lazy = gettext_lazy(text)
    assert safe_cell(lazy) == f"'{lazy}"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_row_that_prints_like_a_formula_is_disarmed_too(text: str) -> None:
    assert safe_cell(User(name=text)) == "'" + text


def test_numbers_and_days_stay_as_they_are() -> None:
    assert [safe_cell(value) for value in (-3, 2.5, 0, None, date(2020, 8, 19), "Fiji")] == [
        "-3",
        "2.5",
        "0",
        "",
        "2020-08-19",
        "Fiji",
    ]


def test_a_file_keeps_dangerous_cells_as_text() -> None:
    answer = csv_response("people", ["=Name"], [[User(name="=1+1")], [-5]])
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["'=Name"], ["'=1+1"], ["-5"]]


@pytest.mark.parametrize("text", [*FORMULAS, "#REF!", "2020-08-19", "1E+05", "a\x00b"])
def test_a_workbook_has_texts_and_numbers_and_no_formula(text: str) -> None:
    answer = xlsx_response("people", [text], [[User(name=text), -5, 2.5, date(2020, 8, 19), None]])
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    # a spreadsheet has no NUL; a carriage return becomes a line break
    told = text.replace("\x00", "\ufffd").replace("\r", "\n")
    assert sheet["A1"].value == told
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [
        (told, "s"),
        (-5, "n"),
        (2.5, "n"),
        ("2020-08-19", "s"),
    ]
    assert sheet.freeze_panes == "A2"
    assert answer["Content-Disposition"] == 'attachment; filename="people.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_text_that_was_disarmed_comes_back() -> None:
    for text in [*FORMULAS, "'=1", "''=1", "'quoted", "plain"]:
        assert plain_cell(safe_cell(text)) == text
