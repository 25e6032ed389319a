"""Calendar feeds: addresses that the calendar program of one person asks again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.workplan import Kind


class FeedKind(models.TextChoices):
    MINE = "mine", _("My events")
    ADMINISTRATION = "administration", _("Invitations of my administration")
    ALL = "all", _("Everything that I may see")


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: Any) -> Self:
        """The own ones: an address is a key, and nobody keeps the keys of others."""
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def open(self) -> Self:
        """Those that answer: the account of the owner is open."""
        return self.filter(owner__is_active=True)

    def not_read_since(self, moment: datetime) -> Self:
        return self.filter(models.Q(last_read_at__isnull=True) | models.Q(last_read_at__lte=moment))


class CalendarFeed(models.Model):
    """One address of one person. It holds no events: what the owner may see is asked at each reading.

    The token is kept as it is, so that its owner can copy the address into a second device. It opens nothing but the
    file, which names no person and holds no joining address, and it is gone with the row.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("what it holds"), max_length=20, choices=FeedKind)
    event_kind = models.CharField(_("kind of event"), max_length=30, choices=Kind, blank=True)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    token = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["owner", "created_at", "pk"]

    def __str__(self) -> str:
        return self.name
