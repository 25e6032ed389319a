"""The approval of a plan, and its revisions: each change after the approval stands in the open one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from events.models import Activity, BaselineLine, PlanClause, PlanRevision, WorkPlan
from events.models.baselines import FROZEN, Values, same, values_of
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

EARLIEST = timedelta(days=366)  # nobody approves a plan more than a year before it begins
RELATED = ("donors", "target_groups", "target_administrations")


def hold(plan: WorkPlan) -> WorkPlan:
    """The row of the plan, locked: whoever changes a line and whoever approves or closes wait for each other."""
    return WorkPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)


@transaction.atomic
def approve(plan: WorkPlan, *, on: date, note: str, by: User, today: date) -> WorkPlan:
    """Freeze every line as the baseline of the plan.

    Raises `Refused` when the plan was approved before, has no line, or when the day cannot be.
    """
    held = hold(plan)
    if held.approved_on:
        raise Refused(_("This plan was approved before. What changes now stands in its revisions."))
    if on > today:
        raise Refused(_("The day of the approval lies in the future."))
    if not held.starts_on - EARLIEST <= on <= held.ends_on:
        raise Refused(_("A plan is approved at most one year before it begins, and before it ends."))
    rows = list(held.activities.select_related("pillar").prefetch_related(*RELATED))
    if not rows:
        raise Refused(_("This plan has no activities. There is nothing to approve."))
    BaselineLine.objects.bulk_create(_frozen(held, row) for row in rows)
    held.approved_on, held.approved_by, held.approval_note = on, by, note
    held.save(update_fields=["approved_on", "approved_by", "approval_note"])
    trail.record(by, "approved", held, on=on, lines=len(rows))
    return held


def _frozen(plan: WorkPlan, activity: Activity) -> BaselineLine:
    values = values_of(activity)
    officer = values.pop("officer")
    return BaselineLine(plan=plan, activity=activity, number=activity.number, officer_id=officer, values=values)


# --- what a change leaves -------------------------------------------------------------------------


def collect(plan: WorkPlan, activity: Activity, before: Values | None, *, by: User | None, at: datetime) -> None:
    """Note in the open revision what became of a line; `before` is None when it was added now.

    The caller holds the plan. Before the approval nothing is noted: a draft has no revisions. A value that is set back
    to what it was before the revision leaves no clause. A line that was added in this revision has no other clause: it
    is added as it stands when the revision is closed.
    """
    if plan.approved_on is None:
        return
    line = f"{activity.number} {activity.title}"
    if before is None:
        PlanClause.objects.create(revision=_open(plan, at), activity=activity, line=line, by=by, at=at)
        return
    after = values_of(activity)
    changed = [name for name in FROZEN if not same(name, before[name], after[name])]
    if not changed:
        return
    revision = _open(plan, at)
    noted = {clause.field: clause for clause in revision.clauses.filter(activity=activity)}
    if "" in noted:
        revision.clauses.filter(pk=noted[""].pk).update(line=line)
        return
    for name in changed:
        _note(revision, noted.get(name), before[name], after[name], activity=activity, field=name, by=by, at=at)
    revision.clauses.filter(activity=activity).update(line=line)


def _note(revision: PlanRevision, clause: PlanClause | None, old: Any, new: Any, **facts: Any) -> None:
    was, becomes = ("old_officer_id", "new_officer_id") if facts["field"] == "officer" else ("old", "new")
    if clause is None:
        revision.clauses.create(**{was: old, becomes: new}, **facts)
    elif same(clause.field, getattr(clause, was), new):
        clause.delete()
    else:
        setattr(clause, becomes, new)
        clause.by, clause.at = facts["by"], facts["at"]
        clause.save(update_fields=[becomes.removesuffix("_id"), "by", "at"])


def _open(plan: WorkPlan, at: datetime) -> PlanRevision:
    """The one open revision; the plan is held, so that two people never open two."""
    found = plan.revisions.filter(closed_at__isnull=True).first()
    if found is None:
        last = plan.revisions.aggregate(last=Max("number"))["last"] or 0
        found = plan.revisions.create(number=last + 1, opened_at=at)
    return found


@transaction.atomic
def close(revision: PlanRevision, *, reason: str, by: User, at: datetime) -> None:
    """Say why the plan was changed; the number stays, and the next change opens the next revision.

    Raises `Refused` when somebody closed it before, or when nothing is changed any more.
    """
    hold(revision.plan)
    held = PlanRevision.objects.get(pk=revision.pk)
    if not held.is_open:
        raise Refused(_("This revision was closed a moment ago. Its reason stands below."))
    changes = held.clauses.count()
    if not changes:
        raise Refused(_("This revision has no change. It stays open for the next one."))
    held.reason, held.closed_at, held.closed_by = reason, at, by
    held.save(update_fields=["reason", "closed_at", "closed_by"])
    trail.record(by, "closed a revision", held.plan, number=held.number, changes=changes)
