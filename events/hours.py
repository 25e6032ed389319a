"""The best hour for a meeting: how many people sit within office hours, who would be asked out of hours, and why.

Nothing is decided here. Every hour of a span of days is judged for every administration in its own zone, with its
weekend and its public holidays; the fairness ledger of the fiscal year breaks ties in favour of those who were
asked out of hours more often.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.models import Event, Session, WorkPlan
from events.states import EventState
from members.models import Administration
from members.services import holidays
from portal.kit.clock import spell_day, to_instant
from portal.kit.states import Refused

STEP = 30  # minutes between two hours that are judged
# minutes of the local day: an ordinary office, and what people bear at home without getting up at night
OFFICE_OPENS, OFFICE_CLOSES = 8 * 60, 17 * 60
EARLIEST, LATEST = 6 * 60, 21 * 60
LONGEST_SPAN = timedelta(days=92)
MOST_DAYS = 10
DAY = 24 * 60
SATURDAY = 5


class Burden(models.IntegerChoices):
    """What an hour asks of the people of one administration, the lightest first."""

    OFFICE_HOURS = 0, gettext_lazy("Office hours")
    EARLY_OR_LATE = 1, gettext_lazy("Early or late")
    DAY_OFF = 2, gettext_lazy("Day off")
    NIGHT = 3, gettext_lazy("Night")


@dataclass(frozen=True)
class There:
    """One administration at one hour: its own time, what it is asked to bear, and a sentence when it is asked much."""

    administration: Administration
    begins: datetime
    ends: datetime
    burden: Burden
    why: str
    people: int

    @property
    def tone(self) -> str:
        """Of the badge."""
        return ("good", "wait", "bad", "bad")[self.burden]

    @property
    def is_asked(self) -> bool:
        """Whether the people are asked out of their office hours."""
        return self.burden != Burden.OFFICE_HOURS


@dataclass(frozen=True)
class Slot:
    """One hour on one or on several days in a row, judged; `rank` 1 is the best of its search."""

    rank: int
    first: date
    last: date
    begins: time
    starts_at: datetime
    ends_at: datetime  # on the first day
    in_hours: int  # people within office hours on every day
    people: int
    there: list[There]  # on the first day on which each is asked most, the lightest burden first
    words: str

    @property
    def asked(self) -> list[There]:
        return [each for each in self.there if each.is_asked]


@dataclass(frozen=True)
class Search:
    """What is looked for. `people` counts those who would come from each administration, by its key."""

    targets: Sequence[Administration]
    zone: str
    first: date
    last: date
    minutes: int
    days: int = 1
    people: Mapping[int, int] = field(default_factory=dict)
    ledger: Mapping[int, int] = field(default_factory=dict)
    office_zone: str = ""  # where those sit who run the meeting; empty when nobody of the office does

    def check(self) -> None:
        """Raise `Refused` when no hour can be looked for."""
        if not self.targets:
            raise Refused(_("No administration is chosen. Choose the target administrations first."))
        if self.last < self.first:
            raise Refused(_("The last day is before the first day."))
        if self.last - self.first > LONGEST_SPAN:
            raise Refused(_("Choose at most three months."))
        if self.first + timedelta(days=self.days - 1) > self.last:
            raise Refused(_("There are fewer days between the first and the last day than the event has."))


@dataclass(order=True)
class _Judged:
    """An hour by what decides its rank, the best first."""

    not_in_hours: int
    heavy: int  # people at night or on a day off
    asked_before: int  # how often those who are asked now were asked this year
    office: Burden  # of those who run the meeting; the members go first
    at: datetime
    day: date = field(compare=False)
    minute: int = field(compare=False)


def best_of_each_day(search: Search, *, limit: int = 10) -> list[Slot]:
    """The best hour of each first day, the best days first."""
    found: dict[date, _Judged] = {}
    for judged in sorted(_judge(search, search.first, search.last)):
        found.setdefault(judged.day, judged)
    return _ranked(search, list(found.values())[:limit])


def hours_of(search: Search, day: date) -> list[Slot]:
    """Every hour that begins on one day, the best first."""
    return _ranked(search, sorted(_judge(search, day, day + timedelta(days=search.days - 1))))


def _judge(search: Search, first: date, last: date) -> Iterator[_Judged]:
    """Every hour of the span; an hour that the clock leaves out on one of its days is none."""
    search.check()
    calendar = _Calendar(search, first, last)
    weights = [search.people.get(row.pk, 1) for row in search.targets]
    before = [search.ledger.get(row.pk, 0) for row in search.targets]
    everybody = sum(weights)
    burdens = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for minute in range(0, DAY, STEP):
            burdens[number, minute] = calendar.burdens(day, minute)
    for number in range((last - first).days + 2 - search.days):
        for minute in range(0, DAY, STEP):
            days = [burdens[number + later, minute] for later in range(search.days)]
            if None in days:
                continue
            worst = [max(each) for each in zip(*filter(None, days), strict=True)]
            in_hours = sum(people for people, burden in zip(weights, worst, strict=True) if not burden)
            day = first + timedelta(days=number)
            at = to_instant(day, time(*divmod(minute, 60)), search.zone)
            yield _Judged(
                everybody - in_hours,
                sum(people for people, burden in zip(weights, worst, strict=True) if burden >= Burden.DAY_OFF),
                sum(times for times, burden in zip(before, worst, strict=True) if burden),
                _of_office(search, at),
                at,
                day,
                minute,
            )


class _Calendar:
    """The local days of all targets, worked out once: offsets of the zones, weekends, public holidays.

    Minutes are counted from the year 1, so that a thousand hours cost additions and not a thousand clocks.
    """

    def __init__(self, search: Search, first: date, last: date) -> None:
        self.search = search
        early, late = first - timedelta(days=2), last + timedelta(days=2)
        self.holidays = holidays.calendar_of(search.targets, early, late)
        self.offsets: dict[tuple[str, int], int | None] = {}
        self.off = [
            {on.toordinal() for on in self.holidays[row.pk]}
            | {
                day
                for day in range(early.toordinal(), late.toordinal() + 1)
                if date.fromordinal(day).weekday() in row.weekend_days
            }
            for row in search.targets
        ]

    def burdens(self, day: date, minute: int) -> list[Burden] | None:
        """What an hour asks of each target, in their order; None when the hour does not exist in the event's zone."""
        try:
            instant = to_instant(day, time(*divmod(minute, 60)), self.search.zone)
        except Refused:
            return None
        at = instant.toordinal() * DAY + instant.hour * 60 + instant.minute
        found = []
        for row, off in zip(self.search.targets, self.off, strict=True):
            local_day, begins = divmod(at + self.offset(row.time_zone, at, instant), DAY)
            found.append(burden_of(begins, self.search.minutes, is_off=local_day in off))
        return found

    def offset(self, zone: str, at: int, instant: datetime) -> int:
        """Minutes east of UTC. A day on which clocks change is asked hour by hour, any other one once."""
        key = (zone, at // DAY)
        if key not in self.offsets:
            midnight = datetime.combine(instant.date(), time.min, UTC)
            begin, end = (_offset(zone, midnight + timedelta(days=days)) for days in (0, 1))
            self.offsets[key] = begin if begin == end else None
        known = self.offsets[key]
        return _offset(zone, instant) if known is None else known


def _offset(zone: str, instant: datetime) -> int:
    return int((instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds() // 60)


def _of_office(search: Search, at: datetime) -> Burden:
    if not search.office_zone:
        return Burden.OFFICE_HOURS
    local = at.astimezone(ZoneInfo(search.office_zone))
    return burden_of(local.hour * 60 + local.minute, search.minutes, is_off=local.weekday() >= SATURDAY)


def burden_of(begins: int, minutes: int, *, is_off: bool) -> Burden:
    """Of a local hour; `begins` counts minutes from midnight."""
    ends = begins + minutes
    if begins < EARLIEST or ends > LATEST:
        return Burden.NIGHT
    if is_off:
        return Burden.DAY_OFF
    return Burden.OFFICE_HOURS if begins >= OFFICE_OPENS and ends <= OFFICE_CLOSES else Burden.EARLY_OR_LATE


# --- in words ------------------------------------------------------------------------------------------


def _ranked(search: Search, judged: Sequence[_Judged]) -> list[Slot]:
    found = []
    for rank, each in enumerate(judged, start=1):
        following = judged[rank] if rank < len(judged) else None
        there = _there(search, each)
        people = sum(search.people.get(row.pk, 1) for row in search.targets)
        found.append(
            Slot(
                rank,
                each.day,
                each.day + timedelta(days=search.days - 1),
                time(*divmod(each.minute, 60)),
                each.at,
                each.at + timedelta(minutes=search.minutes),
                people - each.not_in_hours,
                people,
                there,
                _words(search, rank, there, each, following, people),
            )
        )
    return found


def _there(search: Search, judged: _Judged) -> list[There]:
    """Each administration on the day on which this hour asks most of it."""
    days = [judged.day + timedelta(days=number) for number in range(search.days)]
    starts = [to_instant(day, time(*divmod(judged.minute, 60)), search.zone) for day in days]
    calendar = holidays.calendar_of(search.targets, days[0] - timedelta(days=1), days[-1] + timedelta(days=1))
    found = [
        max((_at(search, row, start, calendar[row.pk]) for start in starts), key=lambda there: there.burden)
        for row in search.targets
    ]
    return sorted(found, key=lambda there: (there.burden, there.begins.replace(tzinfo=None), there.administration.name))


def _at(search: Search, row: Administration, start: datetime, off: Mapping[date, str]) -> There:
    begins = start.astimezone(ZoneInfo(row.time_zone))
    ends = (start + timedelta(minutes=search.minutes)).astimezone(ZoneInfo(row.time_zone))
    day = begins.date()
    reasons = []
    if day in off:
        reasons.append(_("public holiday: %(name)s") % {"name": off[day]})
    if day.weekday() in row.weekend_days:
        reasons.append(_("weekend"))
    if _clocks_change(row.time_zone, day):
        reasons.append(_("clocks change on this day"))
    minute = begins.hour * 60 + begins.minute
    burden = burden_of(minute, search.minutes, is_off=bool(day in off or day.weekday() in row.weekend_days))
    return There(row, begins, ends, burden, "; ".join(reasons), search.people.get(row.pk, 1))


def _weekday(local: datetime) -> str:
    return formats.date_format(local, "D")


def _clocks_change(zone: str, day: date) -> bool:
    midnight = datetime.combine(day, time.min, ZoneInfo(zone))
    return midnight.utcoffset() != datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).utcoffset()


def _words(
    search: Search, rank: int, there: Sequence[There], judged: _Judged, following: _Judged | None, people: int
) -> str:
    """Why this hour stands where it stands."""
    in_hours = people - judged.not_in_hours
    said = [
        ngettext(
            "%(in_hours)d of %(people)d person sits within office hours.",
            "%(in_hours)d of %(people)d people sit within office hours.",
            people,
        )
        % {"in_hours": in_hours, "people": people}
    ]
    for burden, sentence in (
        (Burden.NIGHT, _("At night: %(names)s.")),
        (Burden.DAY_OFF, _("On a day off: %(names)s.")),
        (Burden.EARLY_OR_LATE, _("Early or late: %(names)s.")),
    ):
        names = [f"{each.administration} {each.begins:%H:%M}" for each in there if each.burden == burden]
        if names:
            said.append(sentence % {"names": ", ".join(names)})
    if judged.office:
        local = judged.at.astimezone(ZoneInfo(search.office_zone))
        said.append(_("The office itself: %(day)s %(time)s.") % {"day": _weekday(local), "time": f"{local:%H:%M}"})
    if following and (following.not_in_hours, following.heavy) == (judged.not_in_hours, judged.heavy):
        if following.asked_before > judged.asked_before:
            said.append(
                _("The next hour asks as many, but they were asked more often: %(more)d times; here %(here)d.")
                % {"more": following.asked_before, "here": judged.asked_before}
            )
        elif following.office > judged.office:
            said.append(_("The next hour asks as many, and the office out of its hours."))
        elif rank == 1:
            said.append(_("Other hours ask as many; this one is the earliest."))
    return " ".join(said)


# --- who was asked how often ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One administration in the ledger of a fiscal year: its events, and those with a session out of office hours."""

    administration: Administration
    events: int
    asked: int
    heavy: int  # of these: at night or on a day off
    titles: list[str]


def ledger(plan: WorkPlan, *, without: Event | None = None) -> list[Asked]:
    """The fairness ledger: whom the online and hybrid events of a year asked out of office hours, most often first.

    Counts events that were announced and not cancelled, for each target administration; an event counts once by
    the heaviest of its sessions.
    """
    sessions = (
        Session.objects.filter(
            day__range=(plan.starts_on, plan.ends_on),
            event__state__in=(EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED),
            event__mode__in=("online", "hybrid"),
        )
        .exclude(event=without)
        .select_related("event")
        .prefetch_related("event__targets")
        .order_by("starts_at")
    )
    rows = {row.pk: row for row in Administration.objects.all()}
    off = holidays.calendar_of(rows.values(), plan.starts_on - timedelta(days=2), plan.ends_on + timedelta(days=2))
    events: Counter[int] = Counter()
    worst: dict[int, dict[Event, Burden]] = defaultdict(dict)
    for session in sessions:
        minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
        for target in session.event.targets.all():
            local = session.starts_at.astimezone(ZoneInfo(target.time_zone))
            day_off = local.date() in off[target.pk] or local.weekday() in target.weekend_days
            burden = burden_of(local.hour * 60 + local.minute, minutes, is_off=day_off)
            events[target.pk] += session.event not in worst[target.pk]
            worst[target.pk][session.event] = max(burden, worst[target.pk].get(session.event, Burden.OFFICE_HOURS))
    found = [_asked(row, events[pk], worst[pk]) for pk, row in rows.items()]
    return sorted(found, key=lambda each: (-each.asked, -each.heavy, each.administration.name))


def _asked(row: Administration, events: int, worst: Mapping[Event, Burden]) -> Asked:
    asked = [event for event, burden in worst.items() if burden]
    heavy = sum(1 for burden in worst.values() if burden >= Burden.DAY_OFF)
    words = [f"{event} ({Burden(worst[event]).label.lower()}, {spell_day(event.starts_on)})" for event in asked]
    return Asked(row, events, len(asked), heavy, words)


def times_asked(found: Iterable[Asked]) -> dict[int, int]:
    return {each.administration.pk: each.asked for each in found}


def people_of(event: Event) -> dict[int, int]:
    """Who would come from each target: its live registrations, else its seats, else one."""
    counted = dict(
        event.registrations.live().values_list("administration").annotate(count=models.Count("pk")).order_by()
    )
    return {row.pk: counted.get(row.pk, 0) or event.seats_per_administration or 1 for row in event.targets.all()}
