"""Outcomes: every chair signs exactly one text; an edit voids; published text stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import pytest

from events.models import Event, Outcome
from events.models.outcomes import hash_of
from events.services import followups, lifecycle, outcomes, papers, programme, registrations
from events.states import OutcomeState
from members.models import User
from members.services import people
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


# --- the record: what is signed is what the page shows, for ever -----------------------------------


def changes_of_the_meeting(event: Event, office: User) -> dict[str, Callable[[], object]]:
    """Everything that stands in the record beside its text, and is changed somewhere else."""
    chairing = event.chairings.get(administration__iso2="ID")
    person = make.official("TO")
    day = event.starts_on
    return {
        "title": lambda: programme.change(event, by=office, title="Another meeting"),
        "venue": lambda: programme.change(event, by=office, venue="Suva", host="Fiji"),
        "series": lambda: programme.place_in_series(event, series="Consultation", ordinal=9, by=office),
        "chair": lambda: programme.add_chair(event, person=person, administration=person.administration, by=office),
        "no chair": lambda: programme.remove_chair(chairing, by=office),
        "item": lambda: papers.change_item(event.agenda.get(number=1), by=office, purpose="decision"),
        "delegation": lambda: registrations.set_delegation(event, administration=chairing.administration, by=office),
        "days": lambda: lifecycle.revise(event, reason="r", by=office, at=early(event), ends_on=day + days(1)),
        "session": lambda: lifecycle.revise_session(
            event.sessions.get(),
            reason="r",
            title="S",
            day=day,
            begins=time(9),
            ends=time(10),
            by=office,
            at=early(event),
        ),
    }


def early(event: Event) -> datetime:
    return event.starts_at - days(1)


NAMES = (
    "title",
    "venue",
    "series",
    "chair",
    "no chair",
    "item",
    "delegation",
    "days",
    "session",
)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_signed_covers_all_that_the_record_says_of_the_meeting(event: Event, office: User, name: str) -> None:
    outcome = make.drafted(event)
    before = outcome.text_hash()
    changes_of_the_meeting(event, office)[name]()
    assert Outcome.objects.get().text_hash() != before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", ["signed", "published"])
def test_the_meeting_stays_as_it_was_signed(event: Event, office: User, name: str, state: str) -> None:
    outcome = make.signed(make.drafted(event)) if state == "signed" else make.published(event)
    before = outcome.text_hash()
    with pytest.raises(Refused, match=r"signed|published"):
        changes_of_the_meeting(event, office)[name]()
    assert Outcome.objects.get().text_hash() == before


def test_a_name_that_changes_after_the_signatures_asks_for_them_again(
    event: Event, office: User, indonesia_chair: User, myanmar_chair: User
) -> None:
    outcome = make.signed(make.drafted(event))
    people.change(indonesia_chair, by=indonesia_chair, name="Chair with a new name")
    with pytest.raises(Refused, match="Indonesia; Myanmar"):
        outcomes.publish(outcome, by=office, at=NOW)
    sign(outcome, indonesia_chair)
    with pytest.raises(Refused, match="Missing: Myanmar"):
        outcomes.publish(outcome, by=office, at=NOW)
    sign(outcome, myanmar_chair)
    with pytest.raises(Refused):
        sign(outcome, myanmar_chair)
    outcomes.publish(outcome, by=office, at=NOW)
    outcome.refresh_from_db()
    assert outcome.is_published
    assert outcome.signatures.filter(voided_at__isnull=True).count() == 2


def test_the_published_record_keeps_the_names_of_its_day(event: Event, office: User, indonesia_chair: User) -> None:
    outcome = make.published(event)
    people.change(indonesia_chair, by=indonesia_chair, name="Chair with a new name")
    make.administration("ID").titles.create(title="A new title")
    content = Outcome.objects.get().content()
    assert [chair["person"] for chair in content["chairs"]] == ["Chair from Indonesia", "Chair from Myanmar"]
    assert content["chairs"][0]["administration"] == "Indonesia"
    assert hash_of(content) == outcome.published_hash


def test_a_person_who_chairs_no_more_cannot_sign(event: Event, office: User, indonesia_chair: User) -> None:
    outcome = make.drafted(event)
    outcomes.circulate(outcome, by=office)
    chairing = event.chairings.get(person=indonesia_chair)
    gone = event.chairings.get(person=indonesia_chair)
    programme.remove_chair(chairing, by=office)
    with pytest.raises(Refused, match="chair"):
        outcomes.sign(outcome, chairing=gone, text_hash=outcome.text_hash(), by=indonesia_chair, at=NOW)
