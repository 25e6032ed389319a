"""Evaluations: what participants say at the close of an event."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.registrations import Registration

MARK = [MinValueValidator(1), MaxValueValidator(5)]


class Evaluation(models.Model):
    """Marks from 1 (poor) to 5 (very good), once for each registration."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="evaluation")
    usefulness = models.PositiveSmallIntegerField(_("usefulness for my work"), validators=MARK)
    content = models.PositiveSmallIntegerField(_("content"), validators=MARK)
    organisation = models.PositiveSmallIntegerField(_("organisation"), validators=MARK)
    plans = models.TextField(_("what I will use at work"), blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    given_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Evaluation of {self.registration.event}"
