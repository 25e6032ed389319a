"""Lines of the plan, changed by several people in one moment: nothing is lost, nothing stands twice."""

from __future__ import annotations

import pytest

from events.models import Activity
from events.services import planning
from members.models import User
from portal.kit.models import Entry
from tests import make
from tests.load.test_last_seats import at_once
from tests.make import NOW, TODAY

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]

CLICKS = 6
ONE = {"done": 1, "refused": CLICKS - 1}


def test_of_many_who_type_into_one_cell_the_first_saves_and_the_others_are_asked(office: User) -> None:
    row = make.activity(host="Fiji")

    def save(host: str) -> None:
        planning.edit(Activity.objects.get(pk=row.pk), shown={"host": "Fiji"}, by=office, at=NOW, host=host)

    assert at_once([lambda n=number: save(f"City {n}") for number in range(CLICKS)]) == ONE  # type: ignore[misc]
    assert Entry.objects.about(row).filter(verb="changed").count() == 1


def test_two_lines_never_take_one_number(office: User) -> None:
    rows = [make.activity(number=f"3.{number}") for number in range(1, CLICKS + 1)]

    def save(row: Activity) -> None:
        planning.edit(row, shown={"number": row.number}, by=office, at=NOW, number="4.1")

    assert at_once([lambda row=row: save(row) for row in rows]) == ONE  # type: ignore[misc]
    assert Activity.objects.filter(number="4.1").count() == 1


def test_a_line_is_removed_once(office: User) -> None:
    row = make.activity()
    assert at_once([lambda: planning.remove(row, by=office)] * CLICKS) == ONE
    assert Entry.objects.about(row.plan).filter(verb="removed an activity").count() == 1


def test_the_next_year_is_begun_once(office: User) -> None:
    plan = make.work_plan("2020/21")
    lines = [make.activity(plan=plan, number=number) for number in ("3.1", "3.2")]
    added: list[int] = []

    def begin() -> None:
        added.append(planning.begin("2021/22", lines, keep_days=True, by=office, at=NOW, on=TODAY))

    assert at_once([begin] * CLICKS) == {"done": CLICKS}
    assert sorted(added) == [0] * (CLICKS - 1) + [2]
    assert Activity.objects.filter(plan__fiscal_year="2021/22").count() == 2
