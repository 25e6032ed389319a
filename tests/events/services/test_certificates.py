"""Attendance, evaluation and certificate: the rule, and the number that anybody can verify."""

from __future__ import annotations

import pytest

from events.services import attendance, certificates
from members.models import User
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db


def test_a_certificate_needs_four_of_five_sessions_and_an_evaluation(office: User) -> None:
    event = make.running(began=days(-6), sessions=5)
    row = make.confirmed(event)
    for session in list(event.sessions.all())[:3]:
        attendance.tick(session, [row], by=office, at=NOW)
    with pytest.raises(Refused, match="3 of 5 sessions"):
        certificates.issue(row, by=None, at=NOW)
    attendance.tick(list(event.sessions.all())[3], [row], by=office, at=NOW)
    with pytest.raises(Refused, match="evaluation"):
        certificates.issue(row, by=None, at=NOW)
    make.evaluated(row)
    certificate = certificates.issue(row, by=row.official, at=NOW)
    assert (certificate.sessions_attended, certificate.sessions_held) == (4, 5)
    assert certificate.holder == row.official.name
    assert certificates.issue(row, by=row.official, at=NOW) == certificate


def test_the_certificate_keeps_the_name_as_printed(office: User) -> None:
    row = make.evaluated(make.attended(make.running(began=days(-2))))
    certificate = certificates.issue(row, by=None, at=NOW)
    row.official.name = "Another Name"
    row.official.save()
    certificate.refresh_from_db()
    assert certificate.holder != "Another Name"


def test_the_tick_issues_what_is_earned_once(office: User) -> None:
    event = make.running(began=days(-2))
    row = make.attended(event)
    assert certificates.issue_due(at=NOW) == 0
    make.evaluated(row)
    assert certificates.issue_due(at=NOW) == 1
    assert certificates.issue_due(at=NOW) == 0


def test_attendance_is_for_confirmed_people_and_begun_sessions(office: User) -> None:
    event = make.running(began=days(-2))
    waiting = make.nominated(event)
    session = event.sessions.get()
    with pytest.raises(Refused, match="Only confirmed"):
        attendance.tick(session, [waiting], by=office, at=NOW)
    with pytest.raises(Refused, match="not begun"):
        attendance.tick(session, [], by=office, at=session.starts_at - days(1))


def test_ticking_again_replaces_who_was_present(office: User) -> None:
    event = make.running(began=days(-2))
    first, second = make.confirmed(event), make.confirmed(event)
    session = event.sessions.get()
    attendance.tick(session, [first], by=office, at=NOW)
    attendance.tick(session, [second], by=office, at=NOW)
    assert attendance.present_at(event) == {(second.pk, session.pk)}


def test_numbers_have_no_letters_that_look_alike() -> None:
    number = certificates._number(make.TODAY)
    assert not set("01IO") & set(number[5:])
