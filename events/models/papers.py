"""The agenda of a meeting and its numbered papers."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events.models.programme import Event


class Purpose(models.TextChoices):
    DECISION = "decision", _("For decision")
    GUIDANCE = "guidance", _("For guidance")
    NOTE = "note", _("To note")
    DISCUSSION = "discussion", _("For discussion")


class AgendaItem(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="agenda")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.NOTE)
    speaker = models.CharField(_("speaker"), max_length=200, blank=True)

    class Meta:
        ordering = ["event", "number"]
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="agenda_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class PaperAccess(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Officials of all members")
    PARTICIPANTS = "participants", _("Confirmed participants")
    OFFICE = "office", _("Office and chairs")


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: Any) -> Self:
        """By access level; an event that a person may not see hides its papers too."""
        rows = self.filter(Exists(Event.objects.visible_to(user).filter(pk=OuterRef("event"))))
        if not user.is_authenticated:
            return rows.filter(access=PaperAccess.PUBLIC)
        if user.is_office:
            return rows
        open_to_me = Q(access=PaperAccess.PUBLIC) | Q(
            event__in=Event.objects.filter(chairings__person=user).values("pk")
        )
        if user.administration_id:
            open_to_me |= Q(access=PaperAccess.MEMBERS)
        taking_part = Event.objects.filter(registrations__official=user, registrations__state="confirmed")
        open_to_me |= Q(access__in=[PaperAccess.PARTICIPANTS, PaperAccess.MEMBERS], event__in=taking_part.values("pk"))
        return rows.filter(open_to_me)


def stored_name(paper: Any, filename: str) -> str:
    """A name of ours: what a person calls a file never becomes a path."""
    return f"papers/{paper.event_id}/{paper.number}-{paper.version}-{paper.language}.pdf"


class Paper(models.Model):
    """A numbered paper of a meeting, in one language and version, with an access level."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="papers")
    item = models.ForeignKey(AgendaItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="papers")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250)
    language = models.CharField(_("language"), max_length=2, default="en")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    access = models.CharField(_("access"), max_length=12, choices=PaperAccess, default=PaperAccess.PARTICIPANTS)
    file = models.FileField(_("file"), upload_to=stored_name)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["event", "number", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number", "language", "version"], name="paper_version_once")
        ]

    def __str__(self) -> str:
        return f"Paper {self.number}: {self.title}"
