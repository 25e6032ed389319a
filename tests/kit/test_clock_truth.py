"""The truth about time: what was typed is what is read, over ten years of changed clocks and the zones of all members.

The truth comes from the table of zones itself: every minute of a day is looked at as an instant, which never lies.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import clock
from portal.kit.calendar import Meeting, Sitting, feed
from portal.kit.states import Refused
from tests import rfc5545

MEMBERS = Path(settings.BASE_DIR) / "members" / "sample" / "members.csv"
ZONES = sorted({row["time_zone"] for row in csv.DictReader(MEMBERS.open(encoding="utf-8"))})
# more than one zone in a country, half hours of summer time, changes on the evening before
ZONES += ["Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham", "Asia/Tehran", "America/Santiago", "UTC"]
FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)
MINUTE = timedelta(minutes=1)
GUESTS = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Caracas"]

days = st.dates(FIRST, LAST)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
zones = st.sampled_from(sorted(set(ZONES)))


@cache
def changes(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Every change of the clocks of a zone: the first instant (UTC) after it, and by how much they went forward."""
    found, there = [], ZoneInfo(zone)
    at, end = datetime(2019, 12, 31, tzinfo=UTC), datetime(2031, 1, 2, tzinfo=UTC)
    while at < end:
        later = at + timedelta(hours=12)
        before, after = at.astimezone(there).utcoffset(), later.astimezone(there).utcoffset()
        if before != after:
            low, high = at, later
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                low, high = (middle, high) if middle.astimezone(there).utcoffset() == before else (low, middle)
            found.append((high, after - before))
        at = later
    return tuple(found)


CHANGES = [(zone, at, by) for zone in sorted(set(ZONES)) for at, by in changes(zone)]
FORWARD = [(zone, at, by) for zone, at, by in CHANGES if by > timedelta(0)]
BACK = [(zone, at, -by) for zone, at, by in CHANGES if by < timedelta(0)]


def wall(instant: datetime, zone: str) -> datetime:
    """What the clocks show, as a person types it: without a word on which of two times it is."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def happens(at: datetime, zone: str) -> list[datetime]:
    """Every instant at which the clocks of a zone show a wall time: none in a gap, two when clocks went back."""
    guess = at.replace(tzinfo=UTC)
    near = [guess + timedelta(hours=hours) for hours in range(-36, 37)]
    shifts = {wall(instant, zone) - instant.replace(tzinfo=None) for instant in near}
    return sorted(guess - shift for shift in shifts if wall(guess - shift, zone) == at)


def through_a_feed(begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    """What a calendar program reads of a sitting."""
    meeting = Meeting("Workshop", [Sitting("session-1", "", begin, end)])
    (entry,) = rfc5545.checked(feed("Events", [meeting], host="portal.example", at=begin))
    return rfc5545.moment(entry, "DTSTART"), rfc5545.moment(entry, "DTEND")


def test_the_ten_years_hold_many_changes_of_the_clocks() -> None:
    assert len(FORWARD) > 50 and len(BACK) > 50
    assert {zone for zone, _at, _by in CHANGES} >= {"Australia/Sydney", "Pacific/Auckland", "Asia/Tehran"}
    assert timedelta(minutes=30) in {by for _zone, _at, by in FORWARD}  # Lord Howe


@given(days, times, zones)
def test_a_wall_time_is_the_first_instant_that_shows_it_or_is_refused(day: date, at: time, zone: str) -> None:
    truth = happens(datetime.combine(day, at), zone)
    if not truth:
        with pytest.raises(Refused):
            clock.to_instant(day, at, zone)
        return
    instant = clock.to_instant(day, at, zone)
    assert instant == truth[0]
    assert clock.in_zone(instant, zone).replace(tzinfo=None) == datetime.combine(day, at)


@given(days, times, zones, st.integers(15, 8 * 60), st.sampled_from(GUESTS))
def test_a_session_comes_out_of_a_feed_at_the_wall_time_that_was_typed(
    day: date, at: time, zone: str, minutes: int, guest: str
) -> None:
    """Two ends, written as UTC and read by a program in a third zone."""
    until = datetime.combine(day, at) + timedelta(minutes=minutes)
    try:
        begin, end = clock.to_instant(day, at, zone), clock.to_instant(until.date(), until.time(), zone)
    except Refused:
        return
    if end <= begin:  # over the hour that comes twice: the services refuse what ends before it begins
        return
    read = [moment.astimezone(ZoneInfo(guest)) for moment in through_a_feed(begin, end)]
    assert [wall(moment, zone) for moment in read] == [datetime.combine(day, at), until]


@pytest.mark.parametrize(("zone", "at", "by"), FORWARD, ids=lambda value: str(value)[:30])
def test_every_gap_of_ten_years_is_refused_with_a_sentence(zone: str, at: datetime, by: timedelta) -> None:
    """The last minute before and the first minute after stand beside each other; every minute between is refused."""
    after = wall(at, zone)
    before = after - by
    assert clock.to_instant(after.date(), after.time(), zone) == at
    last = before - MINUTE
    assert clock.to_instant(last.date(), last.time(), zone) == at - MINUTE
    for inside in (before, before + by / 2, after - MINUTE):
        with pytest.raises(Refused) as refusal:
            clock.to_instant(inside.date(), inside.time(), zone)
        sentence = str(refusal.value.message)
        assert inside.strftime("%H:%M") in sentence and zone in sentence
        assert "clocks go forward over it. Choose another time." in sentence


@pytest.mark.parametrize(("zone", "at", "by"), BACK, ids=lambda value: str(value)[:30])
def test_every_hour_that_comes_twice_means_the_first_one(zone: str, at: datetime, by: timedelta) -> None:
    """The wall time is read the same again, also from a feed."""
    for inside in (wall(at, zone), wall(at, zone) + by / 2, wall(at, zone) + by - MINUTE):
        instant = clock.to_instant(inside.date(), inside.time(), zone)
        assert instant < at, "the first of the two"
        begin, _end = through_a_feed(instant, instant + timedelta(hours=3))
        assert wall(begin, zone) == inside


@pytest.mark.parametrize(("zone", "at", "by"), CHANGES, ids=lambda value: str(value)[:30])
def test_a_meeting_at_the_same_wall_time_moves_by_the_change_of_the_clocks(
    zone: str, at: datetime, by: timedelta
) -> None:
    """13:00 stays 13:00: from the day before to the day after, the hours between are 48 less the change."""
    day = wall(at, zone).date()
    before = clock.to_instant(day - timedelta(days=1), time(13), zone)
    after = clock.to_instant(day + timedelta(days=1), time(13), zone)
    others = [change for instant, change in changes(zone) if before < instant <= after]
    assert after - before == timedelta(days=2) - sum(others, timedelta())


@given(days, zones)
def test_a_deadline_ends_with_the_last_minute_of_its_day(day: date, zone: str) -> None:
    """Also where the clocks are changed at midnight, so that no 00:00 exists."""
    end = clock.end_of_day(day, zone)
    assert clock.in_zone(end, zone).date() > day
    assert clock.in_zone(end - timedelta(microseconds=1), zone).date() <= day


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)), zones)
def test_a_day_in_a_zone_is_the_day_that_its_clocks_show(instant: datetime, zone: str) -> None:
    assert clock.today_in(zone, instant) == wall(instant, zone).date()
