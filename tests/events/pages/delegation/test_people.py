"""Our people: only ours, with what they were registered for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import User
from portal.kit.models import Entry
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(as_user, fiji_contact):
    return as_user(fiji_contact)


def test_the_list_has_our_officials_with_their_registrations(client, tonga_official):
    person = make.official("FJ", "Official Q of Fiji")
    make.confirmed(make.announced(), person=person)
    make.nominated(make.announced(), person=person)
    text = client.get("/delegation/people/?q=official+q").content.decode()
    assert "Official Q of Fiji" in text
    assert 'data-label="Registrations" class="num">2<' in text
    assert 'data-label="Confirmed" class="num">1<' in text
    assert tonga_official.name not in client.get("/delegation/people/").content.decode()


def test_the_file_has_the_same_people_without_formulas(client, tonga_official):
    make.official("FJ", "=HYPERLINK of Fiji")
    text = client.get("/delegation/people.csv").content.decode()
    assert "'=HYPERLINK of Fiji" in text
    assert tonga_official.name not in text
    assert "=HYPERLINK" not in client.get("/delegation/people.csv?q=contact").content.decode()


def test_who_takes_the_file_is_a_line_of_the_trail(client, fiji_contact):
    client.get("/delegation/people.csv?q=contact")
    entry = Entry.objects.get(verb="exported people")
    assert (entry.by, entry.told) == (fiji_contact, {"rows": 1, "filters": {"q": "contact"}})


def test_the_list_sorts_by_the_count(client):
    busy, idle = make.official("FJ", "Z busy"), make.official("FJ", "A idle")
    make.nominated(make.announced(), person=busy)
    text = client.get("/delegation/people/?sort=-registrations").content.decode()
    assert text.index(busy.name) < text.index(idle.name)


def test_the_list_asks_as_much_for_three_people_as_for_one(client):
    client.get("/delegation/people/")
    with CaptureQueriesContext(connection) as one:
        client.get("/delegation/people/")
    make.official("FJ")
    make.official("FJ")
    with CaptureQueriesContext(connection) as three:
        client.get("/delegation/people/")
    assert len(one) == len(three)


def test_a_person_is_added_to_my_administration_whatever_is_posted(client):
    data = {"name": "Official New of Fiji", "email": "new@fj.example", "administration": make.administration("TO").pk}
    response = client.post("/delegation/people/add/", data, follow=True)
    assert "A letter with the sign-in name" in response.content.decode()
    person = User.objects.get(email="new@fj.example")
    assert person.administration == make.administration("FJ")
    assert not person.has_usable_password()
    assert "is known already" in client.post("/delegation/people/add/", data).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "email": "a@fj.example"}, "This field is required."),
        ({"name": "A", "email": "no"}, "Enter a valid email address."),
        ({"name": "A\x1b[31m", "email": "a@fj.example"}, "hidden character"),
        ({"name": "x" * 201, "email": "a@fj.example"}, "at most 200 characters"),
    ],
)
def test_a_bad_person_is_refused_with_a_sentence(client, data, sentence):
    people = User.objects.count()
    response = client.post("/delegation/people/add/", data)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert User.objects.count() == people
