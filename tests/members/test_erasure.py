"""Forgetting a person: who asks, who answers, what goes, and that no figure of any report changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events import reports
from events.models import Certificate, Event, FollowUp, Registration, WorkPlan
from events.services import attendance, certificates, evaluations, outcomes, programme, registrations
from members.models import ELearning, ErasureRequest, Import, ImportRow, JoinRequest, Proposal, Role, User
from members.services import appointments, erasure, people
from members.states import ErasureState
from portal.kit import trail
from portal.kit.models import Entry, Personal
from portal.kit.states import Refused
from portal.kit.words import Words
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.dump import lines_that_name, places
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zyxwa Qorvalu", "zyxwa@fj.example"
# a record of a meeting is a document, signed and published word for word
PUBLISHED = {"events.Record.content", "events.Delegation.head", "events.Intervention.speaker"}


def url(name: str, *args: Any) -> str:
    return reverse(f"members:{name}", args=args)


@pytest.fixture
def one(office: User, settings: Any, tmp_path: Any) -> User:
    """An official with a row of every kind."""
    settings.MEDIA_ROOT = tmp_path
    person = make.official("FJ", "Earlier Nameqor", email="earlier@fj.example", password=True)
    people.change(person, by=office, name=NAME, email=ADDRESS, gender="female", unit="Unit of Zyxwa")
    event = make.running("FJ", "TO", began=-days(3), by=office)
    row = registrations.nominate(
        make.invitation(event), official=person, by=office, at=make.before_deadline(event), motivation=f"{NAME} asks."
    )
    registrations.confirm(row, by=office, at=make.before_deadline(event))
    for session in event.sessions.all():
        attendance.tick(session, {row}, by=office, at=NOW)
    evaluations.give(
        row, usefulness=5, content=3, organisation=4, plans=f"{NAME} trains.", remarks=ADDRESS, by=person, at=NOW
    )
    certificates.issue(row, by=None, at=NOW)
    refused = make.announced("FJ", by=office)
    registrations.decline(make.applied(refused, person=person), reason=f"{NAME} is known.", by=office, at=NOW)
    meeting = make.meeting("ID", chairs=(make.official("ID"),), by=office, begin=TODAY - days(2))
    registrations.set_delegation(meeting, administration=make.administration("ID"), head=NAME, by=office)
    outcome = make.drafted(meeting)
    outcomes.add_intervention(outcome, item=None, speaker=NAME, text="Spoke.", by=office)
    outcomes.publish(make.signed(outcome), by=office, at=NOW)
    ELearning.objects.create(
        person=person, course="Valuation", completed_on=TODAY, proof=SimpleUploadedFile(f"{NAME}.pdf", b"%PDF-1.7")
    )
    Proposal.objects.create(person=person, by=office, changes={"name": NAME}, proposed_at=NOW)
    JoinRequest.objects.create(administration=make.administration("FJ"), name=NAME, email=ADDRESS, asked_at=NOW)
    upload = Import.objects.create(kind="officials", file_name="list.csv", by=office, uploaded_at=NOW)
    ImportRow.objects.create(upload=upload, number=2, cells=[NAME, ADDRESS, "FJ"])
    UserSession.objects.create(user=person, session_key="a" * 32, ip="198.51.100.7", user_agent="Firefox")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    trail.record_export(office, "people", office, rows=1, filters={"q": NAME})
    Message.objects.filter(to=person).update(body=f"Dear {NAME}", subject=f"For {NAME}", sent_to=ADDRESS)
    about = Message.objects.exclude(to=person).exclude(to=None).first()
    assert about
    Message.objects.filter(pk=about.pk).update(body=f"You nominated {NAME} ({ADDRESS}).", facts={"reason": NAME})
    return person


def figures() -> str:
    """Every number of every report."""
    plans = [asdict(reports.fiscal_year(plan, at=NOW)) for plan in WorkPlan.objects.all()]
    marks = [asdict(reports.evaluation_summary(event)) for event in Event.objects.order_by("pk")]
    genders = list(Registration.objects.confirmed().order_by("pk").values_list("official__gender", "official"))
    return json.dumps([plans, marks, genders], default=str)


# --- what goes, what stays ------------------------------------------------------------------------


def test_after_erasing_no_column_of_any_table_says_who_it_was(one, office):
    assert {"members.User.name", "kit.Personal.facts", "mail.Message.body"} <= places(NAME, ADDRESS)
    erasure.erase(one, by=office, at=NOW)
    assert places(NAME, ADDRESS, "Earlier Nameqor", "earlier@fj.example") == PUBLISHED
    assert lines_that_name([User(name=NAME, email=ADDRESS)]) == []


def test_the_row_stays_for_the_figures_and_lets_nobody_in(one, office, client):
    assert client.login(username=one.username, password=make.PASSWORD)
    erasure.erase(one, by=office, at=NOW)
    gone = User.objects.get(pk=one.pk)
    assert (gone.name, gone.username, gone.email) == ("Former official", f"erased-{one.pk}", "")
    assert (gone.gender, gone.administration, gone.erased_at) == ("female", one.administration, NOW)
    assert not gone.is_active and not gone.has_usable_password()
    assert client.get(url("profile")).status_code == 302
    assert not UserSession.objects.filter(user=one).exists()
    assert not Authenticator.objects.filter(user=one).exists()


def test_every_report_says_the_same_before_and_after(one, office):
    before = figures()
    erasure.erase(one, by=office, at=NOW)
    assert figures() == before


def test_a_certificate_stays_valid_without_the_name(one, office, client):
    certificate = Certificate.objects.get(registration__official=one)
    erasure.erase(one, by=office, at=NOW)
    text = client.get(reverse("participant:certificate_verify", args=[certificate.number])).content.decode()
    assert "is genuine" in text and "The name of the holder is erased" in text
    assert certificate.event_title in text
    pdf = reverse("participant:certificate_pdf", args=[certificate.number])
    client.force_login(office)
    assert client.get(pdf).content.startswith(b"%PDF")


def test_the_file_of_a_proof_goes_with_the_commit(one, office, django_capture_on_commit_callbacks):
    storage, name = (proof := ELearning.objects.get().proof).storage, proof.name
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(one, by=office, at=NOW)
    assert not storage.exists(name)


def test_letters_keep_that_they_went_and_nothing_else_and_what_waits_stops(one, office):
    sent = Message.objects.filter(to=one).order_by("pk").last()
    Message.objects.filter(pk=sent.pk).update(state=MessageState.SENT, sent_at=NOW)
    erasure.erase(one, by=office, at=NOW)
    sent.refresh_from_db()
    assert (sent.state, sent.sent_at, sent.subject, sent.body, sent.sent_to) == (MessageState.SENT, NOW, "", "", "")
    assert not Message.objects.filter(to=one, state=MessageState.QUEUED).exists()
    assert Message.objects.filter(body="You nominated Former official (-).").count() == 1


def test_a_letter_in_the_hands_of_a_worker_is_waited_for(one, office):
    Message.objects.filter(pk=Message.objects.filter(to=one).latest("pk").pk).update(state=MessageState.SENDING)
    with pytest.raises(Refused, match="in a minute"):
        erasure.erase(one, by=office, at=NOW)
    one.refresh_from_db()
    assert one.name == NAME


def test_the_line_stays_and_says_that_its_facts_are_erased(one, office, as_user):
    entry = Entry.objects.about(one).filter(verb="changed").latest("pk")
    erasure.erase(one, by=office, at=NOW)
    assert Entry.objects.get(pk=entry.pk).facts == entry.facts
    assert not Personal.objects.filter(person=one).exists()
    text = as_user(office).get(url("person", one.pk)).content.decode()
    assert "what it was is erased" in text


def test_a_second_time_changes_nothing(one, office):
    erasure.erase(one, by=office, at=NOW)
    lines = Entry.objects.count()
    erasure.erase(one, by=office, at=NOW + timedelta(days=1))
    assert Entry.objects.count() == lines
    assert User.objects.get(pk=one.pk).erased_at == NOW


def test_letters_of_colleagues_at_a_shared_address_stay(one, office):
    mate = make.official("FJ", "Colleague Wenx", email=ADDRESS)
    Message.objects.create(
        purpose="sign_in_names",
        about=mate,
        address=ADDRESS,
        recipient_key=f":{ADDRESS}",
        due_at=NOW,
        next_try_at=NOW,
        message_id="<1@x>",
        state=MessageState.SENT,
        sent_to=ADDRESS,
    )
    JoinRequest.objects.create(administration=make.administration("FJ"), name=mate.name, email=ADDRESS, asked_at=NOW)
    erasure.erase(one, by=office, at=NOW)
    assert Message.objects.filter(address=ADDRESS, sent_to=ADDRESS).count() == 1
    assert JoinRequest.objects.filter(name=mate.name, email=ADDRESS).count() == 1
    assert not JoinRequest.objects.filter(name=NAME).exists()


def test_whoever_was_merged_into_the_person_goes_too(one, office):
    twin = make.official("FJ", "Twin of Zyxwa", email="twin@fj.example")
    User.objects.filter(pk=twin.pk).update(merged_into=one, is_active=False)
    erasure.erase(one, by=office, at=NOW)
    twin.refresh_from_db()
    assert (twin.name, twin.email) == ("Former official", "")


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Ana", "Ana and Banana, ANA.", "X and Banana, X."),
        ("สมชาย", "เรียนคุณสมชายครับ", "เรียนคุณXครับ"),
        ("မောင်", "ဦးမောင်", "ဦးX"),
        ("Nguyễn Ánh", "Dear Nguyễn Ánh,", "Dear X,"),
        ("A. B. (C)", "by A. B. (C)", "by X"),
    ],
)
def test_a_name_is_found_as_a_whole_word_where_words_have_gaps_and_anywhere_else(name, text, left):
    assert Words.of([name], [], instead="X").taken_out({"a": [text]}) == {"a": [left]}


# --- what stands in the way -----------------------------------------------------------------------


def in_the_way(person: User, office: User, words: str) -> None:
    assert any(words in sentence for sentence in erasure.unended(person, NOW)), erasure.unended(person, NOW)
    with pytest.raises(Refused, match=words):
        erasure.erase(person, by=office, at=NOW)
    with pytest.raises(Refused, match=words):
        erasure.ask(person, at=NOW)
    person.refresh_from_db()
    assert person.erased_at is None


def test_a_role_has_to_end_first(office):
    contact = make.contact_point("FJ")
    in_the_way(contact, office, "Contact point")
    appointments.end(contact.appointments.get(), on=TODAY, by=office)
    erasure.erase(contact, by=office, at=NOW)


def test_a_seat_at_an_event_to_come_has_to_be_given_back_first(office, fiji_official):
    row = make.confirmed(make.announced("FJ", by=office), person=fiji_official)
    in_the_way(fiji_official, office, "has to be withdrawn first")
    registrations.withdraw(row, reason="Away.", by=fiji_official, at=NOW)
    erasure.erase(fiji_official, by=office, at=NOW)


def test_a_chair_signs_first(office, indonesia_chair):
    future = make.meeting("ID", chairs=(indonesia_chair,), by=office)
    in_the_way(indonesia_chair, office, "another chair first")
    programme.remove_chair(future.chairings.get(), by=office)
    outcome = make.drafted(make.meeting("ID", chairs=(indonesia_chair,), by=office, begin=TODAY - days(2)))
    in_the_way(indonesia_chair, office, "has to be published first")
    outcomes.publish(make.signed(outcome), by=office, at=NOW)
    erasure.erase(indonesia_chair, by=office, at=NOW)


def test_an_open_action_is_handed_over_first(office, fiji_official):
    outcome = make.published(make.meeting("ID", chairs=(make.official("ID"),), by=office, begin=TODAY - days(2)))
    FollowUp.objects.filter(outcome=outcome).update(owner=fiji_official)
    in_the_way(fiji_official, office, "handed over")


def test_who_runs_an_event_to_come_is_replaced_first(office):
    manager = make.office_person("Second manager")
    make.announced("FJ", by=manager)
    appointments.end(manager.appointments.get(), on=TODAY, by=office)
    in_the_way(manager, office, "another responsible officer first")


# --- the request ----------------------------------------------------------------------------------


def test_an_official_asks_the_office_erases(one, office, as_user):
    mine, desk = as_user(one), as_user(office)
    mine.post(url("profile_forget"), {"reason": "I have left."})
    mine.post(url("profile_forget"), {"reason": "Again."})
    request = ErasureRequest.objects.get()
    assert (request.person, request.reason, request.state) == (one, "I have left.", ErasureState.ASKED)
    assert NAME in desk.get(url("erasures")).content.decode()
    assert "Erase this person" in desk.get(url("erasure", request.pk)).content.decode()
    desk.post(url("erase", request.pk))
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.reason) == (ErasureState.DONE, office, "")
    assert User.objects.get(pk=one.pk).erased_at


def test_an_official_thinks_again(one, as_user):
    mine = as_user(one)
    mine.post(url("profile_forget"))
    assert "Withdraw my request" in mine.get(url("profile_forget")).content.decode()
    mine.post(url("profile_keep"))
    assert ErasureRequest.objects.get().state == ErasureState.WITHDRAWN
    assert mine.post(url("profile_keep")).status_code == 404


def test_the_office_says_no_with_a_reason_and_by_letter(one, office, as_user):
    request = erasure.ask(one, at=NOW)
    desk = as_user(office)
    assert desk.post(url("erasure", request.pk), {"answer": ""}).status_code == 200
    desk.post(url("erasure", request.pk), {"answer": "An audit needs it until June."})
    request.refresh_from_db()
    assert (request.state, request.answer) == (ErasureState.DECLINED, "An audit needs it until June.")
    assert Message.objects.filter(purpose="erasure_declined", to=one).count() == 1
    assert "An audit needs it until June." in as_user(one).get(url("profile_forget")).content.decode()
    desk.post(url("erase", request.pk))
    assert User.objects.get(pk=one.pk).erased_at is None, "declined is declined"


def test_the_letter_with_the_no_tells_the_reason(one, office, post):
    post()
    erasure.decline(erasure.ask(one, at=NOW), answer="An audit needs it until June.", by=office, at=NOW)
    (letter,) = [letter for letter in post() if "forgotten" in letter.subject]
    assert "An audit needs it until June." in letter.body


def test_a_role_that_began_since_stops_the_erasing_and_the_page_says_so(one, office, as_user):
    request = erasure.ask(one, at=NOW)
    appointments.appoint(one, Role.ALTERNATE, administration=make.administration("FJ"), from_on=TODAY, by=office)
    desk = as_user(office)
    assert "has to end first" in desk.get(url("erasure", request.pk)).content.decode()
    desk.post(url("erase", request.pk))
    request.refresh_from_db()
    assert request.state == ErasureState.ASKED
    assert User.objects.get(pk=one.pk).name == NAME


@pytest.mark.parametrize("who", ["fiji_contact", "tonga_official", None])
def test_nobody_else_sees_or_answers_a_request(one, who, as_user, request):
    asked = erasure.ask(one, at=NOW)
    stranger = as_user(request.getfixturevalue(who) if who else None)
    for address in (url("erasures"), url("erasure", asked.pk), url("erasures_csv")):
        assert stranger.get(address).status_code == (403 if who else 302)
    assert stranger.post(url("erase", asked.pk)).status_code == (403 if who else 302)
    assert stranger.post(url("profile_keep")).status_code == (404 if who else 302)
    asked.refresh_from_db()
    assert asked.state == ErasureState.ASKED


def test_the_list_of_requests_costs_the_same_for_one_and_for_three(office, as_user, django_assert_num_queries):
    desk = as_user(office)
    erasure.ask(make.official("FJ"), at=NOW)
    desk.get(url("erasures"))
    with CaptureQueriesContext(connection) as one_row:
        desk.get(url("erasures"))
    erasure.ask(make.official("TO"), at=NOW)
    erasure.ask(make.official("ID"), at=NOW)
    with django_assert_num_queries(len(one_row)):
        desk.get(url("erasures"))


def test_the_office_finds_the_requests_from_the_list_of_people(office, as_user):
    text = as_user(office).get(reverse("members:people")).content.decode()
    assert f'href="{url("erasures")}"' in text
    assert f'href="{url("retention")}"' in text
