"""Nominations and seats: who gets one, who waits, who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.models import Event, Registration
from events.services import lifecycle, registrations
from events.states import RegistrationState as R
from members.models import User
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db


def letters(row: Registration) -> set[str]:
    return set(Message.objects.about(row).values_list("purpose", flat=True))


def test_nominees_stand_in_the_order_of_their_nomination(fiji_contact: User) -> None:
    event = make.announced()
    first, second = make.nominated(event), make.nominated(event)
    assert (first.priority, second.priority) == (1, 2)
    assert first.invitation is not None
    first.invitation.refresh_from_db()
    assert first.invitation.state == "answered"


def test_nominate_refuses_an_official_of_another_administration() -> None:
    event = make.announced()
    with pytest.raises(Refused, match="does not belong to your administration"):
        make.nominated(event, "FJ", person=make.official("TO"))
    assert not event.registrations.exists()


def test_nominate_refuses_after_the_last_second_of_the_deadline_day_in_the_zone_of_the_event(office: User) -> None:
    event = make.announced(zone="Pacific/Tongatapu")
    invitation, person = make.invitation(event), make.official("FJ")
    assert event.nominate_by_at is not None
    with pytest.raises(Refused, match="deadline has passed"):
        registrations.nominate(invitation, official=person, by=office, at=event.nominate_by_at)
    registrations.nominate(invitation, official=person, by=office, at=event.nominate_by_at - timedelta(seconds=1))


def test_an_official_stands_once_in_an_event() -> None:
    event = make.announced()
    row = make.nominated(event)
    with pytest.raises(Refused, match="registered for this event already"):
        make.nominated(event, person=row.official)
    with pytest.raises(Refused, match="registered for this event already"):
        make.applied(event, person=row.official)


def test_an_application_waits_for_the_contact_point(office: User, fiji_contact: User) -> None:
    event = make.announced()
    row = make.applied(event)
    assert letters(row) == {"applied"}
    with pytest.raises(Refused, match="not endorsed"):
        registrations.confirm(row, by=office, at=NOW)
    registrations.endorse(row, by=fiji_contact, at=NOW)
    registrations.confirm(row, by=office, at=NOW)
    row.refresh_from_db()
    assert row.state == R.CONFIRMED
    assert row.endorsed_by == fiji_contact


def test_apply_refuses_an_administration_that_is_not_invited() -> None:
    event = make.announced("FJ")
    with pytest.raises(Refused, match="not invited"):
        make.applied(event, "TO")


def test_confirm_refuses_when_own_seats_and_the_pool_are_taken(office: User) -> None:
    event = make.announced(seats=1, pool=1)
    rows = [make.nominated(event) for _turn in range(3)]
    for row in rows[:2]:
        registrations.confirm(row, by=office, at=NOW)
    with pytest.raises(Refused, match="All seats of Fiji"):
        registrations.confirm(rows[2], by=office, at=NOW)
    registrations.confirm(make.nominated(event, "TO"), by=office, at=NOW)


def test_the_pool_does_not_eat_the_own_seats_of_others(office: User) -> None:
    event = make.announced(seats=1, pool=2)
    for _turn in range(3):
        make.confirmed(event, "FJ")
    seats = registrations.seats_of(event)
    assert seats.pool_left == 0
    assert seats.has_one_for(make.administration("TO").pk)
    assert not seats.has_one_for(make.administration("FJ").pk)


def test_fill_confirms_in_order_of_priority_and_lets_the_next_ones_wait(office: User) -> None:
    event = make.announced(seats=1, pool=1)
    fiji = [make.nominated(event, "FJ") for _turn in range(3)]
    tonga = [make.nominated(event, "TO") for _turn in range(2)]
    assert registrations.fill(event, by=office, at=NOW) == {"confirmed": 3, "waiting": 2}
    for row in fiji + tonga:
        row.refresh_from_db()
    assert fiji[0].state == tonga[0].state == R.CONFIRMED
    assert sorted([fiji[1].state, tonga[1].state]) == [R.CONFIRMED, R.WAITING]
    assert fiji[2].state == R.WAITING
    assert registrations.fill(event, by=office, at=NOW) == {"confirmed": 0, "waiting": 0}


def test_a_freed_seat_is_offered_to_exactly_one_and_passes_on_when_it_lapses(office: User) -> None:
    event = make.announced(seats=1)
    first, second, third = (make.nominated(event) for _turn in range(3))
    registrations.fill(event, by=office, at=NOW)
    registrations.withdraw(first, reason="Other duties.", by=first.official, at=NOW)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == (R.OFFERED, R.WAITING)
    assert second.offered_until is not None
    assert registrations.lapse_offers(event, at=second.offered_until) == 1
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == (R.LAPSED, R.OFFERED)
    registrations.accept(third, by=third.official, at=NOW)
    third.refresh_from_db()
    assert third.state == R.CONFIRMED
    assert "confirmed" in letters(third)


def test_an_offered_seat_is_taken(office: User) -> None:
    event = make.announced(seats=1)
    first, second = make.nominated(event), make.nominated(event)
    registrations.fill(event, by=office, at=NOW)
    registrations.withdraw(first, reason="Other duties.", by=first.official, at=NOW)
    late = make.nominated(event)
    with pytest.raises(Refused, match="All seats"):
        registrations.confirm(late, by=office, at=NOW)
    second.refresh_from_db()
    registrations.decline(second, reason="Cannot come.", by=office, at=NOW)
    late.refresh_from_db()
    assert late.state == R.NOMINATED


def test_a_replacement_keeps_the_place_and_the_seat(office: User, fiji_contact: User) -> None:
    event = make.announced()
    row = make.confirmed(event)
    successor = registrations.replace(row, official=make.official("FJ"), by=fiji_contact, at=NOW)
    row.refresh_from_db()
    assert (row.state, successor.state) == (R.REPLACED, R.CONFIRMED)
    assert successor.priority == row.priority
    assert "replaced" in letters(row) and "confirmed" in letters(successor)
    waiting = Message.objects.about(row).filter(purpose="joining_information", state="queued")
    assert not waiting.exists()


def test_rank_moves_a_nominee_up_and_stops_at_the_end(fiji_contact: User) -> None:
    event = make.announced()
    first, second = make.nominated(event), make.nominated(event)
    registrations.rank(second, up=True, by=fiji_contact)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.priority, second.priority) == (2, 1)
    with pytest.raises(Refused, match="end of the list"):
        registrations.rank(second, up=True, by=fiji_contact)


def test_a_second_click_on_confirm_changes_nothing(office: User) -> None:
    event = make.announced()
    row = make.nominated(event)
    registrations.confirm(row, by=office, at=NOW)
    again = Registration.objects.get(pk=row.pk)
    with pytest.raises(Refused):
        registrations.confirm(again, by=office, at=NOW)
    assert Message.objects.about(row).filter(purpose="confirmed").count() == 1
    assert Entry.objects.about(row).filter(facts__after="confirmed").count() == 1


def test_every_move_leaves_an_entry(office: User) -> None:
    row = make.confirmed(make.announced())
    verbs = list(Entry.objects.about(row).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["nominated", "moved"]


def test_seats_are_counted_with_one_query(django_assert_num_queries: object) -> None:
    event = make.announced(seats=3)
    make.confirmed(event)
    fresh = Event.objects.get(pk=event.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert registrations.seats_of(fresh).total_taken == 1


def test_an_offer_of_a_postponed_event_is_not_taken_and_does_not_lapse(office: User) -> None:
    event = make.announced(seats=1)
    row, next_one, last = make.confirmed(event), make.nominated(event), make.nominated(event)
    registrations.fill(event, by=office, at=NOW)
    registrations.withdraw(row, reason="Cannot come.", by=office, at=NOW)
    next_one.refresh_from_db()
    assert next_one.state == R.OFFERED
    lifecycle.postpone(event, reason="Storm.", by=office, at=NOW)
    with pytest.raises(Refused, match="postponed"):
        registrations.accept(next_one, by=next_one.official, at=NOW)
    assert registrations.lapse_offers(event, at=NOW + days(10)) == 0
    with pytest.raises(Refused, match="announced"):
        registrations.confirm(last, by=office, at=NOW)
    for waiting, state in ((next_one, R.OFFERED), (last, R.WAITING)):
        waiting.refresh_from_db()
        assert waiting.state == state


def test_an_offer_begins_anew_when_the_event_has_new_days(office: User) -> None:
    event = make.announced(seats=1)
    row, next_one = make.confirmed(event), make.nominated(event)
    registrations.fill(event, by=office, at=NOW)
    registrations.withdraw(row, reason="Cannot come.", by=office, at=NOW)
    lifecycle.postpone(event, reason="Storm.", by=office, at=NOW)
    later = NOW + days(10)
    lifecycle.announce(event, by=office, at=later)
    next_one.refresh_from_db()
    assert next_one.state == R.OFFERED
    assert next_one.offered_until == later + registrations.TIME_TO_ACCEPT
    assert Message.objects.about(next_one).filter(purpose="offered").count() == 2
    assert registrations.lapse_offers(event, at=later) == 0
    registrations.accept(next_one, by=next_one.official, at=later)
    next_one.refresh_from_db()
    assert next_one.state == R.CONFIRMED


def test_a_seat_of_a_cancelled_event_passes_on_to_nobody(office: User) -> None:
    event = make.announced(seats=1)
    row, next_one, last = make.confirmed(event), make.nominated(event), make.nominated(event)
    registrations.fill(event, by=office, at=NOW)
    registrations.withdraw(row, reason="Cannot come.", by=office, at=NOW)
    lifecycle.cancel(event, reason="Storm.", by=office, at=NOW)
    next_one.refresh_from_db()
    with pytest.raises(Refused, match="cancelled"):
        registrations.accept(next_one, by=next_one.official, at=NOW)
    registrations.decline(next_one, reason="The event is off.", by=office, at=NOW)
    last.refresh_from_db()
    assert last.state == R.WAITING


def test_two_contact_points_may_nominate_from_the_same_open_page(office: User, fiji_contact: User) -> None:
    event = make.announced()
    seen, also_seen = make.invitation(event), make.invitation(event)
    registrations.nominate(seen, official=make.official("FJ"), by=fiji_contact, at=NOW)
    registrations.nominate(also_seen, official=make.official("FJ"), by=fiji_contact, at=NOW)
    assert event.registrations.count() == 2
