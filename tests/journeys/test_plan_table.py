"""The plan as a table in a real browser: keys, what is saved, what is taken back, two people in one cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from events.models import Activity
from events.services import workplan
from members.models import User
from tests import make
from tests.browser import axe, fits

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = make.TODAY
SignIn = Callable[[Any, User], None]


@pytest.fixture
def lines(transactional_db: None) -> list[Activity]:
    plan = make.work_plan("2020/21")
    return [
        make.activity(plan=plan, number=f"3.{number}", title=f"Workshop {number}", host="Fiji", planned_seats=number)
        for number in (1, 2, 3)
    ]


@pytest.fixture
def table(page: Page, sign_in: SignIn, lines: list[Activity]) -> Page:
    sign_in(page, make.office_person("Programme manager 1"))
    page.goto("/office/plan/edit/?year=2020/21")
    return page


def cell(page: Page, name: str, number: int) -> Locator:
    return page.locator("tbody tr").nth(number - 1).locator(f"[name={name}]")


def saved(page: Page, name: str, number: int) -> None:
    """Wait until the portal said that it has the cell."""
    note = page.locator("tbody tr").nth(number - 1).locator(f"td:has([name={name}]) .cell-note")
    note.filter(has_text="Saved").wait_for()


def here(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_keys_move_as_in_a_spreadsheet_and_a_cell_is_saved_when_it_is_left(table: Page, lines: list[Activity]) -> None:
    cell(table, "title", 1).focus()
    table.keyboard.type("Workshop on Origin")
    table.keyboard.press("Enter")
    assert here(table) == "Title, 3.2"
    saved(table, "title", 1)
    lines[0].refresh_from_db()
    assert lines[0].title == "Workshop on Origin"
    for key, place in (
        ("ArrowDown", "Title, 3.3"),
        ("ArrowRight", "Kind, 3.3"),
        ("ArrowUp", "Kind, 3.2"),
        ("Tab", "Mode, 3.2"),
        ("Shift+Tab", "Kind, 3.2"),
        ("ArrowLeft", "Title, 3.2"),
        ("Shift+Enter", "Title, 3.1"),
    ):
        table.keyboard.press(key)
        assert here(table) == place, key
    table.keyboard.press("F2")  # from here on the keys move inside the text
    table.keyboard.press("ArrowLeft")
    assert here(table) == "Title, 3.1"
    assert "Saved" in table.locator("[data-plan-said]").inner_text()
    fits(table)
    axe(table)


def test_escape_takes_back_what_is_typed_and_undo_what_is_saved(table: Page, lines: list[Activity]) -> None:
    cell(table, "host", 1).focus()
    table.keyboard.type("Tonga")
    table.keyboard.press("Escape")
    assert cell(table, "host", 1).input_value() == "Fiji"
    table.keyboard.type("Samoa")
    table.keyboard.press("ArrowDown")
    saved(table, "host", 1)
    cell(table, "planned_start_on", 1).fill("2020-08-19")
    table.keyboard.press("Enter")
    saved(table, "planned_end_on", 1)
    assert cell(table, "planned_end_on", 1).input_value() == "2020-08-19"
    table.keyboard.press("Control+z")  # both days, as they came
    assert here(table) == "Planned from, 3.1"
    saved(table, "planned_end_on", 1)
    assert cell(table, "planned_end_on", 1).input_value() == ""
    table.get_by_role("button", name="Undo the last change").click()
    assert here(table) == "Host, 3.1"
    saved(table, "host", 1)
    lines[0].refresh_from_db()
    assert (lines[0].host, lines[0].planned_start_on, lines[0].planned_end_on) == ("Fiji", None, None)
    assert table.get_by_role("button", name="Undo the last change").is_disabled()


def test_a_bad_cell_says_why_and_keeps_what_was_typed(table: Page, noise: Any, lines: list[Activity]) -> None:
    cell(table, "planned_seats", 2).focus()
    table.keyboard.type("many")
    table.keyboard.press("Enter")
    table.get_by_text("Enter a whole number.", exact=True).first.wait_for()
    bad = cell(table, "planned_seats", 2)
    assert (bad.input_value(), bad.get_attribute("aria-invalid")) == ("many", "true")
    assert here(table) == "Planned seats, 3.3"
    axe(table)
    _was_refused(noise, 422)


def test_the_first_day_waits_for_a_last_day_behind_it(table: Page, noise: Any, lines: list[Activity]) -> None:
    cell(table, "planned_start_on", 1).fill("2020-08-19")
    table.keyboard.press("Tab")
    saved(table, "planned_end_on", 1)
    cell(table, "planned_start_on", 1).fill("2020-09-10")
    table.keyboard.press("Tab")
    table.get_by_text("The last day is before the first day.", exact=True).first.wait_for()
    cell(table, "planned_end_on", 1).fill("2020-09-12")
    table.keyboard.press("Tab")
    saved(table, "planned_start_on", 1)
    lines[0].refresh_from_db()
    assert (str(lines[0].planned_start_on), str(lines[0].planned_end_on)) == ("2020-09-10", "2020-09-12")
    _was_refused(noise, 422)


@pytest.mark.parametrize(("button", "title"), [("Keep", "Their title"), ("Write", "My title")])
def test_two_people_in_one_cell_are_asked_which_value_to_keep(
    table: Page, noise: Any, lines: list[Activity], button: str, title: str
) -> None:
    workplan.change(lines[0], by=make.office_person("Programme manager 2"), title="Their title")
    cell(table, "title", 1).focus()
    table.keyboard.type("My title")
    table.keyboard.press("Enter")
    question = table.get_by_role("group", name="Title, 3.1")
    question.get_by_text("Programme manager 2 changed this line at").wait_for()
    assert cell(table, "title", 1).input_value() == "My title"
    axe(table)
    question.get_by_role("button", name=button).click()
    assert here(table) == "Title, 3.1"
    table.keyboard.press("Enter")
    table.wait_for_function("document.querySelectorAll('.cell-ask').length === 0")
    if button == "Write":
        saved(table, "title", 1)
    lines[0].refresh_from_db()
    assert (lines[0].title, cell(table, "title", 1).input_value()) == (title, title)
    _was_refused(noise, 409)


def test_on_a_phone_each_line_is_a_card(phone: Page, sign_in: SignIn, lines: list[Activity]) -> None:
    sign_in(phone, make.office_person("Programme manager 1"))
    phone.goto("/office/plan/edit/?year=2020/21")
    cell(phone, "title", 1).fill("Workshop on Origin")
    cell(phone, "host", 1).focus()
    saved(phone, "title", 1)
    fits(phone)
    axe(phone)


def _was_refused(noise: Any, status: int) -> None:
    """The browser itself notes every refusal of the portal; nothing else went wrong."""
    assert noise.errors
    assert all(f"status of {status}" in line for line in noise.errors), noise.errors
    noise.errors.clear()
