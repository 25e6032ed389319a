"""Nominate, endorse, rank, withdraw, replace: by the page, with refusals as sentences."""

from __future__ import annotations

import pytest

from events.models import Registration
from events.services import lifecycle, registrations
from events.states import InvitationState, RegistrationState
from members.models import User
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(fiji_contact):
    return make.announced()


@pytest.fixture
def client(as_user, fiji_contact):
    return as_user(fiji_contact)


def address(event):
    return f"/delegation/invitations/{make.invitation(event).pk}/nominate/"


def new_person(**more):
    return {"name": "Official New of Fiji", "email": "new@fj.example", "position": "Inspector", **more}


# --- nominate -------------------------------------------------------------------------------------


def test_an_official_from_the_list_is_nominated(client, event, fiji_contact):
    person = make.official("FJ")
    response = client.post(address(event), {"official": person.pk, "motivation": "Works on transit."}, follow=True)
    assert f"{person.name} is nominated." in response.content.decode()
    row = Registration.objects.get(official=person)
    assert (row.state, row.priority, row.motivation) == (RegistrationState.NOMINATED, 1, "Works on transit.")
    assert row.endorsed_by == fiji_contact
    assert make.invitation(event).state == InvitationState.ANSWERED


def test_a_new_person_is_added_and_nominated_in_one_act(client, event):
    response = client.post(address(event), new_person())
    assert response.status_code == 302
    person = User.objects.get(email="new@fj.example")
    assert person.administration == make.administration("FJ")
    assert person.position == "Inspector"
    assert Registration.objects.get(official=person).state == RegistrationState.NOMINATED


def test_when_the_nomination_is_refused_no_person_is_added(client):
    late = make.announced(begin=TODAY + days(10))
    response = client.post(address(late), new_person())
    assert "The nomination deadline has passed." in response.content.decode()
    assert not User.objects.filter(email="new@fj.example").exists()


def test_sending_the_form_twice_makes_one_nominee(client, event):
    person = make.official("FJ")
    client.post(address(event), {"official": person.pk})
    response = client.post(address(event), {"official": person.pk})
    assert "is registered for this event already" in response.content.decode()
    assert Registration.objects.filter(official=person).count() == 1
    client.post(address(event), new_person())
    response = client.post(address(event), new_person())
    assert "is known already" in response.content.decode()
    assert User.objects.filter(email="new@fj.example").count() == 1
    assert event.registrations.count() == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose an official, or write name and address of a new person."),
        ({"name": "Only Name"}, "This is needed for a new person."),
        ({"email": "only@fj.example"}, "This is needed for a new person."),
        (new_person(email="not an address"), "Enter a valid email address."),
        (new_person(name="x" * 201), "at most 200 characters"),
        (new_person(name="Two\nlines"), "Write this on one line."),
        (new_person(name="Tur\u202ened"), "hidden character"),
        (new_person(position="a\x00b"), "ull characters are not allowed"),
        (new_person(motivation="x" * 2001), "at most 2000 characters"),
        ({"official": "999999"}, "Select a valid choice."),
        ({"official": "abc"}, "Select a valid choice."),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(client, event, data, sentence):
    people = User.objects.count()
    response = client.post(address(event), data)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert (Registration.objects.count(), User.objects.count()) == (0, people)


def test_an_official_and_a_new_person_at_once_are_refused(client, event):
    person = make.official("FJ")
    response = client.post(address(event), new_person(official=person.pk))
    assert "not both" in response.content.decode()
    assert not Registration.objects.exists()


def test_a_person_of_another_administration_looks_like_one_who_does_not_exist(client, event, tonga_official):
    answers = [client.post(address(event), {"official": pk}).content.decode() for pk in (tonga_official.pk, 999999)]
    for text in answers:
        assert "Select a valid choice." in text
        assert tonga_official.name not in text
    assert not Registration.objects.exists()


def test_the_fields_of_a_new_person_open_when_they_are_needed(client, event):
    folded, unfolded = '<details class="new-person">', '<details class="new-person" open>'
    assert folded in client.get(address(event)).content.decode()
    assert unfolded in client.post(address(event), new_person(email="")).content.decode()
    assert folded in client.post(address(event), {"official": "x"}).content.decode()


def test_who_stands_already_is_not_offered_again(client, event):
    standing, free = make.nominated(event).official, make.official("FJ")
    text = client.get(address(event)).content.decode()
    assert f'<option value="{free.pk}"' in text
    assert f'<option value="{standing.pk}"' not in text


# --- applicants -----------------------------------------------------------------------------------


def test_an_applicant_is_endorsed_once(client, event, fiji_contact):
    row = make.applied(event)
    path = f"/delegation/registrations/{row.pk}/endorse/"
    response = client.post(path, follow=True)
    assert f"You endorsed {row.official}." in response.content.decode()
    row.refresh_from_db()
    assert (row.state, row.endorsed_by) == (RegistrationState.ENDORSED, fiji_contact)
    response = client.post(path, follow=True)
    assert "It cannot become endorsed." in response.content.decode()


def test_after_the_deadline_an_applicant_cannot_be_endorsed(client):
    event = make.announced(begin=TODAY + days(10))
    row = make.applied(event)
    response = client.post(f"/delegation/registrations/{row.pk}/endorse/", follow=True)
    assert "The nomination deadline has passed." in response.content.decode()
    row.refresh_from_db()
    assert row.state == RegistrationState.APPLIED


def test_an_application_is_declined_with_a_reason(client, event):
    row = make.applied(event)
    path = f"/delegation/registrations/{row.pk}/decline/"
    assert client.get(path).status_code == 200
    assert "This field is required." in client.post(path, {"reason": ""}).content.decode()
    assert client.post(path, {"reason": "Needed at the port."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == (RegistrationState.DECLINED, "Needed at the port.")
    assert "no open application any more" in client.post(path, {"reason": "Again."}).content.decode()
    row.refresh_from_db()
    assert row.reason == "Needed at the port."


def test_a_nominee_is_not_declined_as_if_it_were_an_applicant(client, event):
    row = make.confirmed(event)
    response = client.post(f"/delegation/registrations/{row.pk}/decline/", {"reason": "No."})
    assert "no open application any more" in response.content.decode()
    row.refresh_from_db()
    assert row.state == RegistrationState.CONFIRMED


# --- the order ------------------------------------------------------------------------------------


def order(event):
    rows = event.registrations.live().exclude(state="applied").of(make.administration("FJ")).in_order()
    return [row.pk for row in rows]


def test_a_nominee_moves_up_and_down(client, event):
    first, second, third = (make.nominated(event).pk for _n in range(3))
    client.post(f"/delegation/registrations/{third}/up/", {"seen": "3"})
    assert order(event) == [first, third, second]
    client.post(f"/delegation/registrations/{first}/down/", {"seen": "1"})
    assert order(event) == [third, first, second]


def test_a_second_click_on_an_old_page_moves_nobody(client, event):
    first, second, third = (make.nominated(event).pk for _n in range(3))
    client.post(f"/delegation/registrations/{third}/up/", {"seen": "3"})
    response = client.post(f"/delegation/registrations/{third}/up/", {"seen": "3"}, follow=True)
    assert "The order has changed" in response.content.decode()
    assert order(event) == [first, third, second]


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "9" * 300])
def test_a_strange_place_moves_nobody(client, event, seen):
    first, second = (make.nominated(event).pk for _n in range(2))
    response = client.post(f"/delegation/registrations/{second}/up/", {"seen": seen}, follow=True)
    assert response.status_code == 200
    assert order(event) == [first, second]


def test_the_ends_of_the_list_stay(client, event):
    first, second = (make.nominated(event).pk for _n in range(2))
    response = client.post(f"/delegation/registrations/{first}/up/", {"seen": "1"}, follow=True)
    assert "at the end of the list already" in response.content.decode()
    client.post(f"/delegation/registrations/{second}/down/", {"seen": "2"})
    assert order(event) == [first, second]


# --- withdraw and replace ---------------------------------------------------------------------------


def test_a_nominee_is_withdrawn_with_a_reason_once(client, event):
    row = make.nominated(event)
    path = f"/delegation/registrations/{row.pk}/withdraw/"
    assert "This field is required." in client.post(path, {}).content.decode()
    assert client.post(path, {"reason": "Has left the service."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == (RegistrationState.WITHDRAWN, "Has left the service.")
    assert "It cannot become withdrawn." in client.post(path, {"reason": "Again."}).content.decode()


def test_the_seat_of_a_withdrawn_nominee_is_offered_to_who_waits(client, office):
    event = make.announced(seats=1)
    seated = make.confirmed(event)
    waiting = make.nominated(event)
    registrations.wait(waiting, by=office)
    client.post(f"/delegation/registrations/{seated.pk}/withdraw/", {"reason": "Ill."})
    waiting.refresh_from_db()
    assert waiting.state == RegistrationState.OFFERED


def test_who_took_part_cannot_be_withdrawn_afterwards(client):
    event = make.running(began=-days(5))
    row = make.confirmed(event)
    lifecycle.hold(event, by=event.officer, at=NOW)
    response = client.post(f"/delegation/registrations/{row.pk}/withdraw/", {"reason": "Was not there."})
    assert "The event is over." in response.content.decode()
    row.refresh_from_db()
    assert row.state == RegistrationState.CONFIRMED


def test_a_confirmed_nominee_is_replaced_with_the_same_seat(client, event):
    row = make.confirmed(event)
    successor = make.official("FJ")
    path = f"/delegation/registrations/{row.pk}/replace/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"official": successor.pk}).status_code == 302
    row.refresh_from_db()
    new = Registration.objects.get(official=successor)
    assert (row.state, new.state, new.replaces) == (RegistrationState.REPLACED, RegistrationState.CONFIRMED, row)
    other = make.official("FJ")
    assert "cannot become replaced" in client.post(path, {"official": other.pk}).content.decode()
    assert event.registrations.live().count() == 1


def test_a_replacement_from_elsewhere_or_one_who_stands_is_refused(client, event, tonga_official):
    row, standing = make.nominated(event), make.nominated(event)
    path = f"/delegation/registrations/{row.pk}/replace/"
    assert "Select a valid choice." in client.post(path, {"official": tonga_official.pk}).content.decode()
    text = client.post(path, {"official": standing.official.pk}).content.decode()
    assert "is registered for this event already" in text
    assert "This field is required." in client.post(path, {}).content.decode()


def test_nobody_is_replaced_once_the_event_has_begun(client):
    event = make.running()
    row = make.confirmed(event)
    successor = make.official("FJ")
    response = client.post(f"/delegation/registrations/{row.pk}/replace/", {"official": successor.pk})
    assert "The event has begun." in response.content.decode()
    text = client.get(f"/delegation/invitations/{make.invitation(event).pk}/").content.decode()
    assert "Withdraw" not in text


def test_a_number_that_no_row_can_have_finds_nothing(client, event):
    huge = "9" * 40
    assert client.get(f"/delegation/invitations/{huge}/").status_code == 404
    assert client.get(f"/delegation/registrations/{huge}/withdraw/").status_code == 404
    assert "Select a valid choice." in client.post(address(event), {"official": huge}).content.decode()
    assert "ull characters are not allowed" in client.post(address(event), {"official": "\x00"}).content.decode()
