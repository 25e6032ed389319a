"""Outcomes: every chair signs exactly one text; an edit voids; published text stays."""

from __future__ import annotations

import pytest

from events.models import Event, Outcome
from events.services import followups, outcomes
from events.states import OutcomeState
from members.models import User
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(indonesia_chair: User, myanmar_chair: User) -> Event:
    return make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(1))


def sign(outcome: Outcome, chair: User) -> None:
    chairing = outcome.event.chairings.get(person=chair)
    outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=chair, at=NOW)
    outcome.refresh_from_db()


def test_the_last_of_two_signatures_makes_it_signed(event: Event, indonesia_chair: User, myanmar_chair: User) -> None:
    outcome = make.drafted(event)
    outcomes.circulate(outcome, by=indonesia_chair)
    outcome.refresh_from_db()
    sign(outcome, indonesia_chair)
    assert outcome.state == OutcomeState.CIRCULATED
    assert [row.person for row in outcomes.unsigned(outcome)] == [myanmar_chair]
    with pytest.raises(Refused):
        outcomes.publish(outcome, by=indonesia_chair, at=NOW)
    sign(outcome, myanmar_chair)
    assert outcome.state == OutcomeState.SIGNED
    outcomes.publish(outcome, by=indonesia_chair, at=NOW)
    outcome.refresh_from_db()
    assert outcome.state == OutcomeState.PUBLISHED
    assert outcome.published_hash == outcome.text_hash()


@pytest.mark.parametrize("what", ["summary", "paragraph", "action", "intervention"])
def test_every_edit_after_a_signature_voids_it(event: Event, indonesia_chair: User, what: str) -> None:
    outcome = make.signed(make.drafted(event))
    assert outcome.state == OutcomeState.SIGNED
    if what == "summary":
        outcomes.change_text(outcome, summary="Other.", members_text="", next_meeting="", by=indonesia_chair)
    elif what == "paragraph":
        outcomes.change_paragraph(outcome.paragraphs.get(), by=indonesia_chair, text="Other.")
    elif what == "action":
        followups.add(outcome, text="One more.", by=indonesia_chair)
    else:
        outcomes.add_intervention(outcome, item=None, speaker="Head", text="Spoke.", by=indonesia_chair)
    outcome.refresh_from_db()
    assert outcome.state == OutcomeState.CIRCULATED
    assert not outcome.signatures.filter(voided_at__isnull=True).exists()
    assert outcome.signatures.count() == 2
    assert Message.objects.filter(purpose="signatures_voided").count() == 2


def test_an_edit_that_changes_nothing_voids_nothing(event: Event, office: User) -> None:
    outcome = make.signed(make.drafted(event))
    outcomes.change_text(outcome, summary=outcome.summary, members_text="", next_meeting="", by=office)
    outcome.refresh_from_db()
    assert outcome.state == OutcomeState.SIGNED


def test_a_chair_signs_the_text_that_was_read(event: Event, indonesia_chair: User, office: User) -> None:
    outcome = make.drafted(event)
    outcomes.circulate(outcome, by=office)
    seen = outcome.text_hash()
    outcomes.change_text(outcome, summary="Changed meanwhile.", members_text="", next_meeting="", by=office)
    outcome.refresh_from_db()
    chairing = event.chairings.get(person=indonesia_chair)
    with pytest.raises(Refused, match="changed while you read it"):
        outcomes.sign(outcome, chairing=chairing, text_hash=seen, by=indonesia_chair, at=NOW)


def test_nobody_signs_while_an_action_lacks_owner_or_date(event: Event, indonesia_chair: User) -> None:
    outcome = make.drafted(event, complete=False)
    outcomes.circulate(outcome, by=indonesia_chair)
    outcome.refresh_from_db()
    with pytest.raises(Refused, match="Action 1 has no owner"):
        sign(outcome, indonesia_chair)


def test_published_text_cannot_be_edited_by_any_verb(event: Event, office: User) -> None:
    outcome = make.published(event)
    paragraph, action = outcome.paragraphs.get(), outcome.actions.get()
    attempts = [
        lambda: outcomes.change_text(outcome, summary="x", members_text="", next_meeting="", by=office),
        lambda: outcomes.add_paragraph(outcome, item=None, verb="noted", text="x", by=office),
        lambda: outcomes.change_paragraph(paragraph, by=office, text="x"),
        lambda: outcomes.remove_paragraph(paragraph, by=office),
        lambda: outcomes.add_intervention(outcome, item=None, speaker="x", text="x", by=office),
        lambda: followups.add(outcome, text="x", by=office),
        lambda: followups.remove(action, by=office),
        lambda: outcomes.circulate(outcome, by=office),
    ]
    before = outcome.text_hash()
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert outcome.text_hash() == before == outcome.published_hash


def test_a_correction_is_a_numbered_corrigendum(event: Event, office: User) -> None:
    outcome = make.published(event)
    outcomes.correct(outcome, text="Read 2021 for 2020.", by=office, at=NOW)
    second = outcomes.correct(outcome, text="Read 3 for 2.", by=office, at=NOW)
    assert second.number == 2


def test_actions_bind_their_owner_when_the_outcome_is_published(event: Event, office: User) -> None:
    contact = make.contact_point("ID")
    outcome = make.drafted(event)
    action = outcome.actions.get()
    assert not Message.objects.about(action).exists()
    with pytest.raises(Refused, match="draft until"):
        followups.progress(action, state="done", evidence="Done.", by=contact, at=NOW)
    outcomes.publish(make.signed(outcome), by=office, at=NOW)
    purposes = set(Message.objects.about(action).filter(state="queued").values_list("purpose", flat=True))
    assert purposes == {"follow_up_assigned", "follow_up_due", "follow_up_overdue"}
    action.refresh_from_db()
    with pytest.raises(Refused, match="Write what was done"):
        followups.progress(action, state="done", evidence="", by=contact, at=NOW)
    followups.progress(action, state="done", evidence="Two workshops were held.", by=contact, at=NOW)
    due = Message.objects.about(action).filter(purpose__in=["follow_up_due", "follow_up_overdue"], state="queued")
    assert not due.exists()
    action.refresh_from_db()
    followups.progress(action, state="in_progress", evidence="One workshop is missing.", by=contact, at=NOW)
    assert due.exists()
