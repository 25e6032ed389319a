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
    """Who has to act, and on what; `tone` colours the box, `act` names the button that stands in it."""

    who: str
    sentence: str
    tone: str = ""
    act: str = ""


def _you(sentence: str, tone: str = "", act: str = "") -> Turn:
    return Turn(_("It is your turn"), sentence, tone, act)


def _office(sentence: str, tone: str = "") -> Turn:
    return Turn(_("It is the turn of the office"), sentence, tone)


def _idle(sentence: str, tone: str = "") -> Turn:
    return Turn(_("You have nothing to do now"), sentence, tone)


def turn_of(
    registration: Registration, *, at: datetime, evaluated: bool, certificate: Certificate | None, missing: str
) -> Turn:
    """`missing` is what the certificate still lacks."""
    event = registration.event
    if registration.state == R.CONFIRMED:
        return _of_confirmed(registration, at, evaluated, certificate, missing)
    if registration.is_live and event.state == EventState.POSTPONED:
        return _office(_("The event is postponed. You will get a letter with the new date; your place stays."))
    if registration.is_live and event.state == EventState.CANCELLED:
        return _idle(_("The event is cancelled. Nobody has to do anything."))
    return _BY_STATE[R(registration.state)]()


def _of_confirmed(
    registration: Registration, at: datetime, evaluated: bool, certificate: Certificate | None, missing: str
) -> Turn:
    event = registration.event
    if event.state == EventState.POSTPONED:
        return _office(_("The event is postponed. You keep your seat and get a letter with the new date."), "wait")
    if event.state == EventState.CANCELLED:
        return _idle(_("The event is cancelled. Nobody has to do anything."))
    if event.joining_opens_at() <= at < event.starts_at:
        return _you(_("You have a seat. Open the joining information and try your connection."), "good", "join")
    if at < event.starts_at:
        return _idle(_("You have a seat. The joining information opens two days before the first session."), "good")
    if at < event.ends_at:
        return _you(_("The event is running. Open the joining information and take part."), "good", "join")
    if certificate:
        return Turn(_("All is done"), _("Your certificate is ready. Thank you for taking part."), "good", "download")
    if not evaluated:
        return _you(_("Please give your evaluation. It takes two minutes."), "wait", "evaluate")
    if missing:
        return _office(missing + " " + _("Write to the office if this is wrong."))
    return _you(_("You can create your certificate now."), "good", "certificate")


_BY_STATE = {
    R.APPLIED: lambda: Turn(
        _("It is the turn of your contact point"),
        _("Your contact point reads your application and endorses it, or says no."),
    ),
    R.NOMINATED: lambda: _office(
        _("Your administration has nominated you. The office gives the seats after the deadline.")
    ),
    R.ENDORSED: lambda: _office(
        _("Your administration has endorsed you. The office gives the seats after the deadline.")
    ),
    R.WAITING: lambda: _idle(
        _("All seats are taken. You are on the waiting list. If a seat becomes free, you get a letter.")
    ),
    R.OFFERED: lambda: _you(_("A seat became free for you. Take it in time, or it passes on."), "wait", "accept"),
    R.DECLINED: lambda: _idle(_("You do not take part in this event.")),
    R.WITHDRAWN: lambda: _idle(_("This registration was withdrawn. You do not take part.")),
    R.REPLACED: lambda: _idle(_("Your administration sends another official in your place.")),
    R.LAPSED: lambda: _idle(_("This registration has lapsed: no seat was taken in time.")),
}


def steps_of(
    registration: Registration, *, over: bool, evaluated: bool, certificate: Certificate | None
) -> list[dict[str, Any]]:
    """The way from the first word to the certificate; empty when it has ended early."""
    if not registration.is_live or registration.event.state == EventState.CANCELLED:
        return []
    state, event = registration.state, registration.event
    if state == R.APPLIED:
        steps = [(_("Applied"), True, ""), (_("Endorsed"), False, "")]
    else:
        steps = [(_("Named by your administration"), True, "")]
    steps.append((_("Seat"), state == R.CONFIRMED, _("waiting list") if state == R.WAITING else ""))
    steps.append((_("Event"), state == R.CONFIRMED and over, spell_days(event.starts_on, event.ends_on)))
    steps.append((_("Evaluation"), evaluated, ""))
    steps.append((_("Certificate"), certificate is not None, ""))
    first_open = next((number for number, step in enumerate(steps) if not step[1]), len(steps))
    return [
        {"word": word, "state": "done" if done else "now" if number == first_open else "todo", "note": note}
        for number, (word, done, note) in enumerate(steps)
    ]
