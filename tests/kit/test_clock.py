"""Wall time and zone to instant, and back: over ten years and the zones of all members."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import clock
from portal.kit.states import Refused

MEMBERS = Path(settings.BASE_DIR) / "members" / "sample" / "members.csv"
ZONES = sorted({row["time_zone"] for row in csv.DictReader(MEMBERS.open(encoding="utf-8"))})
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(days, times, st.sampled_from(ZONES))
def test_a_wall_time_comes_back_as_it_was_or_is_refused_because_it_never_happens(
    day: date, at: time, zone: str
) -> None:
    try:
        instant = clock.to_instant(day, at, zone)
    except Refused:
        before = datetime.combine(day, at).replace(tzinfo=ZoneInfo(zone))
        gap = (before + timedelta(days=1)).utcoffset() != (before - timedelta(days=1)).utcoffset()
        assert gap, "only a change of the clocks may refuse a time"
        return
    there = clock.in_zone(instant, zone)
    assert (there.date(), there.time()) == (day, at)


def test_the_hour_that_summer_time_leaves_out_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refused, match="clocks go forward"):
        clock.to_instant(date(2026, 10, 4), time(2, 30), "Australia/Sydney")


def test_the_hour_that_comes_twice_means_the_first_one() -> None:
    instant = clock.to_instant(date(2027, 4, 4), time(2, 30), "Australia/Sydney")
    assert instant == datetime(2027, 4, 3, 15, 30, tzinfo=UTC)


def test_a_deadline_includes_its_whole_day_there() -> None:
    assert clock.end_of_day(date(2020, 7, 31), "Asia/Yangon") == datetime(2020, 7, 31, 17, 30, tzinfo=UTC)


def test_half_and_quarter_hours_are_written_out() -> None:
    at = datetime(2020, 8, 19, 6, 30, tzinfo=UTC)
    assert clock.spell(at, "Asia/Yangon") == "Wed 19 August 2020, 13:00 (Yangon, UTC+6:30)"
    assert clock.spell(at, "Asia/Kathmandu") == "Wed 19 August 2020, 12:15 (Kathmandu, UTC+5:45)"
    assert clock.spell(at, "UTC") == "Wed 19 August 2020, 06:30 (UTC)"
    assert clock.spell(at, "America/Caracas").endswith("(Caracas, UTC-4)")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2020, 8, 19), date(2020, 8, 19), "19 August 2020"),
        (date(2020, 11, 23), date(2020, 11, 26), "23 - 26 November 2020"),
        (date(2020, 8, 31), date(2020, 9, 7), "31 August - 7 September 2020"),
        (date(2020, 12, 30), date(2021, 1, 2), "30 December 2020 - 2 January 2021"),
    ],
)
def test_days_are_spelled_once(first: date, last: date, words: str) -> None:
    assert clock.spell_days(first, last) == words


def test_the_fiscal_year_begins_in_july() -> None:
    assert clock.fiscal_year(date(2020, 6, 30)) == "2019/20"
    assert clock.fiscal_year(date(2020, 7, 1)) == "2020/21"
    assert clock.fiscal_year(date(2099, 7, 1)) == "2099/00"


@pytest.mark.parametrize("name", ["Bangkok", "Asia/Nowhere", "", "asia/bangkok"])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        clock.valid_zone(name)
