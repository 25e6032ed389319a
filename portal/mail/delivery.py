"""Delivering: claim a batch, ask again whether each letter is wanted, send it, write down what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from portal.mail import letters
from portal.mail.carriers import Carrier, Later, NotOurs, Permanent, Unknown, Unreachable
from portal.mail.letters import Letter
from portal.mail.models import NORMAL, URGENT, Message, MessageQuerySet
from portal.mail.states import OVER, MessageState
from portal.mail.writing import Recipient, Unwritable, Written, envelope, recipient_of, write

log = logging.getLogger(__name__)

# waits between the tries of one letter, in minutes: grey-listing passes in half an hour, an outage in a day
BACKOFF = (1, 5, 15, 60, 4 * 60, 8 * 60, 16 * 60)
BATCH_SECONDS = 60  # no new letter is begun after that; the rest of the batch goes back

Clock = Callable[[], datetime]


def deliver_batch(*, at: datetime | None = None) -> int:
    """Send one batch of the letters that are due and return how many were claimed.

    `at` stands for the time of day when a caller needs one moment for everything, else the clock is read.
    No transaction is open while a mail server is spoken to.
    """
    clock: Clock = (lambda: at) if at else timezone.now
    batch = Batch(clock)
    batch.run()
    return len(batch.claimed)


def deliver_due(*, at: datetime | None = None) -> int:
    """Send everything that is due, batch after batch, in this process; return how many letters were handled."""
    total = 0
    while handled := deliver_batch(at=at):
        total += handled
    return total


def sweep(*, at: datetime) -> int:
    """Take letters from workers whose lease lapsed, and return how many.

    Not begun: back to the queue. Begun: `unclear`, because SMTP cannot tell whether it arrived; with
    `MAIL_UNCLEAR=resend` it is sent again under the same Message-ID.
    """
    with transaction.atomic():
        stuck = list(Message.objects.stuck(at).select_for_update(skip_locked=True).order_by("pk"))
        for row in stuck:
            if row.transmission_began_at is None:
                _try_again(row, "The worker stopped before it sent this letter.", at, wait=timedelta())
            else:
                _cannot_tell(row, "The worker stopped while it sent this letter.", at)
    if stuck:
        log.warning("%d letters were taken from workers that stopped", len(stuck))
    return len(stuck)


class Batch:
    """Letters that one worker holds, under one token and one lease."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.token = uuid4().hex
        self.claimed = self._claim()

    def run(self) -> None:
        if not self.claimed:
            return
        started = monotonic()
        with Carrier() as carrier:
            for pk in self.claimed:
                if monotonic() - started > BATCH_SECONDS:
                    break
                self._renew()
                message = self._mine(pk)
                if message is None:
                    continue
                try:
                    deliver(message, carrier, self.clock)
                except Unreachable as error:
                    log.warning("%s", error)
                    self._give_back(wait=timedelta(minutes=BACKOFF[0]))
                    return
        self._give_back()

    def _claim(self) -> list[int]:
        """Urgent letters first, then by due time; rows that another worker is claiming are left to it."""
        now = self.clock()
        with transaction.atomic(durable=True):
            pks: list[int] = []
            for priority in (URGENT, NORMAL):
                due = Message.objects.due(now).filter(priority=priority).order_by("next_try_at")
                locked = due.select_for_update(skip_locked=True).values_list("pk", flat=True)
                pks += locked[: settings.MAIL_BATCH - len(pks)]
            if pks:
                Message.objects.filter(pk__in=pks, state=MessageState.QUEUED).update(
                    state=MessageState.SENDING,
                    claimed_by=self.token,
                    lease_until=self._lease(),
                    transmission_began_at=None,
                )
        return pks

    def _lease(self) -> datetime:
        # a lease is real time even when the caller stands at another moment
        self.renewed_at = monotonic()
        return timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS)

    def _renew(self) -> None:
        """Keep what is still ours; before each letter, but written only when a good part of the lease is used."""
        if monotonic() - self.renewed_at < settings.MAIL_LEASE_SECONDS / 4:
            return
        with transaction.atomic():
            self._lock_held().update(lease_until=self._lease())

    def _mine(self, pk: int) -> Message | None:
        """The row as it is now, unless it was lifted or another worker has it."""
        try:
            message: Message = self._held().select_related("to").get(pk=pk)
        except Message.DoesNotExist:
            return None
        return message

    def _give_back(self, wait: timedelta = timedelta()) -> None:
        """Letters that this worker did not come to go back as they were, perhaps for a while."""
        changes: dict[str, Any] = {"next_try_at": self.clock() + wait} if wait else {}
        with transaction.atomic():
            self._lock_held().update(state=MessageState.QUEUED, claimed_by="", lease_until=None, **changes)

    def _held(self) -> MessageQuerySet:
        return Message.objects.filter(
            claimed_by=self.token, state=MessageState.SENDING, transmission_began_at__isnull=True
        )

    def _lock_held(self) -> MessageQuerySet:
        """Lock row by row and wait for none: a lift of many letters locks them in another order."""
        held = self._held().select_for_update(skip_locked=True).values_list("pk", flat=True)
        return Message.objects.filter(pk__in=list(held))


def deliver(message: Message, carrier: Carrier, clock: Clock) -> None:
    """Ask again, write, send one claimed letter, and write down what became of it.

    A letter that cannot be written fails alone. Raises `Unreachable` after the letter went back to the queue.
    """
    try:
        letter = letters.get(message.purpose)
        if letter.load:
            letter.load(message)
        if verdict := _not_now(letter, message, clock()):
            _close(message, verdict[0], error=verdict[1])
            return
        recipient = recipient_of(letter, message)
        written = write(letter, message, recipient)
        mail = envelope(message, recipient, written, letter.attach(message) if letter.attach else [])
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease lapses and the letter goes back
    except Unwritable as error:
        _close(message, MessageState.FAILED, error=str(error))
        return
    except Exception as error:
        log.exception("letter %s (%s) could not be written", message.pk, message.purpose)
        detail = type(error).__name__ if message.is_secret else f"{type(error).__name__}: {error}"
        _close(message, MessageState.FAILED, error=f"The letter could not be written. {detail}")
        return
    try:
        carrier.carry(mail, begin=lambda: _begin(message, letter, recipient, written))
    except NotOurs:
        return
    except Permanent as error:
        _close(message, MessageState.FAILED, error=str(error))
    except Later as error:
        _try_again(message, str(error), clock())
        if isinstance(error, Unreachable):
            raise
    except Unknown as error:
        _cannot_tell(message, f"The connection broke while this letter was sent: {error}.", clock())
    else:
        _close(message, MessageState.SENT, sent_at=clock(), error="")


def _not_now(letter: Letter, message: Message, at: datetime) -> tuple[MessageState, str] | None:
    """Why the letter does not go any more, asked at the last moment."""
    if message.about is None:
        return MessageState.LIFTED, "What this letter is about does not exist any more."
    until = letter.useful_until(message) if letter.useful_until else None
    if until and at > until:
        return MessageState.MISSED, f"Its time passed on {until:%Y-%m-%d %H:%M} UTC, before it could be sent."
    reason = letter.wanted(message) if letter.wanted else ""
    return (MessageState.LIFTED, reason) if reason else None


def _begin(message: Message, letter: Letter, recipient: Recipient, written: Written) -> bool:
    """Commit that transmission begins, and what is transmitted; False when the letter is not ours any more.

    A worker that was frozen past its lease finds out here, before the first octet goes.
    """
    now = timezone.now()
    message.transmission_began_at = now
    return bool(
        Message.objects.filter(
            pk=message.pk,
            claimed_by=message.claimed_by,
            state=MessageState.SENDING,
            transmission_began_at__isnull=True,
        ).update(
            transmission_began_at=now,
            lease_until=now + timedelta(seconds=settings.MAIL_LEASE_SECONDS),
            to=recipient.person,
            sent_to=recipient.address,
            subject=letter.title if letter.secret else written.subject,
            body="" if letter.secret else written.body,
        )
    )


def _try_again(message: Message, sentence: str, at: datetime, *, wait: timedelta | None = None) -> None:
    """Back to the queue with a growing pause; a letter that was tried too often has failed."""
    if message.attempts >= len(BACKOFF):
        _close(message, MessageState.FAILED, error=f"{sentence} It was tried {message.attempts + 1} times.")
        return
    pause = timedelta(minutes=BACKOFF[message.attempts]) if wait is None else wait
    _close(message, MessageState.QUEUED, error=sentence, next_try_at=at + pause, transmission_began_at=None)


def _cannot_tell(message: Message, sentence: str, at: datetime) -> None:
    if settings.MAIL_UNCLEAR == "resend":
        _try_again(message, sentence, at)
    else:
        _close(message, MessageState.UNCLEAR, error=f"{sentence} Nobody can tell whether it arrived.")


def _close(message: Message, state: MessageState, **changes: Any) -> None:
    """Write down the outcome of a try, if the letter is still ours.

    When the sweep called it unclear meanwhile, the worker that sent it knows better.
    """
    changes |= {"attempts": F("attempts") + 1, "lease_until": None}
    if state == MessageState.QUEUED:
        changes["claimed_by"] = ""
    elif state in OVER and message.is_secret:
        changes |= {"facts": {}, "body": ""}
    with transaction.atomic():
        for before in (MessageState.SENDING, MessageState.UNCLEAR):
            if not message.moves.allow(before, state):
                continue
            message.state = before
            ours = Message.objects.filter(claimed_by=message.claimed_by, state=before)
            if ours.move_all([message], state, by=None, **changes):
                message.state = state
                return
