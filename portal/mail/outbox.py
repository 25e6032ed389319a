"""The outbox: the only way to write a letter, to hold it back, to stop it or to send it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.kit.states import Refused
from portal.mail import letters
from portal.mail.bell import nudge
from portal.mail.letters import Letter
from portal.mail.models import NORMAL, URGENT, Message
from portal.mail.states import NOT_SENT, MessageState
from portal.mail.writing import domain_of


def queue(
    purpose: str,
    *,
    about: models.Model,
    to: Any | None = None,
    address: str = "",
    occurrence: str = "",
    due_at: datetime | None = None,
    by: Any | None = None,
    reply_to: str = "",
    facts: dict[str, Any] | None = None,
) -> Message:
    """Write a letter in the transaction of the fact that it tells; due now (no `due_at`) or later.

    A second call for the same purpose, row, recipient and occurrence returns the first letter. A letter that
    was lifted is queued anew; one that was missed too, when it is asked for a later time.
    Raises `UnknownLetter` or `ValueError` on a fault of the caller: unknown purpose, nobody to write to, a line
    break or a fault in an address.
    """
    letter = _sendable(purpose, to, address, reply_to)
    now = timezone.now()
    fresh = _fresh(letter, due_at or now, to=to, address=address, facts=facts or {}, reply_to=reply_to)
    return _put(purpose, about, occurrence, fresh, now=now, by=by)


# the caller's transaction is the only one: a savepoint for each letter would cost as much as the letter
@transaction.atomic(savepoint=False)
def _put(
    purpose: str, about: models.Model, occurrence: str, fresh: dict[str, Any], *, now: datetime, by: Any
) -> Message:
    message: Message
    message, created = Message.objects.get_or_create(
        purpose=purpose,
        about_type=Message.kind_of(about),
        about_id=about.pk,
        recipient_key=Message.key_of(fresh["to"], fresh["address"]),
        occurrence=occurrence,
        defaults={**fresh, "message_id": _message_id(), "created_at": now, "created_by": _person(by)},
    )
    if not created:
        message = Message.objects.select_for_update().get(pk=message.pk)
        lifted = message.state == MessageState.LIFTED
        if not lifted and not (message.state == MessageState.MISSED and fresh["due_at"] > message.due_at):
            return message
        _back_to_queue(message, by=by, **fresh)
    if fresh["due_at"] <= now:
        _nudge_on_commit()
    return message


@transaction.atomic(savepoint=False)
def queue_each(
    purpose: str,
    *,
    about: models.Model,
    due: Mapping[str, datetime],
    to: Any | None = None,
    by: Any | None = None,
    reply_to: str = "",
) -> None:
    """Write one letter for each occurrence, as `queue` does; new ones in one statement, however many there are."""
    letter = _sendable(purpose, to, "", reply_to)
    now, key = timezone.now(), Message.key_of(to, "")
    fresh = {name: _fresh(letter, day, to=to, address="", facts={}, reply_to=reply_to) for name, day in due.items()}
    known = Message.objects.about(about).filter(purpose=purpose, recipient_key=key, occurrence__in=fresh)
    for occurrence in known.values_list("occurrence", flat=True):
        _put(purpose, about, occurrence, fresh.pop(occurrence), now=now, by=by)
    Message.objects.bulk_create(
        (
            Message(
                purpose=purpose,
                about=about,
                recipient_key=key,
                occurrence=occurrence,
                message_id=_message_id(),
                created_at=now,
                created_by=_person(by),
                **values,
            )
            for occurrence, values in fresh.items()
        ),
        ignore_conflicts=True,  # somebody wrote the same letter in this moment
    )
    if any(values["due_at"] <= now for values in fresh.values()):
        _nudge_on_commit()


def _sendable(purpose: str, to: Any | None, address: str, reply_to: str) -> Letter:
    letter = letters.get(purpose)
    if to is None and not address and letter.recipient is None:
        raise ValueError(f"the letter {purpose!r} has nobody to go to")
    for given in filter(None, (address, reply_to)):
        _check_address(given)
    return letter


def _fresh(letter: Letter, due: datetime, **values: Any) -> dict[str, Any]:
    """What a letter that was just written, or is written anew, says."""
    return {**values, "priority": URGENT if letter.urgent else NORMAL, "due_at": due, "next_try_at": due}


@transaction.atomic
def hold(message: Message, *, by: Any) -> None:
    """Keep a queued letter back until somebody releases it. Raises `Refused` when it is not queued any more."""
    message.move_to(MessageState.HELD, by=by)


@transaction.atomic
def release(message: Message, *, by: Any) -> None:
    """Let a held letter go when it is due. Raises `Refused` when it is not held."""
    if message.state != MessageState.HELD:
        raise Refused(_("This letter is not held."))
    message.move_to(MessageState.QUEUED, by=by)
    if message.next_try_at <= timezone.now():
        _nudge_on_commit()


@transaction.atomic
def lift(about: models.Model, *, by: Any, reason: str, purposes: Collection[str] | None = None) -> int:
    """Stop every letter about a row that has not been sent, and return how many; failed ones are put away too.

    A letter that a worker holds is stopped as long as its transmission has not begun.
    """
    stoppable = Q(state__in=NOT_SENT) | Q(state=MessageState.SENDING, transmission_began_at__isnull=True)
    rows = Message.objects.about(about).filter(stoppable)
    if purposes is not None:
        rows = rows.filter(purpose__in=purposes)
    stopped = list(rows.select_for_update().order_by("pk"))
    count = Message.objects.move_all(stopped, MessageState.LIFTED, by=by, error=reason, claimed_by="")
    secret = [row.pk for row in stopped if row.is_secret]
    if secret:
        Message.objects.filter(pk__in=secret).update(facts={}, body="")
    return count


@transaction.atomic
def lift_waiting(*, by: Any, reason: str) -> int:
    """Stop every letter that waits, about whatever; for a restored or copied database. Returns how many."""
    waiting = Message.objects.filter(state__in=(MessageState.QUEUED, MessageState.HELD))
    stopped = list(waiting.select_for_update().order_by("pk"))
    return Message.objects.move_all(stopped, MessageState.LIFTED, by=by, error=reason)


@transaction.atomic
def move(about: models.Model, purpose: str, occurrence: str, due_at: datetime) -> int:
    """Give the waiting letters of one purpose and occurrence another due time, and return how many."""
    waiting = Message.objects.about(about).filter(
        purpose=purpose, occurrence=occurrence, state__in=(MessageState.QUEUED, MessageState.HELD)
    )
    moved = waiting.exclude(due_at=due_at).update(due_at=due_at, next_try_at=due_at)
    if moved and due_at <= timezone.now():
        _nudge_on_commit()
    return moved


@transaction.atomic
def resend(message: Message, by: Any) -> None:
    """Send a failed or unclear letter again, under its own Message-ID, because a person decided so.

    Raises `Refused` in every other state, and for a letter whose secret is erased.
    """
    if message.state not in (MessageState.FAILED, MessageState.UNCLEAR):
        raise Refused(_("Only a letter that failed or that is unclear can be sent again."))
    if message.is_secret:
        raise Refused(_("This letter held a code, and the code is erased. Ask for a new code."))
    _back_to_queue(message, by=by, next_try_at=timezone.now())
    _nudge_on_commit()


@transaction.atomic
def settle(message: Message, *, by: Any, arrived: bool) -> None:
    """Say of an unclear letter whether it arrived: it becomes sent, or it is sent again."""
    if message.state != MessageState.UNCLEAR:
        raise Refused(_("This letter is not unclear any more."))
    if not arrived:
        resend(message, by)
        return
    message.move_to(MessageState.SENT, by=by)
    message.sent_at, message.error = message.transmission_began_at, ""
    message.save(update_fields=["sent_at", "error"])


def _back_to_queue(message: Message, *, by: Any, **changes: Any) -> None:
    changes |= {"attempts": 0, "claimed_by": "", "lease_until": None, "transmission_began_at": None, "error": ""}
    message.move_to(MessageState.QUEUED, by=by)
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=list(changes))


def _nudge_on_commit() -> None:
    """Ring the bell once a transaction, however many letters it wrote; a broken bell breaks nothing."""
    if not any(entry[1] is nudge for entry in transaction.get_connection().run_on_commit):
        transaction.on_commit(nudge, robust=True)


def _message_id() -> str:
    return f"<{uuid4().hex}@{domain_of(settings.DEFAULT_FROM_EMAIL)}>"


def _person(by: Any) -> Any | None:
    return by if getattr(by, "pk", None) else None


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(f"{address!r} is no mail address") from None
