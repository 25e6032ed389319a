"""Retention: what the rules will remove stands on the page of the office first; then it is removed, unless kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Min, QuerySet

from members import retention
from members.models import Removal, User
from members.retention import YEAR, Rule
from members.states import RemovalState
from portal.kit.clock import today_in
from portal.kit.states import Refused

log = logging.getLogger(__name__)
BATCH = 500  # rows that are planned in one transaction


@dataclass(frozen=True)
class Outlook:
    """One rule and what it is about to do: rows that stand on the page, and the next day on which some go."""

    rule: Rule
    planned: int
    next_on: date | None
    unplanned: int = 0


def outlook(*, at: datetime | None = None) -> list[Outlook]:
    """Every rule in its order; with `at` also the rows that are due and do not stand on the page yet."""
    planned = Removal.objects.filter(state=RemovalState.PLANNED)
    found = []
    for rule in retention.rules():
        mine = planned.filter(rule=rule.name)
        next_on = mine.aggregate(on=Min("due_on"))["on"]
        found.append(Outlook(rule, mine.count(), next_on, _new(rule, at).count() if at else 0))
    return found


def run(*, at: datetime, seconds: float = 0) -> bool:
    """Plan, lift and act once; False when the time (0: as long as it takes) ended before the work did."""
    began = time.monotonic()
    for rule in retention.rules():
        planned, lifted = plan(rule, at=at), lift(rule, at=at)
        if planned or lifted:
            log.info("retention: %s: %d planned, %d no longer due", rule.name, planned, lifted)
    done = 0
    for pk in list(Removal.objects.due(_today(at)).values_list("pk", flat=True)):
        if seconds and time.monotonic() - began > seconds:
            log.info("retention: %d removed, more is due", done)
            return False
        done += act(pk, at=at)
    if done:
        log.info("retention: %d removed", done)
    return True


def plan(rule: Rule, *, at: datetime) -> int:
    """Put rows that became due on the page, each with the day on which it goes; how many."""
    on = _today(at) + timedelta(days=rule.notice)
    count = 0
    for rows in _batches(_new(rule, at)):
        with transaction.atomic():
            Removal.objects.bulk_create(
                (Removal(rule=rule.name, about=row, planned_at=at, due_on=on) for row in rows),
                ignore_conflicts=True,  # two workers plan the same row once
            )
            _warn(rule, rows, on)
            count += len(rows)
    again = Removal.objects.filter(rule=rule.name, about_id__in=_due(rule, at).order_by().values("pk"))
    lapsed = again.filter(state=RemovalState.KEPT, due_on__lte=_today(at))
    for removal in (again.filter(state=RemovalState.LIFTED) | lapsed).iterator():
        with transaction.atomic():
            removal.move_to(RemovalState.PLANNED, by=None)
            removal.planned_at, removal.due_on, removal.note = at, on, ""
            removal.save(update_fields=["planned_at", "due_on", "note"])
            _warn(rule, list(_due(rule, at).filter(pk=removal.about_id)), on)
            count += 1
    return count


def lift(rule: Rule, *, at: datetime) -> int:
    """Take rows off the page that are no longer due: somebody signed in, or the row is gone; how many."""
    stale = Removal.objects.filter(rule=rule.name, state=RemovalState.PLANNED).exclude(
        about_id__in=_due(rule, at).order_by().values("pk")
    )
    count = 0
    for removal in stale.iterator():
        removal.move_to(RemovalState.LIFTED, by=None)
        count += 1
    return count


def act(pk: int, *, at: datetime) -> bool:
    """Remove one row whose day has come, in a transaction of its own; everything is asked again first."""
    try:
        with transaction.atomic():
            removal = Removal.objects.select_for_update().filter(pk=pk, state=RemovalState.PLANNED).first()
            rule = retention.rule(removal.rule) if removal else None
            if removal is None or rule is None or removal.due_on > _today(at):
                return False
            # locked: somebody who signs in at this moment keeps the account
            row = _due(rule, at).filter(pk=removal.about_id).order_by().select_for_update(of=("self",)).first()
            if row is None:
                removal.move_to(RemovalState.LIFTED, by=None)
                return False
            rule.remove(row, at)
            removal.move_to(RemovalState.DONE, by=None)
            return True
    except Refused as refusal:  # it stays on the page, and is tried again
        log.warning("retention: removal %d waits: %s", pk, refusal.message)
    except Exception:
        log.exception("retention: removal %d failed; the next round tries again", pk)
    return False


@transaction.atomic
def keep(removal: Removal, *, note: str, by: User, at: datetime) -> None:
    """Keep a row for a year, with a reason; then it is planned again. Raises `Refused` when it is not planned."""
    removal.move_to(RemovalState.KEPT, by=by)
    removal.note, removal.due_on = note, _today(at) + timedelta(days=YEAR)
    removal.save(update_fields=["note", "due_on"])


def _due(rule: Rule, at: datetime) -> QuerySet[Any]:
    return rule.due(rule.rows(), at)


def _new(rule: Rule, at: datetime) -> QuerySet[Any]:
    """Rows that are due and were never on the page by this rule."""
    rows = _due(rule, at)
    kind = ContentType.objects.get_for_model(rows.model)
    return rows.exclude(pk__in=Removal.objects.filter(rule=rule.name, about_type=kind).values("about_id"))


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """The rows by their keys, a batch at a time; what is planned in between is passed."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield found
        last = found[-1].pk


def _warn(rule: Rule, rows: list[Any], on: date) -> None:
    if rule.warn is not None:
        for row in rows:
            rule.warn(row, on)


def _today(at: datetime) -> date:
    return today_in(settings.OFFICE_TIME_ZONE, at)
