"""Other organisations: the list, the page, and what the office adds and edits."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Organisation
from members.services import bodies
from portal.kit.models import Entry
from tests import make
from tests.journeys.visitor import Page

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


def form_on(client, address: str):
    forms = [form for form in Page(client.get(address).content.decode()).forms if "shown" in form.fields]
    return forms[0].data()


@pytest.fixture
def secretariat(db) -> Organisation:
    return make.organisation("WCO Secretariat", "secretariat")


def test_everybody_reads_the_list_filtered_and_sorted(as_user, official, secretariat):
    make.organisation("CCF Japan", "donor")
    make.organisation("ADB", "partner")
    client = as_user(official)

    def names(**query) -> list[str]:
        return [row.name for row in client.get(url("organisations"), query).context["listing"]]

    assert names() == ["ADB", "CCF Japan", "WCO Secretariat"]
    assert names(sort="-name", q="c") == ["WCO Secretariat", "CCF Japan"]
    assert names(kind="donor") == ["CCF Japan"]
    assert names(kind="mars", sort="email", page="x") == ["ADB", "CCF Japan", "WCO Secretariat"]
    assert names(q="\x00") == ["ADB", "CCF Japan", "WCO Secretariat"]
    assert "No organisation matches" in client.get(url("organisations"), {"q": "no such"}).content.decode()
    assert url("organisations") in client.get(url("directory")).content.decode()


def test_the_file_holds_what_the_page_filters(as_user, official, secretariat):
    make.organisation("=SUM(1)", "donor")
    answer = as_user(official).get(url("organisations_csv"), {"kind": "donor"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Name", "'=SUM(1)"]


def test_the_people_are_for_the_office(as_user, office, official, contact_point):
    expert = make.expert("Expert of the Secretariat")
    page = url("organisation", expert.organisation_id)
    assert "Expert of the Secretariat" in as_user(office).get(page).content.decode()
    for reader in (official, contact_point, expert):
        answer = as_user(reader).get(page).content.decode()
        assert "Secretariat" in answer
        assert expert.email not in answer
        assert url("edit_organisation", expert.organisation_id) not in answer


def test_the_office_adds_and_edits(as_user, office):
    client, page = as_user(office), url("add_organisation")
    data = form_on(client, page) | {"name": "Pacific Fund", "abbreviation": "PF", "kind": "donor"}
    answer = client.post(page, data)
    row = Organisation.objects.get()
    assert answer["Location"] == url("organisation", row.pk)
    assert "Another entry has the name" in client.post(page, data | {"name": "PACIFIC fund"}).content.decode()
    page = url("edit_organisation", row.pk)
    client.post(page, form_on(client, page) | {"time_zone": "Pacific/Fiji", "address": "Box 1\r\nSuva"})
    row.refresh_from_db()
    assert (row.time_zone, row.address) == ("Pacific/Fiji", "Box 1\nSuva")
    lines = list(Entry.objects.about(row).order_by("pk").values_list("verb", "by"))
    assert lines == [("added", office.pk), ("changed", office.pk)]
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "required"), ({"name": "x" * 121}, "at most 120"), ({"name": "a\nb"}, "on one line"),
        ({"abbreviation": "a\x07"}, "hidden character"), ({"kind": "mars"}, "not one of the available choices"),
        ({"email": "no"}, "valid email address"), ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
        ({"address": "x" * 501}, "at most 500"), ({"shown": "x"}, "no longer valid"),
    ],
)  # fmt: skip
def test_a_wrong_fact_is_refused_with_a_sentence(as_user, office, secretariat, wrong, sentence):
    client, page = as_user(office), url("edit_organisation", secretariat.pk)
    answer = client.post(page, form_on(client, page) | wrong)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    secretariat.refresh_from_db()
    assert secretariat.name == "WCO Secretariat"


def test_two_who_edit_the_same_field_see_both_values(as_user, office, head_of_office, secretariat):
    first, second, page = as_user(office), as_user(head_of_office), url("edit_organisation", secretariat.pk)
    mine = form_on(first, page) | {"kind": "partner"}
    second.post(page, form_on(second, page) | {"kind": "regional"})
    assert "It says now: “Regional body”" in first.post(page, mine).content.decode()


def test_only_the_office_adds_and_edits(as_user, client, official, contact_point, secretariat):
    for page in (url("add_organisation"), url("edit_organisation", secretariat.pk)):
        for reader in (official, contact_point):
            assert as_user(reader).post(page, {}).status_code == 403
        assert client.get(page)["Location"].startswith("/account/login/")
    assert client.get(url("organisations"))["Location"].startswith("/account/login/")


def test_lists_ask_the_same_for_one_and_for_three(as_user, office):
    expert = make.expert()
    client = as_user(office)
    pages = [url("organisations"), url("organisations_csv"), url("organisation", expert.organisation_id)]

    def count() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            found.append(len(asked))
        return found

    count()
    one = count()
    for name in ("A", "B"):
        make.organisation(name)
        make.expert()
    bodies.change(expert.organisation, by=office, abbreviation="WCO")
    assert count() == one
