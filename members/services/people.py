"""Adding people and changing their profiles."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from itertools import count
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members import notices
from members.models import Administration, Organisation, User
from portal.kit import trail
from portal.kit.states import Refused

PROFILE = (
    "name",
    "title",
    "gender",
    "position",
    "unit",
    "customs_since",
    "experience",
    "languages",
    "english",
    "email",
    "mail_language",
    "time_zone",
)


class Overtaken(Refused):
    """Somebody else changed the same fields while this person wrote; `values` holds what stands there now."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(_("Somebody else changed this profile while you wrote. Read the fields below."))
        self.values = values


@transaction.atomic
def add(
    *,
    name: str,
    email: str,
    by: User | None,
    administration: Administration | None = None,
    organisation: Organisation | None = None,
    username: str = "",
    welcome: bool = False,
    **profile: Any,
) -> User:
    """Add a person without a password: the first sign-in is by a mailed code. `welcome` sends the letter about it.

    Raises `Refused` when the same name with the same address stands in the same body already, or when the
    sign-in name is taken or could be read as another person's.
    """
    if administration and organisation:
        raise Refused(_("A person works for one body. Choose an administration or an organisation, not both."))
    if username and (not username.isascii() or "@" in username):
        raise Refused(_("A sign-in name has plain letters, digits, dots and hyphens only."))
    body = administration or organisation
    if body is not None:  # of two clicks at once, the second meets the person
        type(body)._default_manager.select_for_update(no_key=True).get(pk=body.pk)
    if User.objects.filter(username=username.lower()).exists():
        raise Refused(_("The sign-in name %(name)s is taken.") % {"name": username})
    twin = User.objects.filter(
        name__iexact=name,
        email=User.objects.normalize_email(email),
        administration=administration,
        organisation=organisation,
    )
    if email and twin.exists():
        raise Refused(_("%(name)s with this mail address is known already.") % {"name": name})
    person = User.objects.create_user(
        username or _free_username(name, administration),
        email,
        name=name,
        administration=administration,
        organisation=organisation,
        **profile,
    )
    trail.record(by, "added", person, body=person.body or "")
    if welcome:
        notices.welcome(person, by=by)
    return person


@transaction.atomic
def change(
    person: User, *, by: User, shown: Mapping[str, str] | None = None, letter: bool = True, **profile: Any
) -> None:
    """Change the profile; the trail keeps the old and the new value of every field.

    `shown` holds the marks of the values that the form showed (`marks`). A field that was left as shown is not
    written, so it keeps what somebody else wrote in the meantime. Raises `Overtaken` when both wrote in one field.
    When the mail address changes, a letter to the old one says so: codes to sign in go to the new one from now on.
    An import sends none (`letter=False`): it changes addresses only of people who have never signed in.
    """
    if "email" in profile:
        profile["email"] = User.objects.normalize_email(profile["email"])
    known = User.objects.select_for_update().get(pk=person.pk)
    profile = written(known, profile, shown or {})
    before = {name: getattr(known, name) for name in profile}
    for name, value in profile.items():
        setattr(person, name, value)
    if profile:
        person.save(update_fields=list(profile))
    entry = trail.record_changes(by, person, before, profile)
    if letter and entry and before.get("email") and before["email"] != profile.get("email", before["email"]):
        notices.address_changed(person, before["email"], change=entry.pk)


def marks(person: User) -> dict[str, str]:
    """The marks of the whole profile: a form carries them to say later what it showed."""
    return {name: mark(getattr(person, name)) for name in PROFILE}


def mark(value: Any) -> str:
    """A short mark of a value: equal values have equal marks."""
    return hashlib.sha256(("" if value is None else str(value)).encode()).hexdigest()[:12]


def written(known: User, profile: Mapping[str, Any], shown: Mapping[str, str]) -> dict[str, Any]:
    """What somebody really wrote: the fields that differ from what the form showed.

    Raises `Overtaken` when such a field has become something else than shown, and something else than written.
    """
    found = {name: value for name, value in profile.items() if name not in shown or shown[name] != mark(value)}
    overtaken = {
        name: getattr(known, name)
        for name, value in found.items()
        if name in shown and mark(getattr(known, name)) not in (shown[name], mark(value))
    }
    if overtaken:
        raise Overtaken(overtaken)
    return found


def _free_username(name: str, administration: Administration | None) -> str:
    """fj.official.1, from the administration's code and the name; a number when it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", plain))[:40] or "person"
    if administration:
        stem = f"{administration.iso2.lower()}.{stem}"
    for first in count(1, 100):  # by whole names, which an index finds among ten thousand people
        names = [stem if number == 1 else f"{stem}.{number}" for number in range(first, first + 100)]
        taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        if free := next((name for name in names if name not in taken), ""):
            return free
    raise AssertionError("there is always a number that is free")
