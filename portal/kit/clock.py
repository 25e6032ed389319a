"""Wall time and zone to instant, and back; times as words.

A meeting stands at a wall time in a zone ("13:00 in Yangon"); the instant is derived. When a government
changes its summer time, the wall time stays and the instant moves.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _

from portal.kit.states import Refused


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """All IANA names that this host knows."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def valid_zone(name: str) -> None:
    """Field validator: an IANA zone by its name, for example Asia/Bangkok."""
    if name not in zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one, for example Asia/Bangkok."), params={"name": name}
        )


def to_instant(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) of a wall time in a zone; the earlier one when clocks go back.

    Raises `Refused` when clocks go forward over that wall time, so that it never happens.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise Refused(
            _("%(time)s does not exist on %(day)s in %(zone)s: clocks go forward over it. Choose another time.")
            % {"time": at.strftime("%H:%M"), "day": formats.date_format(day), "zone": zone}
        )
    return instant


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which a day ends in a zone: a deadline "on 31 July" includes the whole day there."""
    return datetime.combine(day + timedelta(days=1), time.min).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def in_zone(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def today_in(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def office_day(at: datetime) -> date:
    """The day at the office: roles, deadlines and plans are counted by it."""
    return today_in(settings.OFFICE_TIME_ZONE, at)


def offset(instant: datetime) -> str:
    """UTC+6:30, of an aware time."""
    minutes = int((instant.utcoffset() or timedelta()).total_seconds() // 60)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    hours, rest = divmod(minutes, 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


def city(zone: str) -> str:
    """Yangon, of Asia/Yangon."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _place(zone: str, there: datetime) -> str:
    """Yangon, UTC+6:30; plain UTC only once."""
    return "UTC" if zone == "UTC" else f"{city(zone)}, {offset(there)}"


def spell_day(day: date) -> str:
    """Wed 19 August 2020."""
    return f"{formats.date_format(day, 'D')} {day.day} {formats.date_format(day, 'F Y')}"


def spell(instant: datetime, zone: str) -> str:
    """Wed 19 August 2020, 13:00 (Yangon, UTC+6:30)."""
    there = in_zone(instant, zone)
    return f"{spell_day(there.date())}, {there:%H:%M} ({_place(zone, there)})"


def spell_span(begin: datetime, end: datetime, zone: str) -> str:
    """Wed 19 August 2020, 13:00 - 16:00 (Yangon, UTC+6:30); both days when they differ."""
    first, last = in_zone(begin, zone), in_zone(end, zone)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{spell_day(last.date())}, {last:%H:%M}"
    return f"{spell_day(first.date())}, {first:%H:%M} - {until} ({_place(zone, first)})"


def spell_days(first: date, last: date) -> str:
    """19 August 2020; 23 - 26 November 2020; 31 August - 7 September 2020."""
    if first == last:
        return formats.date_format(first, "j F Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} - {formats.date_format(last, 'j F Y')}"
    if first.year == last.year:
        return f"{formats.date_format(first, 'j F')} - {formats.date_format(last, 'j F Y')}"
    return f"{formats.date_format(first, 'j F Y')} - {formats.date_format(last, 'j F Y')}"


def fiscal_year(day: date) -> str:
    """2020/21, the year from 1 July 2020 to 30 June 2021."""
    start = day.year if day.month >= 7 else day.year - 1
    return f"{start}/{(start + 1) % 100:02}"
