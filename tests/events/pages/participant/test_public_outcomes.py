"""Published outcomes: immutable address, two depths of text, and what others never find."""

from __future__ import annotations

import pytest

from events.models import Delegation
from events.services import followups, outcomes
from tests import make
from tests.events.pages.participant.conftest import officer_of, text_of
from tests.make import NOW, TODAY, days

MEMBERS_ONLY = ["The budget is short.", "Nobody else may know.", "(for members only)", "For members only"]


@pytest.fixture
def meeting(indonesia_chair, myanmar_chair):
    return make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(30), zone="Asia/Yangon")


@pytest.fixture
def outcome(meeting):
    by = meeting.officer
    row = make.drafted(meeting)
    outcomes.change_text(
        row, summary="They met online.", members_text="The budget is short.", next_meeting="In Jakarta, 2021", by=by
    )
    opening, plan = meeting.agenda.all()
    outcomes.add_intervention(row, item=opening, speaker="Secretary General", text="Thanked everybody.", by=by)
    outcomes.add_paragraph(row, item=opening, verb="approved", text="The plan of the year.", by=by)
    outcomes.add_paragraph(row, item=plan, verb="noted", text="Nobody else may know.", members_only=True, by=by)
    Delegation.objects.create(
        event=meeting, administration=make.administration("ID"), head="Director General", capacity="Co-chair", size=4
    )
    row.refresh_from_db()
    outcomes.publish(make.signed(row), by=by, at=NOW)
    row.refresh_from_db()
    return row


def main_of(response) -> str:
    page = text_of(response)
    return page[page.index("<main") : page.index("</main>")]


def test_the_public_reads_the_record_under_its_number(visitor, outcome, meeting, indonesia_chair, myanmar_chair):
    page = main_of(visitor.get(f"/outcomes/{outcome.number}/"))
    for words in (
        "They met online.",
        "13:00 - 16:00 (Yangon, UTC+6:30)",
        indonesia_chair.name,
        myanmar_chair.name,
        "1 delegation, 4 people",
        "Director General",
        "<strong>Secretary General</strong>: Thanked everybody.",
        "The meeting <strong>agreed</strong> that cooperation should be deepened.",
        "Paragraph 2",
        "Coordinate the online workshops.",
        "In Jakarta, 2021",
        outcome.number,
        outcome.published_hash,
    ):
        assert words in page, words


def test_what_is_for_members_is_absent_for_all_others(visitor, as_user, expert, outcome, fiji_official):
    for client in (visitor, as_user(expert)):
        page = main_of(client.get(f"/outcomes/{outcome.number}/"))
        assert not [words for words in MEMBERS_ONLY if words in page]
        assert "2. Work plan" not in page  # nothing is left under this item for them
    page = main_of(as_user(fiji_official).get(f"/outcomes/{outcome.number}/"))
    assert not [words for words in MEMBERS_ONLY if words not in page]
    assert "2. Work plan" in page


def test_a_search_never_finds_words_for_members(visitor, outcome):
    assert outcome.number in text_of(visitor.get("/outcomes/?q=deepened"))
    assert outcome.number not in main_of(visitor.get("/outcomes/?q=budget"))
    assert outcome.number not in main_of(visitor.get("/outcomes/?q=nobody+else"))


def test_a_draft_has_no_public_address(visitor, as_user, meeting, indonesia_chair, office):
    row = make.drafted(meeting)
    for client in (visitor, as_user(indonesia_chair), as_user(office)):
        assert client.get(f"/outcomes/{row.number}/").status_code == 404
        assert row.number not in client.get("/outcomes/").content.decode()
    make.signed(row)
    assert visitor.get(f"/outcomes/{row.number}/").status_code == 404


def test_the_outcome_of_a_closed_event_is_for_officials(visitor, as_user, expert, outcome, meeting, fiji_official):
    meeting.access = "customs"
    meeting.save(update_fields=["access"])
    for client in (visitor, as_user(expert)):
        assert client.get(f"/outcomes/{outcome.number}/").status_code == 404
        assert outcome.number not in client.get("/outcomes/").content.decode()
        assert outcome.number not in client.get("/").content.decode()
    assert as_user(fiji_official).get(f"/outcomes/{outcome.number}/").status_code == 200


def test_a_corrigendum_stands_on_top_and_the_text_stays(visitor, outcome, office):
    outcomes.correct(outcome, text="Read 2020/2021.", by=office, at=NOW)
    page = main_of(visitor.get(f"/outcomes/{outcome.number}/"))
    assert page.index("Corrigendum 1") < page.index("Read 2020/2021.") < page.index("<h1>")
    assert outcome.published_hash in page


def test_owners_are_named_as_bodies_to_the_public_and_as_people_to_members(
    visitor, as_user, indonesia_chair, myanmar_chair, fiji_official
):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(30))
    row = make.drafted(meeting)
    owner = make.official("NP", "Owner of the action")
    followups.add(row, text="Write the report.", owner=owner, due_on=TODAY, by=officer_of(meeting))
    row.refresh_from_db()
    outcomes.publish(make.signed(row), by=officer_of(meeting), at=NOW)
    page = main_of(visitor.get(f"/outcomes/{row.number}/"))
    assert "Nepal" in page and "Owner of the action" not in page
    assert "Owner of the action" in main_of(as_user(fiji_official).get(f"/outcomes/{row.number}/"))


def test_unknown_numbers_of_people_stay_unknown(visitor, indonesia_chair):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(30))
    Delegation.objects.create(event=meeting, administration=make.administration("ID"), size=4)
    Delegation.objects.create(event=meeting, organisation=make.organisation("WCO", "secretariat"))
    page = main_of(visitor.get(f"/outcomes/{make.published(meeting).number}/"))
    assert "not recorded" in page and "4 people" not in page


def test_the_page_stays_as_it_was_signed_whatever_changes_later(visitor, outcome, meeting, indonesia_chair):
    address = f"/outcomes/{outcome.number}/"
    before = main_of(visitor.get(address))
    meeting.title, meeting.venue, meeting.host, meeting.mode = "Another title", "Suva", "Fiji", "in_person"
    meeting.save()
    meeting.sessions.update(title="Another session")
    meeting.agenda.update(title="Another item", purpose="decision")
    meeting.delegations.update(head="Somebody else", size=9)
    meeting.chairings.update(capacity="Another capacity")
    indonesia_chair.name = "Another name"
    indonesia_chair.save()
    outcome.actions.update(text="Another action", due_on=TODAY + days(1))
    outcome.paragraphs.update(text="Another text", verb="noted")
    assert main_of(visitor.get(address)) == before
    outcome.actions.update(state="done")
    assert "Done" in main_of(visitor.get(address))  # what became of an action is no part of the record


@pytest.mark.parametrize("number", ["OUT-1999-0001", "%00", "OUT%00", "../", "%F0%9F%98%80", "x" * 300])
def test_a_number_that_nobody_gave_is_not_found(visitor, db, number):
    assert visitor.get(f"/outcomes/{number}/").status_code == 404


@pytest.mark.parametrize("query", ["", "q=x", "sort=-number", "sort=secret", "page=9", "q=" + "x" * 500, "q=%00"])
def test_the_list_understands_every_address(query, visitor, outcome):
    assert visitor.get(f"/outcomes/?{query}").status_code == 200


def test_the_list_and_the_record_ask_as_little_for_three_as_for_one(
    visitor, queries, indonesia_chair, myanmar_chair, outcome, meeting
):
    one_list, one_record = queries(visitor, "/outcomes/"), queries(visitor, f"/outcomes/{outcome.number}/")
    for _number in range(2):
        other = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(60))
        for code in ("ID", "MM", "FJ"):
            Delegation.objects.create(event=other, administration=make.administration(code), size=2)
        number = make.published(other).number
    assert queries(visitor, "/outcomes/") == one_list
    assert queries(visitor, f"/outcomes/{number}/") == one_record
    assert number != outcome.number
