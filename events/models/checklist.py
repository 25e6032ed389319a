"""The checklist of one event: what is to be done by which day, and who has done it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.kinds import Duty, KindItem, days_in_words
from events.models.programme import Event
from events.states import EventState

# the days of a postponed event do not hold, and a closed file needs nothing more
CHECKED = (EventState.DRAFT, EventState.ANNOUNCED, EventState.HELD)


class CheckItemQuerySet(models.QuerySet["CheckItem"]):
    def open(self) -> Self:
        """Still to be done: not ticked, of an event that goes on."""
        return self.filter(done_at__isnull=True, event__state__in=CHECKED)

    def overdue(self, on: date) -> Self:
        """Open, and its day is before `on`."""
        return self.open().filter(due_on__lt=on)


class CheckItem(models.Model):
    """One task of an event; its day keeps its distance from the first day.

    `due_on` is derived from `days` by `services.checklist` and stored for order and search only.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="checklist")
    usual = models.ForeignKey(KindItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.CharField(_("text"), max_length=200)
    days = models.SmallIntegerField(_("days from the first day"))
    due_on = models.DateField(_("due"), editable=False)
    duty = models.CharField(_("who"), max_length=10, choices=Duty, default=Duty.OFFICER)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CheckItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "text"], name="check_item_once")]
        indexes = [models.Index(fields=["done_at", "due_on"], name="check_item_open")]
        verbose_name = _("checklist item")

    def __str__(self) -> str:
        return self.text

    @property
    def when(self) -> str:
        return days_in_words(self.days)

    def derived_day(self, first: date) -> date:
        return first + timedelta(days=self.days)

    def is_overdue(self, on: date) -> bool:
        return self.done_at is None and self.event.state in CHECKED and self.due_on < on
