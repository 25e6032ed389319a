"""Ticks: offers that lapse, events that are over, certificates that are earned. Each asks "what is due now?"."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from events.models import Event
from events.services import certificates, lifecycle, registrations
from events.states import EventState, RegistrationState
from portal.kit.states import Refused


@shared_task
def tick() -> None:
    """One round; every step is idempotent, so two beats do no harm."""
    at = timezone.now()
    offered = Event.objects.filter(
        registrations__state=RegistrationState.OFFERED, registrations__offered_until__lte=at
    ).distinct()
    for event in offered:
        registrations.lapse_offers(event, at=at)
    for event in Event.objects.filter(state=EventState.ANNOUNCED, ends_at__lte=at):
        try:
            lifecycle.hold(event, by=None, at=at)
        except Refused:  # another beat was faster
            continue
    certificates.issue_due(at=at)
