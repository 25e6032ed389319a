"""Certificates: what was issued to whom, as it was on that day."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from events.models.registrations import Registration


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: Any) -> Self:
        """The holder, the contact point of the administration, the office."""
        if not user.is_authenticated:
            return self.none()
        if user.is_office:
            return self.all()
        return self.filter(Q(registration__official=user) | Q(registration__administration__in=user.represented))

    def numbered(self, typed: str) -> Self:
        """By its number as a person types it from paper: small letters, spaces and dashes do not matter."""
        plain = "".join(sign for sign in typed.upper() if sign.isalnum())
        return self.filter(number=f"{plain[:4]}-{plain[4:8]}-{plain[8:]}")


class Certificate(models.Model):
    """A certificate under a number that anybody can verify.

    Names and titles are kept as printed: a later change of the profile does not change a certificate.
    """

    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=24, unique=True)
    holder = models.CharField(max_length=200)
    administration_title = models.CharField(max_length=200)
    event_title = models.CharField(max_length=250)
    event_dates = models.CharField(max_length=80)
    sessions_attended = models.PositiveSmallIntegerField()
    sessions_held = models.PositiveSmallIntegerField()
    issued_on = models.DateField()

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "number"]

    def __str__(self) -> str:
        return self.number
