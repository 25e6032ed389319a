"""The plan 2020/21 approved before its year began, and two revisions of it: the wording is of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from events.models import Mode, WorkPlan
from events.services import baselines
from events.services import workplan as plans
from members.models import User

APPROVED_ON = date(2020, 6, 25)
NOTE = "Demonstration: the head of the office approved the plan before the fiscal year began."


@dataclass(frozen=True)
class Revised:
    """One revision: when, why, and the days on which its workshops were held, by a piece of their title."""

    at: datetime
    reason: str
    days: dict[str, tuple[date, date]]


REVISIONS = (
    Revised(
        datetime(2020, 7, 3, 3, tzinfo=UTC),
        "Demonstration: borders are closed. Two national trainings go online, on later days.",
        {
            "Passenger Controls training, Lao": (date(2020, 7, 27), date(2020, 7, 29)),
            "Passenger Controls training, Myanmar": (date(2020, 8, 3), date(2020, 8, 5)),
        },
    ),
    Revised(
        datetime(2020, 9, 30, 3, tzinfo=UTC),
        "Demonstration: borders stay closed. Two regional workshops go online in the new year.",
        {
            "E-Commerce for the Asia/Pacific": (date(2021, 1, 12), date(2021, 1, 15)),
            "Disruptive Technologies": (date(2021, 3, 22), date(2021, 3, 24)),
        },
    ),
)


def approve(manager: User) -> None:
    """Freeze the plan as it was imported, then close each revision on a day of its own year."""
    plan = WorkPlan.objects.get(fiscal_year="2020/21")
    head = User.objects.get(username="head")
    baselines.approve(plan, on=APPROVED_ON, note=NOTE, by=head, today=APPROVED_ON)
    for revised in REVISIONS:
        for title, (first, last) in revised.days.items():
            line = plan.activities.get(title__contains=title)
            plans.change(line, by=manager, at=revised.at, mode=Mode.ONLINE, planned_start_on=first, planned_end_on=last)
        revision = plan.revisions.get(closed_at=None)
        baselines.close(revision, reason=revised.reason, by=manager, at=revised.at + timedelta(hours=1))
