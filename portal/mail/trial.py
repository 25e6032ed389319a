"""The test letter: the office sends it to itself and sees that the whole mail room works."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.mail import letters, outbox
from portal.mail.models import Heartbeat, Message

PURPOSE = "portal.test"

letters.register(PURPOSE, title=_("Test letter"))


def send(address: str, *, by: Any | None = None) -> Message:
    """Queue one test letter, due now; every call is a letter of its own."""
    heart, _created = Heartbeat.objects.get_or_create(name="test", defaults={"at": timezone.now()})
    return outbox.queue(PURPOSE, about=heart, address=address, occurrence=uuid4().hex, by=by)
