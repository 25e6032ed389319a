"""The approved plan as it was: the lines of its baseline, and the numbered revisions that came after."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.workplan import Activity, WorkPlan

# what a baseline freezes of a line, in the order in which people read it
PLAIN = ("number", "title", "objective", "indicator", "target", "topic", "kind", "mode", "host", "office_role")
DAYS = ("planned_start_on", "planned_end_on")
MANY = ("donors", "target_groups", "target_administrations")
FROZEN = ("pillar", *PLAIN, *DAYS, "planned_seats", "officer", *MANY)

Values = dict[str, Any]


def values_of(activity: Activity) -> Values:
    """A line in plain values that JSON keeps: days as 2020-08-19, several rows as [key, name] in the order of names."""
    values: Values = {name: getattr(activity, name) for name in PLAIN}
    values |= {name: getattr(activity, name) and getattr(activity, name).isoformat() for name in DAYS}
    values |= {"pillar": activity.pillar.number, "planned_seats": activity.planned_seats}
    values["officer"] = activity.officer_id
    for name in MANY:
        values[name] = sorted(([row.pk, str(row)] for row in getattr(activity, name).all()), key=lambda pair: pair[1])
    return values


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are the same; a donor that got another name since is still the same donor."""
    if field in MANY:
        return {key for key, _name in one or ()} == {key for key, _name in other or ()}
    return bool(one == other)


class BaselineLine(models.Model):
    """A line of the plan in the words of the day of its approval; no service changes or deletes it."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="baseline")
    activity = models.OneToOneField(Activity, on_delete=models.SET_NULL, null=True, related_name="baseline_line")
    number = models.CharField(max_length=12)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField()

    class Meta:
        ordering = ["plan", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="baseline_number_once_a_plan")]

    def __str__(self) -> str:
        return f"{self.number} {self.values['title']}"


class PlanRevision(models.Model):
    """A numbered revision of an approved plan: open while changes come in, then closed with its reason."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    clauses: models.Manager[PlanClause]

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_revision_number_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(closed_at__isnull=True), name="plan_revision_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(reason=""), name="plan_revision_closed_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number} of the {self.plan}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class PlanClause(models.Model):
    """One field of one line that a revision changes; without a field the line was added.

    The names of officers are not kept: the clause points at the people.
    """

    revision = models.ForeignKey(PlanRevision, on_delete=models.PROTECT, related_name="clauses")
    activity = models.ForeignKey(Activity, on_delete=models.SET_NULL, null=True, related_name="clauses")
    line = models.CharField(max_length=270)  # number and title, as they were then
    field = models.CharField(max_length=30, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    old_officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    new_officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["revision", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "activity", "field"], name="plan_clause_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.field or 'added'}"

    @property
    def before(self) -> Any:
        return self.old_officer if self.field == "officer" else self.old

    @property
    def after(self) -> Any:
        return self.new_officer if self.field == "officer" else self.new
