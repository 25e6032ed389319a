"""Outcomes of meetings: paragraphs, comments, signatures, corrigenda."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.papers import AgendaItem
from events.models.programme import Access, Chairing, Event
from events.states import OUTCOME, OutcomeState
from portal.kit.models import Stateful


class Verb(models.TextChoices):
    """Operative verbs: what the meeting did with an item."""

    NOTED = "noted", _("noted")
    AGREED = "agreed", _("agreed")
    ENDORSED = "endorsed", _("endorsed")
    APPROVED = "approved", _("approved")
    REQUESTED = "requested", _("requested")
    DECIDED = "decided", _("decided")
    DEFERRED = "deferred", _("deferred")


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def published(self) -> Self:
        return self.filter(state=OutcomeState.PUBLISHED)

    def visible_to(self, user: Any) -> Self:
        """Drafts: the office and the chairs of that event. Published: everybody who may know of the event."""
        published = Q(state=OutcomeState.PUBLISHED)
        if not user.is_authenticated:
            return self.filter(published, event__access=Access.PUBLIC)
        if user.is_office:
            return self.all()
        mine = Q(event__in=Chairing.objects.filter(person=user).values("event"))
        known = published & (
            Q(event__access=Access.PUBLIC) if not user.administration_id else Q(event__access__in=Access.values)
        )
        return self.filter(mine | known)

    def matching(self, text: str) -> Self:
        """Whose number, meeting or public words hold the text; a search never finds what is for members only."""
        said = Paragraph.objects.filter(text__icontains=text, members_only=False)
        return self.filter(
            Q(number__icontains=text)
            | Q(event__title__icontains=text)
            | Q(summary__icontains=text)
            | Q(pk__in=said.values("outcome"))
        )


class Outcome(Stateful):
    """The record of one meeting: drafted > circulated > commented > signed by every chair > published.

    Published text is immutable; a correction is a numbered corrigendum.
    """

    moves: ClassVar = OUTCOME

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="outcome")
    number = models.CharField(_("number"), max_length=40, unique=True)
    state = models.CharField(max_length=12, choices=OutcomeState, default=OutcomeState.DRAFTED)
    summary = models.TextField(_("public summary"), blank=True)
    members_text = models.TextField(_("text for members only"), blank=True)
    next_meeting = models.CharField(_("next meeting"), max_length=250, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_hash = models.CharField(max_length=64, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["-event__starts_at"]

    def __str__(self) -> str:
        return f"Outcome {self.number}"

    @property
    def is_published(self) -> bool:
        return self.state == OutcomeState.PUBLISHED

    def text_hash(self) -> str:
        """SHA-256 over everything that the chairs sign, in a fixed order."""
        paragraphs = self.paragraphs.values_list(
            "number", "item__number", "item__title", "verb", "text", "members_only"
        )
        interventions = self.interventions.values_list("number", "item__number", "speaker", "text")
        actions = self.actions.values_list("number", "text", "administration__name", "organisation__name", "due_on")
        content = [
            self.number,
            self.summary,
            self.members_text,
            self.next_meeting,
            [list(row) for row in paragraphs],
            [list(row) for row in interventions],
            [list(row) for row in actions],
        ]
        return hashlib.sha256(json.dumps(content, default=str, ensure_ascii=False).encode()).hexdigest()


class Paragraph(models.Model):
    """One paragraph under an agenda item, with one operative verb: "The meeting agreed that ..."."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="paragraphs")
    number = models.PositiveSmallIntegerField()
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="paragraphs")
    verb = models.CharField(_("verb"), max_length=12, choices=Verb)
    text = models.TextField(_("text"))
    members_only = models.BooleanField(_("for members only"), default=False)

    class Meta:
        ordering = ["outcome", "number"]
        constraints = [models.UniqueConstraint(fields=["outcome", "number"], name="paragraph_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_verb_display()} {self.text}"

    @property
    def is_decision(self) -> bool:
        return self.verb in (Verb.DECIDED, Verb.APPROVED, Verb.ENDORSED)


class Intervention(models.Model):
    """Who spoke on an item, in one line."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="interventions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="interventions")
    number = models.PositiveSmallIntegerField()
    speaker = models.CharField(_("speaker"), max_length=200)
    text = models.CharField(_("in one line"), max_length=400)

    class Meta:
        ordering = ["outcome", "number"]
        constraints = [models.UniqueConstraint(fields=["outcome", "number"], name="intervention_number_once")]

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text}"


class Comment(models.Model):
    """What a chair asks to change while the draft goes round."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(_("comment"))

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"


class Signature(models.Model):
    """A chair signed exactly this text; an edit voids it and the row stays as trail."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="signatures")
    chairing = models.ForeignKey(Chairing, on_delete=models.PROTECT, related_name="signatures")
    text_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["outcome", "chairing"], condition=Q(voided_at__isnull=True), name="one_valid_signature_a_chair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.chairing} signed {self.outcome}"


class Corrigendum(models.Model):
    """A numbered correction of a published outcome; the published text itself stays."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="corrigenda")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("correction"))
    published_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["outcome", "number"]
        verbose_name_plural = "corrigenda"
        constraints = [models.UniqueConstraint(fields=["outcome", "number"], name="corrigendum_number_once")]

    def __str__(self) -> str:
        return f"Corrigendum {self.number} to {self.outcome}"
