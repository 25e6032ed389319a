"""A follow-up action on its page: the owner reports, others read, strangers find nothing."""

from __future__ import annotations

import pytest

from events.services import followups, outcomes
from events.states import FollowUpState
from tests import make
from tests.events.pages.participant.conftest import text_of
from tests.make import NOW, TODAY, days


@pytest.fixture
def meeting(indonesia_chair):
    return make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(30))


@pytest.fixture
def action(meeting, fiji_official):
    outcome = make.drafted(meeting)
    row = followups.add(
        outcome,
        text="Send the questionnaire.",
        administration=make.administration("FJ"),
        owner=fiji_official,
        due_on=TODAY - days(3),
        by=meeting.officer,
    )
    outcome.refresh_from_db()
    outcomes.publish(make.signed(outcome), by=meeting.officer, at=NOW)
    row.refresh_from_db()
    return row


def test_the_owner_reports(as_user, action, fiji_official):
    client = as_user(fiji_official)
    page = client.get(f"/follow-ups/{action.pk}/").content.decode()
    assert "Send the questionnaire." in page and "Overdue" in page
    assert f"/follow-ups/{action.pk}/" in client.get("/mine/").content.decode()
    words = {"state": "done", "evidence": "Sent to 33 administrations."}
    assert client.post(f"/follow-ups/{action.pk}/", words).status_code == 302
    action.refresh_from_db()
    assert (action.state, action.evidence) == (FollowUpState.DONE, "Sent to 33 administrations.")
    assert "Overdue" not in client.get(f"/follow-ups/{action.pk}/").content.decode()


def test_done_needs_words(as_user, action, fiji_official):
    page = as_user(fiji_official).post(f"/follow-ups/{action.pk}/", {"state": "done", "evidence": ""})
    assert "Write what was done" in page.content.decode()
    action.refresh_from_db()
    assert action.state == FollowUpState.OPEN


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"state": "", "evidence": "x"}, "This field is required."),
        ({"state": "published", "evidence": "x"}, "Select a valid choice."),
        ({"state": "done", "evidence": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_a_wrong_report_gets_a_sentence(words, sentence, as_user, action, fiji_official):
    assert sentence in text_of(as_user(fiji_official).post(f"/follow-ups/{action.pk}/", words))
    action.refresh_from_db()
    assert action.state == FollowUpState.OPEN


def test_strangers_find_nothing(as_user, action, tonga_official, tonga_contact, expert):
    for person in (tonga_official, tonga_contact, expert, make.official("FJ")):
        assert as_user(person).get(f"/follow-ups/{action.pk}/").status_code == 404
        assert as_user(person).post(f"/follow-ups/{action.pk}/", {"state": "done", "evidence": "x"}).status_code == 404
    assert as_user(None).get(f"/follow-ups/{action.pk}/").status_code == 302


def test_the_contact_point_of_the_owner_reports_too(as_user, action, fiji_contact):
    words = {"state": "in_progress", "evidence": "Half is sent."}
    assert as_user(fiji_contact).post(f"/follow-ups/{action.pk}/", words).status_code == 302
    action.refresh_from_db()
    assert action.state == FollowUpState.IN_PROGRESS


def test_an_action_of_a_draft_is_not_known_to_its_owner(as_user, meeting, fiji_official, office):
    row = followups.add(make.drafted(meeting), text="Later", owner=fiji_official, due_on=TODAY, by=office)
    assert as_user(fiji_official).get(f"/follow-ups/{row.pk}/").status_code == 404
    assert "Later" not in as_user(fiji_official).get("/mine/").content.decode()
    page = as_user(office).get(f"/follow-ups/{row.pk}/").content.decode()
    assert "This action is a draft" in page and "Save my report" not in page
