"""Moves of an event that several stages feel: announced, revised, postponed, cancelled, held, reported."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from events.models import Event
from events.services import attendance, invitations, lifecycle, outcomes, programme, registrations
from events.states import EventState, InvitationState
from members.models import User
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def letters(row: object, state: str = "queued") -> list[str]:
    found = Message.objects.about(row).filter(state=state)  # type: ignore[arg-type]
    return sorted(found.values_list("purpose", flat=True))


def test_announcing_opens_one_invitation_a_target_with_letter_and_reminders(office: User) -> None:
    event = make.event("FJ", "TO", "WS")
    assert lifecycle.announce(event, by=office, at=NOW) == 3
    event.refresh_from_db()
    assert (event.state, event.announced_at) == (EventState.ANNOUNCED, NOW)
    for invitation in event.invitations.all():
        assert invitation.state == InvitationState.OPEN
        assert letters(invitation) == ["invited"] + ["nomination_reminder"] * 3


def test_announcing_twice_invites_nobody_twice(office: User) -> None:
    event = make.event()
    lifecycle.announce(event, by=office, at=NOW)
    with pytest.raises(Refused, match="cannot become announced"):
        lifecycle.announce(event, by=office, at=NOW)
    assert event.invitations.count() == 2


def test_announce_refuses_and_names_everything_that_is_missing(office: User) -> None:
    event = programme.create(
        by=office,
        title="Empty",
        kind="regional_workshop",
        mode="online",
        starts_on=TODAY + days(30),
        ends_on=TODAY + days(30),
        time_zone="Asia/Bangkok",
    )
    programme.change(event, nominate_by=None, seats_per_administration=0, by=office)
    with pytest.raises(Refused) as refusal:
        lifecycle.announce(event, by=office, at=NOW)
    for piece in ("session", "administrations to invite", "deadline", "seat"):
        assert piece in refusal.value.message
    assert not Message.objects.exists()


def test_a_failure_during_announcing_leaves_no_invitation_and_no_letter(
    office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make.event("FJ", "TO", "WS")
    real, calls = invitations.open_for, []

    def second_fails(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the power went out")
        return real(*args, **kwargs)

    monkeypatch.setattr(invitations, "open_for", second_fails)
    with pytest.raises(RuntimeError):
        lifecycle.announce(event, by=office, at=NOW)
    event.refresh_from_db()
    assert event.state == EventState.DRAFT
    assert not event.invitations.exists()
    assert not Message.objects.exists()


def test_a_revision_moves_sessions_and_reminders_keeps_nominations_and_tells_everybody(office: User) -> None:
    event = make.announced(sessions=2)
    row = make.confirmed(event)
    old = Message.objects.about(row).get(purpose="joining_information", occurrence__startswith="start-2-days")
    revision = lifecycle.revise(
        event,
        reason="The host asked for a later week.",
        starts_on=event.starts_on + days(7),
        ends_on=event.ends_on + days(7),
        by=office,
        at=NOW,
    )
    event.refresh_from_db()
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert revision.number == 1
    assert [clause["clause"] for clause in revision.clauses] == ["starts_on", "ends_on"]
    assert event.calendar_sequence == 1
    assert [session.day for session in event.sessions.all()] == [event.starts_on, event.starts_on + days(1)]
    due = Message.objects.about(row).filter(purpose="joining_information", state="queued").order_by("due_at")
    assert [message.due_at for message in due] == [event.starts_at - days(2), event.starts_at - days(2 / 24)]
    assert old.due_at == due[0].due_at - days(7)
    assert Message.objects.filter(purpose__startswith="revised").count() == 3


def test_a_revision_without_a_change_is_refused(office: User) -> None:
    event = make.announced()
    with pytest.raises(Refused, match="Nothing changed"):
        lifecycle.revise(event, reason="Just so.", starts_on=event.starts_on, by=office, at=NOW)


def test_dates_of_an_announced_event_change_by_revision_only(office: User) -> None:
    event = make.announced()
    with pytest.raises(Refused, match="as a revision"):
        programme.change(event, by=office, starts_on=event.starts_on + days(1))
    programme.change(event, by=office, joining_notes="New passcode 1111")
    event.refresh_from_db()
    assert event.joining_notes == "New passcode 1111"


def test_cancelling_lifts_what_was_not_sent_and_tells_who_heard(office: User) -> None:
    event = make.announced()
    row = make.confirmed(event)
    invitation = make.invitation(event, "TO")
    lifecycle.cancel(event, reason="The donor withdrew.", by=office, at=NOW)
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.LIFTED
    assert "nomination_reminder" not in letters(invitation)
    assert "joining_information" not in letters(row)
    assert "cancelled" in letters(row)


def test_postponing_keeps_nominations_and_announcing_again_makes_a_revision(office: User) -> None:
    event = make.announced()
    row = make.confirmed(event)
    lifecycle.postpone(event, reason="The host asked for it.", by=office, at=NOW)
    event.refresh_from_db()
    row.refresh_from_db()
    assert row.state == "confirmed"
    with pytest.raises(Refused):
        make.nominated(event, "TO")
    lifecycle.announce(event, by=office, at=NOW)
    event.refresh_from_db()
    assert event.state == EventState.ANNOUNCED
    assert event.revisions.count() == 1
    assert event.invitations.count() == 2


def test_an_event_is_held_when_it_is_over_and_those_who_waited_learn_it(office: User) -> None:
    event = make.running(seats=1, began=days(-3))
    first, second = make.nominated(event), make.nominated(event)
    registrations.fill(event, by=office, at=make.before_deadline(event))
    with pytest.raises(Refused, match="not over yet"):
        lifecycle.hold(event, by=office, at=event.starts_at)
    lifecycle.hold(event, by=office, at=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("confirmed", "lapsed")
    assert "lapsed" in letters(second)


def test_a_meeting_is_reported_after_its_outcome_is_published(
    office: User, indonesia_chair: User, myanmar_chair: User
) -> None:
    event = make.meeting(chairs=(indonesia_chair, myanmar_chair), begin=TODAY - days(2))
    lifecycle.hold(event, by=office, at=NOW)
    event.refresh_from_db()
    outcome = make.signed(make.drafted(event))
    with pytest.raises(Refused, match="not published yet"):
        lifecycle.report(event, by=office, at=NOW)
    outcomes.publish(outcome, by=office, at=NOW)
    event = Event.objects.get(pk=event.pk)
    lifecycle.report(event, by=office, at=NOW)
    event.refresh_from_db()
    assert event.state == EventState.REPORTED


def test_a_session_in_the_hour_that_summer_time_leaves_out_is_refused(office: User) -> None:
    event = make.event(begin=date(2027, 10, 3), zone="Australia/Sydney", sessions=1)
    with pytest.raises(Refused, match="clocks go forward"):
        programme.add_session(
            event, title="Night", day=date(2027, 10, 3), begins=time(2, 30), ends=time(3, 30), by=office
        )


def test_sessions_may_not_overlap_or_leave_the_event(office: User) -> None:
    event = make.event()
    day = event.starts_on
    with pytest.raises(Refused, match="same time"):
        programme.add_session(event, title="Twice", day=day, begins=time(15), ends=time(17), by=office)
    with pytest.raises(Refused, match="outside the event"):
        programme.add_session(event, title="Late", day=day + days(1), begins=time(9), ends=time(10), by=office)
    with pytest.raises(Refused, match="ends before it begins"):
        programme.add_session(event, title="Back", day=day, begins=time(11), ends=time(10), by=office)


def test_a_session_at_which_people_were_noted_stays_when_the_event_is_put_off(office: User) -> None:
    event = make.running(sessions=3)
    row = make.confirmed(event)
    session = event.sessions.first()
    assert session is not None
    attendance.tick(session, [row], by=office, at=NOW)
    lifecycle.postpone(event, reason="Storm.", by=office, at=NOW)
    with pytest.raises(Refused, match="present"):
        programme.remove_session(session, by=office)
    assert event.sessions.count() == 3


def test_a_day_whose_midnight_was_left_out_can_be_the_first_day(office: User) -> None:
    event = make.event("IR", zone="Asia/Tehran", begin=date(2021, 3, 22))  # clocks went from 00:00 to 01:00
    event.sessions.all().delete()
    programme.change(event, by=office, title="Seminar of the new year")
    event.refresh_from_db()
    assert event.starts_at == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)


def test_who_was_told_how_to_join_is_told_again_when_it_changes(office: User) -> None:
    event = make.announced()
    told, later = make.confirmed(event), make.confirmed(event, "TO")
    first = Message.objects.about(told).get(purpose="joining_information", occurrence__startswith="start-2-days")
    Message.objects.filter(pk=first.pk).update(state="sent")
    programme.change(event, by=office, title="Another title")
    programme.change(event, by=office, joining_url="https://meet.example/another-room")
    again = Message.objects.filter(purpose="joining_information", occurrence__startswith="change-")
    assert [message.about for message in again] == [told]
    assert Message.objects.about(later).filter(purpose="joining_information").count() == 2


def test_sessions_of_a_draft_and_of_a_postponed_event_follow_its_first_day(office: User) -> None:
    draft = make.event(sessions=2)
    postponed = make.announced(sessions=2)
    lifecycle.postpone(postponed, reason="Later.", by=office, at=NOW)
    for event in (draft, postponed):
        first = event.starts_on + days(10)
        programme.change(event, by=office, starts_on=first, ends_on=first + days(1), nominate_by=first - days(21))
        event.refresh_from_db()
        assert [session.day for session in event.sessions.all()] == [first, first + days(1)]
        assert lifecycle.not_ready(event, at=NOW) == []
