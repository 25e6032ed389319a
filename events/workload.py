"""The workload of the office: who has how much to do in which week of a fiscal year. Read only.

A week counts the days of events, and the deadlines that make work: nominations close, joining information goes out,
people evaluate. The four weeks before an event count as weeks of preparation. Cancelled and postponed events make no
work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.clashes import IN_NOBODYS_WAY, days_of
from events.models import Event, WorkPlan
from members.models import User
from portal.kit.clock import spell_days

WEEK = timedelta(days=7)
PREPARATION = 4 * WEEK
JOINING = timedelta(days=2)  # before the first day
FULL = 3  # days and deadlines of a week that leaves no time for anything else


@dataclass
class Week:
    """What one person has in one week."""

    monday: date
    days: int = 0
    deadlines: list[tuple[date, str, Event]] = field(default_factory=list)
    running: list[Event] = field(default_factory=list)
    preparing: list[Event] = field(default_factory=list)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def level(self) -> int:
        """0 nothing, 1 preparation only, 2 some days or deadlines, 3 a full week."""
        if load := self.days + len(self.deadlines):
            return 3 if load >= FULL else 2
        return 1 if self.preparing else 0

    @property
    def words(self) -> str:
        """3 - 9 August 2020: 2 event days, 1 deadline, 1 event in preparation."""
        parts = [
            ngettext("%(n)d event day", "%(n)d event days", self.days) % {"n": self.days},
            ngettext("%(n)d deadline", "%(n)d deadlines", len(self.deadlines)) % {"n": len(self.deadlines)},
            ngettext("%(n)d event in preparation", "%(n)d events in preparation", len(self.preparing))
            % {"n": len(self.preparing)},
        ]
        return f"{spell_days(self.monday, self.sunday)}: {', '.join(parts)}"


@dataclass
class Load:
    """The year of one officer, or of the events without one; the weeks are those of the whole year."""

    officer: User | None
    weeks: dict[date, Week]
    events: list[Event] = field(default_factory=list)

    @property
    def days(self) -> int:
        return sum(week.days for week in self.weeks.values())

    @property
    def deadlines(self) -> int:
        return sum(len(week.deadlines) for week in self.weeks.values())

    @property
    def preparation(self) -> int:
        """Weeks in which something is prepared and nothing else happens."""
        return sum(week.level == 1 for week in self.weeks.values())

    @property
    def fullest(self) -> Week | None:
        """The week with most days and deadlines, the first one of equal ones."""
        return max(
            (week for week in self.weeks.values() if week.level > 1),
            key=lambda week: week.days + len(week.deadlines),
            default=None,
        )

    @property
    def busy(self) -> list[Week]:
        return [week for week in self.weeks.values() if week.level]


def of_year(plan: WorkPlan) -> list[Load]:
    """A line for each officer by name, those without an officer last; two queries, however many events."""
    rows = list(
        Event.objects.exclude(state__in=IN_NOBODYS_WAY)
        .between(plan.starts_on, plan.ends_on + PREPARATION + WEEK)
        .select_related("officer")
    )
    days = days_of(rows)
    found: dict[int | None, Load] = {}
    for row in rows:
        load = found.setdefault(row.officer_id, Load(row.officer, _weeks(plan)))
        _add(load, row, days[row.pk], plan)
    busy = [load for load in found.values() if load.busy]
    return sorted(busy, key=lambda load: (load.officer is None, load.officer.name if load.officer else ""))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(plan: WorkPlan) -> dict[date, Week]:
    first, last = monday_of(plan.starts_on), monday_of(plan.ends_on)
    mondays = [first + number * WEEK for number in range((last - first) // WEEK + 1)]
    return {monday: Week(monday) for monday in mondays}


def _add(load: Load, event: Event, days: Iterable[date], plan: WorkPlan) -> None:
    inside = [day for day in sorted(days) if plan.covers(day)]
    if inside:
        load.events.append(event)
    for day in inside:
        week = load.weeks[monday_of(day)]
        week.days += 1
        if event not in week.running:
            week.running.append(event)
    for day, what in _deadlines(event):
        if plan.covers(day):
            load.weeks[monday_of(day)].deadlines.append((day, what, event))
    begin = monday_of(event.starts_on)
    for number in range(1, PREPARATION // WEEK + 1):
        if (monday := begin - number * WEEK) in load.weeks:
            load.weeks[monday].preparing.append(event)


def _deadlines(event: Event) -> list[tuple[date, str]]:
    found = [(event.starts_on - JOINING, _("joining information")), (event.ends_on, _("evaluation"))]
    if event.nominate_by:
        found.insert(0, (event.nominate_by, _("nominations close")))
    return found
