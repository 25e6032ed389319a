"""What the workers do for the members: imports that are to be judged or saved, and data whose time is over."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members.models import Import
from members.services import retention
from members.services.imports import work

AT_MOST = 60  # seconds of one round; a worker has 120 for a task


@shared_task
def retain() -> None:
    """One round of the retention rules; what does not fit into the time goes on in the next task."""
    if not retention.run(at=timezone.now(), seconds=AT_MOST):
        retain.delay()


@shared_task
def work_at_import(pk: int) -> None:
    """Work at one import; when time is up, ring for the next stretch."""
    if work.go_on(pk, at=timezone.now()):
        work.ring(pk)


@shared_task
def tick() -> int:
    """Go on with every import that has work left: its worker died, or nobody heard the bell."""
    waiting = list(Import.objects.working().order_by("uploaded_at").values_list("pk", flat=True))
    for pk in waiting:
        work.go_on(pk, at=timezone.now(), seconds=work.STRETCH / len(waiting))
    return len(waiting)
