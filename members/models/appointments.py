"""Appointments: a person holds a role for a body from a day to a day."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import formats
from django.utils.translation import gettext
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
# a group has a pair of co-chairs at most: ASEAN-WCO has two every year
MOST_CHAIRS = 2


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on(self, day: date) -> Self:
        """Appointments that hold on a day; both ends included. A revoked one holds on no day."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), from_on__lte=day, revoked=False)

    def from_day_on(self, day: date) -> Self:
        """Appointments that hold on a day or on any later day."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), revoked=False)

    def overlapping(self, first: date, last: date | None) -> Self:
        """Appointments that hold on any day of a period; without a last day it never ends."""
        rows = self.from_day_on(first)
        return rows if last is None else rows.filter(from_on__lte=last)

    def held_for(self, administration: Administration | None, group: Group | None) -> Self:
        """Roles of one administration or of one group; of the office when both are None."""
        return self.filter(administration=administration, group=group)

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

    # what the office tells the successor of a handover
    note = models.TextField(_("note"), blank=True)

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
    def in_words(self) -> str:
        """Contact point of Fiji; chair of ASEAN; head of office."""
        if self.body is None:
            return self.get_role_display().lower()
        return gettext("%(role)s of %(body)s") % {"role": self.get_role_display().lower(), "body": self.body}

    @property
    def period(self) -> str:
        """From 1 July 2025, or from 1 July 2025 to 30 June 2027."""
        first = formats.date_format(self.from_on, "j F Y")
        if self.revoked:
            return gettext("revoked before it counted, from %(first)s") % {"first": first}
        if self.to_on is None:
            return gettext("from %(first)s") % {"first": first}
        return gettext("from %(first)s to %(last)s") % {
            "first": first,
            "last": formats.date_format(self.to_on, "j F Y"),
        }

    @property
    def speaks(self) -> bool:
        """Whether this role may nominate and endorse for its administration."""
        return self.role in SPEAKING_ROLES
