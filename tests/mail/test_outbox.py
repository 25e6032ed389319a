"""Writing letters: one for each fact, held, released, lifted, moved, sent again, settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.kit import trail
from portal.kit.states import Refused
from portal.mail import letters, outbox
from portal.mail.models import Message
from portal.mail.states import MESSAGE, MessageState

S = MessageState


def put(message: Message, state: str, **changes) -> Message:
    """Bring a row to a state as a worker would have left it."""
    Message.objects.filter(pk=message.pk).update(state=state, **changes)
    message.refresh_from_db()
    return message


def test_a_letter_is_written_once_for_the_same_fact(write, official):
    first = write(facts={"news": "first"})
    assert write(facts={"news": "second"}) == first
    first.refresh_from_db()
    assert first.facts == {"news": "first"}
    assert Message.objects.count() == 1


def test_another_occurrence_another_recipient_and_another_address_are_other_letters(write, official, officer):
    keys = {
        write().pk,
        write(occurrence="deadline-7").pk,
        write(to=officer).pk,
        write(address="shared@fiji.example").pk,
        write(to=official, address="shared@fiji.example").pk,
    }
    assert len(keys) == 5
    assert write(address="Shared@Fiji.example").pk in keys


def test_the_database_itself_refuses_a_second_letter(write):
    message = write()
    message.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save(force_insert=True)


def test_a_letter_goes_away_with_the_fact_when_the_transaction_fails(write):
    with pytest.raises(Refused), transaction.atomic():
        outbox.release(write(), by=None)  # the service fails after it wrote the letter
    assert not Message.objects.exists()


def test_unknown_letters_and_letters_to_nobody_fail_loudly(write, official, known):
    with pytest.raises(letters.UnknownLetter, match="registered are"):
        outbox.queue("no such letter", about=official, to=official)
    with pytest.raises(ValueError, match="nobody"):
        write(to=None)
    with pytest.raises(ValueError, match="registered twice"):
        letters.register("news", title="Again")


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: c@d.example", "a@b.example\r\nX: y", "no address", "@b.example"]
)
def test_a_line_break_or_a_fault_in_an_address_is_refused_at_once(write, address):
    with pytest.raises(ValueError, match="no mail address"):
        write(address=address)
    with pytest.raises(ValueError, match="no mail address"):
        write(reply_to=address)
    assert not Message.objects.exists()


def test_each_letter_has_its_own_message_id_on_the_domain_of_the_office(write, settings):
    one, two = write(occurrence="1"), write(occurrence="2")
    assert one.message_id != two.message_id
    assert one.message_id.endswith("@portal.example>")


def test_urgent_letters_have_priority(write, known):
    known("code", urgent=True)
    assert write("code").priority < write().priority


def test_the_bell_rings_once_a_transaction_and_only_for_letters_that_are_due(
    write, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        write(occurrence="later", due_at=now + timedelta(days=1))
    assert bells == []
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        for number in range(5):
            write(occurrence=str(number))
    assert len(bells) == 1


def test_a_broken_bell_does_not_stop_the_fact(transactional_db, write, monkeypatch):
    def broken() -> None:
        raise ConnectionError

    monkeypatch.setattr(outbox, "nudge", broken)
    with transaction.atomic():
        message = write()
    assert Message.objects.get() == message


def test_hold_keeps_a_letter_back_until_release(write, officer, now):
    message = write()
    outbox.hold(message, by=officer)
    assert not Message.objects.due(now + timedelta(days=1)).exists()
    outbox.release(message, by=officer)
    assert list(Message.objects.due(now + timedelta(days=1))) == [message]
    assert [entry.facts["after"] for entry in trail.history(message)] == ["queued", "held"]
    assert {entry.by for entry in trail.history(message)} == {officer}
    with pytest.raises(Refused, match="not held"):
        outbox.release(message, by=officer)


def test_lift_stops_what_has_not_been_sent_and_leaves_the_rest(write, officer):
    queued, held, failed = write(occurrence="1"), write(occurrence="2"), write(occurrence="3")
    held = put(held, S.HELD)
    failed = put(failed, S.FAILED)
    claimed = put(write(occurrence="4"), S.SENDING, claimed_by="token")
    begun = put(write(occurrence="5"), S.SENDING, claimed_by="token", transmission_began_at=queued.due_at)
    sent = put(write(occurrence="6"), S.SENT)
    unclear = put(write(occurrence="7"), S.UNCLEAR)
    elsewhere = write(about=officer)

    assert outbox.lift(queued.about, by=officer, reason="The event is cancelled.") == 4

    for message in (queued, held, failed, claimed):
        message.refresh_from_db()
        assert (message.state, message.error) == (S.LIFTED, "The event is cancelled.")
        assert trail.history(message)[0].by == officer
    for message in (begun, sent, unclear, elsewhere):
        before = message.state
        message.refresh_from_db()
        assert message.state == before != S.LIFTED


def test_lift_can_be_limited_to_some_letters(write, known, officer, official):
    known("other")
    news, other = write(), write("other")
    assert outbox.lift(official, by=officer, reason="No.", purposes=["other"]) == 1
    news.refresh_from_db()
    other.refresh_from_db()
    assert (news.state, other.state) == (S.QUEUED, S.LIFTED)


def test_lift_asks_as_many_queries_for_three_letters_as_for_one(write, officer, official):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            outbox.lift(official, by=officer, reason="No.")
        return len(asked)

    write(occurrence="0")
    outbox.lift(official, by=officer, reason="No.")  # content types are read once
    write(occurrence="1")
    one = queries()
    for number in range(2, 5):
        write(occurrence=str(number))
    assert queries() == one


def test_a_lifted_letter_that_is_asked_for_again_is_queued_anew(write, officer, official, now):
    message = write(due_at=now + timedelta(days=1))
    outbox.lift(official, by=officer, reason="Cancelled.")
    later = now + timedelta(days=9)
    assert write(due_at=later, facts={"news": "it takes place"}) == message
    message.refresh_from_db()
    assert (message.state, message.due_at, message.next_try_at, message.error) == (S.QUEUED, later, later, "")
    assert message.facts == {"news": "it takes place"}


def test_a_missed_letter_is_queued_anew_only_for_a_later_time(write, now):
    message = put(write(due_at=now), S.MISSED)
    write(due_at=now)
    message.refresh_from_db()
    assert message.state == S.MISSED
    write(due_at=now + timedelta(days=3))
    message.refresh_from_db()
    assert message.state == S.QUEUED


@pytest.mark.parametrize("state", [S.SENT, S.FAILED, S.UNCLEAR, S.HELD, S.SENDING])
def test_in_every_other_state_asking_again_changes_nothing(write, state, now):
    message = put(write(), state)
    write(due_at=now + timedelta(days=3))
    message.refresh_from_db()
    assert message.state == state


def test_move_gives_waiting_letters_another_time(write, official, officer, now):
    later = now + timedelta(days=5)
    one, two = write(occurrence="d-7"), write(occurrence="d-7", to=officer)
    other = write(occurrence="d-2")
    gone = put(write(occurrence="d-7", address="x@y.example"), S.SENT)
    assert outbox.move(official, "news", "d-7", later) == 2
    assert outbox.move(official, "news", "d-7", later) == 0
    for message in (one, two):
        message.refresh_from_db()
        assert message.due_at == message.next_try_at == later
    for message in (other, gone):
        message.refresh_from_db()
        assert message.due_at < later


@pytest.mark.parametrize("state", [S.FAILED, S.UNCLEAR])
def test_resend_sends_again_under_the_same_message_id(write, officer, state, now):
    message = put(write(), state, attempts=8, error="no", transmission_began_at=now, claimed_by="token")
    name = message.message_id
    outbox.resend(message, officer)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error, message.claimed_by) == (S.QUEUED, 0, "", "")
    assert message.transmission_began_at is None
    assert message.message_id == name


@pytest.mark.parametrize("state", [S.QUEUED, S.SENDING, S.SENT, S.HELD, S.LIFTED, S.MISSED])
def test_resend_refuses_every_other_state(write, officer, state):
    with pytest.raises(Refused, match="failed or that is unclear"):
        outbox.resend(put(write(), state), officer)


def test_a_person_settles_an_unclear_letter(write, officer, now):
    arrived = put(write(occurrence="1"), S.UNCLEAR, transmission_began_at=now, error="broke")
    lost = put(write(occurrence="2"), S.UNCLEAR, transmission_began_at=now, error="broke")
    outbox.settle(arrived, by=officer, arrived=True)
    outbox.settle(lost, by=officer, arrived=False)
    arrived.refresh_from_db()
    lost.refresh_from_db()
    assert (arrived.state, arrived.sent_at, arrived.error) == (S.SENT, now, "")
    assert lost.state == S.QUEUED
    with pytest.raises(Refused, match="not unclear"):
        outbox.settle(arrived, by=officer, arrived=True)


def test_no_letter_leaves_the_state_sent():
    assert MESSAGE.table[S.SENT] == frozenset()


def test_the_pulse_counts_what_needs_somebody_in_one_query(write, now, django_assert_num_queries):
    write(occurrence="due", due_at=now - timedelta(hours=1))
    write(occurrence="tonight", due_at=now + timedelta(hours=1))
    write(occurrence="next week", due_at=now + timedelta(days=7))
    for state in (S.HELD, S.FAILED, S.UNCLEAR, S.SENDING, S.SENT, S.LIFTED):
        put(write(occurrence=state), state)
    with django_assert_num_queries(1):
        pulse = Message.objects.pulse(until=now + timedelta(hours=12))
    assert pulse == (2, 3, 1, 1, 1, 1, now - timedelta(hours=1))


def test_letters_are_found_by_row_by_reader_and_for_a_page(write, official, officer, now):
    early, late = write(occurrence="1", due_at=now), write(occurrence="2", due_at=now + timedelta(days=1), to=officer)
    assert list(Message.objects.about(official).for_page()) == [late, early]
    assert list(Message.objects.for_recipient(officer)) == [late]


def test_a_letter_that_is_no_longer_known_still_has_a_title(write):
    message = write()
    message.purpose = "gone"
    assert (message.title, message.is_secret) == ("gone", False)
