"""Who may be meant by what was typed at the sign-in page."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from members.models import User


def people_behind(text: str) -> list[User]:
    """The active people that a typed sign-in name or mail address means: one by name, or all of a mailbox.

    The sign-in name goes first. Texts are compared letter by letter and in plain letters only, because folding
    turns a dotless i or a Kelvin sign into the letter of another person's address.
    """
    word = text.strip()
    if not word or not word.isascii() or not word.isprintable():
        return []
    word = word.lower()
    # one question, whatever was typed: the time of the answer says nothing
    meant = list(User.objects.filter(Q(username=word) | Q(email=word)).order_by("username"))
    named = [person for person in meant if person.username == word]
    return [person for person in named or meant if person.is_active]


def person_with(text: str, password: str) -> User | None:
    """The one person behind the text whose password fits.

    An unknown text costs one hash as a known one does. Two people of one mailbox with the same password are
    nobody: each has to use the sign-in name.
    """
    people = [person for person in people_behind(text) if person.has_usable_password()]
    if not people:
        make_password(password)
        return None
    fitting = [person for person in people if person.check_password(password)]
    return fitting[0] if len(fitting) == 1 else None
