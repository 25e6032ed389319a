"""Delivering: what is asked again before a letter goes, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import User
from portal.kit import trail
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail import delivery, outbox, tasks
from portal.mail.delivery import BACKOFF, Batch
from portal.mail.models import Heartbeat, Message
from portal.mail.states import MessageState

S = MessageState


def deliver(message: Message, at=None) -> Message:
    delivery.deliver_due(at=at)
    message.refresh_from_db()
    return message


# --- the straight way -----------------------------------------------------------------------------
def test_a_due_letter_is_sent_and_the_row_tells_what_was_sent(write, official, sent, now):
    message = deliver(write(facts={"news": "it rains"}))
    assert message.state == S.SENT
    assert message.sent_to == "official.1@fiji.example"
    assert message.subject == "News for Official 1 of Fiji"
    assert "Dear Official 1 of Fiji,\n\nThe news: it rains\n\nWith kind regards,\n" in message.body
    assert message.sent_at and message.sent_at >= now
    assert message.transmission_began_at
    assert (message.error, message.attempts, message.lease_until) == ("", 1, None)
    assert [mail.subject for mail in sent] == ["News for Official 1 of Fiji"]
    assert trail.history(message)[0].facts == {"before": "sending", "after": "sent"}
    assert trail.history(message)[0].by is None


def test_a_letter_waits_for_its_time(write, now, sent):
    message = write(due_at=now + timedelta(days=2))
    assert deliver(message, at=now).state == S.QUEUED
    assert deliver(message, at=now + timedelta(days=2)).state == S.SENT
    assert len(sent) == 1


def test_nothing_is_sent_twice_by_delivering_twice(write, sent):
    write()
    assert [delivery.deliver_due(), delivery.deliver_due()] == [1, 0]
    assert len(sent) == 1


def test_urgent_letters_leave_before_older_ones(write, known, sent, settings):
    settings.MAIL_BATCH = 2
    known("code", urgent=True, text="Subject: Code\n\nIt is 1234.\n")
    for number in range(3):
        write(occurrence=str(number))
    write("code")
    delivery.deliver_batch()
    assert [mail.subject for mail in sent] == ["Code", "News for Official 1 of Fiji"]


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(transactional_db, write, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    message = deliver(write())
    assert message.state == S.SENT
    assert Watching.open_transactions == [False]


def test_delivering_inside_a_transaction_is_refused(transactional_db, write):
    write()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        delivery.deliver_due()


class Watching(BaseEmailBackend):
    open_transactions: list[bool] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.open_transactions.append(connection.in_atomic_block)
        return len(email_messages)


# --- asked again at the last moment ---------------------------------------------------------------
def test_a_letter_that_is_no_longer_wanted_is_lifted_with_the_reason(write, known, sent):
    known(wanted=lambda message: "Fiji has answered.")
    message = deliver(write())
    assert (message.state, message.error) == (S.LIFTED, "Fiji has answered.")
    assert sent == []


def test_what_is_wanted_is_asked_about_the_row_as_it_is_when_its_turn_comes(write, known, official, sent):
    """The first letter of a batch changes the audience of the second."""

    def wanted(message: Message) -> str:
        active = User.objects.get(pk=message.about_id).is_active
        User.objects.filter(pk=official.pk).update(is_active=False)
        return "" if active else "No longer active."

    known(wanted=wanted)
    first, second = write(occurrence="1"), write(occurrence="2")
    delivery.deliver_due()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (S.SENT, S.LIFTED)


def test_a_letter_about_a_row_that_is_gone_is_lifted(write, officer, official, sent):
    message = write(about=officer, to=official)
    officer.delete()
    assert deliver(message).state == S.LIFTED
    assert sent == []


def test_a_letter_whose_use_is_over_is_missed(write, known, now, sent):
    known(useful_until=lambda message: now + timedelta(hours=1))
    in_time, late = write(occurrence="1", due_at=now), write(occurrence="2", due_at=now + timedelta(hours=2))
    assert deliver(in_time, at=now + timedelta(hours=1)).state == S.SENT
    assert deliver(late, at=now + timedelta(hours=2)).state == S.MISSED
    assert len(sent) == 1


def test_a_letter_to_a_role_finds_its_holder_when_it_is_sent(write, known, official, officer, sent):
    holder = [official]
    known(recipient=lambda message: holder[0])
    message = write(to=None)
    holder[0] = officer
    message = deliver(message)
    assert (message.state, message.sent_to, message.to) == (S.SENT, "officer@office.example", officer)
    assert sent[0].to == ['"Officer 1 of the office" <officer@office.example>']


def test_a_role_that_nobody_holds_and_a_person_without_address_fail_with_a_sentence(write, known, official, sent):
    known("to_role", recipient=lambda message: None)
    official.email = ""
    official.save()
    to_role, to_person = write("to_role", to=None), write()
    assert (deliver(to_role).state, to_role.error) == (
        S.FAILED,
        "There is nobody to write to: the role has no holder now.",
    )
    to_person.refresh_from_db()
    assert (to_person.state, to_person.error) == (S.FAILED, "Official 1 of Fiji has no mail address.")
    assert sent == []


def test_a_letter_to_a_mailbox_needs_no_person(write, sent):
    message = deliver(write(address="shared@fiji.example"))
    assert (message.state, message.sent_to) == (S.SENT, "shared@fiji.example")
    assert sent[0].to == ["shared@fiji.example"]
    assert "Dear colleague," in sent[0].body


def test_a_letter_to_a_person_at_another_address_keeps_the_name(write, official, sent):
    deliver(write(to=official, address="shared@fiji.example"))
    assert sent[0].to == ['"Official 1 of Fiji" <shared@fiji.example>']
    assert "Dear Official 1 of Fiji," in sent[0].body


# --- faults of one letter -------------------------------------------------------------------------
def broken(message: Message) -> dict:
    raise KeyError("event")


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"context": broken}, "could not be written. KeyError"),
        ({"wanted": broken}, "could not be written. KeyError"),
        ({"attach": broken}, "could not be written. KeyError"),
        ({"text": "{% if %}"}, "could not be written. TemplateSyntaxError"),
        ({"text": "News\n\nText"}, "does not begin with"),
        ({"text": "Subject:\n\nText"}, "does not begin with"),
        ({"text": "Subject: News\nText"}, "more than one line"),
        ({"text": "Subject: News\n\n  \n"}, "no text"),
        ({"text": "{% include 'mail/nowhere.txt' %}"}, "could not be written. TemplateDoesNotExist"),
    ],
)
def test_a_letter_that_cannot_be_written_fails_alone(write, known, sent, fault, sentence):
    known("bad", **fault)
    good = [write(occurrence="1"), write(occurrence="2")]
    bad = deliver(write("bad"))
    assert bad.state == S.FAILED
    assert sentence in bad.error
    assert {deliver(message).state for message in good} == {S.SENT}
    assert len(sent) == 2


def test_a_purpose_that_nobody_knows_any_more_fails_its_own_row(write, sent):
    message = write()
    Message.objects.update(purpose="gone")
    assert deliver(message).state == S.FAILED
    assert "gone" in message.error


def kept() -> str:
    return str(list(Message.objects.values_list("facts", "subject", "body", "error")))


def test_secret_letters_keep_no_text_and_no_facts_when_they_are_over(write, known, sent):
    text = "Subject: Your code is {{ facts.code }}\n\n{{ facts.code }}\n"
    known("code", secret=True, text=text)
    message = deliver(write("code", facts={"code": "493817"}))
    assert message.state == S.SENT
    assert "493817" in sent[0].body
    assert (message.facts, message.body, message.subject) == ({}, "", "News")
    assert "493817" not in str(list(Entry.objects.values_list("facts"))) + kept()


@pytest.mark.parametrize("how", ["failed", "lifted at sending", "lifted by a person", "missed"])
def test_secrets_are_erased_whatever_becomes_of_the_letter(write, known, official, now, how):
    questions = {
        "failed": {"text": "no subject {{ facts.code }}"},
        "lifted at sending": {"wanted": lambda message: "No."},
        "lifted by a person": {},
        "missed": {"useful_until": lambda message: now - timedelta(hours=1)},
    }
    known("code", secret=True, **questions[how])
    message = write("code", facts={"code": "493817"})
    if how == "lifted by a person":
        outbox.lift(official, by=None, reason="No.")
    message = deliver(message)
    assert message.state in how
    assert "493817" not in kept()


def test_a_code_that_failed_is_not_sent_again(write, known, official):
    known("code", secret=True, text="no subject")
    message = deliver(write("code"))
    with pytest.raises(Refused, match="Ask for a new code"):
        outbox.resend(message, official)


# --- two workers, dead workers, frozen workers ----------------------------------------------------
def test_a_claimed_letter_is_not_claimed_again(write):
    write()
    assert len(Batch(timezone.now).claimed) == 1
    assert Batch(timezone.now).claimed == []


def test_a_batch_is_no_larger_than_the_setting(write, settings):
    settings.MAIL_BATCH = 3
    for number in range(5):
        write(occurrence=str(number))
    assert [len(Batch(timezone.now).claimed) for _number in range(3)] == [3, 2, 0]


def test_a_dead_worker_that_had_not_begun_gives_its_letter_back(write, now, sent):
    message = write()
    Batch(timezone.now)  # and its worker dies
    assert delivery.sweep(at=timezone.now()) == 0  # the lease still runs
    assert delivery.sweep(at=now + timedelta(minutes=2)) == 1
    message.refresh_from_db()
    assert (message.state, message.claimed_by, message.attempts) == (S.QUEUED, "", 1)
    assert deliver(message, at=now + timedelta(minutes=2)).state == S.SENT


def test_a_letter_whose_transmission_had_begun_is_unclear_and_waits_for_a_person(write, now, sent):
    message = write()
    Batch(timezone.now)
    Message.objects.update(transmission_began_at=now)
    delivery.sweep(at=now + timedelta(minutes=2))
    message = deliver(message, at=now + timedelta(days=9))
    assert message.state == S.UNCLEAR
    assert "Nobody can tell whether it arrived" in message.error
    assert sent == []


def test_by_setting_an_unclear_letter_is_sent_again_under_the_same_message_id(write, now, sent, settings):
    settings.MAIL_UNCLEAR = "resend"
    message = write()
    Batch(timezone.now)
    Message.objects.update(transmission_began_at=now)
    delivery.sweep(at=now + timedelta(minutes=2))
    message = deliver(message, at=now + timedelta(days=1))
    assert message.state == S.SENT
    assert sent[0].extra_headers["Message-ID"] == message.message_id


def test_a_letter_that_kills_its_worker_each_time_fails_in_the_end(write, now):
    message = write()
    for _number in range(len(BACKOFF) + 1):
        Batch(timezone.now)
        delivery.sweep(at=timezone.now() + timedelta(minutes=2))
        Message.objects.filter(state=S.QUEUED).update(next_try_at=now)
    message.refresh_from_db()
    assert message.state == S.FAILED
    assert "stopped" in message.error


def test_a_worker_frozen_before_transmission_does_not_send_what_another_has(write, known, sent, now):
    def freeze(message: Message) -> dict:
        if message.occurrence == "1":  # while this worker sleeps, the lease lapses and another worker takes the row
            delivery.sweep(at=timezone.now() + timedelta(minutes=2))
            Batch(lambda: timezone.now() + timedelta(minutes=3))
        return {}

    known(context=freeze)
    message = write(occurrence="1")
    delivery.deliver_batch()
    message.refresh_from_db()
    assert sent == []
    assert message.state == S.SENDING


def test_a_worker_frozen_during_transmission_knows_better_than_the_sweep(transactional_db, write, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Freezing"
    message = deliver(write())
    assert [entry.facts["after"] for entry in trail.history(message)] == ["sent", "unclear"]
    assert (message.state, message.error) == (S.SENT, "")


class Freezing(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        delivery.sweep(at=timezone.now() + timedelta(minutes=2))
        return len(email_messages)


def test_a_letter_that_is_lifted_while_a_worker_holds_it_does_not_go(write, known, official, sent):
    def cancel(message: Message) -> dict:
        outbox.lift(official, by=None, reason="Cancelled.")
        return {}

    known(context=cancel)
    messages = [write(occurrence="1"), write(occurrence="2")]
    assert {deliver(message).state for message in messages} == {S.LIFTED}
    assert sent == []


def test_a_worker_whose_time_is_over_gives_the_rest_of_its_batch_back(write, monkeypatch, sent):
    monkeypatch.setattr(delivery, "BATCH_SECONDS", -1)
    message = write()
    delivery.deliver_batch()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.claimed_by) == (S.QUEUED, 0, "")
    assert sent == []


def test_the_lease_is_renewed_for_the_rest_of_the_batch(write, known, settings):
    settings.MAIL_LEASE_SECONDS = 0  # used up at once: renewed before each letter
    leases = []

    def look(message: Message) -> dict:
        leases.append(Message.objects.get(occurrence="3").lease_until)
        return {}

    known(context=look)
    for number in "123":
        write(occurrence=number)
    delivery.deliver_batch()
    assert len(set(leases)) == 3


# --- ticks ----------------------------------------------------------------------------------------
def test_a_tick_hands_out_as_many_batches_as_are_due(write, now, settings):
    settings.MAIL_BATCH = 2
    for number in range(5):
        write(occurrence=str(number))
    write(occurrence="later", due_at=now + timedelta(days=1))
    assert tasks.tick() == 3
    assert Heartbeat.objects.last_beat("tick") >= now


def test_a_task_delivers_one_batch_and_a_sweep_leaves_its_beat(write, sent, now, settings):
    settings.MAIL_BATCH = 2
    for number in range(3):
        write(occurrence=str(number))
    assert tasks.deliver() == 2
    assert tasks.sweep() == 0
    assert Heartbeat.objects.last_beat("sweep") >= now
    assert len(sent) == 2


@pytest.mark.parametrize("task", [tasks.tick, tasks.sweep])
def test_a_tick_asks_the_same_number_of_queries_however_many_old_letters_there_are(write, now, task):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            task()
        return len(asked)

    old = write()
    Message.objects.update(state=S.SENT)
    task()
    few = queries()
    copies = []
    for number in range(500):
        copy = Message.objects.get(pk=old.pk)
        copy.pk, copy.occurrence = None, f"old {number}"
        copies.append(copy)
    Message.objects.bulk_create(copies)
    assert queries() == few


def test_the_queue_is_read_through_its_partial_index(write, now):
    write()
    plan = Message.objects.due(now).filter(priority=5).order_by("next_try_at").explain()
    if connection.vendor == "sqlite":  # PostgreSQL chooses by the size of the table: see test_workers
        assert "USING INDEX mail_queue" in plan
