"""Faults of a mail server, one by one, on a real connection: what becomes of the letter, and of the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.mail import delivery, outbox
from portal.mail.delivery import BACKOFF
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests.mail.post_office import DROP, HANG, free_port

S = MessageState


@pytest.fixture
def three(write):
    """Three letters of one batch."""
    return [write(occurrence=str(number), address=f"reader{number}@fiji.example") for number in (1, 2, 3)]


def states(messages: list[Message]) -> list[str]:
    for message in messages:
        message.refresh_from_db()
    return [message.state for message in messages]


def test_a_batch_goes_over_one_connection(three, post_office):
    delivery.deliver_batch()
    assert states(three) == [S.SENT] * 3
    assert post_office.addresses == ["reader1@fiji.example", "reader2@fiji.example", "reader3@fiji.example"]
    assert post_office.connections == 1
    assert set(post_office.ids.values()) == {1}


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("MAIL", "552 too large"),
        ("RCPT", "550 no such user"),
        ("RCPT", "553 not allowed"),
        ("DATA", "554 no"),
        ("DOT", "554 looks like spam"),
        ("DOT", "552 mailbox full"),
    ],
)
def test_a_refusal_for_good_fails_that_letter_and_the_connection_lives_on(three, post_office, stage, answer):
    post_office.fault(stage, answer)
    delivery.deliver_batch()
    assert states(three) == [S.FAILED, S.SENT, S.SENT]
    assert answer in three[0].error
    assert post_office.connections == 1
    assert post_office.addresses == ["reader2@fiji.example", "reader3@fiji.example"]


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("MAIL", "451 try later"),
        ("MAIL", "530 authentication required"),
        ("RCPT", "450 grey-listed"),
        ("RCPT", "451 try later"),
        ("DATA", "451 try later"),
        ("DOT", "452 no room now"),
    ],
)
def test_a_refusal_for_now_waits_and_then_goes(three, post_office, now, stage, answer):
    post_office.fault(stage, answer)
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED, S.SENT, S.SENT]
    assert answer in three[0].error
    assert three[0].next_try_at == now + timedelta(minutes=1)
    assert three[0].transmission_began_at is None
    assert post_office.connections == 1

    assert delivery.deliver_batch(at=now + timedelta(seconds=59)) == 0
    assert delivery.deliver_batch(at=now + timedelta(seconds=60)) == 1
    assert states(three) == [S.SENT] * 3
    assert set(post_office.ids.values()) == {1}


@pytest.mark.parametrize(
    ("stage", "answer"), [("RCPT", "421 closing"), ("DATA", "421 closing"), ("DOT", "421 closing")]
)
def test_a_server_that_closes_gets_a_new_connection(three, post_office, now, stage, answer):
    post_office.fault(stage, answer)
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED, S.SENT, S.SENT]
    assert post_office.connections == 2


def test_a_letter_that_is_lifted_at_the_last_moment_is_not_transmitted(write, known, official, post_office):
    """The server waits for the content already; the connection is closed, and the next letter gets a new one."""

    def lift(message: Message) -> dict:
        outbox.lift(official, by=None, reason="Cancelled.", purposes=["first"])
        return {}

    known("first", context=lift)
    lifted, other = write("first"), write()
    delivery.deliver_batch()
    assert states([lifted, other]) == [S.LIFTED, S.SENT]
    assert list(post_office.ids) == [other.message_id]
    assert post_office.connections == 2


def test_a_connection_that_had_its_share_of_letters_is_replaced_without_a_pause(three, post_office):
    post_office.fault("MAIL", "", "421 too many letters")  # the first letter passes
    delivery.deliver_batch()
    assert states(three) == [S.SENT] * 3
    assert post_office.connections == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_break_before_transmission_sends_the_letter_later(three, post_office, now, stage):
    post_office.fault(stage, DROP)
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED, S.SENT, S.SENT]
    assert "before the letter was sent" in three[0].error
    assert post_office.connections == 2
    delivery.deliver_batch(at=now + timedelta(minutes=1))
    assert states(three) == [S.SENT] * 3
    assert set(post_office.ids.values()) == {1}


@pytest.mark.parametrize(("stage", "arrived"), [("CONTENT", False), ("DOT", True)])
def test_a_break_after_transmission_began_is_unclear(three, post_office, stage, arrived):
    """Before or after the final dot: this side cannot tell, so a person decides."""
    post_office.fault(stage, DROP)
    delivery.deliver_batch()
    assert states(three) == [S.UNCLEAR, S.SENT, S.SENT]
    assert "Nobody can tell whether it arrived" in three[0].error
    assert ("reader1@fiji.example" in post_office.addresses) is arrived
    assert post_office.connections == 2


def test_by_setting_a_break_after_transmission_began_is_sent_again(three, post_office, now, settings):
    settings.MAIL_UNCLEAR = "resend"
    post_office.fault("DOT", DROP)
    delivery.deliver_batch(at=now)
    delivery.deliver_batch(at=now + timedelta(minutes=1))
    assert states(three) == [S.SENT] * 3
    assert post_office.ids[three[0].message_id] == 2  # the reader's program sees one Message-ID


def test_a_server_that_hangs_before_transmission_is_given_up_for_now(three, post_office, now, settings):
    settings.EMAIL_TIMEOUT = 0.4
    post_office.fault("RCPT", HANG)
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED, S.SENT, S.SENT]


def test_a_server_that_hangs_after_the_final_dot_leaves_the_letter_unclear(three, post_office, settings):
    settings.EMAIL_TIMEOUT = 0.4
    post_office.fault("DOT", HANG)
    delivery.deliver_batch()
    assert states(three) == [S.UNCLEAR, S.SENT, S.SENT]


@pytest.mark.parametrize("answer", ["554 no service", "421 busy", DROP])
def test_a_server_that_does_not_let_us_in_costs_one_try_of_one_letter(three, post_office, now, answer):
    post_office.fault("GREETING", answer)
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED] * 3
    assert [message.attempts for message in three] == [1, 0, 0]
    assert "cannot be reached" in three[0].error
    assert {message.next_try_at for message in three} == {now + timedelta(minutes=1)}
    delivery.deliver_batch(at=now + timedelta(minutes=1))
    assert states(three) == [S.SENT] * 3


def test_a_server_that_is_away_costs_one_try_of_one_letter(three, post_office, now, settings):
    settings.EMAIL_PORT = free_port()
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED] * 3
    assert [message.attempts for message in three] == [1, 0, 0]


def test_a_wrong_password_is_no_fault_of_the_letters(three, post_office, now, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    delivery.deliver_batch(at=now)
    assert states(three) == [S.QUEUED] * 3


def test_the_pauses_grow_and_the_letter_fails_in_the_end(write, post_office):
    message = write()
    at, pauses = message.due_at, []
    post_office.fault("RCPT", *["450 grey-listed"] * (len(BACKOFF) + 1))
    for _number in BACKOFF:
        assert delivery.deliver_batch(at=at) == 1
        message.refresh_from_db()
        assert message.state == S.QUEUED
        pauses.append((message.next_try_at - at) // timedelta(minutes=1))
        at = message.next_try_at
    assert tuple(pauses) == BACKOFF
    delivery.deliver_batch(at=at)
    message.refresh_from_db()
    assert message.state == S.FAILED
    assert "450 grey-listed" in message.error and "tried 8 times" in message.error
    assert post_office.letters == []
