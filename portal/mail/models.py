"""The outbox: one row a letter; the pulse of the mail room; the demonstration's mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Min, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.kit.models import About, AboutQuerySet, Entry, Stateful
from portal.mail import letters
from portal.mail.states import MESSAGE, OPEN, MessageState

URGENT, NORMAL = 0, 5
# written into the statement and not passed beside it: only so SQLite sees that a partial index is enough
QUEUED, SENDING = RawSQL("'queued'", ()), RawSQL("'sending'", ())


class Pulse(NamedTuple):
    """How the mail room is, for the dashboard."""

    due_today: int
    queued: int
    held: int
    sending: int
    failed: int
    unclear: int
    oldest_queued: datetime | None


class MessageQuerySet(AboutQuerySet):
    def due(self, at: datetime) -> Self:
        """Letters whose time has come; reads the partial index of the queue, so old letters cost nothing."""
        return self.filter(state=QUEUED, next_try_at__lte=at)

    def stuck(self, at: datetime) -> Self:
        """Letters whose worker did not renew its lease: it died, or it lost the database."""
        return self.filter(state=SENDING, lease_until__lt=at)

    def for_recipient(self, person: models.Model) -> Self:
        return self.filter(to=person)

    def for_page(self) -> Self:
        """Latest due time first, with what a list shows; an index serves the order, alone or within one state."""
        return self.select_related("to", "about_type").order_by("-due_at", "-pk")

    def pulse(self, *, until: datetime) -> Pulse:
        """Count the letters that still need somebody, in one query; `until` is the end of the reader's day."""

        def of(state: MessageState, **more: Any) -> Count:
            return Count("pk", filter=Q(state=state, **more))

        counts: dict[str, Any] = self.filter(state__in=OPEN).aggregate(
            due_today=of(MessageState.QUEUED, due_at__lt=until),
            queued=of(MessageState.QUEUED),
            held=of(MessageState.HELD),
            sending=of(MessageState.SENDING),
            failed=of(MessageState.FAILED),
            unclear=of(MessageState.UNCLEAR),
            oldest_queued=Min("due_at", filter=Q(state=MessageState.QUEUED)),
        )
        return Pulse(**counts)

    def move_all(self, rows: Sequence[Message], state: MessageState, *, by: Any, **changes: Any) -> int:
        """The door of `move_to` for many rows that the caller has locked, or for one: check, save, trace.

        Answers how many moved. Raises `Refused` when the table does not know the move for one of them.
        """
        for row in rows:
            row.moves.check(row.state, state, what=str(row._meta.verbose_name))
        moved = self.filter(pk__in=[row.pk for row in rows]).update(state=state, **changes)
        if not moved:
            return 0
        Entry.objects.bulk_create(
            Entry(
                by=by if getattr(by, "pk", None) else None,
                verb="moved",
                about=row,
                facts={"before": row.state, "after": state},
            )
            for row in rows
        )
        return moved


class Message(About, Stateful):
    """A letter: committed with the fact that it tells, rendered and sent when it is due.

    `UNIQUE (purpose, about, recipient, occurrence)` forbids a second letter for the same fact.
    """

    moves: ClassVar = MESSAGE

    purpose = models.CharField(_("letter"), max_length=60)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="letters"
    )
    address = models.EmailField(_("address"), blank=True)  # only when the letter was addressed to a mailbox
    recipient_key = models.CharField(max_length=300, editable=False)
    occurrence = models.CharField(max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    due_at = models.DateTimeField(_("due"))
    facts = models.JSONField(default=dict, blank=True)
    reply_to = models.CharField(max_length=320, blank=True)
    priority = models.PositiveSmallIntegerField(default=NORMAL)

    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=40, blank=True)
    transmission_began_at = models.DateTimeField(null=True, blank=True)

    message_id = models.CharField(max_length=320)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_to = models.CharField(_("sent to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    body = models.TextField(_("text, as sent"), blank=True)
    error = models.TextField(_("what went wrong"), blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id", "purpose", "recipient_key", "occurrence"], name="one_letter_a_fact"
            )
        ]
        indexes = [
            models.Index(fields=["priority", "next_try_at"], condition=Q(state="queued"), name="mail_queue"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="mail_leases"),
            models.Index(fields=["state", "-due_at", "-id"], name="mail_state"),
            models.Index(fields=["-due_at", "-id"], name="mail_page"),
            models.Index(fields=["about_type", "about_id", "due_at"], name="mail_about"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"

    @staticmethod
    def kind_of(row: models.Model) -> ContentType:
        return ContentType.objects.get_for_model(row)

    @staticmethod
    def key_of(to: models.Model | None, address: str) -> str:
        """The recipient as one word for the unique key; a letter to a role has none until it is sent."""
        return f"{to.pk if to else ''}:{address.lower()}"

    @property
    def title(self) -> str:
        """The name of the letter, as pages show it."""
        return letters.title_of(self.purpose)

    @property
    def is_secret(self) -> bool:
        """Whether the text held a code: it is never kept and never shown."""
        return letters.is_secret(self.purpose)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def beat(self, name: str, at: datetime) -> None:
        self.update_or_create(name=name, defaults={"at": at})

    def last_beat(self, name: str) -> datetime | None:
        return self.filter(name=name).values_list("at", flat=True).first()


class Heartbeat(models.Model):
    """When a part of the mail room last ran: `tick`, `sweep`."""

    name = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class DeliveredQuerySet(models.QuerySet["Delivered"]):
    def for_name(self, name: str) -> Self:
        return self.filter(name=name)

    def names(self) -> list[str]:
        return list(self.order_by("name").values_list("name", flat=True).distinct())


class Delivered(models.Model):
    """A letter in the mailbox of the demonstration, as it arrived; no other portal writes this table."""

    at = models.DateTimeField(default=timezone.now)
    to = models.CharField(max_length=320)
    name = models.CharField(max_length=320)  # several people share one address: the name tells whose letter it is
    subject = models.CharField(max_length=500)
    raw = models.BinaryField()

    objects = DeliveredQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="delivered_at"),
            models.Index(fields=["name", "-at", "-id"], name="delivered_name"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.name})"
