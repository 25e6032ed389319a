"""The second factor of a person: whether there is one, what became of it, and its removal when the device is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members import notices
from members.models import User
from members.services import devices
from portal.kit import trail
from portal.kit.states import Refused

SWITCHED_ON = "switched on the second factor"
SWITCHED_OFF = "switched off the second factor"
PASSKEY_ADDED = "added a passkey"
PASSKEY_RENAMED = "renamed a passkey"
PASSKEY_REMOVED = "removed a passkey"
NEW_CODES = "made new recovery codes"
REMOVED = "removed the second factor"
MOST_PASSKEYS = 10  # nobody needs more, and each is named to the browser at every sign-in
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_one(person: User) -> bool:
    """An authenticator app or a passkey. Recovery codes alone are no factor: they stand in for one."""
    return bool(Authenticator.objects.filter(user=person, type__in=KINDS).exists())


def has_app(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def passkeys_of(person: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return rows.order_by("pk")


def count(person: User) -> int:
    """How many factors a person has: the app is one, each passkey is one."""
    return int(Authenticator.objects.filter(user=person, type__in=KINDS).count())


@transaction.atomic
def note(person: User, verb: str, *, by: User, at: datetime) -> None:
    """One line in the trail and one letter, so that nobody changes the factor of another unseen."""
    trail.record(by, verb, person)
    notices.second_factor_changed(person, verb, at=at)


@transaction.atomic
def remove(person: User, *, by: User, at: datetime) -> None:
    """Take a lost factor away and end every session; the next sign-in asks for a new one where the role needs it.

    Raises `Refused` when there is none.
    """
    gone, _kinds = Authenticator.objects.filter(user=person).delete()
    if not gone:
        raise Refused(_("%(person)s has no second factor.") % {"person": person})
    devices.end_all(person, by=by)
    note(person, REMOVED, by=by, at=at)
