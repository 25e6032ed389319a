"""The baseline of a plan beside the plan of today, line by line: read-only, counted at the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from events.models import Activity, BaselineLine, Event, WorkPlan
from events.models.baselines import FROZEN, MANY, same, values_of
from events.states import ActivityStatus, EventState

# an event that has no day, or none any more: the line has no slip
WITHOUT_DAY = (ActivityStatus.POSTPONED, ActivityStatus.DROPPED)


@dataclass(frozen=True)
class Difference:
    """A field of a line that is not what was approved."""

    field: str
    old: Any
    new: Any


@dataclass
class Compared:
    """One line as it was approved and as it is; without a baseline it was added, without an activity it is gone.

    `first` and `last` are the days of its events, else those that the plan has now; `modes` those of its events, else
    the planned one. `slip` counts days: later is more than nothing.
    """

    baseline: BaselineLine | None
    activity: Any
    differences: list[Difference] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    by_event: bool = False
    modes: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.activity.number if self.activity else self.then["number"])

    @property
    def title(self) -> str:
        return str(self.activity.title if self.activity else self.then["title"])

    @property
    def then(self) -> dict[str, Any]:
        return dict(self.baseline.values) if self.baseline else {}

    @property
    def then_first(self) -> date | None:
        return _day(self.then.get("planned_start_on"))

    @property
    def then_last(self) -> date | None:
        return _day(self.then.get("planned_end_on"))

    @property
    def pillar(self) -> int:
        return int(self.activity.pillar.number if self.activity else self.then["pillar"])

    @property
    def officers(self) -> set[int | None]:
        """Who was responsible at the approval, and who is."""
        rows = (self.baseline, self.activity)
        return {row.officer_id for row in rows if row and row.officer_id}

    @property
    def slip(self) -> int | None:
        if not self.first or not self.then_first or self.activity.status in WITHOUT_DAY:
            return None
        return (self.first - self.then_first).days

    @property
    def changed_days(self) -> bool:
        """Other days than approved: moved, longer, shorter, or without a day on one side."""
        both = bool(self.baseline and self.activity and not self.no_day)
        return both and (self.first, self.last) != (self.then_first, self.then_last)

    @property
    def changed_mode(self) -> bool:
        return bool(self.baseline and self.modes and self.modes != [self.then["mode"]])

    @property
    def is_changed(self) -> bool:
        """Added, gone, revised, or changed by its event."""
        return bool(
            not self.baseline
            or not self.activity
            or self.differences
            or self.changed_days
            or self.changed_mode
            or self.no_day
        )

    @property
    def no_day(self) -> bool:
        return bool(self.activity and self.activity.status in WITHOUT_DAY)


@dataclass(frozen=True)
class Totals:
    """The plan in numbers; the median slip is that of all lines with a day then and now, in days."""

    lines: int
    changed: int
    moved: int
    added: int
    gone: int
    median: float | None


def compare(plan: WorkPlan, *, at: datetime) -> list[Compared]:
    """Every line of the baseline and of today, by pillar and number, in a fixed number of queries."""
    live = Event.objects.exclude(state__in=(EventState.CANCELLED, EventState.POSTPONED)).order_by("starts_on", "pk")
    activities = (
        plan.activities.with_status(at)
        .select_related("pillar", "officer")
        .prefetch_related(*MANY, Prefetch("events", live))
    )
    frozen = list(plan.baseline.select_related("officer"))
    known = {line.activity_id: line for line in frozen if line.activity_id}
    found = [_compared(known.get(row.pk), row) for row in activities]
    found += [Compared(line, None) for line in frozen if line.activity_id is None]
    return sorted(found, key=lambda line: (line.pillar, line.then_first or line.first or date.max, line.number))


def differences(baseline: BaselineLine, activity: Activity) -> list[Difference]:
    """What of a line is not what was approved; nothing is asked when its rows were read before."""
    now = values_of(activity)
    pairs = {name: (baseline.values.get(name), now[name]) for name in FROZEN}
    pairs["officer"] = (baseline.officer_id, activity.officer_id)
    changed = [name for name, (old, new) in pairs.items() if not same(name, old, new)]
    pairs["officer"] = (baseline.officer, activity.officer)  # two people, who have names
    return [Difference(name, *pairs[name]) for name in changed]


def totals(lines: list[Compared]) -> Totals:
    slips = [line.slip for line in lines if line.slip is not None]
    return Totals(
        lines=len(lines),
        changed=sum(line.is_changed for line in lines),
        moved=sum(bool(slip) for slip in slips),
        added=sum(line.baseline is None for line in lines),
        gone=sum(line.activity is None for line in lines),
        median=median(slips) if slips else None,
    )


def gaps(activity: Activity) -> list[str]:
    """What a plan that is approved would be expected to say of a line."""
    found = []
    if activity.planned_start_on is None:
        found.append(_("No date"))
    if activity.officer_id is None:
        found.append(_("No responsible officer"))
    if not activity.target_groups.all() and not activity.target_administrations.all():
        found.append(_("No administration it is for"))
    return found


def _compared(baseline: BaselineLine | None, activity: Any) -> Compared:
    events = list(activity.events.all())
    return Compared(
        baseline,
        activity,
        differences(baseline, activity) if baseline else [],
        min((event.starts_on for event in events), default=activity.planned_start_on),
        max((event.ends_on for event in events), default=activity.planned_end_on),
        bool(events),
        sorted({event.mode for event in events}) or [activity.mode],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
