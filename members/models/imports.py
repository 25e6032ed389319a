"""Files of administrations, contacts and officials: kept as rows, judged one by one, saved when a person says so."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.bodies import Administration
from members.models.people import User
from members.states import IMPORT, ImportState, Verdict
from portal.kit.models import Stateful

WORKING = (ImportState.CHECKING, ImportState.SAVING)


class ImportKind(models.TextChoices):
    ADMINISTRATIONS = "administrations", _("Administrations")
    CONTACTS = "contacts", _("Contact points")
    OFFICIALS = "officials", _("Officials")


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        """The office sees all; a contact point those that its administrations uploaded themselves."""
        return self if user.is_office else self.filter(administration__in=user.represented)

    def working(self) -> Self:
        """Those that wait for a worker, or have one."""
        return self.filter(state__in=WORKING)


class Import(Stateful):
    """One file. `columns` holds the fields that its headings mean, "" for a heading that is not known.

    `notes` are sentences about how the file was read.

    With an administration, rows of any other are refused: a contact point imports its own officials.
    """

    moves: ClassVar = IMPORT

    kind = models.CharField(_("kind"), max_length=20, choices=ImportKind)
    file_name = models.CharField(max_length=200)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="imports"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.CHECKING)
    uploaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    fault = models.TextField(blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("import")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_kind_display()})"

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def by_may(self) -> bool:
        """Whether the person who uploaded the file still holds the role that allowed it."""
        own = self.administration
        return self.by.is_office or (own is not None and self.by.speaks_for(own))


class ImportRow(models.Model):
    """One line of the file: its cells, the verdict, and why. `number` is the line in the file, headings are line 1.

    `faults` and `changes` are lists of sentences and {field: [old, new]}; `saved` says that the row is done.
    """

    upload = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    faults = models.JSONField(default=list, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    saved = models.BooleanField(default=False)

    class Meta:
        ordering = ["upload", "number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["upload", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"Row {self.number}"
