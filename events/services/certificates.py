"""Certificates: issued when the rule is met, verified by number."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events import notices
from events.models import Certificate, Evaluation, Registration
from events.services.attendance import sessions_attended
from events.states import RegistrationState
from members.models import User
from portal.kit import trail
from portal.kit.clock import fiscal_year, spell_days
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
    if at < event.ends_at:
        return _("The certificate is ready after the last session.")
    held = event.sessions.count()
    attended = sessions_attended(registration)
    if not held or attended * 100 < held * SHARE_OF_SESSIONS:
        return _("The office has noted %(attended)d of %(held)d sessions for you. The certificate needs 80 %%.") % {
            "attended": attended,
            "held": held,
        }
    if not Evaluation.objects.filter(registration=registration).exists():
        return _("Give your evaluation first. It takes two minutes.")
    return ""


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
        issued_on=at.date(),
    )
    trail.record(by, "issued certificate", registration, number=certificate.number)
    notices.certificate_ready(certificate)
    return certificate


def issue_due(*, at: datetime) -> int:
    """Issue every certificate whose rule is met; the tick calls this."""
    candidates = Registration.objects.filter(
        state=RegistrationState.CONFIRMED,
        event__ends_at__lte=at,
        evaluation__isnull=False,
        certificate__isnull=True,
        attendances__isnull=False,
    ).distinct()
    issued = 0
    for registration in candidates.select_related("event"):
        if not missing(registration, at=at):
            issue(registration, by=None, at=at)
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
