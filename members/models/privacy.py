"""Requests for erasure, and what the retention rules will remove."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.states import ERASURE, REMOVAL, ErasureState, RemovalState
from portal.kit.models import About, AboutQuerySet, Stateful


class ErasureRequest(Stateful):
    """A person asks that the portal forget who they are; the office answers."""

    moves: ClassVar = ERASURE

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="erasure_requests")
    reason = models.TextField(_("reason"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ErasureState, default=ErasureState.ASKED)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request for erasure")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ErasureState.ASKED), name="erasure_one_open_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.person}"


class RemovalQuerySet(AboutQuerySet):
    def due(self, on: date) -> Self:
        return self.filter(state=RemovalState.PLANNED, due_on__lte=on)


class Removal(About, Stateful):
    """One row that a retention rule will remove on a day; it stands on the office's page until then."""

    moves: ClassVar = REMOVAL

    rule = models.CharField(_("rule"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=RemovalState, default=RemovalState.PLANNED)
    planned_at = models.DateTimeField()
    due_on = models.DateField(_("due on"))
    note = models.TextField(_("reason to keep"), blank=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "about_type", "about_id"], name="removal_once_a_row")]
        indexes = [models.Index(fields=["state", "due_on"], name="removal_due")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.about_type.model} {self.about_id}"
