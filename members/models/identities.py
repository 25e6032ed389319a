"""Identities at the sign-in provider of the office, each linked with one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Identity(models.Model):
    """Found by issuer and subject only: an address at the provider may change, and may be given to somebody else."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_is_one_person"),
            models.UniqueConstraint(fields=["person", "issuer"], name="identity_one_a_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"
