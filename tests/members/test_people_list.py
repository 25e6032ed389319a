"""The list of people: filters, sorts, pages, its file; who stands in it, and what it costs."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Role, User
from members.services import accounts, appointments, people
from portal.kit.models import Entry
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = reverse("members:people")
FILE = reverse("members:people_csv")


def names(client, **asked) -> list[str]:
    return [row.name for row in client.get(PEOPLE, asked).context["listing"]]


def file_of(client, **asked) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(client.get(FILE, asked)).decode("utf-8-sig"))))


def test_the_office_filters_by_everything(as_user, office, official, contact_point, foreigner):
    client = as_user(office)
    expert = make.expert("Expert of the Secretariat")
    people.change(official, by=official, english="fluent", unit="Valuation Unit")
    assert names(client, q="valuation") == [official.name]
    assert names(client, administration=foreigner.administration_id) == [foreigner.name]
    assert names(client, organisation=expert.organisation_id) == [expert.name]
    assert names(client, role="contact_point") == [contact_point.name]
    assert names(client, role="office_staff") == [office.name]
    assert names(client, english="fluent") == [official.name]
    assert names(client, english="fluent", role="contact_point") == []


def test_a_role_that_ended_is_no_role_of_today(as_user, office, contact_point):
    appointments.end(contact_point.appointments.get(), on=make.TODAY, by=office)
    assert names(as_user(office), role="contact_point") == []


def test_closed_accounts_are_left_out_until_they_are_asked_for(as_user, office, contact_point, official, colleague):
    accounts.close(official, reason="Left.", by=office, on=make.TODAY)
    User.objects.filter(pk=colleague.pk).update(is_active=False, merged_into=contact_point)
    client = as_user(office)
    assert official.name not in names(client)
    assert names(client, account="closed") == [official.name]  # who was merged stands at the other account
    assert len(names(client, account="all")) == 3
    ours = as_user(contact_point)
    assert official.name not in ours.get("/delegation/people/").content.decode()
    assert official.name in ours.get("/delegation/people/", {"closed": "on"}).content.decode()
    assert official.name not in b"".join(ours.get("/delegation/people.csv")).decode()


def test_each_reader_has_the_filters_that_can_tell_something(as_user, office, contact_point, official):
    fields = {
        reader: set(as_user(reader).get(PEOPLE).context["filters"].fields)
        for reader in (office, contact_point, official)
    }
    assert fields[office] == {"q", "administration", "organisation", "role", "english", "account"}
    assert fields[contact_point] == {"q", "role", "english", "account"}
    assert fields[official] == {"q"}
    roles = dict(as_user(contact_point).get(PEOPLE).context["filters"].fields["role"].choices)
    assert "office_staff" not in roles


def test_the_file_holds_what_the_page_filters_and_the_trail_keeps_who_took_it(
    as_user, office, official, contact_point, foreigner
):
    people.change(official, by=office, name="=HYPERLINK of Fiji", gender="female")
    head, *rows = file_of(as_user(office), administration=official.administration_id, sort="-name")
    assert [row[1] for row in rows] == [contact_point.name, "'=HYPERLINK of Fiji"]
    assert "Gender" not in head
    assert rows[0][6] == "Contact point"
    assert rows[0][-1] == "open"
    entry = Entry.objects.get(verb="exported people")
    assert (entry.by, entry.told) == (office, {"rows": 2, "filters": {"administration": "Fiji"}})


def test_nobody_takes_out_whom_the_page_does_not_show(as_user, contact_point, official, foreigner):
    assert {row[1] for row in file_of(as_user(contact_point))[1:]} == {contact_point.name, official.name}
    assert [row[1] for row in file_of(as_user(official))[1:]] == [official.name]
    asked = {"administration": foreigner.administration_id, "q": "tonga"}
    assert file_of(as_user(contact_point), **asked)[1:] == []
    assert as_user(contact_point).post(FILE).status_code == 405


@pytest.mark.parametrize(
    "query",
    [{"role": "king"}, {"english": "\x00"}, {"account": "x" * 500}, {"organisation": "1e9"}, {"organisation": "9" * 40},
     {"sort": "password"}, {"page": "-1"}],
)  # fmt: skip
def test_a_strange_address_filters_nothing(as_user, office, official, query):
    client = as_user(office)
    assert official.name in names(client, **query)
    assert len(file_of(client, **query)) == 3


def test_the_list_and_its_file_ask_as_much_for_many_people_as_for_few(as_user, office, fiji):
    client = as_user(office)

    def counts() -> list[int]:
        found = []
        for address in (PEOPLE, FILE):
            with CaptureQueriesContext(connection) as queries:
                b"".join(client.get(address))
            found.append(len(queries))
        return found

    appointments.appoint(make.official(), Role.HEAD, administration=fiji, from_on=make.LONG_AGO, by=None)
    few = counts()
    for _number in range(3):
        appointments.appoint(make.official(), Role.ALTERNATE, administration=fiji, from_on=make.LONG_AGO, by=None)
        make.expert()
    assert counts() == few


@pytest.mark.once  # the words of the plan are those of SQLite
def test_a_page_is_read_in_the_order_of_an_index_without_sorting(as_user, office, contact_point):
    ours = {"administration": contact_point.administration_id}
    for asked, index in (({}, "user_name"), (ours, "user_administration_name")):
        with CaptureQueriesContext(connection) as queries:
            as_user(office).get(PEOPLE, asked)
        ordered = 'ORDER BY "members_user"."name" ASC'
        (page,) = [row["sql"] for row in queries if ordered in row["sql"] and 'user"."id" = ' not in row["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {page}")
            plan = " ".join(str(line) for line in cursor.fetchall())
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan
