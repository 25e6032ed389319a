"""How people come in: welcomed, invited as a contact point, or asking to join and endorsed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from members import notices
from members.models import Administration, Appointment, JoinRequest, User
from members.services import appointments, duplicates, people
from members.states import JoinState
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.states import Refused
from portal.mail.models import Message

MOST_TRIES = 5  # wrong codes; then the code is dead
BETWEEN_WELCOMES = timedelta(hours=1)


@transaction.atomic
def invite(administration: Administration, *, name: str, email: str, role: str, from_on: date, by: User) -> User:
    """Add a person who will speak for an administration: account, role and one letter, or nothing of it.

    Raises `Refused` as `people.add` and `appointments.appoint` do.
    """
    person = people.add(name=name, email=email, administration=administration, by=by, welcome=True)
    appointments.appoint(person, role, administration=administration, from_on=from_on, by=by)
    return person


@transaction.atomic
def welcome_again(person: User, *, by: User, at: datetime) -> None:
    """Send the letter of welcome once more, to somebody who has never signed in.

    Raises `Refused` for everybody else, without an address, and within an hour of the letter before.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.last_login is not None:
        raise Refused(_("%(person)s has signed in already.") % {"person": person})
    if not person.is_active:
        raise Refused(_("This account is closed."))
    if not person.email:
        raise Refused(_("%(person)s has no mail address.") % {"person": person})
    before = Message.objects.about(person).filter(purpose="welcome", created_at__gt=at - BETWEEN_WELCOMES)
    if before.exists():
        raise Refused(_("A letter of welcome was sent less than an hour ago. Mail can be slow: wait, then try again."))
    notices.welcome(person, by=by, again=at.isoformat())
    trail.record(by, "welcomed again", person)


@transaction.atomic
def ask(
    *,
    administration: Administration,
    name: str,
    email: str,
    code: str,
    at: datetime,
    position: str = "",
    unit: str = "",
    reason: str = "",
) -> JoinRequest:
    """Note a request to join and mail the code that confirms the address. Nobody reads the request before that."""
    row = JoinRequest.objects.create(
        administration=administration,
        name=name,
        email=User.objects.normalize_email(email),
        position=position,
        unit=unit,
        reason=reason,
        asked_at=at,
    )
    _mail(row, code, at=at)
    return row


@transaction.atomic
def send_code(row: JoinRequest, code: str, *, at: datetime) -> None:
    """Mail a new code; the one before is dead. Raises `Refused` when the address is confirmed already."""
    row = JoinRequest.objects.select_for_update().get(pk=row.pk)
    if row.state != JoinState.UNCONFIRMED:
        raise Refused(_("This request needs no code any more."))
    _mail(row, code, at=at)


@transaction.atomic
def confirm(row: JoinRequest, code: str, *, at: datetime) -> bool:
    """Take the code of the letter: the request goes to everybody who speaks for the administration.

    Answers whether the code is right; a wrong one is counted. While an earlier request of the same person waits,
    this one lapses, so that nobody gets a second letter. Raises `Refused` when the code has lived too long or was
    typed wrong too often.
    """
    row = JoinRequest.objects.select_for_update().get(pk=row.pk)
    if row.state != JoinState.UNCONFIRMED:
        raise Refused(_("This request needs no code any more."))
    if row.tries >= MOST_TRIES:
        raise Refused(_("The code was wrong too often. Ask for a new one."))
    if row.code_ends_at is None or row.code_ends_at <= at:
        raise Refused(_("This code is too old. Ask for a new one."))
    if not constant_time_compare(row.code_hash, _digest(row, code)):
        row.tries += 1
        row.save(update_fields=["tries"])
        return False
    waiting = JoinRequest.objects.waiting().filter(administration=row.administration, email=row.email)
    twice = any(duplicates.same_name(other.name, row.name) for other in waiting)
    row.code_hash, row.code_ends_at = "", None
    row.save(update_fields=["code_hash", "code_ends_at"])
    row.move_to(JoinState.LAPSED if twice else JoinState.ASKED, by=None)
    if not twice:
        notices.join_asked(row, speaking_for(row.administration, at=at))
    return True


@transaction.atomic
def endorse(row: JoinRequest, *, by: User, at: datetime) -> User:
    """Say that the person works here: the account is opened, with the letter of welcome.

    Raises `Refused` when somebody answered before, and when the same name with the same address is known.
    """
    row = _decide(row, JoinState.ENDORSED, by=by, at=at)
    row.person = people.add(
        name=row.name,
        email=row.email,
        administration=row.administration,
        position=row.position,
        unit=row.unit,
        by=by,
        welcome=True,
    )
    row.save(update_fields=["person"])
    return row.person


@transaction.atomic
def link(row: JoinRequest, person: User, *, by: User, at: datetime) -> None:
    """Say that the portal knows this person already: no second account, a letter with the sign-in name.

    Raises `Refused` for a person of another administration or with a closed account.
    """
    if person.administration_id != row.administration_id or not person.is_active:
        raise Refused(_("Choose a person of %(body)s whose account is open.") % {"body": row.administration})
    row = _decide(row, JoinState.ENDORSED, by=by, at=at)
    row.person = person
    row.save(update_fields=["person"])
    notices.join_linked(row, by=by)


@transaction.atomic
def decline(row: JoinRequest, *, reason: str, by: User, at: datetime) -> None:
    """Say no; the person reads the reason."""
    row = _decide(row, JoinState.DECLINED, by=by, at=at)
    row.answer = reason
    row.save(update_fields=["answer"])
    notices.join_declined(row, by=by)


def speaking_for(administration: Administration, *, at: datetime) -> list[User]:
    """The contact point and the alternates of the day, each once."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    held = Appointment.objects.on(today).speaking_for(administration).select_related("person")
    return list(dict.fromkeys(role.person for role in held if role.person.is_active and role.person.email))


def _decide(row: JoinRequest, state: JoinState, *, by: User, at: datetime) -> JoinRequest:
    """Lock the request, so that of two answers the second is refused."""
    locked = JoinRequest.objects.select_for_update(of=("self",)).select_related("administration").get(pk=row.pk)
    locked.move_to(state, by=by)
    locked.decided_by, locked.decided_at = by, at
    locked.save(update_fields=["decided_by", "decided_at"])
    return locked


def _mail(row: JoinRequest, code: str, *, at: datetime) -> None:
    """The code; or, to somebody who has an account, its name. What the page shows is the same.

    For a known person no code fits, so that the answers to typed codes are the same too.
    """
    known = _account_of(row)
    row.code_hash = "" if known else _digest(row, code)
    row.code_ends_at = at + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    row.tries = 0
    row.save(update_fields=["code_hash", "code_ends_at", "tries"])
    if known:
        notices.join_known(row, known, at=at)
    else:
        notices.join_code(row, code, at=at)


def _account_of(row: JoinRequest) -> User | None:
    """The person of the same name, address and administration; colleagues who share the mailbox are others."""
    colleagues = User.objects.colleagues_of(row.administration).filter(email=row.email)
    return next((person for person in colleagues if duplicates.same_name(person.name, row.name)), None)


def _digest(row: JoinRequest, code: str) -> str:
    """Under the key of the portal and for this request only: a stolen table gives no code."""
    digits = "".join(sign for sign in code if sign.isdigit())
    return salted_hmac("request to join", f"{row.pk} {digits}", algorithm="sha256").hexdigest()
