"""The outcome of an event as the office follows it, and the actions in force."""

from __future__ import annotations

import csv
import io

import pytest

from events.models import FollowUp, Outcome
from events.services import followups, outcomes
from portal.kit import trail
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db
LIST = "/office/follow-ups/"


@pytest.fixture
def meeting(indonesia_chair, myanmar_chair):
    return make.meeting("ID", "MM", chairs=(indonesia_chair, myanmar_chair))


def page(event, tail=""):
    return f"/office/events/{event.pk}/outcome/{tail}"


def in_force(meeting, **values):
    """An action of a published outcome, due as asked."""
    action = make.published(meeting).actions.get()
    FollowUp.objects.filter(pk=action.pk).update(**values)
    action.refresh_from_db()
    return action


# --- the outcome of one event ---------------------------------------------------------------------


def test_begin_opens_one_draft_and_a_second_click_finds_it(read, meeting, office):
    assert "The record is not begun" in read(page(meeting))
    read(page(meeting, "begin/"), {})
    outcome = Outcome.objects.get(event=meeting)
    assert trail.history(outcome).get(verb="began outcome").by == office
    assert "The outcome of this meeting is begun already." in read(page(meeting, "begin/"), {})
    assert Outcome.objects.count() == 1


def test_a_workshop_has_no_outcome(read, desk):
    event = make.announced("FJ")
    assert "A workshop has no outcome record." in read(page(event))
    assert "Only meetings and consultations have an outcome." in read(page(event, "begin/"), {})
    assert desk.get(page(event, "begin/")).status_code == 405
    assert not Outcome.objects.exists()


def test_the_page_shows_what_stands_before_a_signature(read, meeting):
    make.drafted(meeting, complete=False)
    text = read(page(meeting))
    assert "Action 1 has no owner." in text
    assert "Action 1 has no due date." in text
    assert "Indonesia to sign" in text
    assert "These actions bind nobody before the outcome is published." in text


def test_the_strip_follows_the_clearance(read, meeting, indonesia_chair):
    outcome = make.drafted(meeting)
    outcomes.circulate(outcome, by=meeting.officer)
    chairing = meeting.chairings.get(person=indonesia_chair)
    outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=indonesia_chair, at=make.NOW)
    text = read(page(meeting))
    assert "Indonesia signed" in text
    assert "Myanmar to sign" in text


def test_a_published_outcome_leads_to_its_public_page(read, meeting):
    outcome = make.published(meeting)
    text = read(page(meeting))
    assert f'href="/outcomes/{outcome.number}/"' in text
    assert f'href="/chair/outcomes/{outcome.pk}/"' in text


def test_an_overdue_draft_is_not_called_overdue(read, meeting):
    outcome = make.drafted(meeting)
    outcome.actions.update(due_on=TODAY - days(30))
    assert "Overdue" not in read(page(meeting))


def test_the_number_of_queries_does_not_grow_with_actions(count_queries, meeting, office):
    outcome = make.drafted(meeting)
    one = count_queries(page(meeting))
    for number in (1, 2):
        followups.add(
            outcome,
            text=f"Action {number}",
            administration=make.administration("MM"),
            owner=make.official("MM"),
            due_on=TODAY,
            by=office,
        )
    assert count_queries(page(meeting)) == one


# --- the list of actions --------------------------------------------------------------------------


def test_a_draft_binds_nobody_and_is_not_in_the_list(read, meeting):
    make.drafted(meeting)
    assert "No action is in force." in read(LIST)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("overdue=on", True),
        ("state=open", True),
        ("state=unfinished", True),
        ("state=done", False),
        ("q=coordinate", True),
        ("q=nothing like it", False),
        ("body=administration-99999", True),
        ("state=nonsense&sort=nonsense&page=x", True),
    ],
)
def test_the_list_is_filtered_in_the_address_bar(read, meeting, query, found):
    in_force(meeting, due_on=TODAY - days(10))
    assert ("Coordinate the online workshops." in read(f"{LIST}?{query}")) is found


def test_the_list_is_filtered_by_the_owner(read, meeting):
    action = in_force(meeting)
    text = read(f"{LIST}?body=administration-{action.administration_id}")
    assert "1 action" in text
    assert '<option value="administration-' in text
    FollowUp.objects.update(administration=None, organisation=make.organisation("ROCB"))
    organisation = FollowUp.objects.get().organisation_id
    assert "1 action" in read(f"{LIST}?body=organisation-{organisation}")


def test_an_action_of_the_future_is_not_overdue(read, meeting):
    in_force(meeting, due_on=TODAY + days(30))
    assert "<strong>0</strong> overdue" in read(LIST)
    assert "No action matches." in read(f"{LIST}?overdue=on")


def test_the_file_holds_the_list_as_filtered_and_leaves_a_line_in_the_trail(desk, meeting, office):
    in_force(meeting, due_on=TODAY - days(10), text="=1+1", evidence="@SUM(A1)")
    rows = list(csv.reader(io.StringIO(desk.get(LIST + "follow-ups.csv?state=open").content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert (rows[1][3], rows[1][4], rows[1][8], rows[1][9]) == ("'=1+1", "Indonesia", "yes", "'@SUM(A1)")
    assert trail.history(office).get(verb="exported follow-ups").told == {"rows": 1, "filters": {"state": "open"}}
    assert len(desk.get(LIST + "follow-ups.csv?state=done").content.decode().splitlines()) == 1


def test_the_number_of_queries_of_the_list_does_not_grow(count_queries, meeting, indonesia_chair):
    make.published(meeting)
    one = count_queries(LIST)
    for _number in range(2):
        make.published(make.meeting("ID", "MM", chairs=(indonesia_chair,)))
    assert FollowUp.objects.in_force().count() == 3
    assert count_queries(LIST) == one


# --- one action -----------------------------------------------------------------------------------


def test_progress_is_saved_with_its_evidence(read, meeting, office):
    action = in_force(meeting)
    data = {"state": "done", "evidence": "The workshops were held."}
    assert "Action 1 is saved." in read(f"{LIST}{action.pk}/", data)
    action.refresh_from_db()
    assert (action.state, action.evidence) == ("done", "The workshops were held.")
    moved = trail.history(action).filter(verb="moved", by=office)
    assert moved.count() == 1
    read(f"{LIST}{action.pk}/", data)  # the second click of two
    assert moved.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"state": "done", "evidence": ""}, "Write what was done, or why it is dropped."),
        ({"state": "dropped", "evidence": " "}, "Write what was done, or why it is dropped."),
        ({"state": "finished", "evidence": "x"}, "Select a valid choice."),
        ({"state": "", "evidence": "x"}, "This field is required."),
        ({"state": "in_progress", "evidence": "x" * 5001}, "at most 5000 characters"),
        ({"state": "in_progress", "evidence": "a bell \x07"}, "hidden character"),
    ],
)
def test_a_bad_report_is_answered_with_a_sentence(read, meeting, data, sentence):
    action = in_force(meeting)
    assert sentence in read(f"{LIST}{action.pk}/", data)
    action.refresh_from_db()
    assert (action.state, action.evidence) == ("open", "")


def test_a_state_that_cannot_follow_is_not_offered(read, meeting):
    action = in_force(meeting, state="done", evidence="Held.")
    text = read(f"{LIST}{action.pk}/")
    assert 'value="in_progress"' in text
    assert 'value="dropped"' not in text
    assert "Select a valid choice." in read(f"{LIST}{action.pk}/", {"state": "dropped", "evidence": "No."})


def test_a_drafted_action_takes_no_report(read, meeting):
    action = make.drafted(meeting).actions.get()
    assert "This action is a draft until the outcome is published." in read(f"{LIST}{action.pk}/")
    read(f"{LIST}{action.pk}/", {"state": "done", "evidence": "x"})
    action.refresh_from_db()
    assert action.state == "open"


def test_an_unknown_action_is_not_found(desk):
    assert desk.get(f"{LIST}999/").status_code == 404
    assert desk.get(f"{LIST}99999999999999999999/").status_code == 404
