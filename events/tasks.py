"""Ticks: offers that lapse, events that are over, certificates that are earned. Each asks "what is due now?"."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from celery import shared_task
from django.utils import timezone

from events.models import Event
from events.services import certificates, lifecycle, registrations
from events.states import EventState, RegistrationState
from portal.kit.states import Refused

log = logging.getLogger(__name__)


@shared_task
def tick() -> None:
    """One round; every step is idempotent, so two beats do no harm."""
    at = timezone.now()
    announced = Event.objects.filter(state=EventState.ANNOUNCED)
    offered = announced.filter(
        registrations__state=RegistrationState.OFFERED, registrations__offered_until__lte=at
    ).distinct()
    _each(offered, lambda event: registrations.lapse_offers(event, at=at))
    _each(announced.filter(ends_at__lte=at), lambda event: lifecycle.hold(event, by=None, at=at))
    _each(certificates.due(at=at), lambda registration: certificates.issue(registration, by=None, at=at))


def _each(rows: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Act on every row in a transaction of its own; a row that fails is logged and does not stop the others."""
    for row in rows:
        try:
            act(row)
        except Refused:  # another beat or a person was faster
            continue
        except Exception:
            log.exception("%s %s failed; the next tick tries again", type(row).__name__, row.pk)
