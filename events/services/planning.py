"""The lines of a plan by hand: edited in a table by several people at once, removed, begun from last year's plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Activity, BaselineLine, Pillar, WorkPlan
from events.services import baselines, workplan
from members.models import Appointment, User
from portal.kit import trail
from portal.kit.states import Refused

# what the next plan takes over as it stands; days and officer are looked at one by one
TAKEN_OVER = (
    "number",
    "pillar",
    "title",
    "objective",
    "indicator",
    "target",
    "topic",
    "kind",
    "mode",
    "host",
    "office_role",
    "planned_seats",
)
A_YEAR = timedelta(weeks=52)
A_WEEK = timedelta(weeks=1)


# --- one line -------------------------------------------------------------------------------------


class Overtaken(Refused):
    """Somebody else changed these fields since the page was shown; nothing is saved."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(_("Somebody else changed this line meanwhile."))
        self.names = list(names)


@transaction.atomic
def edit(activity: Activity, *, shown: Mapping[str, str], by: User, at: datetime, **values: Any) -> None:
    """Change fields that somebody edited in the table; `shown` holds each of them as the page showed it.

    Raises `Overtaken` when a field holds something else by now, so that nobody writes over what they never saw, and
    `Refused` when another line has the number.
    """
    row = _held(activity)
    overtaken = [name for name in values if as_text(row, name) != shown.get(name)]
    if overtaken:
        raise Overtaken(overtaken)
    workplan.change(row, by=by, at=at, **values)


def as_text(activity: Activity, name: str) -> str:
    """The value of a field as a form writes it: a key, a day as 2020-08-19, a text; empty when there is none."""
    value = activity.serializable_value(name)
    return "" if value is None else str(value)


@transaction.atomic
def remove(activity: Activity, *, by: User) -> None:
    """Take a line out of its plan as if it had never been there.

    Raises `Refused` when it has an event, stands in the baseline or in a closed revision, or is what an action of a
    meeting led to.
    """
    activity = _held(activity)
    if activity.events.exists():
        raise Refused(_("This line has an event. Cancel the event with a reason: the line then shows as dropped."))
    if BaselineLine.objects.filter(activity=activity).exists():
        raise Refused(
            _("The plan was approved with this line. Make its event and cancel it: the line then shows as dropped.")
        )
    if activity.clauses.filter(revision__closed_at__isnull=False).exists():
        raise Refused(_("A closed revision of the plan tells of this line. Make its event and cancel it."))
    if activity.follow_ups.exists():
        raise Refused(_("An action of a meeting led to this line. It stays in the plan."))
    activity.clauses.all().delete()  # added and removed in the open revision: nothing is changed
    facts: dict[str, Any] = {"number": activity.number, "title": activity.title}
    activity.delete()
    trail.record(by, "removed an activity", activity.plan, **facts)


def _held(activity: Activity) -> Activity:
    """The line as it stands now; its plan is held, so that nobody else changes it."""
    baselines.hold(activity.plan)
    row = Activity.objects.select_related("plan", "officer", "pillar").filter(pk=activity.pk).first()
    if row is None:
        raise Refused(_("This line was removed a moment ago."))
    return row


def next_number(plan: WorkPlan, pillar: Pillar) -> str:
    """The number after the last one of a pillar: 3.8 after 3.7."""
    numbers = plan.activities.filter(pillar=pillar).values_list("number", flat=True)
    found = [int(match[1]) for number in numbers if (match := re.fullmatch(rf"{pillar.number}\.([0-9]+)", number))]
    return f"{pillar.number}.{max(found, default=0) + 1}"


# --- the next year --------------------------------------------------------------------------------


def following(plan: WorkPlan) -> WorkPlan:
    """The plan of the year after this one; one that is not saved yet when there is none."""
    first = plan.starts_on.year + 1
    unsaved = WorkPlan(fiscal_year=plan.next_year, starts_on=date(first, 7, 1), ends_on=date(first + 1, 6, 30))
    return WorkPlan.objects.filter(fiscal_year=plan.next_year).first() or unsaved


@transaction.atomic
def begin(year: str, lines: Iterable[Activity], *, keep_days: bool, by: User, at: datetime, on: date) -> int:
    """Put lines of an earlier plan into the plan of a year, which is opened when there is none; answers how many.

    A number that the plan has already is passed over: a second run adds only what is missing. Numbers stay. Days move
    to the same weekday of the new year, or are left empty. An officer who left the office is left out.
    """
    plan = baselines.hold(workplan.open_plan(year, by=by))
    there = set(plan.activities.values_list("number", flat=True))
    staff = set(Appointment.objects.on(on).office().filter(person__is_active=True).values_list("person", flat=True))
    missing = [line for line in lines if line.number not in there]
    for line in missing:
        first, last = moved(line, plan) if keep_days else (None, None)
        workplan.add(
            plan,
            by=by,
            at=at,
            **{name: getattr(line, name) for name in TAKEN_OVER},
            planned_start_on=first,
            planned_end_on=last,
            officer=line.officer if line.officer_id in staff else None,
            donors=list(line.donors.all()),
            target_groups=list(line.target_groups.all()),
            target_administrations=list(line.target_administrations.all()),
        )
    return len(missing)


def moved(line: Activity, plan: WorkPlan) -> tuple[date | None, date | None]:
    """The days of a line in a later plan: 52 weeks on, so that the weekday stays, or the first such day inside it."""
    if line.planned_start_on is None:
        return None, None
    first = line.planned_start_on + A_YEAR
    while first < plan.starts_on:
        first += A_WEEK
    if not plan.covers(first):
        return None, None
    return first, first + ((line.planned_end_on or line.planned_start_on) - line.planned_start_on)
