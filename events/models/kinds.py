"""What is usual for a kind of event: its seats, sessions, deadline and the checklist of who prepares it."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from events.models.workplan import Kind


class Duty(models.TextChoices):
    """Whose task an item of a checklist is."""

    OFFICER = "officer", _("Responsible officer")
    CHAIR = "chair", _("Chairs")


def days_in_words(days: int) -> str:
    """21 days before the first day; on the first day; 7 days after the first day."""
    if days < 0:
        words = ngettext("%(n)d day before the first day", "%(n)d days before the first day", -days)
        return words % {"n": -days}
    if days:
        return ngettext("%(n)d day after the first day", "%(n)d days after the first day", days) % {"n": days}
    return gettext("on the first day")


class KindTemplate(models.Model):
    """The usual numbers of one kind of event; what is empty says nothing, and the event begins without it."""

    kind = models.CharField(_("kind"), max_length=30, choices=Kind, unique=True)
    seats_per_administration = models.PositiveIntegerField(_("seats for each administration"), null=True, blank=True)
    pool_seats = models.PositiveIntegerField(_("seats in the common pool"), null=True, blank=True)
    sessions = models.PositiveSmallIntegerField(_("number of sessions"), null=True, blank=True)
    session_minutes = models.PositiveSmallIntegerField(_("length of a session in minutes"), null=True, blank=True)
    begins = models.TimeField(_("usual hour"), null=True, blank=True)
    deadline_days = models.PositiveSmallIntegerField(
        _("nomination deadline, days before the first day"), null=True, blank=True
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("kind of event")

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def usual_hours(self) -> tuple[int, int, time] | None:
        """Number and minutes of the sessions and their hour; nothing when one of them is not known."""
        if self.sessions and self.session_minutes and self.begins:
            return self.sessions, self.session_minutes, self.begins
        return None


class KindItem(models.Model):
    """One line of the usual checklist; `days` counts from the first day of the event, negative before it."""

    template = models.ForeignKey(KindTemplate, on_delete=models.CASCADE, related_name="items")
    text = models.CharField(_("text"), max_length=200)
    days = models.SmallIntegerField(_("days from the first day"))
    duty = models.CharField(_("who"), max_length=10, choices=Duty, default=Duty.OFFICER)

    class Meta:
        ordering = ["days", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "text"], name="kind_item_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def when(self) -> str:
        return days_in_words(self.days)
