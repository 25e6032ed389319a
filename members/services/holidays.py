"""Public holidays of the administrations: what the library `holidays` knows, corrected by the office.

Days of the weekend are no public holidays and do not stand here; a public holiday that falls on one does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from members.models import Administration, HolidayCorrection, User
from portal.kit import trail
from portal.kit.clock import spell_day
from portal.kit.states import Refused

ENGLISH = "en_US"


@dataclass(frozen=True)
class Day:
    """One day of a calendar as the page shows it; `correction` is None where the library alone speaks."""

    on: date
    name: str
    is_day_off: bool = True
    correction: HolidayCorrection | None = None
    on_weekend: bool = False

    @property
    def weekday(self) -> str:
        return str(WEEKDAYS[self.on.weekday()])


@lru_cache(maxsize=1024)
def published(iso2: str, year: int) -> Mapping[date, str]:
    """What the library knows about a year, in English where it can; empty for a code or a year that it lacks."""
    import holidays  # slow to import, and few pages ask

    try:
        languages = holidays.country_holidays(iso2).supported_languages
    except NotImplementedError:
        return MappingProxyType({})
    found = holidays.country_holidays(iso2, years=year, language=ENGLISH if ENGLISH in languages else None)
    return MappingProxyType({on: found[on] for on in sorted(found)})


def calendar_of(administrations: Iterable[Administration], first: date, last: date) -> dict[int, dict[date, str]]:
    """The public holidays of many administrations from a day to a day, both included, in one query.

    The answer has every administration by its key, also one without any holiday.
    """
    rows = list(administrations)
    corrected: dict[int, dict[date, HolidayCorrection]] = defaultdict(dict)
    for correction in HolidayCorrection.objects.filter(administration__in=rows, on__range=(first, last)):
        corrected[correction.administration_id][correction.on] = correction
    return {row.pk: _days_off(row.iso2, first, last, corrected[row.pk]) for row in rows}


def days_off(administration: Administration, first: date, last: date) -> dict[date, str]:
    """The public holidays of one administration from a day to a day, both included: {day: name}."""
    return calendar_of([administration], first, last)[administration.pk]


def day_off(administration: Administration, day: date) -> str:
    """The name of the public holiday on a day; empty when it is none."""
    return days_off(administration, day, day).get(day, "")


def year_of(administration: Administration, year: int) -> list[Day]:
    """A year as the office corrects it: every day of the library, and what was corrected, in order."""
    known = published(administration.iso2, year)
    corrections = {row.on: row for row in administration.holiday_corrections.filter(on__year=year)}
    found = []
    for on in sorted({*known, *corrections}):
        row = corrections.get(on)
        name = row.name if row and row.name else known.get(on, "")
        on_weekend = on.weekday() in administration.weekend_days
        found.append(Day(on, name, row is None or row.is_day_off, row, on_weekend))
    return found


def coming(administration: Administration, today: date, number: int = 3) -> list[Day]:
    """The next public holidays, that of today included; fewer when the year ahead has fewer."""
    found = days_off(administration, today, today + timedelta(days=365))
    return [Day(on, name, on_weekend=on.weekday() in administration.weekend_days) for on, name in found.items()][
        :number
    ]


@transaction.atomic
def add_day_off(administration: Administration, *, on: date, name: str, by: User | None) -> HolidayCorrection:
    """A public holiday that the library lacks. Raises `Refused` when the day is one, or is corrected already."""
    _lock(administration, on)
    known = published(administration.iso2, on.year).get(on)
    if known:
        raise Refused(_("%(day)s is a public holiday already: %(name)s.") % {"day": spell_day(on), "name": known})
    row = HolidayCorrection.objects.create(administration=administration, on=on, name=name, is_day_off=True)
    trail.record(by, "added a public holiday", administration, day=on, holiday=name)
    return row


@transaction.atomic
def mark_working_day(administration: Administration, *, on: date, by: User | None) -> HolidayCorrection:
    """A day of the library on which people work. Raises `Refused` when it is no holiday, or is corrected already."""
    _lock(administration, on)
    known = published(administration.iso2, on.year).get(on)
    if not known:
        raise Refused(_("%(day)s is no public holiday here.") % {"day": spell_day(on)})
    row = HolidayCorrection.objects.create(administration=administration, on=on, is_day_off=False)
    trail.record(by, "marked a working day", administration, day=on, holiday=known)
    return row


@transaction.atomic
def remove_correction(correction: HolidayCorrection, *, by: User | None) -> None:
    """The library alone speaks for this day again. A second click meets no row and changes nothing."""
    gone, _kinds = HolidayCorrection.objects.filter(pk=correction.pk).delete()
    if gone:
        trail.record(
            by,
            "removed a correction of the holidays",
            correction.administration,
            day=correction.on,
            holiday=correction.name
            or published(correction.administration.iso2, correction.on.year).get(correction.on, ""),
        )


def _days_off(iso2: str, first: date, last: date, corrected: Mapping[date, HolidayCorrection]) -> dict[date, str]:
    found = {
        on: name
        for year in range(first.year, last.year + 1)
        for on, name in published(iso2, year).items()
        if first <= on <= last and on not in corrected
    }
    found |= {on: row.name for on, row in corrected.items() if row.is_day_off}
    return {on: found[on] for on in sorted(found)}


def _lock(administration: Administration, on: date) -> None:
    """Two clicks at once correct a day once."""
    Administration.objects.select_for_update(no_key=True).get(pk=administration.pk)
    if administration.holiday_corrections.filter(on=on).exists():
        raise Refused(_("%(day)s is corrected already. Remove that correction first.") % {"day": spell_day(on)})
