"""Loading the register of administrations and organisations from tables; a second load changes nothing.

The table has the last word about the columns that it has: a load brings back what the office edited in these. What no
column holds (mailboxes, addresses, corrections of holidays) stays, and so do mail domains where the table has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from members.models import Administration, AdministrationName, Group, Membership, Organisation
from members.services import bodies
from portal.kit import trail
from portal.kit.states import Refused

Row = Mapping[str, str]
DAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}
GROUPS = {
    "sub-continent": "Sub-Continent",
    "far-east": "Far East",
    "asean": "ASEAN",
    "oceania": "Australasia/Oceania",
    "oco": "Oceania Customs Organisation",
    "sasec": "South Asia Subregional Economic Cooperation",
    "apec-sccp": "APEC Sub-Committee on Customs Procedures",
}
SPAN = re.compile(r"(?P<word>.+?)(?: \[(?P<from>[0-9-]*)\.\.(?P<to>[0-9-]*)\])?")


@dataclass
class Counts:
    """What a load did."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def note(self, *, created: bool, changed: bool) -> None:
        if created:
            self.added += 1
        elif changed:
            self.changed += 1
        else:
            self.same += 1


@dataclass(frozen=True)
class Span:
    """A word with the days from which and to which it holds; both ends included, open when None."""

    word: str
    from_on: date | None
    to_on: date | None


@transaction.atomic
def load(rows: Iterable[Row], organisations: Iterable[Row] = ()) -> Counts:
    """Bring administrations, their names and groups, and organisations to what the tables say.

    Raises `Refused` with the row when a value is not right; then nothing is loaded.
    """
    counts = Counts()
    groups = {code: Group.objects.get_or_create(code=code, defaults={"name": name})[0] for code, name in GROUPS.items()}
    for number, row in enumerate(rows, start=2):
        try:
            _load_administration(row, groups, counts)
        except (KeyError, ValueError, ValidationError, Refused) as fault:
            raise Refused(
                _("Row %(number)s (%(name)s) is not right: %(fault)s")
                % {"number": number, "name": row.get("name", ""), "fault": fault}
            ) from fault
    for row in organisations:
        organisation, created = Organisation.objects.get_or_create(name=row["name"], defaults={"kind": row["kind"]})
        before = {"kind": organisation.kind}
        counts.note(created=created, changed=_bring(organisation, before, {"kind": row["kind"]}, created=created))
    return counts


def _load_administration(row: Row, groups: Mapping[str, Group], counts: Counts) -> None:
    fields = {
        "name": row["name"],
        "sub_region": row["sub_region"],
        "time_zone": row["time_zone"],
        "weekend_days": [DAYS[day] for day in row["weekend"].split()],
        "capital": row["capital"],
        "languages": row["languages"],
        "regional_entities": row["regional_entities"],
        "donor_fund": row["donor_fund"],
        "member_since": date.fromisoformat(row["member_since"]) if row["member_since"] else None,
    }
    if "mail_domains" in row:  # older tables have no such column
        fields["mail_domains"] = bodies.tidy_domains(row["mail_domains"])
    known = Administration.objects.filter(iso2=row["iso2"]).first()
    administration = known or Administration(iso2=row["iso2"])
    before = {name: getattr(administration, name) for name in fields}
    changed = _bring(administration, before, fields, created=known is None)
    changed |= _bring_titles(administration, spans(row["full_names"]))
    changed |= _bring_groups(administration, spans(row["groups"]), groups)
    counts.note(created=known is None, changed=changed)


def spans(text: str) -> list[Span]:
    """Read `oceania [2024-02-02..]; oco`: words with their days, an open end left empty."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        begin, end = match["from"], match["to"]
        found.append(
            Span(
                match["word"],
                date.fromisoformat(begin) if begin else None,
                date.fromisoformat(end) if end else None,
            )
        )
    return found


def _bring(row: models.Model, before: Mapping[str, Any], after: Mapping[str, Any], *, created: bool) -> bool:
    """Save the row when a value differs, with its line of the trail."""
    if not created and before == after:
        return False
    for name, value in after.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    if created:
        trail.record(None, "added", row)
    else:
        trail.record_changes(None, row, bodies.told(before), bodies.told(after))
    return True


def _bring_titles(administration: Administration, wanted: list[Span]) -> bool:
    present = {Span(row.title, row.from_on, row.to_on): row for row in administration.titles.all()}
    for span in set(present) - set(wanted):
        present[span].delete()
    for span in wanted:
        if span not in present:
            AdministrationName.objects.create(
                administration=administration, title=span.word, from_on=span.from_on, to_on=span.to_on
            )
    return _trace(administration, "names", set(present), set(wanted))


def _bring_groups(administration: Administration, wanted: list[Span], groups: Mapping[str, Group]) -> bool:
    present = {
        Span(row.group.code, row.from_on, row.to_on): row for row in administration.memberships.select_related("group")
    }
    for span in set(present) - set(wanted):
        present[span].delete()
    for span in wanted:
        if span not in present:
            Membership.objects.create(
                administration=administration, group=groups[span.word], from_on=span.from_on, to_on=span.to_on
            )
    return _trace(administration, "groups", set(present), set(wanted))


def _trace(administration: Administration, what: str, before: set[Span], after: set[Span]) -> bool:
    """One line for what came and what went; the first load of an administration says "added" and that is enough."""
    if before == after:
        return False
    if before:
        trail.record(None, "changed", administration, changes={what: [_spell(before), _spell(after)]})
    return True


def _spell(found: set[Span]) -> str:
    return "; ".join(sorted(f"{span.word} [{span.from_on or ''}..{span.to_on or ''}]" for span in found))
