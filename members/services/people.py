"""Adding people and changing their profiles."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Administration, Organisation, User
from portal.kit import trail
from portal.kit.states import Refused

PROFILE = ("name", "title", "position", "unit", "gender", "email", "time_zone")


@transaction.atomic
def add(
    *,
    name: str,
    email: str,
    by: User | None,
    administration: Administration | None = None,
    organisation: Organisation | None = None,
    username: str = "",
    **profile: Any,
) -> User:
    """Add a person without a password: the first sign-in is by a mailed code.

    Raises `Refused` when the same name with the same address stands in the same body already.
    """
    twin = User.objects.filter(
        name__iexact=name, email__iexact=email, administration=administration, organisation=organisation
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
    return person


@transaction.atomic
def change(person: User, *, by: User, **profile: Any) -> None:
    """Change the profile; the trail keeps the old and the new value of every field."""
    before = {name: getattr(person, name) for name in profile}
    for name, value in profile.items():
        setattr(person, name, value)
    person.save(update_fields=list(profile))
    trail.record_changes(by, person, before, profile)


def _free_username(name: str, administration: Administration | None) -> str:
    """fj.official.1, from the administration's code and the name; a number when it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", plain))[:40] or "person"
    if administration:
        stem = f"{administration.iso2.lower()}.{stem}"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    number = 1
    username = stem
    while username in taken:
        number += 1
        username = f"{stem}.{number}"
    return username
