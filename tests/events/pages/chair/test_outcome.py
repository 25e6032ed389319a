"""The outcome by its page: written, circulated, commented, signed, published, corrected."""

from __future__ import annotations

import pytest

from events.models import Outcome, Signature
from events.services import followups, outcomes, programme
from events.states import EventState, OutcomeState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(outcome):
    return f"/chair/outcomes/{outcome.pk}/"


def state(outcome):
    outcome.refresh_from_db()
    return outcome.state


def test_the_record_is_begun_once(client, event, text):
    assert "Outcome of" in text(client, f"/chair/{event.pk}/outcome/begin/", {})
    assert "is begun already" in text(client, f"/chair/{event.pk}/outcome/begin/", {})
    assert Outcome.objects.filter(event=event).count() == 1


def test_a_workshop_has_no_outcome(as_user, text, indonesia_chair, office):
    workshop = make.announced("ID")
    programme.add_chair(workshop, person=indonesia_chair, administration=indonesia_chair.administration, by=office)
    assert workshop.state == EventState.ANNOUNCED
    page = text(as_user(indonesia_chair), f"/chair/{workshop.pk}/outcome/begin/", {})
    assert "Only meetings and consultations have an outcome." in page


# --- writing --------------------------------------------------------------------------------------


def seen(client, path):
    """The mark of the text that stands on the page now."""
    return client.get(path + "text/").context["form"].current


def test_summary_members_text_and_next_meeting_are_saved(client, path, outcome, text):
    data = {
        "summary": "Cooperation was agreed.\n\nAll were thanked.",
        "members_text": "Between us.",
        "next_meeting": "10th Consultation, 2021",
        "seen": seen(client, path),
    }
    page = text(client, path + "text/", data)
    assert "Cooperation was agreed." in page
    assert "10th Consultation, 2021" in page
    outcome.refresh_from_db()
    assert outcome.members_text == "Between us."


def test_a_text_that_somebody_else_changed_meanwhile_is_not_overwritten(client, path, outcome, text, myanmar_chair):
    mark = seen(client, path)
    outcomes.change_text(outcome, summary="From Myanmar.", members_text="", next_meeting="", by=myanmar_chair)
    data = {"summary": "From Indonesia.", "members_text": "", "next_meeting": "", "seen": mark}
    page = text(client, path + "text/", data)
    assert "Somebody changed this text while you were writing." in page
    assert "From Indonesia." in page
    outcome.refresh_from_db()
    assert outcome.summary == "From Myanmar."
    text(client, path + "text/", {**data, "seen": seen(client, path)})
    outcome.refresh_from_db()
    assert outcome.summary == "From Indonesia."


def test_paragraphs_are_added_edited_and_removed_under_their_item(client, path, outcome, event, text):
    item = event.agenda.last()
    data = {"item": item.pk, "verb": "decided", "text": "To meet in 2021.", "members_only": "on"}
    for _n in range(2):  # a double click stands once
        assert "To meet in 2021." in text(client, path + "paragraphs/add/", data)
    row = outcome.paragraphs.get(verb="decided")
    assert (row.number, row.item, row.members_only) == (2, item, True)
    text(client, f"/chair/paragraphs/{row.pk}/", {"item": "", "verb": "noted", "text": "The date."})
    row.refresh_from_db()
    assert (row.verb, row.item, row.members_only, row.text) == ("noted", None, False, "The date.")
    text(client, f"/chair/paragraphs/{row.pk}/remove/", {})
    assert outcome.paragraphs.count() == 1
    assert client.post(f"/chair/paragraphs/{row.pk}/remove/").status_code == 404


def test_interventions_are_added_and_removed(client, path, outcome, text):
    data = {"item": "", "speaker": "Secretary General", "text": "Thanked the members."}
    for _n in range(2):
        text(client, path + "interventions/add/", data)
    row = outcome.interventions.get()
    assert "Secretary General: Thanked the members." in text(client, path)
    text(client, f"/chair/interventions/{row.pk}/remove/", {})
    assert not outcome.interventions.exists()


@pytest.mark.parametrize(
    ("part", "data", "sentence"),
    [
        ("text", {"summary": "x" * 20_001}, "at most 20000 characters"),
        ("text", {"summary": "a\x1bb"}, "hidden character"),
        ("text", {"next_meeting": "x" * 251}, "at most 250 characters"),
        ("paragraphs/add", {"verb": "agreed", "text": ""}, "This field is required."),
        ("paragraphs/add", {"verb": "shouted", "text": "x"}, "Select a valid choice."),
        ("paragraphs/add", {"verb": "agreed", "text": "x", "item": "999999"}, "Select a valid choice."),
        ("interventions/add", {"speaker": "", "text": "x"}, "This field is required."),
        ("interventions/add", {"speaker": "A", "text": "x" * 401}, "at most 400 characters"),
        ("actions/add", {"text": ""}, "This field is required."),
        ("actions/add", {"text": "x", "due_on": "31 Feb"}, "Enter a valid date."),
        ("actions/add", {"text": "x", "due_on": "1020-01-01"}, "Write a year between 2000 and 2099."),
        ("actions/add", {"text": "x", "administration": "999999"}, "Select a valid choice."),
        ("actions/add", {"text": "x", "owner": "999999"}, "Select a valid choice."),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(client, path, outcome, text, part, data, sentence):
    before = outcome.text_hash()
    assert sentence in text(client, f"{path}{part}/", data)
    assert outcome.text_hash() == before


def test_an_item_of_another_meeting_is_no_choice(client, path, text):
    foreign = make.meeting(begin=TODAY - days(3)).agenda.get(number=1)
    for part, data in (("paragraphs", {"verb": "agreed"}), ("interventions", {"speaker": "A"})):
        page = text(client, f"{path}{part}/add/", {**data, "text": "x", "item": foreign.pk})
        assert "Select a valid choice." in page


def test_actions_have_an_owner_who_works_for_the_owning_body(client, path, outcome, text, indonesia_chair):
    data = {"text": "Write to members.", "administration": make.administration("MM").pk, "owner": indonesia_chair.pk}
    assert "does not work for Myanmar" in text(client, path + "actions/add/", data)
    data["administration"] = make.administration("ID").pk
    data["due_on"] = str(TODAY + days(30))
    for _n in range(2):
        text(client, path + "actions/add/", data)
    action = outcome.actions.get(number=2)
    assert (action.owner, action.body) == (indonesia_chair, make.administration("ID"))
    both = {**data, "organisation": make.organisation().pk, "owner": ""}
    assert "not both" in text(client, f"/chair/actions/{action.pk}/", both)
    text(client, f"/chair/actions/{action.pk}/", {**data, "text": "Write to all members."})
    action.refresh_from_db()
    assert action.text == "Write to all members."
    text(client, f"/chair/actions/{action.pk}/remove/", {})
    assert outcome.actions.count() == 1


def test_people_of_other_meetings_are_no_owners(client, path, text, fiji_official):
    page = text(client, path + "actions/add/", {"text": "x", "owner": fiji_official.pk})
    assert "Select a valid choice." in page
    assert fiji_official.name not in page


# --- clearance ------------------------------------------------------------------------------------


def test_what_is_missing_stands_on_the_page_until_it_is_complete(client, event, text):
    outcome = make.drafted(event, complete=False)
    path = f"/chair/outcomes/{outcome.pk}/"
    text(client, path + "circulate/", {})
    page = text(client, path)
    assert "Action 1 has no owner." in page
    assert "Action 1 has no due date." in page
    assert "Sign the outcome" not in page
    page = text(client, path + "sign/", {"text_hash": outcome.text_hash()})
    assert "The record is not complete." in page
    data = {"text": "Act.", "administration": make.administration("ID").pk, "due_on": str(TODAY + days(9))}
    page = text(client, f"/chair/actions/{outcome.actions.get().pk}/", data)
    assert "has no owner" not in page
    assert "Sign the outcome" in page


def test_a_draft_goes_round_and_a_second_click_says_so(client, path, outcome, text):
    assert "The draft goes round." in text(client, path + "circulate/", {})
    assert "cannot become circulated" in text(client, path + "circulate/", {})
    assert state(outcome) == OutcomeState.CIRCULATED


def test_comments_are_taken_while_the_draft_goes_round(client, path, outcome, text):
    data = {"text": "Paragraph 1: say “deepened”."}
    assert "Comments are taken while the draft goes round." in text(client, path + "comment/", data)
    outcomes.circulate(outcome, by=outcome.event.officer)
    for _n in range(2):
        assert "say “deepened”" in text(client, path + "comment/", data)
    assert outcome.comments.count() == 1
    assert state(outcome) == OutcomeState.COMMENTED
    assert "This field is required." in text(client, path + "comment/", {"text": ""})


def shown_hash(client, path):
    return client.get(path).context["text_hash"]


def test_both_chairs_sign_and_one_publishes(client, path, outcome, text, as_user, myanmar_chair):
    text(client, path + "circulate/", {})
    page = text(client, path + "sign/", {"text_hash": shown_hash(client, path)})
    assert "You have signed this text." in page
    assert "Indonesia signed" in page
    assert "Myanmar to sign" in page
    assert "You have signed this text already." in text(client, path + "sign/", {"text_hash": shown_hash(client, path)})
    assert Signature.objects.count() == 1
    assert "cannot become published" in text(client, path + "publish/", {})
    other = as_user(myanmar_chair)
    text(other, path + "sign/", {"text_hash": shown_hash(other, path)})
    assert state(outcome) == OutcomeState.SIGNED
    assert "The outcome is published." in text(client, path + "publish/", {})
    assert "cannot become published" in text(client, path + "publish/", {})
    assert state(outcome) == OutcomeState.PUBLISHED


@pytest.mark.parametrize("text_hash", ["", "x", "0" * 64, "\x00" * 64, "é" * 5000])
def test_a_wrong_hash_signs_nothing(client, path, outcome, text, text_hash):
    text(client, path + "circulate/", {})
    assert "The text changed while you read it." in text(client, path + "sign/", {"text_hash": text_hash})
    assert not Signature.objects.exists()


def test_a_text_that_changed_after_it_was_shown_is_not_signed(client, path, outcome, text, myanmar_chair):
    text(client, path + "circulate/", {})
    shown = shown_hash(client, path)
    outcomes.add_intervention(outcome, item=None, speaker="Head", text="Spoke.", by=myanmar_chair)
    assert "The text changed while you read it." in text(client, path + "sign/", {"text_hash": shown})
    assert not Signature.objects.exists()


def test_the_office_edits_and_does_not_sign(as_user, path, outcome, text, office):
    client = as_user(office)
    page = text(client, path + "paragraphs/add/", {"verb": "noted", "text": "The report."})
    assert "The report." in page
    text(client, path + "circulate/", {})
    assert "Sign the outcome" not in text(client, path)
    assert client.post(path + "sign/", {"text_hash": outcome.text_hash()}).status_code == 403
    assert not Signature.objects.exists()


def test_before_an_edit_the_page_says_how_many_signatures_it_voids(client, path, outcome, text):
    make.signed(outcome)
    paragraph = outcome.paragraphs.get()
    for edit in (path, path + "text/", path + "paragraphs/add/", f"/chair/paragraphs/{paragraph.pk}/"):
        assert "2 signatures will be void" in text(client, edit)
    page = text(client, f"/chair/paragraphs/{paragraph.pk}/", {"verb": "agreed", "text": "Other words."})
    assert state(outcome) == OutcomeState.CIRCULATED
    assert not Signature.objects.filter(voided_at__isnull=True).exists()
    assert "Indonesia signed an earlier text" in page


def test_what_others_changed_after_my_last_act_is_shown(client, path, outcome, text, myanmar_chair):
    assert "Changed since you last worked on it" not in text(client, path)
    text(client, path + "circulate/", {})
    outcomes.change_text(outcome, summary="New words.", members_text="", next_meeting="", by=myanmar_chair)
    page = text(client, path)
    assert "Changed since you last worked on it" in page
    assert "public summary: “The meeting agreed to go on.” became “New words.”" in page
    text(client, path + "comment/", {"text": "Good."})
    assert "Changed since you last worked on it" not in text(client, path)


# --- published ------------------------------------------------------------------------------------


def test_published_text_stands_and_every_edit_is_refused_with_a_sentence(client, event, text):
    outcome = make.published(event)
    outcomes_path = f"/chair/outcomes/{outcome.pk}/"
    paragraph, action = outcome.paragraphs.get(), outcome.actions.get()
    page = text(client, outcomes_path)
    assert "Save the text" not in page
    assert outcome.published_hash[:16] in page
    before = outcome.text_hash()
    mark = seen(client, outcomes_path)
    edits = [
        (outcomes_path + "text/", {"summary": "Other.", "seen": mark}),
        (outcomes_path + "paragraphs/add/", {"verb": "noted", "text": "x"}),
        (f"/chair/paragraphs/{paragraph.pk}/", {"verb": "noted", "text": "x"}),
        (f"/chair/paragraphs/{paragraph.pk}/remove/", {}),
        (outcomes_path + "interventions/add/", {"speaker": "A", "text": "x"}),
        (outcomes_path + "actions/add/", {"text": "x"}),
        (f"/chair/actions/{action.pk}/", {"text": "x"}),
        (f"/chair/actions/{action.pk}/remove/", {}),
    ]
    for path, data in edits:
        assert "Published text cannot be edited." in text(client, path, data), path
    assert "Comments are taken" in text(client, outcomes_path + "comment/", {"text": "x"})
    assert "It can be signed while it goes round." in text(client, outcomes_path + "sign/", {"text_hash": before})
    outcome.refresh_from_db()
    assert outcome.text_hash() == before == outcome.published_hash


def test_a_published_outcome_is_corrected_by_numbered_corrigenda(client, event, text):
    outcome = make.published(event)
    path = f"/chair/outcomes/{outcome.pk}/"
    for words in ("Read 2021 for 2020.", "Read 2021 for 2020.", "Read Yangon for Rangoon."):
        text(client, path + "correct/", {"text": words})
    assert list(outcome.corrigenda.values_list("number", flat=True)) == [1, 2]
    assert "Read Yangon for Rangoon." in text(client, path)
    assert "This field is required." in text(client, path + "correct/", {"text": ""})


def test_a_draft_has_no_corrigendum(client, path, outcome, text):
    assert "Only a published outcome is corrected" in text(client, path + "correct/", {"text": "x"})


# --- counts ---------------------------------------------------------------------------------------


def test_the_record_asks_as_much_for_three_rows_as_for_one(client, path, outcome, queries, office):
    outcomes.add_intervention(outcome, item=None, speaker="A", text="One.", by=office)
    outcomes.circulate(outcome, by=office)
    outcomes.comment(outcome, text="One.", by=office)
    one = queries(client, path)
    for word in ("Two.", "Three."):
        outcomes.add_paragraph(outcome, item=outcome.event.agenda.first(), verb="noted", text=word, by=office)
        outcomes.add_intervention(outcome, item=None, speaker="A", text=word, by=office)
        body = make.administration("MM")
        followups.add(outcome, text=word, administration=body, due_on=TODAY, by=office)
        outcomes.comment(outcome, text=word, by=office)
    assert queries(client, path) == one


def test_who_signed_when_stands_in_the_strip(client, event, text):
    outcome = make.published(event)
    page = text(client, f"/chair/outcomes/{outcome.pk}/")
    for words in ("Indonesia signed", "Myanmar signed", "Published"):
        assert words in page
    assert NOW.strftime("%Y") in page
