"""The record of an administration and of a person: every figure is a count of rows of that administration."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import records
from events.models import Attendance, Certificate, Evaluation, Invitation, Registration
from events.services import certificates, followups, invitations, lifecycle, outcomes, registrations
from members.services import people
from portal.kit.clock import fiscal_year, today_in
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def held(*codes: str, began: int = -10, seats: int = 5, **values):
    """An event that is over but not yet closed, so that people can be put in it; `close` it at the end."""
    return make.running(*codes, began=days(began), seats=seats, **values)


def close(event) -> None:
    lifecycle.hold(event, by=make.officer(event), at=NOW)


def fiji():
    return make.administration("FJ")


# --- what waits -----------------------------------------------------------------------------------


def test_open_invitations_are_those_that_still_take_nominations_the_next_deadline_first(office):
    later, sooner = make.announced(begin=TODAY + days(90)), make.announced(begin=TODAY + days(40))
    make.running()
    closed = make.announced(begin=TODAY + days(10))
    cancelled = make.announced()
    lifecycle.cancel(cancelled, reason="No room.", by=office, at=NOW)
    make.announced("TO")
    assert closed.deadline_passed(NOW)
    assert [row.event for row in records.open_invitations(fiji(), at=NOW)] == [sooner, later]


def test_an_answered_invitation_stays_open_but_waits_for_no_answer(office):
    answered, silent = make.announced(), make.announced()
    make.nominated(answered)
    make.applied(silent)
    make.nominated(silent, "TO")
    rows: Any = records.open_invitations(fiji(), at=NOW)
    assert {row.event: (row.nominees, row.applicants) for row in rows} == {answered: (1, 0), silent: (0, 1)}
    assert [row.event for row in records.unanswered_invitations(fiji(), at=NOW)] == [silent]


def test_applicants_wait_until_the_deadline_of_their_own_administration():
    event = make.announced()
    ours = make.applied(event)
    make.applied(event, "TO")
    make.nominated(event)
    assert list(records.applicants_waiting(fiji(), at=NOW)) == [ours]
    assert not records.applicants_waiting(fiji(), at=make.deadline(event)).exists()


def test_nominations_now_leave_out_what_is_over_and_who_has_withdrawn(office):
    event = make.announced()
    first, second = make.nominated(event), make.nominated(event)
    gone = make.nominated(event)
    registrations.withdraw(gone, reason="Ill.", by=gone.official, at=NOW)
    make.confirmed(held())
    make.nominated(event, "TO")
    assert list(records.nominations_now(fiji(), at=NOW)) == [first, second]


def test_actions_are_those_in_force_that_the_administration_owns(indonesia_chair):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3))
    draft = make.drafted(meeting)
    indonesia = make.administration("ID")
    assert not records.actions_of(indonesia).exists()
    make.signed(draft)
    outcomes.publish(draft, by=make.officer(meeting), at=NOW)
    action = records.actions_of(indonesia).get()
    assert list(records.unfinished_actions(indonesia)) == [action]
    assert not records.actions_of(fiji()).exists()
    followups.progress(action, state="done", evidence="Held.", by=indonesia_chair, at=NOW)
    assert not records.unfinished_actions(indonesia).exists()


def test_who_endorsed_what_stays_known_after_the_person_has_left(fiji_contact, office):
    event = make.announced()
    nominee, applicant = make.nominated(event, by=fiji_contact), make.applied(event)
    registrations.endorse(applicant, by=office, at=NOW)
    waits = make.applied(event)
    fiji_contact.is_active = False
    fiji_contact.save()
    rows = list(records.endorsements(fiji()))
    assert set(rows) == {nominee, applicant}
    found = records.endorsed(Registration.objects.all())
    assert (found[nominee.pk].verb, found[nominee.pk].by) == ("nominated", fiji_contact)
    assert (found[applicant.pk].verb, found[applicant.pk].by) == ("endorsed", office)
    assert abs(found[applicant.pk].at - NOW) < timedelta(hours=1)
    assert waits.pk not in found


def test_a_row_without_a_line_of_the_trail_names_who_is_written_in_it(fiji_contact):
    event = make.announced()
    row = Registration.objects.create(
        event=event,
        administration=fiji(),
        official=make.official(),
        state="nominated",
        endorsed_by=fiji_contact,
    )
    found = records.endorsed([row])[row.pk]
    assert (found.verb, found.by, found.at) == ("nominated", fiji_contact, row.created_at)


def test_endorsements_are_told_in_one_query_for_all(django_assert_num_queries):
    event = make.announced()
    rows = [make.nominated(event) for _number in range(3)]
    with django_assert_num_queries(1):
        assert len(records.endorsed(rows)) == 3


# --- years ----------------------------------------------------------------------------------------


def test_a_year_counts_seats_of_events_that_were_held_and_who_sat_on_them():
    event = held(seats=2, pool=2)
    for _number in range(2):
        make.attended(event)
    missed = make.confirmed(event)
    make.attended(event, "TO")
    make.evaluated(Registration.objects.filter(administration=fiji(), attendances__isnull=False).first())
    close(event)
    assert certificates.issue_due(at=NOW) == 1
    upcoming = make.announced()
    make.confirmed(upcoming)
    years = {year.label: year for year in records.years(records.Record.of(fiji()), at=NOW)}
    year = years[fiscal_year(event.starts_on)]
    assert (year.seats, year.used, year.attended, year.no_shows) == (2, 3, 2, 1)
    assert (year.evaluations, year.certificates) == (1, 1)
    assert not Attendance.objects.filter(registration=missed).exists()
    assert sum(year.invitations for year in years.values()) == 2


def test_without_a_note_of_attendance_nobody_is_a_no_show():
    event = held()
    make.confirmed(event)
    close(event)
    [year] = records.years(records.Record.of(fiji()), at=NOW)
    assert (year.used, year.attended, year.no_shows) == (1, 0, 0)


def test_answers_are_told_apart_and_their_days_counted_from_the_invitation(office):
    at = NOW - days(20)
    answered = make.announced(at=at)
    registrations.nominate(
        make.invitation(answered), official=make.official(), by=office, at=at + timedelta(days=2, hours=12)
    )
    declined = make.announced(at=at)
    invitations.decline(make.invitation(declined), reason="No money.", by=office, at=at + days(5))
    make.announced(at=at)
    cancelled = make.announced(at=at)
    lifecycle.cancel(cancelled, reason="No room.", by=office, at=NOW)
    found = records.years(records.Record.of(fiji()), at=NOW)
    assert sum(year.invitations for year in found) == 3
    assert sum(year.replies for year in found) == 2
    assert [year.silent for year in found if year.silent] == []
    [year] = [year for year in found if year.days]
    assert (sorted(year.days), year.answer_days) == ([2.5, 5.0], 3.8)
    late = records.years(records.Record.of(fiji()), at=NOW + days(50))
    assert sum(year.silent for year in late) == 1


def test_a_delegation_counts_once_its_meeting_was_held(indonesia_chair):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3))
    for code in ("ID", "MM"):
        registrations.set_delegation(
            meeting, administration=make.administration(code), head="Head", size=4, by=make.officer(meeting)
        )
    record = records.Record.of(make.administration("ID"))
    assert [year.delegations for year in records.years(record, at=NOW)] == [0]
    close(meeting)
    [year] = records.years(record, at=NOW)
    assert (year.delegations, year.used) == (1, 0)


def test_women_are_counted_of_those_who_state_their_gender():
    event = held()
    for gender in ("female", "male", "male", ""):
        person = make.official()
        people.change(person, by=person, gender=gender)
        make.attended(event, person=person)
    close(event)
    [year] = records.years(records.Record.of(fiji()), at=NOW)
    assert (year.women, year.stated, year.share_of_women) == (1, 3, 33)


def test_an_action_is_late_when_it_was_done_after_its_day_or_is_overdue(indonesia_chair):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3))
    outcome = make.drafted(meeting)
    for number, due in enumerate((TODAY - days(2), TODAY - days(1), TODAY + days(9))):
        followups.add(
            outcome,
            text=f"Action with day {number}",
            administration=make.administration("ID"),
            due_on=due,
            by=make.officer(meeting),
        )
    make.signed(outcome)
    outcomes.publish(outcome, by=make.officer(meeting), at=NOW)
    done = outcome.actions.get(text__endswith="0")
    followups.progress(done, state="done", evidence="Held.", by=indonesia_chair, at=NOW)
    in_time = outcome.actions.get(text__endswith="2")
    followups.progress(in_time, state="done", evidence="Held.", by=indonesia_chair, at=NOW)
    [year] = records.years(records.Record.of(make.administration("ID")), at=NOW)
    assert (year.actions, year.done, year.late) == (4, 2, 2)
    done.refresh_from_db()
    assert done.done_on == today_in("Asia/Bangkok", NOW)
    followups.progress(done, state="in_progress", evidence="Not all of it.", by=indonesia_chair, at=NOW)
    done.refresh_from_db()
    assert done.done_on is None


def test_the_years_ask_as_much_for_three_events_as_for_one():
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            records.years(records.Record.of(fiji()), at=NOW)
        return len(queries)

    def whole():
        event = held()
        make.evaluated(make.attended(event))
        make.confirmed(event)
        close(event)

    whole()
    one = asked()
    whole()
    whole()
    assert asked() == one


def test_participation_counts_each_person_once_in_however_many_sessions():
    event = held(sessions=3)
    make.evaluated(make.attended(event))
    make.attended(event)
    make.confirmed(event)
    make.attended(event, "TO")
    close(event)
    certificates.issue_due(at=NOW)
    [line] = records.participation(fiji(), most=5)
    assert (line.event, line.confirmed, line.attended, line.evaluated, line.certificates) == (event, 3, 2, 1, 1)
    assert Certificate.objects.count() == 1 == Evaluation.objects.count()


# --- a person -------------------------------------------------------------------------------------


def test_experience_counts_held_events_with_a_seat_and_not_those_a_person_missed(office):
    person = make.official()
    for began in (-10, -300):
        event = held(began=began)
        make.attended(event, person=person)
        close(event)
    missed = held(began=-20)
    make.confirmed(missed, person=person)
    make.attended(missed)
    close(missed)
    make.confirmed(make.announced(), person=person)
    newcomer = make.official()
    found = records.experience([person.pk, newcomer.pk], reader=office, at=NOW)
    assert (found[person.pk].lately, found[person.pk].ever) == (1, 2)
    assert found[newcomer.pk].is_first_time and not found[person.pk].is_first_time


def test_a_contact_point_counts_only_what_a_person_did_for_its_administration(fiji_contact, tonga_contact, office):
    person = make.official("TO")
    event = held()
    make.attended(event, "TO", person=person)
    close(event)
    person.administration = fiji()
    person.save()
    here = records.experience([person.pk], reader=fiji_contact, at=NOW)[person.pk]
    there = records.experience([person.pk], reader=tonga_contact, at=NOW)[person.pk]
    assert (here.ever, there.ever) == (0, 1)
    assert not records.history_of(person, reader=fiji_contact).exists()
    assert records.history_of(person, reader=tonga_contact).count() == 1
    assert records.history_of(person, reader=person).count() == 1
    assert records.history_of(person, reader=office).count() == 1
    assert not records.history_of(person, reader=make.official("FJ")).exists()


# --- when an invitation was opened ------------------------------------------------------------------


def test_an_invitation_keeps_when_it_was_opened(office):
    event = make.announced(at=NOW - days(10))
    assert make.invitation(event).invited_at == NOW - days(10)
    later = invitations.invite(event, make.administration("WS"), by=office, at=NOW - days(3))
    assert Invitation.objects.get(pk=later.pk).invited_at == NOW - days(3)
    assert later.days_to_answer is None


def test_rows_from_before_learn_their_moments_from_the_trail(office, indonesia_chair):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3))
    action = make.published(meeting).actions.get()
    followups.progress(action, state="done", evidence="Held.", by=indonesia_chair, at=NOW)
    event = make.announced(at=NOW - days(10))
    row = make.invitation(event)
    row_answered = make.invitation(event, "TO")
    Invitation.objects.filter(pk=row_answered.pk).update(answered_at=NOW - days(9))  # before the line of the trail
    Invitation.objects.update(invited_at=None)
    type(action).objects.update(done_on=None)
    for name in ("0004_invited_at", "0005_done_on"):
        import_module(f"events.migrations.{name}").fill(apps, None)
    for each in (row, row_answered, action):
        each.refresh_from_db()
    assert abs(row.invited_at - NOW) < timedelta(hours=1)
    assert row_answered.invited_at == event.announced_at
    assert action.done_on == today_in("Asia/Bangkok", NOW)
