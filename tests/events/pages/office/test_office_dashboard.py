"""The first page of the office: what needs somebody today."""

from __future__ import annotations

import pytest
from django.utils import timezone

from events.models import FollowUp
from events.services import lifecycle
from events.states import FollowUpState
from portal.mail.models import Heartbeat, Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def test_an_empty_office_has_nothing_to_do_and_begins_with_a_plan(read):
    text = read("/office/")
    assert "Nothing waits for you today." in text
    assert "There is no work plan yet." in text
    assert "The mail room has not run yet, 0 due today, 0 stuck." in text


def test_a_deadline_of_the_next_seven_days_stands_with_the_number_of_the_silent(read):
    make.announced("FJ", "TO", title="Close one", begin=TODAY + days(24), nominate_by=TODAY + days(3), at=NOW)
    text = read("/office/")
    assert "Deadlines in the next 7 days" in text
    assert "2 administrations have not answered." in text
    assert "See who is silent" in text
    assert "Silent administrations" not in text


def test_other_silent_administrations_stand_apart(read):
    event = make.announced("FJ", "TO", title="Far one", begin=TODAY + days(60))
    text = read("/office/")
    assert "Silent administrations" in text
    assert f"/office/events/{event.pk}/invitations/?show=silent" in text


def test_nominees_wait_for_a_decision(read):
    event = make.announced("FJ")
    make.nominated(event)
    text = read("/office/")
    assert "1 nominee waits for your decision." in text
    assert f"/office/events/{event.pk}/people/" in text


def test_an_event_that_has_begun_asks_for_nothing(read):
    make.running("FJ")
    assert "Silent administrations" not in read("/office/")


def test_an_event_that_is_over_asks_to_be_marked_as_held(read):
    event = make.running("FJ", began=-days(3))
    text = read("/office/")
    assert "Events that are over" in text
    assert f"/office/events/{event.pk}/attendance/" in text
    lifecycle.hold(event, by=None, at=NOW)
    assert "Events that are over" not in read("/office/")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (MessageState.FAILED, "1 letter could not be delivered."),
        (MessageState.UNCLEAR, "1 letter may or may not have arrived."),
        (MessageState.HELD, "1 letter is held back."),
    ],
)
def test_letters_that_wait_for_a_person_stand_with_their_act(read, state, sentence):
    make.announced("FJ")
    Message.objects.filter(purpose="invited").update(state=state)
    text = read("/office/")
    assert sentence in text
    assert f"/office/letters/?state={state}" in text


def test_an_outcome_waits_for_its_signatures(read, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(3))
    lifecycle.hold(event, by=None, at=NOW)
    event.refresh_from_db()
    outcome = make.drafted(event)
    assert "Outcomes waiting" not in read("/office/")
    make.signed(outcome)
    text = read("/office/")
    assert "2 of 2 chairs have signed." in text
    assert f"/office/events/{event.pk}/outcome/" in text


def test_an_overdue_action_of_a_published_outcome_stands_with_its_owner(read, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(3))
    lifecycle.hold(event, by=None, at=NOW)
    event.refresh_from_db()
    outcome = make.published(event)
    action = outcome.actions.get()
    assert "Overdue follow-ups" not in read("/office/")
    FollowUp.objects.filter(pk=action.pk).update(due_on=TODAY - days(5))
    text = read("/office/")
    assert "Overdue follow-ups" in text
    assert "Coordinate the online workshops." in text
    assert "Indonesia" in text
    FollowUp.objects.filter(pk=action.pk).update(state=FollowUpState.DONE)
    assert "Overdue follow-ups" not in read("/office/")


def test_the_progress_of_each_pillar_is_a_bar(read):
    line = make.activity()
    make.activity()
    event = make.running("FJ", began=-days(3), activity=line)
    lifecycle.hold(event, by=None, at=NOW)
    assert "1 of 2 activities held" in read("/office/")


def test_the_next_events_stand_with_their_seats(read):
    event = make.announced("FJ", seats=2, title="Next one")
    make.confirmed(event)
    text = read("/office/")
    assert "Next one" in text
    assert "1 of 2 seats taken" in text


def test_the_pulse_of_the_mail_room_is_told(read):
    Heartbeat.objects.beat("tick", timezone.now() - days(1))
    make.announced("FJ")
    text = read("/office/")
    assert "Last tick 24 hours ago, 1 due today, 0 stuck." in text


def test_the_page_asks_the_database_as_often_for_three_events_as_for_one(count_queries):
    make.nominated(make.announced("FJ", "TO", activity=make.activity()))
    one = count_queries("/office/")
    make.nominated(make.announced("FJ", "TO", activity=make.activity()))
    make.nominated(make.announced("FJ", "TO", activity=make.activity()))
    assert count_queries("/office/") == one


# --- the gate -------------------------------------------------------------------------------------

PAGES = [
    "",
    "plan/",
    "plan/work-plan.csv",
    "plan/sample.csv",
    "plan/import/",
    "plan/import/1/",
    "activities/1/",
    "activities/1/edit/",
    "events/",
    "events/events.csv",
    "events/new/",
    "events/1/",
    "events/1/edit/",
    "events/1/revise/",
    "events/1/sessions/",
    "events/1/chairs/",
    "events/1/invitations/",
    "events/1/invitations.csv",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_is_open_to_the_office_only(as_user, fiji_contact, fiji_official, path):
    assert as_user(fiji_official).get(f"/office/{path}").status_code == 403
    assert as_user(fiji_contact).get(f"/office/{path}").status_code == 403
    visitor = as_user(None).get(f"/office/{path}")
    assert visitor.status_code == 302
    assert "/account/" in visitor["Location"]


def test_a_stranger_changes_nothing_by_a_post(as_user, fiji_contact):
    event = make.event("FJ")
    client = as_user(fiji_contact)
    for act in ("announce", "postpone", "cancel", "hold", "report", "invite", "edit", "revise", "sessions", "chairs"):
        assert client.post(f"/office/events/{event.pk}/{act}/", {"reason": "x"}).status_code == 403
    event.refresh_from_db()
    assert event.state == "draft"
