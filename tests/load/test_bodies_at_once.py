"""What the office edits of administrations, sent many times in one moment: one row, one line in the trail."""

from __future__ import annotations

from datetime import date

import pytest

from members.models import Administration, AdministrationName, HolidayCorrection, Membership, Organisation, User
from members.services import bodies, holidays
from portal.kit.models import Entry
from tests import make
from tests.load.test_last_seats import at_once

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]

CLICKS = 6
ONE = {"done": 1, "refused": CLICKS - 1}
DAY = date(make.TODAY.year, 2, 28)


def test_an_organisation_is_added_once(office: User) -> None:
    assert at_once([lambda: bodies.add_organisation(name="Fund", kind="donor", by=office)] * CLICKS) == ONE
    assert Organisation.objects.filter(name="Fund").count() == 1


def test_a_public_holiday_is_corrected_once(office: User) -> None:
    body = make.administration("FJ")
    assert at_once([lambda: holidays.add_day_off(body, on=DAY, name="Day", by=office)] * CLICKS) == ONE
    row = HolidayCorrection.objects.get()
    assert at_once([lambda: holidays.remove_correction(row, by=office)] * CLICKS) == {"done": CLICKS}
    assert Entry.objects.about(body).count() == 2


def test_a_full_name_begins_once_and_ends_the_earlier_one_once(office: User) -> None:
    body = make.administration("FJ")
    make.full_name("FJ", "Old Customs")
    assert at_once([lambda: bodies.add_name(body, title="New Customs", from_on=DAY, by=office)] * CLICKS) == ONE
    assert list(AdministrationName.objects.values_list("title", flat=True)) == ["New Customs", "Old Customs"]


def test_an_administration_joins_a_group_once(office: User) -> None:
    body, group = make.administration("FJ"), make.group("oco")
    assert at_once([lambda: bodies.join(body, group=group, from_on=DAY, by=office)] * CLICKS) == ONE
    assert Membership.objects.count() == 1


def test_of_many_who_edit_one_field_the_first_saves_and_the_others_are_asked(office: User) -> None:
    body = make.administration("FJ")
    shown = bodies.as_shown({"capital": body.capital})

    def save(capital: str) -> None:
        bodies.change(Administration.objects.get(pk=body.pk), by=office, shown=shown, capital=capital)

    assert at_once([lambda n=number: save(f"City {n}") for number in range(CLICKS)]) == ONE  # type: ignore[misc]
    assert Entry.objects.about(body).filter(verb="changed").count() == 1
