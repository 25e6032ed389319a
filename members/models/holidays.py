"""Public holidays: what the office corrects over the calendar that the library `holidays` knows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.bodies import Administration


class HolidayCorrection(models.Model):
    """One day of one administration that differs from the library: a day off that it lacks, or a working day.

    Corrections are kept apart from the library, so a newer library never undoes what the office knows.
    """

    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="holiday_corrections")
    on = models.DateField(_("day"))
    name = models.CharField(_("name of the holiday"), max_length=120, blank=True)
    is_day_off = models.BooleanField(_("a day off"), default=True)

    class Meta:
        ordering = ["administration", "on"]
        constraints = [
            models.UniqueConstraint(fields=["administration", "on"], name="holiday_correction_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(is_day_off=False) | ~models.Q(name=""), name="holiday_correction_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}" if self.is_day_off else f"{self.on:%Y-%m-%d} is a working day"
