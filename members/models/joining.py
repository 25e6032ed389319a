"""Requests of officials to join, and people who look alike and are not the same."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.appointments import SPEAKING_ROLES, Appointment, AppointmentQuerySet
from members.models.bodies import Administration
from members.states import JOIN, JoinState
from portal.kit.models import Stateful


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def visible_to(self, user: Any) -> Self:
        """The office sees all whose address is confirmed; a contact point those of its administrations."""
        rows = self.exclude(state=JoinState.UNCONFIRMED)
        return rows if user.is_office else rows.filter(administration__in=user.represented)

    def waiting(self) -> Self:
        """Those that a contact point has to answer."""
        return self.filter(state=JoinState.ASKED)

    def with_speakers(self, day: date) -> Self:
        """Each with `somebody_speaks`: whether its administration has a contact point or an alternate on a day."""
        here = _speaking_on(day).filter(administration=models.OuterRef("administration"))
        return self.annotate(somebody_speaks=models.Exists(here))

    def for_the_office(self, day: date) -> Self:
        """Those that wait while nobody speaks for their administration: the office answers."""
        return self.waiting().exclude(administration__in=_speaking_on(day).values("administration"))

    def matching(self, text: str) -> Self:
        """Requests whose name, position, unit or mail address holds the text."""
        return self.filter(
            Q(name__icontains=text) | Q(position__icontains=text) | Q(unit__icontains=text) | Q(email__icontains=text)
        )


def _speaking_on(day: date) -> AppointmentQuerySet:
    return Appointment.objects.on(day).filter(role__in=SPEAKING_ROLES, person__is_active=True)


class JoinRequest(Stateful):
    """An official asks to join; nothing is known of the person until the mail address is confirmed by a code.

    `code_hash` is the keyed digest of the code, never the code; `tries` counts wrong ones.
    """

    moves: ClassVar = JOIN

    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="join_requests")
    name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("mail address"))
    position = models.CharField(_("position"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    reason = models.TextField(_("why do you ask to join?"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=JoinState, default=JoinState.UNCONFIRMED)
    asked_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_ends_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="join_requests"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="join_decisions"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("reason of the answer"), blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request to join")
        indexes = [models.Index(fields=["administration", "state", "-asked_at"], name="join_request_waiting")]

    def __str__(self) -> str:
        return f"{self.name} for {self.administration}"

    @property
    def is_confirmed(self) -> bool:
        """Whether a code showed that the address is theirs; what became of the request does not matter."""
        return self.state != JoinState.UNCONFIRMED and self.code_ends_at is None


class NotTheSame(models.Model):
    """Two people who look alike; somebody looked and said that they are not the same. The lower key stands first."""

    first = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_the_same_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_the_same_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"
