"""Coming in: the letter of welcome, an invited contact point, and the answers to those who ask to join."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Appointment, JoinRequest, User
from members.services import joining, people
from members.states import JoinState
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.events.letters import text_of

pytestmark = pytest.mark.django_db
REQUESTS = "/members/join-requests/"


def letters(purpose):
    return Message.objects.filter(purpose=purpose)


def fresh(row):
    return JoinRequest.objects.get(pk=row.pk)


# --- welcome --------------------------------------------------------------------------------------


def test_who_is_added_by_the_office_gets_one_letter_that_says_all(as_user, office, fiji, post):
    data = {"name": "Official 9 of Fiji", "email": "official9@fiji.example", "administration": fiji.pk}
    as_user(office).post("/members/people/add/", data)
    [letter] = post()
    assert letter.to == ['"Official 9 of Fiji" <official9@fiji.example>']
    for part in ("Programme manager", "Fiji", "fj.official.9.of.fiji", "/account/login/code/", "ask for a code"):
        assert part in letter.body


def test_who_is_added_by_a_contact_point_gets_it_too(as_user, fiji_contact, post):
    page = as_user(fiji_contact).post(
        "/delegation/people/add/", {"name": "Official 9 of Fiji", "email": "official9@fiji.example"}, follow=True
    )
    [letter] = post()
    assert "Contact point of Fiji (Fiji)" in letter.body
    assert letter.reply_to == [fiji_contact.email]
    assert "A letter with the sign-in name fj.official.9.of.fiji is on its way." in page.content.decode()


def test_rows_of_an_import_and_of_the_demonstration_get_no_letter_unless_asked(fiji):
    people.add(name="Official 9 of Fiji", email="official9@fiji.example", administration=fiji, by=None)
    people.add(name="Without address", email="", administration=fiji, by=None, welcome=True)
    assert not letters("welcome").exists()


def test_the_letter_of_welcome_goes_again_to_who_never_came_but_once_an_hour(fiji_official, office):
    joining.welcome_again(fiji_official, by=office, at=make.NOW)
    with pytest.raises(Refused, match="less than an hour"):
        joining.welcome_again(fiji_official, by=office, at=make.NOW + timedelta(minutes=59))
    joining.welcome_again(fiji_official, by=office, at=make.NOW + timedelta(minutes=70))
    assert letters("welcome").count() == 2


def test_who_has_signed_in_or_is_closed_or_has_no_address_is_not_welcomed_again(as_user, fiji_official, office):
    as_user(fiji_official)
    with pytest.raises(Refused, match="signed in already"):
        joining.welcome_again(fiji_official, by=office, at=make.NOW)
    for changes in ({"is_active": False}, {"is_active": True, "email": ""}):
        User.objects.filter(pk=fiji_official.pk).update(last_login=None, **changes)
        with pytest.raises(Refused):
            joining.welcome_again(fiji_official, by=office, at=make.NOW)


def test_the_button_stands_on_the_page_and_nobody_else_may_press_it(
    as_user, fiji_official, fiji_contact, tonga_contact
):
    address = f"/members/people/{fiji_official.pk}/welcome/"
    client = as_user(fiji_contact)
    assert address in client.get(f"/members/people/{fiji_official.pk}/").content.decode()
    assert client.get(address).status_code == 405
    assert as_user(tonga_contact).post(address).status_code == 404
    assert as_user(make.official("FJ")).post(address).status_code == 404
    client.post(address)
    answer = client.post(address, follow=True)
    assert "less than an hour ago" in answer.content.decode()
    assert letters("welcome").count() == 1
    as_user(fiji_official)
    assert address not in client.get(f"/members/people/{fiji_official.pk}/").content.decode()


# --- inviting a contact point ---------------------------------------------------------------------


def test_the_office_invites_a_contact_point_in_one_step(as_user, office, fiji, post):
    data = {
        "name": "Contact point 9 of Fiji",
        "email": "contact9@fiji.example",
        "role": "alternate",
        "from_on": make.TODAY,
    }
    answer = as_user(office).post(f"/members/administrations/{fiji.pk}/invite/", data)
    assert answer.status_code == 302
    held = Appointment.objects.get(administration=fiji)
    assert (held.person.email, held.role, held.administration) == ("contact9@fiji.example", "alternate", fiji)
    [letter] = [one for one in post() if one.to[0].endswith("<contact9@fiji.example>")]
    assert "Alternate contact point, Fiji" in letter.body


def test_an_invitation_that_is_refused_leaves_nothing(as_user, office, fiji, official):
    data = {"name": official.name, "email": official.email, "role": "alternate", "from_on": make.TODAY}
    answer = as_user(office).post(f"/members/administrations/{fiji.pk}/invite/", data)
    assert "known already" in answer.content.decode()
    assert not Appointment.objects.filter(administration=fiji).exists()
    assert not letters("welcome").exists()
    assert as_user(official).get(f"/members/administrations/{fiji.pk}/invite/").status_code == 403


# --- the answer -----------------------------------------------------------------------------------


def test_the_list_shows_those_that_wait_and_only_ours(as_user, fiji_contact, tonga_contact, office):
    ours, theirs = make.join_request("FJ"), make.join_request("TO")
    text = as_user(fiji_contact).get(REQUESTS).content.decode()
    assert ours.name in text
    assert theirs.name not in text
    assert "Requests to join (1)" in text
    both = as_user(office).get(f"{REQUESTS}?sort=administration").content.decode()
    assert both.index(ours.name) < both.index(theirs.name)
    assert ours.name not in as_user(office).get(f"{REQUESTS}?q=tonga").content.decode()
    assert ours.name not in as_user(office).get(f"{REQUESTS}?state=declined").content.decode()
    assert "No request matches" in as_user(office).get(f"{REQUESTS}?q=zzz").content.decode()


def test_the_list_asks_as_much_for_three_as_for_one(as_user, office):
    client = as_user(office)
    make.join_request()
    client.get(REQUESTS)
    with CaptureQueriesContext(connection) as one:
        client.get(REQUESTS)
    make.join_request()
    make.join_request("TO")
    with CaptureQueriesContext(connection) as three:
        client.get(REQUESTS)
    assert len(three) == len(one)


def test_the_file_has_the_rows_and_leaves_a_line(as_user, fiji_contact):
    make.join_request("FJ", "=HYPERLINK of Fiji")
    hidden = make.join_request("TO")
    text = as_user(fiji_contact).get("/members/join-requests.csv").content.decode()
    assert "'=HYPERLINK of Fiji" in text
    assert hidden.name not in text
    assert Entry.objects.get(verb="exported requests to join").facts == {"rows": 1}


def test_the_office_sees_that_nobody_speaks_for_an_administration(as_user, office):
    row = make.join_request("TO")
    assert "Nobody speaks for it" in as_user(office).get(REQUESTS).content.decode()
    assert "1 official asks to join" in as_user(office).get("/office/").content.decode()
    make.join_request("FJ")
    make.contact_point("FJ")
    assert "1 official asks to join" in as_user(office).get("/office/").content.decode()
    assert "Nobody speaks for Tonga" in as_user(office).get(f"{REQUESTS}{row.pk}/").content.decode()
    assert not letters("join_asked").exists()


def test_hints_tell_of_the_domain_of_mixed_letters_and_of_people_who_look_alike(as_user, fiji_contact, fiji):
    fiji.mail_domains = "fj.example"
    fiji.save()
    twin = make.official("FJ", "Of\u00edcial 9, Mr. Alan")
    row = make.join_request("FJ", "Alan OFICIAL 9")
    text = as_user(fiji_contact).get(f"{REQUESTS}{row.pk}/").content.decode()
    assert "The address ends in a mail domain of Fiji" in text
    assert twin.name in text
    assert "two scripts" not in text
    odd = make.join_request("FJ", "Al\u0430n Official")  # a Cyrillic a
    JoinRequest.objects.filter(pk=odd.pk).update(email="someone@fj.example.evil.example")
    text = as_user(fiji_contact).get(f"{REQUESTS}{odd.pk}/").content.decode()
    assert "does not end in a mail domain of Fiji" in text
    assert "two scripts" in text


def test_a_contact_point_endorses_and_the_person_is_welcome(as_user, fiji_contact):
    row = make.join_request("FJ")
    client = as_user(fiji_contact)
    assert client.get(f"{REQUESTS}{row.pk}/endorse/").status_code == 405
    client.post(f"{REQUESTS}{row.pk}/endorse/")
    row = fresh(row)
    assert (row.state, row.decided_by) == (JoinState.ENDORSED, fiji_contact)
    assert (row.person.name, row.person.email, row.person.position) == (row.name, row.email, "Customs Officer")
    assert row.person.administration == row.administration
    [letter] = letters("welcome")
    assert row.person.username in text_of(letter)
    answer = client.post(f"{REQUESTS}{row.pk}/endorse/", follow=True)
    assert "cannot become" in answer.content.decode()
    assert User.objects.filter(email=row.email).count() == 1


def test_an_endorsement_that_is_refused_leaves_the_request_as_it_was(as_user, fiji_contact):
    row = make.join_request("FJ")
    make.official("FJ", row.name, email=row.email)
    answer = as_user(fiji_contact).post(f"{REQUESTS}{row.pk}/endorse/", follow=True)
    assert "known already" in answer.content.decode()
    row = fresh(row)
    assert (row.state, row.decided_by, row.person) == (JoinState.ASKED, None, None)
    assert not letters("welcome").exists()


def test_the_same_person_gets_no_second_account(as_user, fiji_contact):
    person = make.official("FJ", "Official 9 of Fiji")
    row = make.join_request("FJ", "Official 9 of Fiji")
    before = User.objects.count()
    as_user(fiji_contact).post(f"{REQUESTS}{row.pk}/same-person/", {"person": person.pk})
    row = fresh(row)
    assert (row.state, row.person) == (JoinState.ENDORSED, person)
    assert User.objects.count() == before
    [letter] = letters("join_linked")
    assert letter.address == row.email
    text = text_of(letter)
    assert person.username in text
    assert person.email not in text


def test_only_a_person_of_the_administration_can_be_the_same(as_user, fiji_contact, tonga_official):
    row = make.join_request("FJ")
    client = as_user(fiji_contact)
    for key in (tonga_official.pk, "", "x", "9" * 30):
        answer = client.post(f"{REQUESTS}{row.pk}/same-person/", {"person": key}, follow=True)
        assert "Choose a person of Fiji" in answer.content.decode()
    with pytest.raises(Refused):
        joining.link(row, tonga_official, by=fiji_contact, at=make.NOW)
    assert fresh(row).state == JoinState.ASKED


def test_a_declined_person_reads_the_reason(as_user, fiji_contact):
    row = make.join_request("FJ")
    client = as_user(fiji_contact)
    answer = client.post(f"{REQUESTS}{row.pk}/decline/", {"reason": ""})
    assert 'href="#id_reason"' in answer.content.decode()
    client.post(f"{REQUESTS}{row.pk}/decline/", {"reason": "You work for the post."})
    assert fresh(row).state == JoinState.DECLINED
    [letter] = letters("join_declined")
    assert "You work for the post." in text_of(letter)
    assert letter.reply_to == fiji_contact.email
    assert not User.objects.filter(email=row.email).exists()


@pytest.mark.parametrize("act", ["", "endorse/", "same-person/", "decline/"])
def test_a_contact_point_of_another_administration_and_an_ended_one_cannot_act(as_user, act, tonga_contact, fiji):
    row = make.join_request("FJ")
    ended = make.official("FJ", "Former contact point")
    Appointment.objects.create(
        person=ended, role="contact_point", administration=fiji, from_on=make.LONG_AGO, to_on=make.TODAY - make.days(1)
    )
    address = f"{REQUESTS}{row.pk}/{act}"
    for person, code in ((tonga_contact, 404), (ended, 403), (make.official("FJ"), 403)):
        client = as_user(person)
        assert client.post(address, {"reason": "No.", "person": ended.pk}).status_code == code
    assert as_user(None).post(address)["Location"].startswith("/account/login/")
    assert fresh(row).state == JoinState.ASKED


def test_a_letter_to_somebody_who_no_longer_speaks_does_not_go(fiji_contact, post):
    make.join_request("FJ")
    Appointment.objects.update(to_on=make.TODAY - make.days(1))
    assert not [letter for letter in post() if fiji_contact.email in letter.to[0]]


def test_every_letter_about_joining_renders(fiji_contact, official):
    row = make.join_request("FJ")
    joining.decline(row, reason="No.", by=fiji_contact, at=make.NOW)
    linked = make.join_request("FJ")
    joining.link(linked, official, by=fiji_contact, at=make.NOW)
    joining.endorse(make.join_request("FJ"), by=fiji_contact, at=make.NOW)
    joining.ask(
        administration=row.administration, name=official.name, email=official.email, code=make.JOIN_CODE, at=make.NOW
    )
    for purpose in ("welcome", "join_code", "join_known", "join_asked", "join_linked", "join_declined"):
        text = text_of(letters(purpose).first())
        assert "None" not in text, purpose
        assert "&" not in text, purpose
