"""Registrations: who takes part, from nomination to a seat; and the delegations of meetings."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.invitations import Invitation
from events.models.programme import Event
from events.states import LIVE, REGISTRATION, SEATED, RegistrationState
from members.models import Administration, Organisation
from portal.kit.models import Stateful


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: Any) -> Self:
        """The office sees all; a contact point those of its administration; an official the own ones."""
        if not user.is_authenticated:
            return self.none()
        if user.is_office:
            return self.all()
        return self.filter(Q(official=user) | Q(administration__in=user.represented))

    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def seated(self) -> Self:
        """Confirmed or offered: the seat is taken."""
        return self.filter(state__in=SEATED)

    def confirmed(self) -> Self:
        return self.filter(state=RegistrationState.CONFIRMED)

    def of(self, administration: Administration) -> Self:
        return self.filter(administration=administration)

    def in_order(self) -> Self:
        """The order of the waiting list: by the administration's priority, then by time."""
        return self.order_by("priority", "created_at", "pk")


class Registration(Stateful):
    """An official's way into one event.

    `priority` is the order that the administration gives its nominees, 1 first.
    """

    moves: ClassVar = REGISTRATION

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="registrations")
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="registrations")
    official = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="registrations")
    invitation = models.ForeignKey(
        Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    state = models.CharField(max_length=12, choices=RegistrationState)
    priority = models.PositiveSmallIntegerField(_("priority"), default=1)
    motivation = models.TextField(_("reason for taking part"), blank=True)
    reason = models.TextField(_("reason of the last decision"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    offered_until = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="endorsements"
    )
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["event", "administration__name", "priority", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "official"], condition=Q(state__in=LIVE), name="one_live_registration_an_official"
            )
        ]
        indexes = [models.Index(fields=["event", "administration", "state"], name="registration_seats")]

    def __str__(self) -> str:
        return f"{self.official} for {self.event}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_confirmed(self) -> bool:
        return self.state == RegistrationState.CONFIRMED


class Delegation(models.Model):
    """A body at a meeting: the administration or organisation, its head, and in which capacity.

    `size` is what the record states when names are not known; `None` when it is not recorded.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="delegations")
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="delegations"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="delegations"
    )
    head = models.CharField(_("head of delegation"), max_length=200, blank=True)
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)
    size = models.PositiveSmallIntegerField(_("number of people"), null=True, blank=True)

    class Meta:
        ordering = ["event", "administration__name", "organisation__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(administration__isnull=False, organisation__isnull=True)
                | Q(administration__isnull=True, organisation__isnull=False),
                name="delegation_of_one_body",
            ),
            models.UniqueConstraint(fields=["event", "administration"], name="delegation_administration_once"),
            models.UniqueConstraint(fields=["event", "organisation"], name="delegation_organisation_once"),
        ]

    def __str__(self) -> str:
        return str(self.administration or self.organisation)
