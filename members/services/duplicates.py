"""People who may stand in the portal twice: the same name, or nearly the same, in the same body."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Administration, NotTheSame, User
from members.models.people import UserQuerySet
from portal.kit import trail
from portal.kit.states import Refused

ALIKE = 0.9  # of `difflib`: two letters of twenty may differ
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "mme", "dr", "drs", "prof", "professor", "hon", "sir", "madam"])
# marks that stand on letters of these scripts only as accents; in all other scripts a mark belongs to the letter
ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
# letters with a stroke, which no normal form takes apart; and two keyboards for one Arabic letter
PLAIN = str.maketrans("đøłıħ\u064a\u0649\u0643", "dolih\u06cc\u06cc\u06a9")
INSIDE = frozenset("'`´’‘ʻʼ\u200c\u200d")  # inside a word of a name: Tuʻipulotu
TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
NO_SCRIPT = frozenset({"MODIFIER", "COMBINING", "FEMININE", "MASCULINE"})
NEARLY = 0.001  # a tenth of forty is four, also in the arithmetic of the machine
PLACES = 127  # of the mask of a name; a prime, so that neighbouring letters do not fall together


@dataclass(frozen=True, slots=True)
class Named:
    """A person as names are compared. `mask` holds one bit for each letter and its repetition."""

    pk: int
    key: str
    numbers: tuple[str, ...]
    mask: int
    email: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one; the lower key stands first."""

    first: int
    second: int
    same_name: bool
    same_address: bool


def key_of(name: str) -> str:
    """A name as it is compared: no case, no accents, no titles, and the words in order of the alphabet."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    text = unicodedata.normalize("NFC", ACCENTS.sub("", text)).translate(PLAIN)
    signs = (sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in text if sign not in INSIDE)
    words = sorted("".join(signs).split())
    return " ".join([word for word in words if word not in TITLES] or words)


def same_name(one: str, other: str) -> bool:
    return key_of(one) == key_of(other)


def mixed_words(name: str) -> list[str]:
    """Words with letters of two scripts: a Cyrillic letter that looks like a Latin one makes another name."""
    return [word for word in name.split() if len(_scripts(word)) > 1]


def find(rows: UserQuerySet) -> list[Pair]:
    """All pairs among these people, the same names first; never two bodies, and no pair that somebody told apart.

    A shared mailbox alone makes no pair. Names are compared only where their letters and their numbers leave it
    possible, so that twenty thousand people take half a second.
    """
    bodies: dict[tuple[int | None, int | None], list[Named]] = defaultdict(list)
    columns = ("pk", "name", "email", "administration_id", "organisation_id")
    for pk, name, email, administration, organisation in _alive(rows).values_list(*columns):
        bodies[administration, organisation].append(named(pk, name, email))
    apart = set(NotTheSame.objects.values_list("first_id", "second_id"))
    found = {pair for people in bodies.values() for pair in _pairs(people) if (pair.first, pair.second) not in apart}
    return sorted(found, key=lambda pair: (not pair.same_name, not pair.same_address, pair.first, pair.second))


def like(name: str, email: str, administration: Administration) -> list[User]:
    """People of an administration who may be the one of this name; closed accounts too."""
    asked = named(0, name, User.objects.normalize_email(email))
    people = {person.pk: person for person in _alive(User.objects.get_queryset()).filter(administration=administration)}
    pairs = (_pair(asked, named(person.pk, person.name, person.email)) for person in people.values())
    found = sorted((pair for pair in pairs if pair), key=lambda pair: (not pair.same_name, not pair.same_address))
    return [people[pair.second] for pair in found]


@transaction.atomic
def tell_apart(one: User, other: User, *, by: User, at: datetime) -> None:
    """Remember that two people are not the same; the pair is not shown again.

    Raises `Refused` for one person twice.
    """
    first, second = sorted((one, other), key=lambda person: person.pk)
    if first == second:
        raise Refused(_("Choose two people."))
    _row, created = NotTheSame.objects.get_or_create(first=first, second=second, defaults={"by": by, "at": at})
    if created:
        for person, another in ((first, second), (second, first)):
            trail.record(by, "told apart", person, account=another.pk)


def named(pk: int, name: str, email: str) -> Named:
    key = key_of(name)
    mask, seen = 0, defaultdict[str, int](int)
    for sign in key:
        seen[sign] += 1
        mask |= 1 << ((ord(sign) * 31 + seen[sign] * 7) % PLACES)
    return Named(pk, key, tuple(word for word in key.split() if word.isdigit()), mask, email)


def _alive(rows: UserQuerySet) -> UserQuerySet:
    return rows.filter(merged_into__isnull=True, erased_at__isnull=True)


def _pairs(people: Iterable[Named]) -> Iterator[Pair]:
    """The pairs of one body. Who may be one stands in one block: the same numbers in the name, and the same first
    letter or the same address; a pair may be found in two blocks.
    """
    blocks: dict[tuple[tuple[str, ...], str], list[Named]] = defaultdict(list)
    for person in people:
        blocks[person.numbers, person.key[:1]].append(person)
        if person.email:
            blocks[person.numbers, person.email].append(person)
    for block in blocks.values():
        block.sort(key=lambda person: len(person.key))
        for place, one in enumerate(block):
            mask, size = one.mask, len(one.key)
            for other in block[place + 1 :]:
                longer = len(other.key)
                if 2 * size < ALIKE * (size + longer):
                    break  # all the next ones are longer still
                # each letter without a partner takes 1 from what both have in common; a place of the mask is
                # the shadow of one letter or several, so this never counts too many
                if (mask ^ other.mask).bit_count() <= (1 - ALIKE) * (size + longer) + NEARLY and (
                    pair := _pair(one, other)
                ):
                    yield pair


def _pair(one: Named, other: Named) -> Pair | None:
    """Whether two people of one body may be one: the same name; or nearly, with the same first letter or address."""
    same_address = bool(one.email) and one.email == other.email
    if one.key != other.key:
        if one.numbers != other.numbers or not (same_address or one.key[:1] == other.key[:1]):
            return None
        if SequenceMatcher(None, one.key, other.key, autojunk=False).ratio() < ALIKE:
            return None
    elif not one.key:
        return None
    first, second = sorted((one.pk, other.pk))
    return Pair(first, second, one.key == other.key, same_address)


def _scripts(word: str) -> set[str]:
    """The scripts of the letters of a word, by the first word of their names in Unicode."""
    found = {unicodedata.name(sign, "").split(" ")[0].split("-")[0] for sign in word if sign.isalpha()} - NO_SCRIPT
    return found - TOGETHER | ({"CJK"} if found & TOGETHER else set())
