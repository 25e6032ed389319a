"""What beat and the bell ask for: letters that are due, a batch to deliver, letters that got stuck."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from portal.mail import delivery
from portal.mail.bell import nudge
from portal.mail.models import Heartbeat, Message

MAX_BATCHES = 8  # a tick hands out no more; a full batch rings for the next one


@shared_task
def tick() -> int:
    """Hand out as many batches as letters are due."""
    now = timezone.now()
    Heartbeat.objects.beat("tick", now)
    due = Message.objects.due(now)[: MAX_BATCHES * settings.MAIL_BATCH].count()
    batches = -(-due // settings.MAIL_BATCH)
    for _number in range(batches):
        nudge()
    return batches


# a batch takes no new letter after a minute, but a slow mail server may hold the last one long
@shared_task(time_limit=280)
def deliver() -> int:
    """Send one batch; when it was full, ring for the next."""
    handled = delivery.deliver_batch()
    if handled >= settings.MAIL_BATCH:
        nudge()
    return handled


@shared_task
def sweep() -> int:
    """Take letters from workers that died."""
    now = timezone.now()
    Heartbeat.objects.beat("sweep", now)
    return delivery.sweep(at=now)
