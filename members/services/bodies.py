"""What the office edits of administrations and other organisations: facts, full names and groups over time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Administration, AdministrationName, Group, Membership, Organisation, User
from members.models.bodies import weekday_words
from portal.kit import trail
from portal.kit.clock import spell_days
from portal.kit.models import Entry
from portal.kit.states import Refused

ADMINISTRATION = (
    "name", "sub_region", "time_zone", "weekend_days", "capital", "languages", "email", "mail_domains", "address",
    "regional_entities", "donor_fund", "member_since",
)  # fmt: skip
ORGANISATION = ("name", "abbreviation", "kind", "email", "address", "time_zone")
DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
# anybody gets an address there, so it is no hint of an administration
EVERYBODYS = frozenset(
    {
        "163.com", "aol.com", "gmail.com", "gmx.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com",
        "mail.com", "mail.ru", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "yahoo.com",
        "yandex.com", "zoho.com",
    }
)  # fmt: skip
Body = TypeVar("Body", Administration, Organisation)
Dated = TypeVar("Dated", AdministrationName, Membership)


class Taken(Refused):
    """The name is that of another row."""


class Overtaken(Refused):
    """Somebody else saved a field after the page was opened: {field: what stands there now}."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        super().__init__(_("Somebody else changed this after you opened the page. Nothing is saved yet."))
        self.now = now


# --- facts ----------------------------------------------------------------------------------------


@transaction.atomic
def change(row: Body, *, by: User | None, shown: Mapping[str, str] | None = None, **facts: Any) -> Entry | None:
    """Save what differs; one line of the trail holds the old and the new value of each field.

    `shown` is what the page showed, as `as_shown` spells it. A field that the person left as it was is left alone,
    so that what a colleague saved meanwhile stays. Raises `Overtaken` when a colleague changed a field to something
    else that this person changes too, and `Taken` when another row has the name.
    """
    known = type(row)._default_manager.select_for_update().get(pk=row.pk)
    before = {name: getattr(known, name) for name in facts}
    now = as_shown(before)
    seen = now | dict(shown or {})
    mine = {name: value for name, value in facts.items() if str(value) != seen[name]}
    overtaken = {name: before[name] for name, value in mine.items() if now[name] not in (seen[name], str(value))}
    if overtaken:
        raise Overtaken(overtaken)
    for name, value in mine.items():
        setattr(known, name, value)
        setattr(row, name, value)
    _save(known)
    return trail.record_changes(by, row, told(before), told(mine))


@transaction.atomic
def add_administration(*, iso2: str, by: User | None, **facts: Any) -> Administration:
    """Raises `Taken` when another administration has the name or the code."""
    row = Administration(iso2=iso2, **facts)
    _save(row)
    trail.record(by, "added", row)
    return row


@transaction.atomic
def add_organisation(*, by: User | None, **facts: Any) -> Organisation:
    """Raises `Taken` when another organisation has the name; a second click meets the first one."""
    row = Organisation(**facts)
    _save(row)
    trail.record(by, "added", row)
    return row


def as_shown(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts spelled one way, to see later whether they are still the same."""
    return {name: str(value) for name, value in facts.items()}


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as the trail tells them: the days of the weekend by their names."""
    return {name: weekday_words(value) if name == "weekend_days" else value for name, value in facts.items()}


def tidy_domains(text: str) -> str:
    """Mail domains in small letters with commas between. Raises `Refused` with the word that is no domain of theirs."""
    found = [word.strip(".@") for word in re.split(r"[\s,;]+", text.lower()) if word.strip(".@")]
    for word in found:
        if len(word) > 200 or not DOMAIN.fullmatch(word):
            raise Refused(
                _("“%(word)s” is not a mail domain. Write, for example: customs.gov.example") % {"word": word[:60]}
            )
        if word in EVERYBODYS:
            raise Refused(_("Everybody can have an address at %(word)s. Leave it out.") % {"word": word})
    return ", ".join(dict.fromkeys(found))


def _save(row: Administration | Organisation) -> None:
    others = type(row)._default_manager.exclude(pk=row.pk).filter(name__iexact=row.name)
    taken = Taken(_("Another entry has the name “%(name)s”.") % {"name": row.name})
    if others.exists():
        raise taken
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:  # the other click was faster
        raise taken from fault


# --- full names over time -------------------------------------------------------------------------


@transaction.atomic
def add_name(
    administration: Administration, *, title: str, from_on: date | None, to_on: date | None = None, by: User | None
) -> AdministrationName:
    """A full name from a day to a day; both ends included, open when empty.

    A name that goes on from a day ends the one before it on the day before. Raises `Refused` when the days run
    backwards or overlap with another name.
    """
    _in_order(administration, from_on, to_on)
    ended = None
    if from_on and to_on is None:
        ended = administration.titles.holding_on(from_on).exclude(from_on=from_on).first()
        if ended and ended.to_on is None:
            ended.to_on = from_on - timedelta(days=1)
            ended.save(update_fields=["to_on"])
        else:
            ended = None
    _no_overlap(administration.titles.all(), from_on, to_on)
    row = AdministrationName.objects.create(administration=administration, title=title, from_on=from_on, to_on=to_on)
    trail.record(
        by, "added a full name", administration, full_name=title, from_on=from_on or "", until=to_on or "",
        earlier_name=ended.title if ended else "", earlier_name_until=ended.to_on if ended else "",
    )  # fmt: skip
    return row


@transaction.atomic
def correct_name(
    row: AdministrationName, *, title: str, from_on: date | None, to_on: date | None, by: User | None
) -> None:
    """Put a name or its days right. Raises `Refused` when the days run backwards or overlap with another name."""
    _in_order(row.administration, from_on, to_on)
    _no_overlap(row.administration.titles.exclude(pk=row.pk), from_on, to_on)
    known = row.administration.titles.filter(pk=row.pk).first()
    if known is None:
        raise Refused(_("This name was removed a moment ago."))
    before = f"{known.title} {spell_span(known.from_on, known.to_on)}"
    known.title, known.from_on, known.to_on = title, from_on, to_on
    known.save()
    after = f"{title} {spell_span(from_on, to_on)}"
    trail.record_changes(by, row.administration, {"full name": before}, {"full name": after})


@transaction.atomic
def remove_name(row: AdministrationName, *, by: User | None) -> None:
    """Take out a name that was never right; the trail keeps it. A second click changes nothing."""
    gone, _kinds = AdministrationName.objects.filter(pk=row.pk).delete()
    if gone:
        trail.record(
            by,
            "removed a full name",
            row.administration,
            full_name=row.title,
            from_on=row.from_on or "",
            until=row.to_on or "",
        )


# --- groups over time -----------------------------------------------------------------------------


@transaction.atomic
def join(
    administration: Administration, *, group: Group, from_on: date | None, to_on: date | None = None, by: User | None
) -> Membership:
    """An administration belongs to a group from a day on. Raises `Refused` when it does on one of these days."""
    _in_order(administration, from_on, to_on)
    _no_overlap(administration.memberships.filter(group=group), from_on, to_on)
    row = Membership.objects.create(administration=administration, group=group, from_on=from_on, to_on=to_on)
    trail.record(by, "joined a group", administration, group=group, from_on=from_on or "", until=to_on or "")
    return row


@transaction.atomic
def leave(row: Membership, *, last_day: date, by: User | None) -> None:
    """The last day in a group. Raises `Refused` when the membership has ended, or begins after that day."""
    known = _membership(row)
    if known.to_on is not None and known.to_on <= last_day:
        raise Refused(_("This membership ended on %(day)s.") % {"day": spell_days(known.to_on, known.to_on)})
    if known.from_on and last_day < known.from_on:
        raise Refused(_("The membership begins after this day. If it was never right, remove it."))
    known.to_on = last_day
    known.save(update_fields=["to_on"])
    trail.record(by, "left a group", row.administration, group=row.group, last_day=last_day)


@transaction.atomic
def correct_membership(row: Membership, *, from_on: date | None, to_on: date | None, by: User | None) -> None:
    """Put the days right. Raises `Refused` when they run backwards or overlap with others in the same group."""
    known = _membership(row)
    _backwards(from_on, to_on)
    _no_overlap(row.administration.memberships.filter(group=row.group).exclude(pk=row.pk), from_on, to_on)
    before, after = spell_span(known.from_on, known.to_on), spell_span(from_on, to_on)
    known.from_on, known.to_on = from_on, to_on
    known.save(update_fields=["from_on", "to_on"])
    trail.record_changes(by, row.administration, {str(row.group): before}, {str(row.group): after})


@transaction.atomic
def remove_membership(row: Membership, *, by: User | None) -> None:
    """Take out a membership that was never right; the trail keeps it. A second click changes nothing."""
    gone, _kinds = Membership.objects.filter(pk=row.pk).delete()
    if gone:
        trail.record(
            by,
            "removed a membership",
            row.administration,
            group=row.group,
            from_on=row.from_on or "",
            until=row.to_on or "",
        )


def spell_span(from_on: date | None, to_on: date | None) -> str:
    """(from 1 March 2025), (until 28 February 2025), (2 February 2024 - 1 March 2025), (always)."""
    if from_on and to_on:
        return f"({spell_days(from_on, to_on)})"
    if from_on:
        return _("(from %(day)s)") % {"day": spell_days(from_on, from_on)}
    return _("(until %(day)s)") % {"day": spell_days(to_on, to_on)} if to_on else _("(always)")


def _backwards(from_on: date | None, to_on: date | None) -> None:
    if from_on and to_on and to_on < from_on:
        raise Refused(_("The last day lies before the first day."))


def _in_order(administration: Administration, from_on: date | None, to_on: date | None) -> None:
    """The days run forward; and two clicks at once come one after the other."""
    _backwards(from_on, to_on)
    Administration.objects.select_for_update(no_key=True).get(pk=administration.pk)


def _membership(row: Membership) -> Membership:
    Administration.objects.select_for_update(no_key=True).get(pk=row.administration_id)
    known = Membership.objects.filter(pk=row.pk).first()
    if known is None:
        raise Refused(_("This membership was removed a moment ago."))
    return known


def _no_overlap(others: Iterable[Dated], from_on: date | None, to_on: date | None) -> None:
    for other in others:
        begins_before = other.from_on is None or to_on is None or other.from_on <= to_on
        ends_after = other.to_on is None or from_on is None or from_on <= other.to_on
        if begins_before and ends_after:
            what = other.title if isinstance(other, AdministrationName) else other.group.name
            raise Refused(
                _("These days overlap with “%(what)s” %(days)s. Correct that entry first.")
                % {"what": what, "days": spell_span(other.from_on, other.to_on)}
            )
