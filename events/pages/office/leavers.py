"""What stays for the office to decide when the account of a person is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Registration
from members.hooks import Link
from members.models import User


def live_registrations(person: User, at: datetime) -> Iterator[Link]:
    """The events to come for which the person still stands in the list; each seat is the office's to decide."""
    rows = Registration.objects.live().filter(official=person, event__ends_at__gt=at).select_related("event")
    for row in rows.order_by("event__starts_at", "pk"):
        words = _("%(event)s: %(state)s") % {"event": row.event.title, "state": row.get_state_display().lower()}
        yield Link(words, reverse("office:people", args=[row.event_id]))
