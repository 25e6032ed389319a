"""The bell of the workers: a letter is due now."""

from __future__ import annotations

from celery import current_app
from django.conf import settings


def nudge() -> None:
    """Ask a worker to deliver. Without a broker there is no bell: the next tick finds the letters."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    # by its name, because the tasks stand above; an old bell is worth nothing, the tick has rung since
    current_app.send_task("portal.mail.tasks.deliver", expires=5 * 60)
