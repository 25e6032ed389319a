"""Asking to join: the public pages, the code, what a stranger can learn, and abuse."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client

from members.models import Appointment, JoinRequest
from members.services import joining
from members.states import JoinState
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.members.test_sign_in import BY_NATURE, code_of, masked

pytestmark = pytest.mark.django_db
JOIN, CODE, REQUESTS = "/account/join/", "/account/join/code/", "/members/join-requests/"


def typed(body, name="Official 9 of Fiji", email="official9@fiji.example", **more):
    return {
        "administration": body.pk,
        "name": name,
        "email": email,
        "position": "Valuation officer",
        "unit": "",
        "reason": "I want to attend the workshop.",
        **more,
    }


def letters(purpose):
    return Message.objects.filter(purpose=purpose)


def fresh(row):
    return JoinRequest.objects.get(pk=row.pk)


# --- asking to join -------------------------------------------------------------------------------


def test_an_official_asks_confirms_the_address_and_everybody_who_speaks_gets_one_letter(fiji, fiji_contact, post):
    alternate = make.official("FJ", "Alternate of Fiji")
    Appointment.objects.create(person=alternate, role="alternate", administration=fiji, from_on=make.LONG_AGO)
    ended = make.official("FJ", "Former contact point")
    Appointment.objects.create(
        person=ended, role="alternate", administration=fiji, from_on=make.LONG_AGO, to_on=make.TODAY - make.days(1)
    )
    client = Client()
    assert "Ask to join" in client.get("/account/login/").content.decode()
    assert client.post(JOIN, typed(fiji))["Location"] == CODE
    row = JoinRequest.objects.get()
    assert row.state == JoinState.UNCONFIRMED
    assert not letters("join_asked").exists()
    [letter] = post()
    assert letter.to == ["official9@fiji.example"]
    page = client.post(CODE, {"code": code_of(letter).replace("-", " ")}, follow=True).content.decode()
    assert "Your request is sent" in page
    assert fresh(row).state == JoinState.ASKED
    sent = post()
    assert {one.to[0].partition("<")[2] for one in sent} == {f"{fiji_contact.email}>", f"{alternate.email}>"}
    for part in ("Official 9 of Fiji", "Valuation officer", "    I want to attend", "does not end in a mail domain"):
        assert part in sent[0].body
    client.post(CODE, {"code": "1"})
    client.post(CODE, {"action": "resend"})
    assert post() == []


def test_nobody_reads_a_request_before_the_code(as_user, fiji_contact, office):
    row = make.join_request(confirmed=False)
    for person in (fiji_contact, office):
        client = as_user(person)
        assert row.name not in client.get(f"{REQUESTS}?state=all").content.decode()
        assert client.get(f"{REQUESTS}{row.pk}/").status_code == 404
        assert client.post(f"{REQUESTS}{row.pk}/endorse/").status_code == 404


def test_the_code_is_kept_as_a_digest_and_is_gone_from_the_letter_and_the_request(fiji, post):
    client = Client()
    client.post(JOIN, typed(fiji))
    code = code_of(post()[0])
    row, letter = JoinRequest.objects.get(), letters("join_code").get()
    digits = code.replace("-", "")
    kept = f"{row.code_hash} {letter.facts} {letter.body} {list(Entry.objects.values_list('facts', flat=True))}"
    assert len(row.code_hash) == 64
    assert code not in kept
    assert digits not in kept
    client.post(CODE, {"code": code})
    assert fresh(row).code_hash == ""


def test_after_five_wrong_codes_only_a_new_one_helps(fiji, post):
    client = Client()
    client.post(JOIN, typed(fiji))
    first = code_of(post()[0])
    for _number in range(5):
        assert "not right" in client.post(CODE, {"code": "000 000 000"}).content.decode()
    assert "wrong too often" in client.post(CODE, {"code": first}).content.decode()
    assert JoinRequest.objects.get().tries == 5
    client.post(CODE, {"action": "resend"})
    second = code_of(post()[0])
    assert "not right" in client.post(CODE, {"code": first}).content.decode()
    client.post(CODE, {"code": second})
    assert JoinRequest.objects.get().state == JoinState.ASKED


def test_a_code_lives_three_hours(fiji):
    row = make.join_request(confirmed=False)
    with pytest.raises(Refused, match="too old"):
        joining.confirm(row, make.JOIN_CODE, at=make.NOW + timedelta(hours=3))
    assert joining.confirm(row, make.JOIN_CODE, at=make.NOW + timedelta(hours=2, minutes=59))


def test_a_code_counts_for_its_own_request_only(fiji):
    first, second = make.join_request(confirmed=False), make.join_request(confirmed=False)
    JoinRequest.objects.filter(pk=first.pk).update(code_hash=second.code_hash)
    assert not joining.confirm(first, make.JOIN_CODE, at=make.NOW)


def test_digits_of_any_script_are_taken(fiji, post):
    client = Client()
    client.post(JOIN, typed(fiji))
    code = code_of(post()[0]).translate({ord("0") + n: 0xE50 + n for n in range(10)})
    client.post(CODE, {"code": code})
    assert JoinRequest.objects.get().state == JoinState.ASKED


def test_another_browser_has_no_page_for_the_code(fiji, post):
    Client().post(JOIN, typed(fiji))
    code = code_of(post()[0])
    other = Client()
    assert other.get(CODE)["Location"] == JOIN
    assert other.post(CODE, {"code": code})["Location"] == JOIN
    assert JoinRequest.objects.get().state == JoinState.UNCONFIRMED


def test_looking_at_the_pages_acts_on_nothing(fiji):
    client = Client()
    for _number in range(3):
        client.get(JOIN, typed(fiji))
    assert not JoinRequest.objects.exists()
    client.post(JOIN, typed(fiji))
    before = Message.objects.count()
    client.get(CODE, {"action": "resend", "code": "123456789"})
    assert Message.objects.count() == before
    assert JoinRequest.objects.get().tries == 0


def test_who_has_signed_in_has_joined(as_user, official):
    assert as_user(official).get(JOIN)["Location"] == "/members/start/"


# --- known and unknown ----------------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answers_byte_by_byte(official, fiji, post):
    """The letter alone tells the owner of the address; the pages tell nothing, whatever is typed there."""
    known, unknown = Client(), Client()
    mails = (official.email, "official9@fiji.example")
    faces = []
    for client, mail in zip((known, unknown), mails, strict=True):
        steps = [client.post(JOIN, typed(fiji, "OFFICIAL 1 of Fíji", mail)), client.get(CODE)]
        steps += [client.post(CODE, {"code": "000000000"}) for _number in range(6)]
        steps += [client.post(CODE, {"action": "resend"}), client.get(CODE), client.post(CODE, {"code": "1"})]
        faces.append(
            [
                (
                    step.status_code,
                    masked(step.content, mail),
                    {name: value for name, value in step.headers.items() if name not in BY_NATURE},
                )
                for step in steps
            ]
        )
    assert faces[0] == faces[1]
    sent = {letter.to[0]: letter for letter in post()}
    assert f"Your sign-in name: {official.username}" in sent[official.email].body
    assert "This is the code" in sent["official9@fiji.example"].body
    assert not re.search(r"\d{3}-\d{3}-\d{3}", sent[official.email].body)
    assert set(JoinRequest.objects.values_list("state", flat=True)) == {JoinState.UNCONFIRMED}


def test_a_colleague_behind_the_same_mailbox_is_somebody_else(official, fiji, post):
    Client().post(JOIN, typed(fiji, "Another Name", official.email))
    assert "This is the code" in post()[0].body


def test_the_same_name_in_another_administration_is_somebody_else(official, tonga, post):
    Client().post(JOIN, typed(tonga, official.name, official.email))
    assert "This is the code" in post()[0].body


def test_a_second_request_while_the_first_waits_lapses_without_a_second_letter(fiji_contact, fiji):
    first = make.join_request("FJ", "Official 9 of Fiji")
    second = joining.ask(
        administration=fiji, name="official 9 of FIJI", email=first.email, code=make.JOIN_CODE, at=make.NOW
    )
    assert joining.confirm(second, make.JOIN_CODE, at=make.NOW)
    assert (fresh(first).state, fresh(second).state) == (JoinState.ASKED, JoinState.LAPSED)
    assert letters("join_asked").count() == 1


# --- abuse ----------------------------------------------------------------------------------------


def test_thirty_requests_from_one_network_end_in_a_sentence(fiji):
    answers = [Client().post(JOIN, typed(fiji, email=f"o{number}@fiji.example")) for number in range(30)]
    assert JoinRequest.objects.count() == 10
    assert letters("join_code").count() == 10
    assert "Too many requests" in answers[-1].content.decode()
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(JOIN, typed(fiji, email="elsewhere@fiji.example")).status_code == 302


def test_one_address_gets_three_letters_an_hour_from_whatever_network(fiji):
    for number in range(8):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(JOIN, typed(fiji, email="Victim@fiji.example"))
    client = Client(REMOTE_ADDR="203.0.113.5")
    client.post(JOIN, typed(fiji, email="other@fiji.example"))
    for _number in range(5):
        answer = client.post(CODE, {"action": "resend"}, follow=True)
    assert "Too many requests" in answer.content.decode()
    assert letters("join_code").filter(address="victim@fiji.example").count() == 3
    assert letters("join_code").filter(address="other@fiji.example").count() == 3


def test_what_was_typed_is_in_no_letter_before_the_code_and_in_no_log(fiji, post, caplog):
    caplog.set_level(logging.DEBUG)
    Client().post(JOIN, typed(fiji, "Win a prize at evil.example", "victim@fiji.example", reason="Click evil.example"))
    Client().post(JOIN, typed(fiji, "", "victim@fiji.example"))
    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert not [record for record in ours if "victim@" in record.getMessage()]
    [letter] = post()
    assert "evil.example" not in letter.body + letter.subject
    assert "victim@" not in str(list(Entry.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    "name",
    [
        "สมชาย ใจดี",
        "ສົມສັກ",
        "សុខ សុភាព",
        "ဒေါ်အောင်ဆန်း",
        "བསྟན་འཛིན་",
        "田中 太郎",
        "முருகன்",
        "محمد رضایی",
        "Nguyễn Thị Ánh",
        "Sukarno",
        "e\u0301lise",
        "x" * 200,
    ],
)
def test_names_of_every_script_come_through(name, fiji, fiji_contact, post):
    client = Client()
    client.post(JOIN, typed(fiji, name))
    client.post(CODE, {"code": code_of(post()[0])})
    row = JoinRequest.objects.get()
    person = joining.endorse(row, by=fiji_contact, at=make.NOW)
    assert person.name == name.replace("e\u0301", "é")
    assert f"Dear {person.name}," in post()[-1].body


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "A\x00B"),
        ("name", "A\u202eB"),
        ("name", "A\nB"),
        ("name", "x" * 201),
        ("email", "no address"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("email", "mi\u212ae@customs.example"),
        ("reason", "x" * 1001),
        ("reason", ""),
        ("administration", "999999"),
        ("administration", "x"),
    ],
)
def test_bad_input_gets_a_sentence_at_the_field_and_no_letter(field, text, fiji):
    answer = Client().post(JOIN, {**typed(fiji), field: text})
    assert answer.status_code == 200
    assert f'href="#id_{field}"' in answer.content.decode()
    assert not JoinRequest.objects.exists()
    assert not Message.objects.exists()
