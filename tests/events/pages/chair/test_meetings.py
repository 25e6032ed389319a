"""The chair desk: my meetings, agenda, papers, delegations."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Delegation, Paper
from events.services import lifecycle, outcomes, programme, registrations
from portal.kit import trail
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db


def pdf(content=b"%PDF-1.4 a paper", name="any name.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


# --- my meetings ----------------------------------------------------------------------------------


def test_the_desk_says_whose_turn_it_is(client, event, text, as_user, myanmar_chair):
    assert "Begin the outcome" in text(client, "/chair/")
    outcome = make.drafted(event)
    assert "Complete and circulate the draft" in text(client, "/chair/")
    outcomes.circulate(outcome, by=myanmar_chair)
    assert "It is your turn" in text(client, "/chair/")
    chairing = event.chairings.get(administration__iso2="ID")
    outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=chairing.person, at=make.NOW)
    mine = text(client, "/chair/")
    assert "It is your turn" not in mine
    assert "Waits for Myanmar" in mine
    assert "Sign the outcome" in text(as_user(myanmar_chair), "/chair/")


def test_open_actions_of_my_meetings_stand_below(client, event, text):
    make.drafted(event)
    assert "No open follow-up." in text(client, "/chair/")
    make.signed(event.outcome)
    outcomes.publish(event.outcome, by=event.officer, at=make.NOW)
    assert "Coordinate the online workshops." in text(client, "/chair/")


def test_the_list_has_my_meetings_alone_and_the_office_sees_all(client, event, text, as_user, office):
    other = make.meeting(begin=TODAY - days(3))
    assert other.title not in text(client, "/chair/")
    for title in (event.title, other.title):
        assert title in text(as_user(office), "/chair/")


@pytest.mark.parametrize(
    "query", ["q=%00", "q=nothing", "outcome=none", "outcome=x", "outcome=signed", "sort=x", "page=9"]
)
def test_a_strange_address_of_the_list_is_served(client, event, text, query):
    text(client, f"/chair/?{query}")


def test_the_list_asks_as_much_for_three_meetings_as_for_one(client, indonesia_chair, myanmar_chair, outcome, queries):
    make.signed(outcome)
    one = queries(client, "/chair/")
    for number in (5, 6):
        make.signed(make.drafted(make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(number))))
    assert queries(client, "/chair/") == one


def test_a_chair_prepares_a_meeting_that_is_not_announced(as_user, text, indonesia_chair, office):
    draft = make.event("ID", kind="consultation", by=office)
    programme.add_chair(draft, person=indonesia_chair, administration=indonesia_chair.administration, by=office)
    page = text(as_user(indonesia_chair), f"/chair/{draft.pk}/")
    assert "Add an agenda item" in page
    assert "Begin the outcome" not in page


def test_how_to_join_is_shown_to_the_chairs_of_an_announced_online_meeting(as_user, text, indonesia_chair, office):
    coming = make.meeting(chairs=(indonesia_chair,))
    for person in (indonesia_chair, office):
        page = text(as_user(person), f"/chair/{coming.pk}/")
        assert "https://meet.example/secret-room" in page
        assert "passcode 7890" in page
    room = make.meeting(chairs=(indonesia_chair,), mode="in_person", venue="Jakarta")
    assert "How to join" not in text(as_user(indonesia_chair), f"/chair/{room.pk}/")
    lifecycle.postpone(coming, reason="The dates clash.", by=office, at=make.NOW)
    assert "secret-room" not in text(as_user(indonesia_chair), f"/chair/{coming.pk}/")


# --- agenda ---------------------------------------------------------------------------------------


def test_agenda_items_are_added_edited_and_removed(client, event, text):
    data = {"title": "Any other business", "purpose": "discussion", "speaker": "The chair"}
    assert "Any other business" in text(client, f"/chair/{event.pk}/agenda/add/", data)
    item = event.agenda.get(title="Any other business")
    assert (item.number, item.speaker) == (3, "The chair")
    text(client, f"/chair/agenda/{item.pk}/", {**data, "title": "Other business"})
    item.refresh_from_db()
    assert item.title == "Other business"
    text(client, f"/chair/agenda/{item.pk}/remove/", {})
    assert event.agenda.count() == 2
    assert client.post(f"/chair/agenda/{item.pk}/remove/").status_code == 404


def test_an_item_sent_twice_stands_once(client, event):
    for _n in range(2):
        client.post(f"/chair/{event.pk}/agenda/add/", {"title": "Any other business", "purpose": "note"})
    assert event.agenda.count() == 3


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"title": "", "purpose": "note"}, "This field is required."),
        ({"title": "x" * 251, "purpose": "note"}, "at most 250 characters"),
        ({"title": "A\nB", "purpose": "note"}, "Write this on one line."),
        ({"title": "A\u202eB", "purpose": "note"}, "hidden character"),
        ({"title": "A", "purpose": "party"}, "Select a valid choice."),
    ],
)
def test_a_bad_item_is_refused_with_a_sentence(client, event, text, data, sentence):
    assert sentence in text(client, f"/chair/{event.pk}/agenda/add/", data)
    assert event.agenda.count() == 2


def test_an_item_with_text_under_it_stays(client, outcome, text):
    item = outcome.paragraphs.get().item
    assert "Move that text first." in text(client, f"/chair/agenda/{item.pk}/remove/", {})


def test_agenda_and_delegations_stay_once_a_chair_has_signed(client, event, outcome, text, indonesia_chair):
    row = registrations.set_delegation(event, administration=make.administration("TH"), by=indonesia_chair)
    item = event.agenda.first()
    make.signed(outcome)
    assert "A chair has signed the record." in text(client, f"/chair/{event.pk}/")
    edits = [
        (f"/chair/{event.pk}/agenda/add/", {"title": "Late item", "purpose": "note"}),
        (f"/chair/agenda/{item.pk}/", {"title": "Other title", "purpose": "note"}),
        (f"/chair/agenda/{event.agenda.last().pk}/remove/", {}),
        (f"/chair/{event.pk}/delegations/add/", {"administration": make.administration("JP").pk}),
        (f"/chair/delegations/{row.pk}/", {"head": "Somebody"}),
        (f"/chair/delegations/{row.pk}/remove/", {}),
    ]
    for path, data in edits:
        assert "has signed the record" in text(client, path, data), path
    outcomes.publish(outcome, by=indonesia_chair, at=make.NOW)
    for path, data in edits:
        assert "The outcome is published." in text(client, path, data), path
    assert (event.agenda.count(), event.delegations.get().head) == (2, "")


# --- papers ---------------------------------------------------------------------------------------


@pytest.fixture
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(**more):
    return {"title": "Work plan", "language": "en", "access": "participants", "file": pdf(), **more}


def test_a_paper_is_uploaded_with_its_access_and_comes_back_as_a_file(client, event, text, stored):
    data = upload(access="office", item=event.agenda.first().pk)
    assert "Work plan" in text(client, f"/chair/{event.pk}/papers/add/", data)
    paper = Paper.objects.get()
    assert (paper.number, paper.version, paper.access) == (1, 1, "office")
    response = client.get(f"/chair/papers/{paper.pk}/")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content) == b"%PDF-1.4 a paper"


def test_the_same_title_makes_the_next_version_and_the_same_file_none(client, event, stored):
    path = f"/chair/{event.pk}/papers/add/"
    for content in (b"%PDF-1.4 one", b"%PDF-1.4 two", b"%PDF-1.4 two"):
        client.post(path, upload(file=pdf(content)))
    assert sorted(Paper.objects.values_list("number", "version")) == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"file": pdf(b"<script>alert(1)</script>")}, "Papers are PDF files."),
        ({"file": pdf(b"")}, "The submitted file is empty."),
        ({"file": ""}, "This field is required."),
        ({"file": pdf(name="x" * 250 + ".pdf")}, "at most 200 characters"),
        ({"title": ""}, "This field is required."),
        ({"access": "world"}, "Select a valid choice."),
        ({"language": "xx"}, "Select a valid choice."),
        ({"item": "999999"}, "Select a valid choice."),
    ],
)
def test_a_bad_paper_is_refused_with_a_sentence(client, event, text, stored, data, sentence):
    assert sentence in text(client, f"/chair/{event.pk}/papers/add/", {**upload(), **data})
    assert not Paper.objects.exists()


def test_the_item_of_another_meeting_is_no_choice_for_a_paper(client, event, text, stored):
    other = make.meeting(begin=TODAY - days(3))
    data = upload(item=other.agenda.get(number=1).pk)
    assert "Select a valid choice." in text(client, f"/chair/{event.pk}/papers/add/", data)


# --- delegations ----------------------------------------------------------------------------------


def test_a_delegation_is_added_changed_and_removed_with_a_trail(client, event, text, indonesia_chair):
    data = {"administration": make.administration("TH").pk, "head": "Director General", "size": "4"}
    assert "Director General" in text(client, f"/chair/{event.pk}/delegations/add/", data)
    client.post(f"/chair/{event.pk}/delegations/add/", data)
    row = Delegation.objects.get()
    assert (str(row), row.head, row.size) == ("Thailand", "Director General", 4)
    text(client, f"/chair/delegations/{row.pk}/", {"head": "Deputy", "capacity": "observer", "size": ""})
    row.refresh_from_db()
    assert (row.head, row.capacity, row.size) == ("Deputy", "observer", None)
    text(client, f"/chair/delegations/{row.pk}/remove/", {})
    assert not Delegation.objects.exists()
    verbs = [entry.verb for entry in trail.history(event)[:3]]
    assert verbs == ["removed delegation", "changed", "added delegation"]
    assert trail.history(event)[0].by == indonesia_chair


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose one administration or one organisation."),
        ({"administration": "999999"}, "Select a valid choice."),
        ({"size": "0"}, "greater than or equal to 1"),
        ({"size": "100000"}, "less than or equal to 500"),
        ({"size": "many"}, "Enter a whole number."),
        ({"head": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_bad_delegation_is_refused_with_a_sentence(client, event, text, data, sentence):
    assert sentence in text(client, f"/chair/{event.pk}/delegations/add/", data)
    assert not Delegation.objects.exists()


def test_a_delegation_of_two_bodies_is_refused(client, event, text):
    data = {"administration": make.administration("TH").pk, "organisation": make.organisation().pk}
    assert "Choose one administration or one organisation." in text(client, f"/chair/{event.pk}/delegations/add/", data)


def test_the_meeting_asks_as_much_for_three_rows_as_for_one(client, event, outcome, queries, indonesia_chair):
    registrations.set_delegation(event, administration=make.administration("TH"), by=indonesia_chair)
    one = queries(client, f"/chair/{event.pk}/")
    for code in ("JP", "NP"):
        registrations.set_delegation(event, administration=make.administration(code), by=indonesia_chair)
        client.post(f"/chair/{event.pk}/agenda/add/", {"title": f"Item {code}", "purpose": "note"})
    assert queries(client, f"/chair/{event.pk}/") == one
