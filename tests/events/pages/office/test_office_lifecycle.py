"""One event by page: its announcement, its revisions, and its end."""

from __future__ import annotations

import pytest

from events.models import Kind, Mode
from events.services import lifecycle, programme
from events.states import EventState, InvitationState
from portal.kit import trail
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def letters(*purposes):
    return Message.objects.filter(purpose__in=purposes)


# --- the announcement -----------------------------------------------------------------------------


def test_a_draft_says_everything_that_is_missing(read, office):
    event = programme.create(
        by=office,
        title="Bare",
        kind=Kind.VISIT,
        mode=Mode.ONLINE,
        starts_on=TODAY + days(30),
        ends_on=TODAY + days(30),
        time_zone="Asia/Bangkok",
    )
    programme.change(event, seats_per_administration=0, pool_seats=0, nominate_by=None, by=office)
    text = read(f"/office/events/{event.pk}/")
    for gap in (
        "Add at least one session.",
        "Choose the administrations to invite.",
        "Set the nomination deadline.",
        "Offer at least one seat.",
    ):
        assert gap in text
    assert "Announce and queue" not in text
    assert "Add at least one session." in read(f"/office/events/{event.pk}/announce/", {})
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


def test_announcing_queues_one_letter_for_each_administration(read):
    event = make.event("FJ", "TO", "WS")
    assert "Announce and queue 3 invitations" in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/announce/", {})
    assert "The event is announced. 3 invitations are queued." in text
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED
    assert letters("invited").count() == 3
    assert event.invitations.silent().count() == 3


def test_announcing_twice_is_refused_with_a_sentence(read):
    event = make.announced("FJ")
    assert "This event is announced. It cannot become announced." in read(f"/office/events/{event.pk}/announce/", {})
    assert letters("invited").count() == 1


# --- revisions ------------------------------------------------------------------------------------


def revision_of(event, **more):
    return {
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "nominate_by": event.nominate_by,
        "time_zone": event.time_zone,
        "mode": event.mode,
        "reason": "A public holiday.",
    } | more


def test_a_revision_is_numbered_and_shows_its_clauses_in_words(read):
    event = make.announced("FJ", mode=Mode.IN_PERSON)
    make.confirmed(event)
    assert "A letter with your reason goes to 1 person and 1 contact point." in read(
        f"/office/events/{event.pk}/revise/"
    )
    text = read(f"/office/events/{event.pk}/revise/", revision_of(event, mode="online"))
    assert "Revision 1 is made and its letters are queued." in text
    assert "In person" in text
    assert "A public holiday." in text
    assert letters("revised").count() == 1
    event.refresh_from_db()
    assert event.mode == Mode.ONLINE


def test_sessions_move_with_the_first_day_and_nominations_stay(read):
    event = make.announced("FJ")
    make.nominated(event)
    begin = event.starts_on + days(7)
    read(f"/office/events/{event.pk}/revise/", revision_of(event, starts_on=begin, ends_on=begin))
    assert event.sessions.get().day == begin
    assert event.registrations.live().count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Nothing changed. Change a date, the zone or the mode first."),
        ({"mode": "hybrid", "reason": ""}, "This field is required."),
        ({"mode": "hybrid", "reason": "x" * 301}, "at most 300 characters"),
        ({"nominate_by": ""}, "This field is required."),
        ({"nominate_by": "2020-01-01"}, "This day is in the past."),
        ({"starts_on": "2020-01-01"}, "This day is in the past."),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "more than five years ahead"),
        ({"ends_on": "2020-01-01"}, "The last day is before the first day."),
        ({"time_zone": "Nowhere"}, "Select a valid choice."),
    ],
)
def test_a_revision_that_cannot_be_is_refused(read, values, sentence):
    event = make.announced("FJ")
    assert sentence in read(f"/office/events/{event.pk}/revise/", revision_of(event, **values))
    assert event.revisions.count() == 0


def test_a_draft_is_not_revised(read):
    event = make.event()
    text = read(f"/office/events/{event.pk}/revise/", revision_of(event, mode="hybrid"))
    assert "Only an announced event is changed by a revision." in text


# --- postponed, cancelled, held, reported ------------------------------------------------------------


def test_postponing_says_to_how_many_a_letter_goes(read):
    event = make.announced("FJ", "TO")
    make.confirmed(event)
    assert "A letter with your reason goes to 1 person and 2 contact points." in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/postpone/", {"reason": "The venue is closed."})
    assert "The event is postponed." in text
    event.refresh_from_db()
    assert event.state == EventState.POSTPONED
    assert letters("postponed").count() == 1
    assert letters("postponed_administration").count() == 2


def test_a_postponed_event_gets_new_days_and_is_announced_again(read):
    event = make.announced("FJ")
    lifecycle.postpone(event, reason="No room.", by=event.officer, at=NOW)
    event.refresh_from_db()
    begin = TODAY + days(120)
    kept = ("title", "kind", "access", "mode", "time_zone", "seats_per_administration", "pool_seats")
    values = {name: getattr(event, name) for name in kept}
    days_of_next_time = {"starts_on": begin, "ends_on": begin, "nominate_by": begin - days(21)}
    read(f"/office/events/{event.pk}/edit/", values | days_of_next_time)
    assert event.sessions.get().day == begin
    assert "as the new days" in read(f"/office/events/{event.pk}/")
    read(f"/office/events/{event.pk}/announce/", {})
    event.refresh_from_db()
    assert (event.state, event.starts_on) == (EventState.ANNOUNCED, begin)
    assert event.revisions.count() == 1


def test_cancelling_lifts_the_invitations_and_tells_everybody(read):
    event = make.announced("FJ")
    make.nominated(event)
    text = read(f"/office/events/{event.pk}/cancel/", {"reason": "No money."})
    assert "The event is cancelled." in text
    event.refresh_from_db()
    assert event.state == EventState.CANCELLED
    assert event.invitations.get().state == InvitationState.LIFTED
    assert letters("cancelled").count() == 1
    assert not letters("nomination_reminder").filter(state=MessageState.QUEUED).exists()


def test_cancelling_a_draft_sends_no_letter(read):
    event = make.event("FJ")
    assert "Nobody was invited yet: no letter goes out." in read(f"/office/events/{event.pk}/")
    read(f"/office/events/{event.pk}/cancel/", {"reason": "No money."})
    assert Message.objects.count() == 0


@pytest.mark.parametrize("act", ["postpone", "cancel"])
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "This field is required."), ("x" * 301, "at most 300 characters"), ("a\x07b", "hidden character")],
)
def test_an_end_needs_a_reason(read, act, reason, sentence):
    event = make.announced("FJ")
    text = read(f"/office/events/{event.pk}/{act}/", {"reason": reason})
    assert sentence in text
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED


def test_a_held_event_cannot_be_cancelled(read):
    event = make.running("FJ", began=-days(3))
    lifecycle.hold(event, by=None, at=NOW)
    text = read(f"/office/events/{event.pk}/cancel/", {"reason": "Too late."})
    assert "This event is held. It cannot become cancelled." in text
    assert "Cancel event" not in read(f"/office/events/{event.pk}/")


def test_holding_waits_for_the_last_session(read):
    event = make.announced("FJ")
    assert "The event is not over yet." in read(f"/office/events/{event.pk}/hold/", {})
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED


def test_an_event_is_held_and_reported_by_the_next_steps(read):
    event = make.running("FJ", began=-days(3))
    assert "Mark as held" in read(f"/office/events/{event.pk}/")
    text = read(f"/office/events/{event.pk}/hold/", {})
    assert "Mark as reported" in text
    text = read(f"/office/events/{event.pk}/report/", {})
    assert "The file of this event is closed" in text
    event.refresh_from_db()
    assert event.state == EventState.REPORTED
    assert trail.history(event).filter(facts__after=EventState.REPORTED).count() == 1


def test_a_meeting_is_not_reported_before_its_outcome_is_published(read, indonesia_chair, myanmar_chair):
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(3))
    lifecycle.hold(event, by=None, at=NOW)
    event.refresh_from_db()
    assert "No outcome is drafted yet." in read(f"/office/events/{event.pk}/")
    make.drafted(event)
    text = read(f"/office/events/{event.pk}/")
    assert "The outcome is drafted." in text
    assert "See the outcome" in text
    assert "The outcome of this meeting is not published yet." in read(f"/office/events/{event.pk}/report/", {})
    event.refresh_from_db()
    assert event.state == EventState.HELD


def test_the_next_step_follows_the_rows(read):
    event = make.announced("FJ", "TO")
    assert "2 administrations have not answered." in read(f"/office/events/{event.pk}/")
    make.nominated(event)
    assert "1 nominee waits for your decision." in read(f"/office/events/{event.pk}/")


@pytest.mark.parametrize("act", ["announce", "postpone", "cancel", "hold", "report"])
def test_an_act_needs_a_post(desk, act):
    event = make.event()
    assert desk.get(f"/office/events/{event.pk}/{act}/").status_code == 405
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


@pytest.mark.parametrize("page", ["", "edit/", "revise/", "sessions/", "chairs/", "invitations/", "invitations.csv"])
def test_an_event_that_does_not_exist_is_not_found(desk, page):
    assert desk.get(f"/office/events/999/{page}").status_code == 404


def test_the_page_of_an_event_asks_the_database_as_often_for_three_targets_as_for_one(count_queries):
    one = count_queries(f"/office/events/{make.announced('FJ').pk}/")
    assert count_queries(f"/office/events/{make.announced('FJ', 'TO', 'WS').pk}/") == one
