"""Forgetting a person: the request, the answer, and taking out of every row what says who it was.

What stays says that somebody did something: rows keep their keys, so every figure of every report stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members import hooks, notices
from members.models import (
    Appointment,
    ErasureRequest,
    Identity,
    ImportRow,
    JoinRequest,
    MailLanguage,
    NotTheSame,
    Proposal,
    Removal,
    User,
)
from members.states import ErasureState
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.models import Personal
from portal.kit.states import Refused
from portal.kit.words import Words
from portal.mail import forgetting

FORMER = "Former official"


@transaction.atomic
def ask(person: User, *, reason: str = "", at: datetime) -> ErasureRequest:
    """A person asks to be forgotten; asked twice, it is one request.

    Raises `Refused` while something stands in the way, with a sentence for each thing to end first.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    _refuse_unended(person, at)
    known = person.erasure_requests.filter(state=ErasureState.ASKED).first()
    if known:
        return known
    request = ErasureRequest.objects.create(person=person, reason=reason, asked_at=at)
    trail.record(person, "asked to be forgotten", person)
    return request


@transaction.atomic
def withdraw(request: ErasureRequest, *, by: User) -> None:
    """The person thinks again."""
    request.move_to(ErasureState.WITHDRAWN, by=by)


@transaction.atomic
def decline(request: ErasureRequest, *, answer: str, by: User, at: datetime) -> None:
    """The office says no, with a reason, by letter."""
    request.move_to(ErasureState.DECLINED, by=by)
    _answer(request, by=by, at=at, answer=answer)
    notices.erasure_declined(request.person, request)


@transaction.atomic
def grant(request: ErasureRequest, *, by: User, at: datetime) -> None:
    """The office says yes: the person is erased in this moment. Raises `Refused` as `erase` does."""
    request.move_to(ErasureState.DONE, by=by)
    _answer(request, by=by, at=at)
    erase(request.person, by=by, at=at)


def unended(person: User, at: datetime) -> list[str]:
    """What stands in the way, as sentences that say what to end first."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    roles = person.appointments.from_day_on(today).select_related("administration", "group")
    return [
        *(_role_to_end(role) for role in roles),
        *(sentence for found in hooks.unended for sentence in found(person, at)),
    ]


@transaction.atomic
def erase(person: User, *, by: User | None, at: datetime) -> None:
    """Forget who a person is; `by` is None when a retention rule does it. A second time changes nothing.

    Raises `Refused` while the person holds a role or has something to end, and while a letter is on its way.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.erased_at:
        return
    _refuse_unended(person, at)
    words = _words_of(person)
    shared = bool(person.email) and User.objects.filter(email=person.email).exclude(pk=person.pk).exists()
    for twin in person.merged_from.all():
        erase(twin, by=by, at=at)
    _close(person)
    _forget_what_stands_beside(person, words, shared=shared)
    for forgets in hooks.erasing:
        forgets(person, words)
    forgetting.forget(person, words, shared=shared, by=by)
    _forget_in_the_trail(person, words)
    _rewrite(person, at)
    trail.record(by, "erased", person)


def _role_to_end(role: Appointment) -> str:
    body = role.body or _("the office")
    return _("The role “%(role)s” for %(body)s has to end first.") % {"role": role.get_role_display(), "body": body}


def _refuse_unended(person: User, at: datetime) -> None:
    reasons = unended(person, at)
    if reasons:
        raise Refused(" ".join(reasons))


def _answer(request: ErasureRequest, *, by: User, at: datetime, answer: str = "") -> None:
    request.decided_by, request.decided_at, request.answer = by, at, answer
    request.save(update_fields=["decided_by", "decided_at", "answer"])


def _words_of(person: User) -> Words:
    """The names and addresses of today, and those that the trail knows from before."""
    names, addresses = {person.name}, {person.email}
    for row in Personal.objects.filter(person=person, facts__has_key="changes"):
        changes = row.facts["changes"]
        names.update(changes.get("name", ()))
        addresses.update(changes.get("email", ()))
    return Words.of(names - {FORMER}, addresses, instead=FORMER)


def _close(person: User) -> None:
    """Every way in: sessions, second factors, single sign-on, and the address book of the library."""
    for row in UserSession.objects.filter(user=person):
        row.end()
    UserSession.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Identity.objects.filter(person=person).delete()
    EmailAddress.objects.filter(user=person).delete()


def _forget_what_stands_beside(person: User, words: Words, *, shared: bool) -> None:
    for course in person.courses.exclude(proof=""):
        transaction.on_commit(partial(course.proof.storage.delete, course.proof.name))
    person.courses.all().delete()
    person.proposals.all().delete()
    words.take_out_of_json(Proposal.objects.all(), "changes")
    forget_requests(
        JoinRequest.objects.filter(
            Q(person=person)
            | Q(email__in=words.addresses, name__in=words.names)
            | (Q(pk__in=[]) if shared else Q(email__in=words.addresses))
        )
    )
    NotTheSame.objects.filter(Q(first=person) | Q(second=person)).delete()
    person.erasure_requests.update(reason="", answer="")
    Removal.objects.about(person).update(note="")
    _forget_in_imports(words, shared=shared)
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)).update(
        object_repr=FORMER, change_message=""
    )


def forget_requests(requests: Iterable[JoinRequest]) -> None:
    """Take out of requests to join, and of what the trail says beside them, who asked."""
    for request in requests:
        Personal.objects.filter(entry__in=trail.history(request).order_by().values("pk")).delete()
        forgetting.forget_about(request)
        JoinRequest.objects.filter(pk=request.pk).update(
            name="", email="", position="", unit="", reason="", answer="", code_hash="", code_ends_at=None
        )


def _forget_in_imports(words: Words, *, shared: bool) -> None:
    """The lines of files about the person: one that waits to be saved would bring the person back."""
    wanted = {word.lower() for word in (words.names if shared else words)}
    mine = [
        row.pk
        for row in ImportRow.objects.filter(words.held_by_json("cells")).only("pk", "cells")
        if wanted.intersection(str(cell).strip().lower() for cell in row.cells)
    ]
    ImportRow.objects.filter(pk__in=mine).delete()
    for column in ("cells", "changes", "faults"):
        words.take_out_of_json(ImportRow.objects.all(), column)


def _forget_in_the_trail(person: User, words: Words) -> None:
    """What stands beside the lines: the lines themselves stay for ever and name nobody."""
    Personal.objects.filter(person=person).delete()
    words.take_out_of_json(Personal.objects.all(), "facts")


def _rewrite(person: User, at: datetime) -> None:
    """The row itself: its key, its body, its gender and its day stay for the figures."""
    person.name, person.username = FORMER, f"erased-{person.pk}"
    person.email = person.title = person.position = person.unit = ""
    person.languages = person.english = person.experience = person.time_zone = ""
    person.customs_since = person.last_login = None
    person.mail_language = MailLanguage.ENGLISH
    person.is_active = person.is_staff = person.is_superuser = False
    person.erased_at = at
    person.set_unusable_password()
    person.save()
