"""What the events of a list are to the reader: own seats, own meetings, invitations of the own administration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from events.models import Chairing, Event, Invitation, Registration
from events.pages.spans import Mark
from events.states import InvitationState, RegistrationState


def marks_of(user: Any, events: Iterable[Event]) -> dict[int, Mark]:
    """At most three queries, whatever the length of the list; none for a visitor."""
    if not user.is_authenticated:
        return {}
    keys = [event.pk for event in events]
    if not keys:
        return {}
    marks: dict[int, Mark] = {}
    administrations = {user.administration_id, *(row.pk for row in user.represented)} - {None}
    if administrations:
        invited = Invitation.objects.filter(event__in=keys, administration__in=administrations)
        invited = invited.exclude(state=InvitationState.LIFTED)
        marks |= dict.fromkeys(invited.values_list("event_id", flat=True), Mark(_("Invited"), "info"))
    mine = Registration.objects.live().filter(event__in=keys, official=user)
    for event, state in mine.values_list("event_id", "state"):
        confirmed = state == RegistrationState.CONFIRMED
        words = _("I take part") if confirmed else str(RegistrationState(state).label)
        marks[event] = Mark(words, "good" if confirmed else "wait")
    chaired = Chairing.objects.filter(event__in=keys, person=user).values_list("event_id", flat=True)
    return marks | dict.fromkeys(chaired, Mark(_("I chair"), "good"))
