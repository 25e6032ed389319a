"""Follow-up actions of outcomes: owner, due date, state, evidence."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.outcomes import Outcome
from events.models.programme import Chairing, Event
from events.models.workplan import Activity
from events.states import FOLLOW_UP, FollowUpState, OutcomeState
from members.models import Administration, Organisation
from portal.kit.models import Stateful

UNFINISHED = (FollowUpState.OPEN, FollowUpState.IN_PROGRESS)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: Any) -> Self:
        """The office and the chairs see all of their meetings; owners see theirs once the outcome is published."""
        if not user.is_authenticated:
            return self.none()
        if user.is_office:
            return self.all()
        chaired = Q(outcome__event__in=Chairing.objects.filter(person=user).values("event"))
        published = Q(outcome__state=OutcomeState.PUBLISHED)
        mine = Q(owner=user) | Q(administration__in=user.represented)
        return self.filter(chaired | (published & mine))

    def in_force(self) -> Self:
        """Actions of published outcomes: a draft binds nobody."""
        return self.filter(outcome__state=OutcomeState.PUBLISHED)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def overdue(self, on: date) -> Self:
        return self.in_force().unfinished().filter(due_on__lt=on)


class FollowUp(Stateful):
    """One action: who does what until when."""

    moves: ClassVar = FOLLOW_UP

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="actions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("action"))
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    due_on = models.DateField(_("due date"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=FollowUpState, default=FollowUpState.OPEN)
    # the day of the office on which it was reported as done
    done_on = models.DateField(null=True, editable=False)
    evidence = models.TextField(_("evidence"), blank=True)
    planned_as = models.ForeignKey(
        Activity, on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["outcome", "number"]
        verbose_name = _("follow-up")
        constraints = [
            models.UniqueConstraint(fields=["outcome", "number"], name="follow_up_number_once"),
            models.CheckConstraint(
                condition=Q(administration__isnull=True) | Q(organisation__isnull=True), name="follow_up_has_one_body"
            ),
        ]

    def __str__(self) -> str:
        return f"Action {self.number}: {self.text}"

    @property
    def event(self) -> Event:
        return self.outcome.event

    @property
    def body(self) -> Administration | Organisation | None:
        return self.administration or self.organisation

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def is_overdue(self, on: date) -> bool:
        return self.is_unfinished and self.due_on is not None and self.due_on < on

    def is_late(self, on: date) -> bool:
        """Done after its due date, or overdue on a day."""
        if self.state == FollowUpState.DONE:
            return bool(self.due_on and self.done_on and self.done_on > self.due_on)
        return self.is_overdue(on)
