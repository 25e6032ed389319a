"""My events: one official's own rows, whose turn it is, an offered seat, stepping back, the evaluation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.models import Evaluation
from events.services import followups, lifecycle, outcomes, registrations
from events.states import RegistrationState
from tests import make
from tests.events.pages.participant.conftest import officer_of, text_of
from tests.make import NOW, TODAY, days

MARKS = {"usefulness": "5", "content": "4", "organisation": "3", "plans": "I will train my unit.", "remarks": ""}


# --- the list -------------------------------------------------------------------------------------


def test_an_official_finds_coming_past_and_open_events(as_user, fiji_official):
    coming = make.applied(make.announced(title="Applied for"), person=fiji_official)
    past = make.attended(make.running(began=timedelta(days=-10), title="Was there"), person=fiji_official)
    make.announced("FJ", title="Invited to")
    make.announced("TO", title="Invited others")
    make.announced("FJ", title="Too late", begin=TODAY + days(10))
    response = as_user(fiji_official).get("/mine/")
    assert response.context["coming"] == [coming]
    assert list(response.context["past"]) == [past]
    assert [row.event.title for row in response.context["invitations"]] == ["Invited to"]
    assert "Not answered yet" in response.content.decode()


def test_an_evaluation_that_is_not_given_stands_on_top(as_user, fiji_official):
    lately = make.attended(make.running(began=timedelta(days=-3)), person=fiji_official)
    make.attended(make.running(began=timedelta(days=-90)), person=fiji_official)
    response = as_user(fiji_official).get("/mine/")
    assert list(response.context["to_evaluate"]) == [lately]
    assert f"/mine/{lately.pk}/evaluation/" in response.content.decode()
    make.evaluated(lately)
    assert not as_user(fiji_official).get("/mine/").context["to_evaluate"]


def test_a_chair_finds_the_meetings_with_the_state_of_their_outcome(as_user, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(1))
    make.drafted(event)
    page = text_of(as_user(indonesia_chair).get("/mine/"))
    assert f'href="/chair/{event.pk}/"' in page
    assert "Outcome:" in page
    assert "You are not registered for a coming event" not in page


def test_nobody_finds_the_rows_of_others(as_user, fiji_official, fiji_contact, office):
    make.confirmed(make.announced(title="Of another"), person=fiji_official)
    for person in (fiji_contact, office):
        page = as_user(person).get("/mine/")
        assert not page.context["coming"] and not page.context["past"]


def test_an_empty_list_says_what_to_do(as_user, expert):
    assert "You are not registered for a coming event." in as_user(expert).get("/mine/").content.decode()


def test_my_events_asks_as_little_for_three_rows_as_for_one(as_user, fiji_official, queries):
    def fill() -> None:
        make.applied(make.announced(), person=fiji_official)
        make.announced("FJ")
        make.evaluated(make.attended(make.running(began=timedelta(days=-10)), person=fiji_official))
        chair = make.official("ID")
        meeting = make.meeting(chairs=(chair,), begin=TODAY - days(30))
        outcome = make.drafted(meeting)
        followups.add(outcome, text="Do it", owner=fiji_official, due_on=TODAY, by=officer_of(meeting))
        outcome.refresh_from_db()
        outcomes.publish(make.signed(outcome), by=officer_of(meeting), at=NOW)

    client = as_user(fiji_official)
    fill()
    one = queries(client, "/mine/")
    fill()
    fill()
    assert queries(client, "/mine/") == one


# --- one event ------------------------------------------------------------------------------------


def test_a_registration_is_shown_to_its_official_alone(as_user, fiji_official, fiji_contact, tonga_official, office):
    row = make.confirmed(make.announced(), person=fiji_official)
    assert as_user(fiji_official).get(f"/mine/{row.pk}/").status_code == 200
    for person in (fiji_contact, tonga_official, office, make.official("FJ")):
        assert as_user(person).get(f"/mine/{row.pk}/").status_code == 404
    response = as_user(None).get(f"/mine/{row.pk}/")
    assert response.status_code == 302 and "/account/login/" in response.url


def test_the_page_says_whose_turn_it_is(as_user, fiji_official, office):
    event = make.announced("FJ", seats=1, by=office)
    row = make.applied(event, person=fiji_official)
    client = as_user(fiji_official)

    def turn() -> str:
        return text_of(client.get(f"/mine/{row.pk}/"))

    assert "It is the turn of your contact point" in turn()
    registrations.endorse(row, by=office, at=NOW)
    assert "It is the turn of the office" in turn()
    first = make.confirmed(event)
    registrations.wait(row, by=office)
    assert "You are on the waiting list" in turn()
    registrations.withdraw(first, reason="Ill", by=office, at=NOW)
    assert "A seat became free for you" in turn() and "Take the seat until" in turn()
    response = client.post(f"/mine/{row.pk}/accept/")
    assert response.url == f"/mine/{row.pk}/"
    row.refresh_from_db()
    assert row.state == RegistrationState.CONFIRMED
    assert "You have a seat." in turn()
    lifecycle.postpone(event, reason="Storm", by=office, at=NOW)
    assert "You keep your seat" in turn()
    lifecycle.cancel(event, reason="Storm", by=office, at=NOW)
    assert "The event is cancelled." in turn()


def test_a_no_is_told_with_its_reason(as_user, fiji_official, office):
    row = make.nominated(make.announced(), person=fiji_official)
    registrations.decline(row, reason="The group is too large.", by=office, at=NOW)
    page = as_user(fiji_official).get(f"/mine/{row.pk}/").content.decode()
    assert "You do not take part in this event." in page and "The group is too large." in page
    assert "Withdraw" not in page


def test_a_seat_that_nobody_offered_cannot_be_taken(as_user, fiji_official):
    row = make.nominated(make.announced(), person=fiji_official)
    page = as_user(fiji_official).post(f"/mine/{row.pk}/accept/", follow=True).content.decode()
    assert "There is no open offer for you." in page
    row.refresh_from_db()
    assert row.state == RegistrationState.NOMINATED


def test_nothing_acts_on_get(as_user, fiji_official):
    row = make.confirmed(make.announced(), person=fiji_official)
    client = as_user(fiji_official)
    for act in ("accept", "withdraw", "certificate"):
        assert client.get(f"/mine/{row.pk}/{act}/").status_code == 405
    row.refresh_from_db()
    assert row.is_confirmed


@pytest.mark.parametrize("act", ["accept", "withdraw", "certificate", "evaluation"])
def test_nobody_acts_for_another_official(act, as_user, fiji_official, tonga_official, office):
    row = make.confirmed(make.announced(), person=fiji_official)
    for person in (tonga_official, office):
        assert as_user(person).post(f"/mine/{row.pk}/{act}/", {"reason": "x", **MARKS}).status_code == 404
    row.refresh_from_db()
    assert row.is_confirmed


def test_an_official_steps_back_with_a_reason_and_the_seat_passes_on(as_user, fiji_official, office):
    event = make.announced("FJ", seats=1, by=office)
    row = make.confirmed(event, person=fiji_official)
    waiting = make.nominated(event)
    registrations.wait(waiting, by=office)
    client = as_user(fiji_official)
    page = text_of(client.post(f"/mine/{row.pk}/withdraw/", {"reason": ""}))
    assert "This field is required." in page
    row.refresh_from_db()
    assert row.is_confirmed
    assert client.post(f"/mine/{row.pk}/withdraw/", {"reason": "I was ill."}).status_code == 302
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.state, row.reason) == (RegistrationState.WITHDRAWN, "I was ill.")
    assert waiting.state == RegistrationState.OFFERED


def test_stepping_back_twice_is_refused_with_a_sentence(as_user, fiji_official):
    row = make.confirmed(make.announced(), person=fiji_official)
    client = as_user(fiji_official)
    client.post(f"/mine/{row.pk}/withdraw/", {"reason": "Ill"})
    page = text_of(client.post(f"/mine/{row.pk}/withdraw/", {"reason": "Ill again"}))
    assert "This registration is withdrawn" in page


def test_my_event_asks_as_little_for_three_sessions_as_for_one(as_user, fiji_official, queries):
    small = make.confirmed(make.announced(sessions=1), person=fiji_official)
    large = make.confirmed(make.announced(sessions=3), person=fiji_official)
    client = as_user(fiji_official)
    assert queries(client, f"/mine/{large.pk}/") == queries(client, f"/mine/{small.pk}/")


# --- the evaluation -------------------------------------------------------------------------------


def test_a_participant_gives_an_evaluation_once(as_user, fiji_official):
    row = make.attended(make.running(began=timedelta(days=-3)), person=fiji_official)
    client = as_user(fiji_official)
    assert client.post(f"/mine/{row.pk}/evaluation/", MARKS).url == f"/mine/{row.pk}/"
    given = Evaluation.objects.get()
    assert (given.usefulness, given.content, given.organisation) == (5, 4, 3)
    assert "You have given your evaluation." in client.get(f"/mine/{row.pk}/evaluation/").content.decode()
    page = client.post(f"/mine/{row.pk}/evaluation/", MARKS).content.decode()
    assert "You have given your evaluation already." in page
    assert Evaluation.objects.count() == 1


def test_an_evaluation_before_the_last_session_is_refused_with_a_sentence(as_user, fiji_official):
    row = make.confirmed(make.announced(), person=fiji_official)
    client = as_user(fiji_official)
    page = client.get(f"/mine/{row.pk}/evaluation/").content.decode()
    assert "The evaluation opens when the last session begins" in page and "Send my evaluation" not in page
    page = client.post(f"/mine/{row.pk}/evaluation/", MARKS).content.decode()
    assert "The evaluation opens when the last session begins." in page
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ({"usefulness": ""}, "This field is required."),
        ({"content": "6"}, "Select a valid choice."),
        ({"organisation": "very good"}, "Select a valid choice."),
        ({"plans": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_a_wrong_evaluation_gets_a_sentence(marks, sentence, as_user, fiji_official):
    row = make.attended(make.running(began=timedelta(days=-3)), person=fiji_official)
    assert sentence in text_of(as_user(fiji_official).post(f"/mine/{row.pk}/evaluation/", MARKS | marks))
    assert not Evaluation.objects.exists()


def test_who_had_no_seat_has_no_evaluation(as_user, fiji_official):
    row = make.nominated(make.running(began=timedelta(days=-3)), person=fiji_official)
    assert as_user(fiji_official).get(f"/mine/{row.pk}/evaluation/").status_code == 404
