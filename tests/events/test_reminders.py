"""The ladder of reminders: when each rung is due, and what happens when an event moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import reminders
from events.models import Event
from events.reminders import EVALUATION, FOLLOW_UP, JOINING, LADDER, NOMINATION, Rung, due_at
from events.services import followups, lifecycle, registrations
from members.models import User
from portal.kit.clock import in_zone, zones
from portal.mail import letters
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW

FAR = "start-2-days"


def rows(about: Any, purpose: str, *, state: str = "queued") -> dict[str, datetime]:
    """The waiting letters of a purpose: {rung: due}."""
    found = Message.objects.about(about).filter(purpose=purpose, state=state).order_by("due_at")
    return {row.occurrence.split(" of ")[0]: row.due_at for row in found}


# --- the ladder as data ---------------------------------------------------------------------------------


def test_every_rung_is_a_letter_that_the_mail_room_knows() -> None:
    known = {letter.purpose for letter in letters.known()}
    assert {rung.purpose for rung in LADDER} <= known


def test_the_ladder_stands_as_the_office_uses_it() -> None:
    assert [rung.days for rung in NOMINATION] == [-14, -7, -2]
    assert [(rung.days, rung.hours) for rung in JOINING] == [(-2, 0), (0, -2)]
    assert [rung.days for rung in EVALUATION] == [0, 2, 5]
    assert [rung.days for rung in FOLLOW_UP] == [-14, -3, 0, 7]


# --- due times -----------------------------------------------------------------------------------------------

MORNING_RUNG = Rung("nomination_reminder", "deadline-7", days=-7, wall=time(9, 0))


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Kathmandu", "03:15"),
        ("Asia/Tehran", "04:30"),
        ("Asia/Yangon", "02:30"),
        ("Asia/Kabul", "04:30"),
        ("Pacific/Tongatapu", "20:00"),
        ("Asia/Bangkok", "02:00"),
    ],
)
def test_nine_in_the_morning_is_nine_in_the_zone_of_the_reader(zone: str, utc: str) -> None:
    assert f"{due_at(MORNING_RUNG, date(2020, 8, 19), zone):%H:%M}" == utc


def test_days_are_counted_on_the_calendar_when_clocks_change() -> None:
    """Auckland goes to summer time on 27 September 2020: 13:00 stays 13:00, two days before."""
    start = datetime(2020, 9, 28, 13, tzinfo=ZoneInfo("Pacific/Auckland"))
    two_days, two_hours = JOINING
    assert due_at(two_days, start, "Pacific/Auckland") == datetime(2020, 9, 26, 13, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert start - due_at(two_days, start, "Pacific/Auckland") == timedelta(hours=47)
    assert start - due_at(two_hours, start, "Pacific/Auckland") == timedelta(hours=2)


def test_a_reminder_in_the_hour_that_summer_time_leaves_out_is_still_sent() -> None:
    rung = Rung("x", "x", wall=time(2, 30))
    assert due_at(rung, date(2020, 9, 27), "Pacific/Auckland") == datetime(2020, 9, 26, 14, 30, tzinfo=UTC)


@given(zone=st.sampled_from(sorted(zones())), day=st.dates(date(2019, 1, 1), date(2030, 12, 31)))
def test_a_morning_rung_is_in_the_morning_of_its_day_in_every_zone(zone: str, day: date) -> None:
    there = in_zone(due_at(MORNING_RUNG, day, zone), zone)
    assert (there.date(), there.time()) == (day - timedelta(days=7), time(9, 0))


# --- laying ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("iso2", ["NP", "IR", "MM", "TO"])
def test_an_open_invitation_has_its_reminders_in_the_zone_of_the_administration(iso2: str) -> None:
    event = make.announced(iso2, zone="Asia/Bangkok")
    zone = make.administration(iso2).time_zone
    assert event.nominate_by is not None
    assert rows(make.invitation(event, iso2), "nomination_reminder") == {
        f"deadline-{days}": datetime.combine(
            event.nominate_by - timedelta(days=days), time(9), tzinfo=ZoneInfo(zone)
        ).astimezone(UTC)
        for days in (14, 7, 2)
    }


@pytest.mark.django_db
def test_a_confirmed_person_has_joining_and_evaluation_letters() -> None:
    event = make.announced(zone="Asia/Yangon", sessions=2)
    row = make.confirmed(event)
    assert rows(row, "joining_information") == {
        FAR: event.starts_at - timedelta(days=2),
        "start-2-hours": event.starts_at - timedelta(hours=2),
    }
    assert rows(row, "evaluation_request") == {
        "close": event.ends_at,
        "close+2": event.ends_at + timedelta(days=2),
        "close+5": event.ends_at + timedelta(days=5),
    }
    assert set(Message.objects.about(row).filter(purpose="joining_information").values_list("to", flat=True)) == {
        row.official_id
    }


@pytest.mark.django_db
def test_a_nominee_without_a_seat_has_no_reminders() -> None:
    row = make.nominated(make.announced())
    reminders.lay_for_registration(row, at=NOW)
    assert not Message.objects.about(row).filter(purpose__in=reminders.PURPOSES).exists()


@pytest.mark.django_db
def test_laying_twice_gives_the_same_rows() -> None:
    row = make.confirmed(make.announced())
    before = list(Message.objects.about(row).values_list("pk", "state", "due_at"))
    reminders.lay_for_registration(row, at=NOW)
    assert list(Message.objects.about(row).values_list("pk", "state", "due_at")) == before


@pytest.mark.django_db
def test_only_future_rungs_are_laid() -> None:
    event = make.announced()
    invitation = make.invitation(event)
    Message.objects.about(invitation).filter(purpose="nomination_reminder").delete()
    assert event.nominate_by_at is not None
    reminders.lay_for_invitation(invitation, at=event.nominate_by_at - timedelta(days=5))
    assert set(rows(invitation, "nomination_reminder")) == {"deadline-2"}


@pytest.mark.django_db
def test_who_is_confirmed_in_the_last_two_days_gets_the_joining_information_at_once() -> None:
    event = make.announced()
    row = make.nominated(event)
    late = event.starts_at - timedelta(hours=30)
    registrations.confirm(row, by=event.officer, at=late)  # type: ignore[arg-type]
    assert rows(row, "joining_information") == {FAR: late, "start-2-hours": event.starts_at - timedelta(hours=2)}


@pytest.mark.django_db
def test_joining_information_that_was_sent_is_not_sent_again_by_laying_twice() -> None:
    event = make.announced()
    row = make.confirmed(event)
    Message.objects.about(row).filter(occurrence__startswith=FAR).update(state=MessageState.SENT)
    reminders.lay_for_registration(row, at=event.starts_at - timedelta(hours=30))
    assert set(rows(row, "joining_information")) == {"start-2-hours"}


# --- lifting ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_lifting_stops_the_reminders_and_no_other_letter() -> None:
    row = make.confirmed(make.announced())
    assert reminders.lift_for(row, by=None, reason="Illness") == 5
    assert not rows(row, "joining_information")
    assert Message.objects.about(row).get(purpose="confirmed").state == MessageState.QUEUED


@pytest.mark.django_db
def test_an_answer_lifts_the_reminders_of_one_administration_only() -> None:
    event = make.announced("FJ", "TO")
    make.nominated(event, "FJ")
    assert not rows(make.invitation(event, "FJ"), "nomination_reminder")
    assert len(rows(make.invitation(event, "TO"), "nomination_reminder")) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_a_postponed_or_cancelled_event_keeps_no_reminder(state: str) -> None:
    event = make.announced("FJ", "TO")
    row = make.confirmed(event)
    act = lifecycle.postpone if state == "postponed" else lifecycle.cancel
    act(event, reason="The border is closed.", by=event.officer, at=NOW)  # type: ignore[arg-type]
    for about in (row, make.invitation(event, "FJ"), make.invitation(event, "TO")):
        waiting = Message.objects.about(about).filter(purpose__in=reminders.PURPOSES, state=MessageState.QUEUED)
        assert not waiting.exists()
    event.refresh_from_db()
    reminders.move_for_event(event, at=NOW, by=None)
    assert not rows(row, "joining_information")


# --- moving ----------------------------------------------------------------------------------------------------


def shift(event: Event, days: int) -> Event:
    step = timedelta(days=days)
    assert event.nominate_by is not None
    lifecycle.revise(
        event,
        reason="The host asked for it.",
        by=event.officer,  # type: ignore[arg-type]
        at=NOW,
        starts_on=event.starts_on + step,
        ends_on=event.ends_on + step,
        nominate_by=event.nominate_by + step,
    )
    event.refresh_from_db()
    return event


@pytest.mark.django_db
@pytest.mark.parametrize("days", [9, -9])
def test_reminders_follow_the_new_dates(days: int) -> None:
    event = make.announced("FJ", "NP", zone="Asia/Yangon")
    row, silent = make.confirmed(event, "FJ"), make.invitation(event, "NP")
    before = rows(row, "joining_information"), rows(row, "evaluation_request"), rows(silent, "nomination_reminder")
    shift(event, days)
    after = rows(row, "joining_information"), rows(row, "evaluation_request"), rows(silent, "nomination_reminder")
    for old, new in zip(before, after, strict=True):
        assert new == {rung: due + timedelta(days=days) for rung, due in old.items()}


@pytest.mark.django_db
def test_rungs_that_are_past_after_a_move_are_lifted() -> None:
    event = make.announced("NP")
    shift(event, -30)  # the deadline is 9 days ahead now
    assert set(rows(make.invitation(event, "NP"), "nomination_reminder")) == {"deadline-7", "deadline-2"}
    assert "deadline-14" in rows(make.invitation(event, "NP"), "nomination_reminder", state="lifted")


@pytest.mark.django_db
def test_an_event_that_moves_after_a_reminder_was_sent_gives_a_new_one() -> None:
    event = make.announced("NP")
    invitation = make.invitation(event, "NP")
    Message.objects.about(invitation).filter(occurrence__startswith="deadline-14").update(state=MessageState.SENT)
    shift(event, 30)
    assert set(rows(invitation, "nomination_reminder")) == {"deadline-14", "deadline-7", "deadline-2"}
    assert set(rows(invitation, "nomination_reminder", state="sent")) == {"deadline-14"}


@pytest.mark.django_db
def test_another_hour_of_the_same_day_moves_the_letters_themselves() -> None:
    event = make.announced()
    row = make.confirmed(event)
    pks = set(Message.objects.about(row).values_list("pk", flat=True))
    session = event.sessions.get()
    lifecycle.revise_session(
        session,
        reason="The speaker asked for it.",
        title=session.title,
        day=session.day,
        begins=time(15),
        ends=time(17),
        by=event.officer,  # type: ignore[arg-type]
        at=NOW,
    )
    event.refresh_from_db()
    assert rows(row, "joining_information")["start-2-hours"] == event.starts_at - timedelta(hours=2)
    revised = Message.objects.about(row).filter(purpose="revised")
    assert set(Message.objects.about(row).exclude(pk__in=revised).values_list("pk", flat=True)) == pks


@pytest.mark.django_db
def test_a_postponed_event_that_is_announced_again_has_its_reminders_again() -> None:
    event = make.announced("NP")
    row = make.confirmed(event, "NP")
    lifecycle.postpone(event, reason="The border is closed.", by=event.officer, at=NOW)  # type: ignore[arg-type]
    event.refresh_from_db()
    lifecycle.announce(event, by=event.officer, at=NOW)  # type: ignore[arg-type]
    assert len(rows(row, "joining_information")) == 2
    assert len(rows(row, "evaluation_request")) == 3


# --- follow-up actions ---------------------------------------------------------------------------------------------


@pytest.fixture
def action(indonesia_chair: User, myanmar_chair: User) -> Any:
    meeting = make.meeting(chairs=(indonesia_chair, myanmar_chair))
    return make.published(meeting).actions.get()


@pytest.mark.django_db
def test_an_action_reminds_its_owner_before_and_after_and_its_chairs_when_it_is_late(action: Any) -> None:
    due = datetime.combine(action.due_on, time(9), tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)
    assert rows(action, "follow_up_due") == {
        "due-14": due - timedelta(days=14),
        "due-3": due - timedelta(days=3),
        "due": due,
        "due+7": due + timedelta(days=7),
    }
    late = Message.objects.about(action).filter(purpose="follow_up_overdue")
    assert {row.to.administration.iso2: row.due_at for row in late} == {
        "ID": due + timedelta(days=7),
        "MM": due + timedelta(days=7) + timedelta(minutes=30),
    }


@pytest.mark.django_db
def test_an_action_that_is_done_reminds_nobody(action: Any) -> None:
    followups.progress(
        action, state="done", evidence="The workshops are coordinated.", by=action.event.officer, at=datetime.now(UTC)
    )
    assert not rows(action, "follow_up_due")
    assert not rows(action, "follow_up_overdue")


@pytest.mark.django_db
def test_an_action_without_date_or_owner_has_no_reminder(action: Any) -> None:
    action.due_on = None
    reminders.lay_for_follow_up(action, at=NOW)
    assert not rows(action, "follow_up_due")
    assert not rows(action, "follow_up_overdue")
