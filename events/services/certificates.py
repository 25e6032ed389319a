"""Certificates: issued when the rule is met, verified by number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from events import notices
from events.models import Certificate, Evaluation, Event, Registration
from events.models.registrations import RegistrationQuerySet
from events.services.attendance import TOOK_PLACE, sessions_attended
from events.states import RegistrationState
from members.models import User
from portal.kit import trail
from portal.kit.clock import fiscal_year, spell_days, today_in
from portal.kit.states import Refused

SHARE_OF_SESSIONS = 80  # per cent
# no 0 and O, no 1 and I: a number is read aloud and typed from paper
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def missing(registration: Registration, *, at: datetime) -> str:
    """Why there is no certificate yet, as a sentence; empty when the rule is met.

    The rule: confirmed, the event over, at least 80 % of its sessions attended, evaluation given.
    """
    event = registration.event
    if not registration.is_confirmed:
        return _("Only confirmed participants receive a certificate.")
    if event.state not in TOOK_PLACE:
        return _("This event does not take place now, so there is no certificate.")
    if at < event.ends_at:
        return _("The certificate is ready after the last session.")
    held = event.sessions.count()
    attended = sessions_attended(registration)
    if not is_enough(attended, held):
        return _("The office has noted %(attended)d of %(held)d sessions for you. The certificate needs 80 %%.") % {
            "attended": attended,
            "held": held,
        }
    if not Evaluation.objects.filter(registration=registration).exists():
        return _("Give your evaluation first. It takes two minutes.")
    return ""


def is_enough(attended: int, held: int) -> bool:
    """At least 80 % of the sessions; an event without sessions gives no certificate."""
    return held > 0 and attended * 100 >= held * SHARE_OF_SESSIONS


@dataclass(frozen=True)
class Standing:
    """How far one confirmed person is on the way to the certificate."""

    registration: Registration
    attended: int
    held: int
    evaluated: bool
    number: str

    @property
    def attended_enough(self) -> bool:
        return is_enough(self.attended, self.held)

    @property
    def is_due(self) -> bool:
        """The rule is met once the event is over, and nothing is issued yet."""
        return not self.number and self.evaluated and self.attended_enough


def standings(event: Event) -> list[Standing]:
    """Everybody confirmed, by administration and name, judged by the rule of `missing` in two queries."""
    held = event.sessions.count()
    rows: Any = (
        event.registrations.confirmed()
        .select_related("official", "administration", "evaluation", "certificate")
        .annotate(n_attended=Count("attendances"))
        .order_by("administration__name", "official__name", "pk")
    )
    return [
        Standing(
            row,
            row.n_attended,
            held,
            hasattr(row, "evaluation"),
            row.certificate.number if hasattr(row, "certificate") else "",
        )
        for row in rows
    ]


@transaction.atomic
def issue(registration: Registration, *, by: User | None, at: datetime) -> Certificate:
    """Issue the certificate, or answer the one that was issued.

    Raises `Refused` with what is missing.
    """
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    known = Certificate.objects.filter(registration=registration).first()
    if known:
        return known
    reason = missing(registration, at=at)
    if reason:
        raise Refused(reason)
    event = registration.event
    certificate = Certificate.objects.create(
        registration=registration,
        number=_number(event.starts_on),
        holder=registration.official.name,
        administration_title=registration.administration.title_on(event.ends_on),
        event_title=event.title,
        event_dates=spell_days(event.starts_on, event.ends_on),
        sessions_attended=sessions_attended(registration),
        sessions_held=event.sessions.count(),
        issued_on=today_in(settings.OFFICE_TIME_ZONE, at),
    )
    trail.record(by, "issued certificate", registration, number=certificate.number)
    notices.certificate_ready(certificate)
    return certificate


def due(*, at: datetime) -> RegistrationQuerySet:
    """Confirmed people for whom the rule is met and nothing is issued yet."""
    return (
        Registration.objects.filter(
            state=RegistrationState.CONFIRMED,
            event__state__in=TOOK_PLACE,
            event__ends_at__lte=at,
            evaluation__isnull=False,
            certificate__isnull=True,
            attendances__isnull=False,
        )
        .annotate(
            attended=Count("attendances", distinct=True) * 100,
            needed=Count("event__sessions", distinct=True) * SHARE_OF_SESSIONS,
        )
        .filter(attended__gte=F("needed"))
        .order_by("pk")
    )


def issue_due(*, at: datetime, event: Event | None = None, by: User | None = None) -> int:
    """Issue every certificate whose rule is met, of all events or of one; answers how many."""
    rows = due(at=at) if event is None else due(at=at).filter(event=event)
    issued = 0
    for registration in rows:
        try:
            issue(registration, by=by, at=at)
        except Refused:  # somebody corrected the attendance a moment ago
            continue
        issued += 1
    return issued


def _number(day: date) -> str:
    """2021-7KQ4-MX9P: the fiscal year's second calendar year and eight letters that nobody can guess."""
    start = int(fiscal_year(day)[:4])
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(8))
        number = f"{start + 1}-{code[:4]}-{code[4:]}"
        if not Certificate.objects.filter(number=number).exists():
            return number
