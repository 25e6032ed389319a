"""The record of an administration and of a person: every figure is a count of rows of that administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events import records
from events.models import Registration
from events.services import followups, lifecycle, outcomes, registrations
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def held(*codes: str, began: int = -10, seats: int = 2, **values):
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
