"""Meetings of other bodies, from calendar files that the office uploads; read for clashes, never written to."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class OtherCalendar(models.Model):
    """The calendar of one other body, as its last uploaded file has it."""

    name = models.CharField(_("name"), max_length=120)
    file_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="other_calendar_name_once")]

    def __str__(self) -> str:
        return self.name


class OtherMeetingQuerySet(models.QuerySet["OtherMeeting"]):
    def between(self, first: date, last: date) -> Self:
        """With at least one of its days from `first` to `last`."""
        return self.filter(starts_on__lte=last, ends_on__gte=first).order_by("starts_on", "pk")


class OtherMeeting(models.Model):
    """One meeting of another body; `uid` is what its calendar calls it."""

    calendar = models.ForeignKey(OtherCalendar, on_delete=models.CASCADE, related_name="meetings")
    uid = models.CharField(max_length=250)
    title = models.CharField(_("title"), max_length=250)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    place = models.CharField(_("place"), max_length=250, blank=True)

    objects = OtherMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "uid"], name="other_meeting_uid_once"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="other_meeting_runs_forward"),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="other_meeting_days")]

    def __str__(self) -> str:
        return self.title
