"""Whose turn it is in a registration, and how far it has come: in sentences for the official."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from events.models import Certificate, Registration
from events.states import EventState, RegistrationState
from portal.kit.clock import spell_days

R = RegistrationState


@dataclass(frozen=True)
class Turn:
    """Who has to act, and on what; `tone` colours the box."""

    who: str
    sentence: str
    tone: str = ""


def turn_of(
    registration: Registration, *, at: datetime, evaluated: bool, certificate: Certificate | None, missing: str
) -> Turn:
    """`missing` is what the certificate still lacks."""
    event = registration.event
    if registration.state == R.CONFIRMED:
        return _of_confirmed(registration, at, evaluated, certificate, missing)
    if registration.is_live and event.state == EventState.POSTPONED:
        return Turn(
            _("The office"), _("The event is postponed. You will get a letter with the new date; your place stays.")
        )
    if registration.is_live and event.state == EventState.CANCELLED:
        return Turn(_("Nobody"), _("The event is cancelled. You have nothing to do."))
    return _BY_STATE[R(registration.state)]()


def _of_confirmed(
    registration: Registration, at: datetime, evaluated: bool, certificate: Certificate | None, missing: str
) -> Turn:
    event = registration.event
    if event.state == EventState.POSTPONED:
        return Turn(
            _("The office"), _("The event is postponed. You keep your seat and get a letter with the new date."), "wait"
        )
    if event.state == EventState.CANCELLED:
        return Turn(_("Nobody"), _("The event is cancelled. You have nothing to do."))
    if at < event.starts_at:
        return Turn(
            _("Nobody"), _("You have a seat. You have nothing to do before the joining information opens."), "good"
        )
    if at < event.ends_at:
        return Turn(_("You"), _("The event is running. The joining information is below."), "good")
    if certificate:
        return Turn(_("Nobody"), _("Your certificate is ready. Thank you for taking part."), "good")
    if not evaluated:
        return Turn(_("You"), _("Please give your evaluation. It takes two minutes."), "wait")
    if missing:
        return Turn(_("The office"), missing)
    return Turn(_("You"), _("You can create your certificate now."), "good")


_BY_STATE = {
    R.APPLIED: lambda: Turn(
        _("Your contact point"), _("Your contact point reads your application and endorses it, or says no.")
    ),
    R.NOMINATED: lambda: Turn(
        _("The office"), _("Your administration has nominated you. The office gives the seats after the deadline.")
    ),
    R.ENDORSED: lambda: Turn(
        _("The office"), _("Your administration has endorsed you. The office gives the seats after the deadline.")
    ),
    R.WAITING: lambda: Turn(
        _("Nobody"), _("All seats are taken. You are on the waiting list. If a seat becomes free, you get a letter.")
    ),
    R.OFFERED: lambda: Turn(_("You"), _("A seat became free for you. Take it in time, or it passes on."), "wait"),
    R.DECLINED: lambda: Turn(_("Nobody"), _("You do not take part in this event.")),
    R.WITHDRAWN: lambda: Turn(_("Nobody"), _("This registration was withdrawn. You do not take part.")),
    R.REPLACED: lambda: Turn(_("Nobody"), _("Your administration sends another official in your place.")),
    R.LAPSED: lambda: Turn(_("Nobody"), _("This registration has lapsed: no seat was taken in time.")),
}


def steps_of(
    registration: Registration, *, over: bool, evaluated: bool, certificate: Certificate | None
) -> list[dict[str, Any]]:
    """The way from the first word to the certificate; empty when it has ended early."""
    if not registration.is_live or registration.event.state == EventState.CANCELLED:
        return []
    state, event = registration.state, registration.event
    own_word = registration.endorsed_by_id is None or state == R.APPLIED or registration.motivation
    steps: list[tuple[str, bool, str]] = []
    if own_word:
        steps.append((_("Applied"), True, ""))
        steps.append((_("Endorsed"), state != R.APPLIED, ""))
    else:
        steps.append((_("Nominated"), True, ""))
    steps.append((_("Seat"), state == R.CONFIRMED, _("waiting list") if state == R.WAITING else ""))
    steps.append((_("Event"), state == R.CONFIRMED and over, spell_days(event.starts_on, event.ends_on)))
    steps.append((_("Evaluation"), evaluated, ""))
    steps.append((_("Certificate"), certificate is not None, ""))
    first_open = next((number for number, step in enumerate(steps) if not step[1]), len(steps))
    return [
        {"word": word, "state": "done" if done else "now" if number == first_open else "todo", "note": note}
        for number, (word, done, note) in enumerate(steps)
    ]
