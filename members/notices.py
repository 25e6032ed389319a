"""Letters about accounts: the codes that people type when they sign in, and news about password and address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from portal.kit.clock import spell
from portal.mail import letters, outbox
from portal.mail.models import Message


def sign_in_code(person: User, code: str, *, at: datetime) -> None:
    """The code that signs one person in; each request is a letter of its own."""
    outbox.queue("sign_in_code", about=person, to=person, occurrence=at.isoformat(), facts=_code(person, code, at))


def password_reset_code(person: User, code: str, *, at: datetime) -> None:
    outbox.queue(
        "password_reset_code", about=person, to=person, occurrence=at.isoformat(), facts=_code(person, code, at)
    )


def sign_in_names(people: Sequence[User], *, at: datetime) -> None:
    """To a mailbox that several people share: which sign-in names belong to it, because a code is for one person."""
    first = people[0]
    outbox.queue("sign_in_names", about=first, address=first.email, occurrence=at.isoformat())


def password_changed(person: User, *, at: datetime) -> None:
    if person.email:
        outbox.queue(
            "password_changed",
            about=person,
            to=person,
            occurrence=at.isoformat(),
            facts={"at": spell(at, person.zone)},
        )


def second_factor_changed(person: User, verb: str, *, at: datetime) -> None:
    """What became of the second factor, in the words of the trail; nobody changes it unseen."""
    if person.email:
        outbox.queue(
            "second_factor_changed",
            about=person,
            to=person,
            occurrence=at.isoformat(),
            facts={"at": spell(at, person.zone), "verb": verb},
        )


def address_changed(person: User, before: str, *, change: int) -> None:
    """To the old address: codes go to another one from now on. `change` is the line of the trail."""
    outbox.queue("address_changed", about=person, address=before, occurrence=str(change))


def _code(person: User, code: str, at: datetime) -> dict[str, Any]:
    until = at + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    return {"code": code, "until": spell(until, person.zone), "ends_at": until.isoformat()}


def _names(message: Message) -> dict[str, Any]:
    people = User.objects.filter(email=message.address, is_active=True).order_by("name", "username")
    return {"people": people, "page": settings.PORTAL_URL + reverse("account_request_login_code")}


def _reset(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("account_reset_password")}


def _profile(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("mfa_index")}


def _still_active(message: Message) -> str:
    person = message.about
    return "" if isinstance(person, User) and person.is_active else _("The account is closed.")


def _while_code_lives(message: Message) -> datetime | None:
    return datetime.fromisoformat(message.facts["ends_at"]) if message.facts else None


letters.register(
    "sign_in_code",
    title=gettext_lazy("Code to sign in"),
    wanted=_still_active,
    useful_until=_while_code_lives,
    urgent=True,
    secret=True,
)
letters.register(
    "password_reset_code",
    title=gettext_lazy("Code to set a new password"),
    wanted=_still_active,
    useful_until=_while_code_lives,
    urgent=True,
    secret=True,
)
letters.register(
    "sign_in_names", title=gettext_lazy("Sign-in names of a shared mailbox"), context=_names, urgent=True, secret=True
)
letters.register("password_changed", title=gettext_lazy("The password has changed"), context=_reset, urgent=True)
letters.register(
    "second_factor_changed", title=gettext_lazy("The second factor has changed"), context=_profile, urgent=True
)
letters.register("address_changed", title=gettext_lazy("The mail address has changed"), urgent=True)
