"""The page of the roles: who holds which on a day, and where nobody does."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Role, User
from members.services import appointments
from portal.kit.models import Entry
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db
PAGE, FILE = reverse("members:roles"), reverse("members:roles_csv")


def listed(answer) -> list[str]:
    return [row.person.name for row in answer.context["listing"]]


def test_the_roles_of_today_stand_with_their_bodies(as_user, office, head_of_office, contact_point, official, fiji):
    appointments.appoint(official, Role.CHAIR, group=make.group("asean", "FJ"), from_on=TODAY, by=office)
    answer = as_user(office).get(PAGE)
    assert listed(answer) == [
        "Head of office", "Programme manager", "Official 1 of Fiji", "Contact point of Fiji"
    ]  # fmt: skip
    text = answer.content.decode()
    assert "Official 1 of Fiji, chair" in text
    assert reverse("members:appoint_office") not in text
    assert reverse("members:appoint_office") in as_user(head_of_office).get(PAGE).content.decode()


def test_the_page_answers_who_spoke_on_a_day(as_user, office, contact_point, official, fiji):
    appointments.end(contact_point.appointments.get(), on=date(2025, 7, 1), by=office)
    appointments.appoint(official, Role.CONTACT_POINT, administration=fiji, from_on=date(2025, 7, 1), by=office)
    client = as_user(office)
    for day, person in (("2025-06-30", "Contact point of Fiji"), ("2025-07-01", "Official 1 of Fiji")):
        answer = client.get(PAGE, {"role": "contact_point", "on": day})
        assert listed(answer) == [person]
        assert "Who held which role on" in answer.content.decode()
    assert listed(client.get(PAGE, {"role": "contact_point", "on": "2019-06-30"})) == []


def test_administrations_without_a_contact_point_are_counted_and_named(as_user, office, contact_point, tonga):
    client = as_user(office)
    text = client.get(PAGE).content.decode()
    assert "1 administration has no contact point" in text
    assert reverse("members:administration", args=[tonga.pk]) in text
    appointments.end(contact_point.appointments.get(), on=TODAY, by=office)
    assert "2 administrations have no contact point" in client.get(PAGE).content.decode()
    assert (
        "1 administration has no contact point on this day" in client.get(PAGE, {"on": "2025-07-01"}).content.decode()
    )


def test_a_contact_point_with_a_closed_account_counts_as_missing(as_user, office, contact_point):
    User.objects.filter(pk=contact_point.pk).update(is_active=False)
    text = as_user(office).get(PAGE).content.decode()
    assert "1 administration has no contact point" in text
    assert "(account closed)" in text


def test_filters_and_sorts(as_user, office, contact_point, tonga_contact, fiji):
    client = as_user(office)
    assert listed(client.get(PAGE, {"administration": fiji.pk})) == ["Contact point of Fiji"]
    assert listed(client.get(PAGE, {"q": "tonga"})) == ["Contact point of Tonga"]
    assert listed(client.get(PAGE, {"sort": "-person", "role": "contact_point"})) == [
        "Contact point of Tonga", "Contact point of Fiji"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [{"on": "yesterday"}, {"on": "\x00"}, {"on": "9999-12-31"}, {"role": "king"}, {"group": "x"}, {"sort": "-"},
     {"administration": "9" * 30}, {"page": "-1"}, {"q": "x" * 300}],
)  # fmt: skip
def test_a_strange_address_breaks_nothing(as_user, office, query):
    assert as_user(office).get(PAGE, query).status_code == 200
    assert as_user(office).get(FILE, query).status_code == 200


def test_the_file_holds_what_the_page_filters_and_leaves_a_line(as_user, office, contact_point, tonga_contact):
    answer = as_user(office).get(FILE, {"role": "contact_point", "on": "2025-07-01"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == ["Contact point of Fiji", "Contact point", "Fiji", "2019-07-01", "", "contact@fiji.example"]
    assert [row[2] for row in rows] == ["For", "Fiji", "Tonga"]
    entry = Entry.objects.about(office).get(verb="exported roles")
    assert entry.facts == {"rows": 2}
    assert entry.personal.facts == {"filters": {"role": "contact_point", "on": "2025-07-01"}}


def test_the_page_asks_the_same_for_one_and_for_three(as_user, office):
    make.contact_point("FJ")
    make.group("asean", "ID")
    client = as_user(office)

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    one = count(PAGE), count(FILE)
    for code in ("TO", "WS"):
        row = make.contact_point(code).appointments.get()
        appointments.hand_over(row, successor=make.official(code), first_day=TODAY + days(9), by=office, at=make.NOW)
        chair = make.official(code)
        appointments.appoint(chair, Role.CHAIR, group=make.group("oceania", code), from_on=TODAY, by=office)
    assert (count(PAGE), count(FILE)) == one
