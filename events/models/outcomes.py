"""Outcomes of meetings: paragraphs, comments, signatures, corrigenda."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
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


DECISIONS = (Verb.DECIDED, Verb.APPROVED, Verb.ENDORSED)


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

    def content(self) -> dict[str, Any]:
        """What the record says: as it was published, else as it stands now."""
        record = Record.objects.filter(outcome=self).first() if self.is_published else None
        return record.content if record else self.words()

    def words(self) -> dict[str, Any]:
        """Everything that the chairs sign and the page shows, as plain data in a fixed order, read from the rows."""
        event = self.event
        bodies = ("administration", "organisation")
        actions = self.actions.select_related(*bodies, "owner__administration", "owner__organisation")
        chairings = event.chairings.select_related("person").prefetch_related("administration__titles")
        return {
            "number": self.number,
            "series": str(event.series or ""),
            "ordinal": event.ordinal,
            "title": event.title,
            "starts_on": event.starts_on.isoformat(),
            "ends_on": event.ends_on.isoformat(),
            "time_zone": event.time_zone,
            "mode": event.mode,
            "venue": event.venue,
            "host": event.host,
            "sessions": [
                {"title": row.title, "begins": _instant(row.starts_at), "ends": _instant(row.ends_at)}
                for row in event.sessions.all()
            ],
            "chairs": [
                {
                    "person": str(row.person),
                    "administration": row.administration.title_on(event.ends_on),
                    "capacity": row.capacity,
                    "on_behalf_of": row.on_behalf_of,
                }
                for row in chairings
            ],
            "delegations": [
                {"body": str(row), "head": row.head, "capacity": row.capacity, "size": row.size}
                for row in event.delegations.select_related(*bodies)
            ],
            "summary": self.summary,
            "members_text": self.members_text,
            "next_meeting": self.next_meeting,
            "interventions": [
                {"item": _heading(row.item), "speaker": row.speaker, "text": row.text}
                for row in self.interventions.select_related("item")
            ],
            "paragraphs": [
                {
                    "item": _heading(row.item),
                    "number": row.number,
                    "verb": row.verb,
                    "text": row.text,
                    "members_only": row.members_only,
                }
                for row in self.paragraphs.select_related("item")
            ],
            "actions": [
                {
                    "number": row.number,
                    "text": row.text,
                    "body": str(row.body or (row.owner.body if row.owner else None) or ""),
                    "owner": str(row.owner or ""),
                    "due_on": row.due_on.isoformat() if row.due_on else None,
                }
                for row in actions
            ],
        }

    def text_hash(self) -> str:
        """The mark of the text as it stands now; a chair signs exactly this."""
        return hash_of(self.words())


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 over a record, whatever order a database keeps its keys in."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _heading(item: AgendaItem | None) -> dict[str, Any] | None:
    return {"number": item.number, "title": item.title, "purpose": item.purpose} if item else None


class Record(models.Model):
    """A published record, word for word: its page reads this row, and nothing that may change later."""

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="record")
    content = models.JSONField()

    def __str__(self) -> str:
        return f"Record of {self.outcome}"


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
        return self.verb in DECISIONS


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
