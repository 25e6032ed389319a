"""Naming the chairs of an event: who chairs a group on its first day stands first in the choice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from members.models import Role, User
from members.services import appointments
from tests import make
from tests.make import LONG_AGO, TODAY, days

pytestmark = pytest.mark.django_db
Page = Callable[..., str]


def choice(text: str) -> list[str]:
    field = re.search(r'<select name="person".*?</select>', text, re.DOTALL)
    assert field
    return [word.strip() for word in re.findall(r'<option value="\d+">(.*?)</option>', field[0], re.DOTALL)]


def test_chairs_of_groups_stand_first_and_are_marked(read: Page, office: User) -> None:
    asean = make.group("asean", "ID", "MM", "TH")
    people = {code: make.official(code, f"Official of {code}") for code in ("FJ", "ID", "MM", "TH")}
    event = make.event("ID", "MM", by=office)
    day = event.starts_on
    appointments.appoint(people["MM"], Role.CHAIR, group=asean, from_on=LONG_AGO, by=office)
    appointments.appoint(people["ID"], Role.CHAIR, group=asean, from_on=LONG_AGO, to_on=day - days(1), by=office)
    appointments.appoint(people["TH"], Role.VICE_CHAIR, group=asean, from_on=day, by=office)
    assert day > TODAY
    assert choice(read(f"/office/events/{event.pk}/chairs/")) == [
        "Myanmar: Official of MM (Chair of ASEAN)",
        "Thailand: Official of TH (Vice-chair of ASEAN)",
        "Fiji: Official of FJ",
        "Indonesia: Official of ID",
    ]


def test_a_chair_of_a_group_chairs_the_meeting_when_the_office_names_the_person(
    read: Page, as_user: Callable[[User | None], Client], office: User
) -> None:
    chair = make.official("ID")
    appointments.appoint(chair, Role.CHAIR, group=make.group("asean", "ID"), from_on=LONG_AGO, by=office)
    event = make.meeting("ID", "MM", by=office)
    assert as_user(chair).get(f"/chair/{event.pk}/").status_code in (403, 404)
    read(f"/office/events/{event.pk}/chairs/", {"person": chair.pk, "capacity": "", "on_behalf_of": ""})
    assert event.chairings.get().person == chair
    assert as_user(chair).get("/chair/").status_code == 200
