"""Invitations: one for each target administration of an event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from events.models.programme import Event
from events.states import INVITATION, InvitationState
from members.models import Administration
from portal.kit.models import Stateful


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> Self:
        """The office sees all, a contact point those of the administrations it speaks for, others none."""
        if not user.is_authenticated:
            return self.none()
        if user.is_office:
            return self.all()
        return self.filter(administration__in=user.represented)

    def silent(self) -> Self:
        """Those who have not answered."""
        return self.filter(state=InvitationState.OPEN)

    def with_counts(self) -> Self:
        """Add `applicants`, `nominees`, `seated` and `waiting` of the administration as counts of rows."""
        mine = Q(event__registrations__administration=models.F("administration"))

        def count(*states: str) -> Count:
            return Count("event__registrations", filter=mine & Q(event__registrations__state__in=states), distinct=True)

        return self.annotate(
            applicants=count("applied"),
            nominees=count("nominated", "endorsed", "confirmed", "offered", "waiting"),
            seated=count("confirmed", "offered"),
            waiting=count("waiting"),
        )


class Invitation(Stateful):
    """The letter to one administration and its answer."""

    moves: ClassVar = INVITATION

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="invitations")
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="invitations")
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.OPEN)
    invited_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["event", "administration__name"]
        constraints = [
            models.UniqueConstraint(fields=["event", "administration"], name="invitation_once_an_administration")
        ]

    @property
    def days_to_answer(self) -> float | None:
        """From the letter to the answer that stands, in days; None while there is none."""
        if self.answered_at is None or self.invited_at is None:
            return None
        return round((self.answered_at - self.invited_at) / timedelta(days=1), 1)

    def __str__(self) -> str:
        return f"{self.reference} to {self.administration}"
