"""Appointments: a person holds a role for a body from a day to a day."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.bodies import Administration, Group


class Role(models.TextChoices):
    CONTACT_POINT = "contact_point", _("Contact point")
    ALTERNATE = "alternate", _("Alternate contact point")
    HEAD = "head", _("Head of administration")
    OFFICE_STAFF = "office_staff", _("Office staff")
    HEAD_OF_OFFICE = "head_of_office", _("Head of office")
    CHAIR = "chair", _("Chair")
    VICE_CHAIR = "vice_chair", _("Vice-chair")


OFFICE_ROLES = (Role.OFFICE_STAFF, Role.HEAD_OF_OFFICE)
SPEAKING_ROLES = (Role.CONTACT_POINT, Role.ALTERNATE)
BODY_ROLES = (*SPEAKING_ROLES, Role.HEAD)
GROUP_ROLES = (Role.CHAIR, Role.VICE_CHAIR)
# held by one person at a time; two who share it are a mistake, or a handover that nobody wrote down
SINGLE_ROLES = (Role.CONTACT_POINT, Role.HEAD, Role.HEAD_OF_OFFICE)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on(self, day: date) -> Self:
        """Appointments that hold on a day; both ends included. A revoked one holds on no day."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), from_on__lte=day, revoked=False)

    def from_day_on(self, day: date) -> Self:
        """Appointments that hold on a day or on any later day."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), revoked=False)

    def speaking_for(self, administration: Administration) -> Self:
        """Contact points before alternates."""
        return self.filter(administration=administration, role__in=SPEAKING_ROLES).order_by(
            models.Case(models.When(role=Role.CONTACT_POINT, then=0), default=1), "from_on", "pk"
        )

    def office(self) -> Self:
        return self.filter(role__in=OFFICE_ROLES)


class Appointment(models.Model):
    """Ending an appointment ends the access at the next request; the row stays as history."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role)
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    # ended on its first day or before: it holds on no day, and the row stays as history
    revoked = models.BooleanField(default=False)
    # the appointment that this one took over, in a handover
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")), name="appointment_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(role__in=OFFICE_ROLES, administration__isnull=True, group__isnull=True)
                | Q(role__in=BODY_ROLES, administration__isnull=False, group__isnull=True)
                | Q(role__in=GROUP_ROLES, administration__isnull=True, group__isnull=False),
                name="appointment_names_its_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"

    @property
    def is_office(self) -> bool:
        return self.role in OFFICE_ROLES

    @property
    def body(self) -> Administration | Group | None:
        """What the person holds the role for; None is the office."""
        return self.administration or self.group

    @property
    def speaks(self) -> bool:
        """Whether this role may nominate and endorse for its administration."""
        return self.role in SPEAKING_ROLES
