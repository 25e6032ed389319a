"""What the portal stores about me: on a page and as a file, whole, and mine alone."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.services import people
from portal.kit.models import Entry
from tests import make
from tests.make import days

pytestmark = pytest.mark.django_db
PAGE, FILE = reverse("members:profile_data"), reverse("members:profile_data_json")


@pytest.fixture
def one(office):
    person = make.official("FJ", "Official A of Fiji", email="a@fj.example")
    people.change(person, by=office, unit="Valuation")
    row = make.evaluated(make.attended(make.running("FJ", by=office, began=-days(3)), person=person))
    type(row).objects.filter(pk=row.pk).update(motivation="I work on <transit>.")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    return person


def test_the_page_tells_in_plain_words_what_stands_where(one, as_user):
    text = as_user(one).get(PAGE).content.decode()
    for words in (
        "a@fj.example",
        "I work on &lt;transit&gt;.",
        "I will train my unit.",
        "Session 1",
        "Valuation",
        "Lines of the trail about you",
        "Nothing is stored here",
        "E-learning",
    ):
        assert words in text, words
    assert "JBSWY3DPEHPK3PXP" not in text


def test_the_file_has_all_of_it_and_taking_it_is_a_line_of_the_trail(one, as_user):
    answer = as_user(one).get(FILE)
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    tables = json.loads(answer.content)["tables"]
    assert {"What": "mail address", "Stored": "a@fj.example"} in tables["Profile"]
    assert tables["Registrations"][0]["Why you take part"] == "I work on <transit>."
    assert tables["Evaluations that you gave"][0]["Usefulness"] == 5
    assert tables["E-learning"] == []
    assert "JBSWY3DPEHPK3PXP" not in answer.content.decode()
    entry = Entry.objects.get(verb="exported own data")
    assert (entry.by, entry.about) == (one, one)


def test_lines_beside_other_rows_that_name_the_person_are_shown_too(one, as_user, office):
    tables = json.loads(as_user(one).get(FILE).content)["tables"]
    told = [row["Details"] for row in tables["Lines of the trail about you"]]
    assert any("official: Official A of Fiji" in line for line in told)
    assert any("Unit: now “Valuation”" in line for line in told)


def test_nobody_else_is_in_it_and_a_visitor_signs_in_first(one, as_user, client):
    other = make.official("FJ", "Official B of Fiji")
    text = as_user(other).get(PAGE).content.decode()
    assert "Official A of Fiji" not in text and "a@fj.example" not in text
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 302


def test_a_long_table_is_cut_on_the_page_and_whole_in_the_file(one, as_user, office):
    for number in range(60):
        people.change(one, by=office, unit=f"Unit {number}")
    mine = as_user(one)
    assert "The first 50 of" in mine.get(PAGE).content.decode()
    assert len(json.loads(mine.get(FILE).content)["tables"]["Lines of the trail about you"]) > 60


def test_the_page_costs_the_same_with_more_rows(one, as_user, office, django_assert_max_num_queries):
    mine = as_user(one)
    mine.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        mine.get(PAGE)
    for _turn in range(2):
        make.evaluated(make.attended(make.running("FJ", by=office, began=-days(5)), person=one))
    with django_assert_max_num_queries(len(few)):
        mine.get(PAGE)
