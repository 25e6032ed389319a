"""What the workers do for the members."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members.services import retention

AT_MOST = 60  # seconds of one round; a worker has 120 for a task


@shared_task
def retain() -> None:
    """One round of the retention rules; what does not fit into the time goes on in the next task."""
    if not retention.run(at=timezone.now(), seconds=AT_MOST):
        retain.delay()
