"""Attendance: who was present, per session and person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.programme import Session
from events.models.registrations import Registration


class Source(models.TextChoices):
    TICKED = "ticked", _("Ticked by the office")
    REPORT = "report", _("Report of the meeting platform")
    DECLARED = "declared", _("Declared by the person")


class Attendance(models.Model):
    """A confirmed person was present at a session; no row means absent."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="attendances")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    source = models.CharField(max_length=10, choices=Source, default=Source.TICKED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "session"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.registration} at {self.session}"
