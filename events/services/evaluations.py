"""Evaluations: given once by a confirmed participant."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events import reminders
from events.models import Evaluation, Registration
from events.services.attendance import TOOK_PLACE
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused


@transaction.atomic
def give(
    registration: Registration,
    *,
    usefulness: int,
    content: int,
    organisation: int,
    plans: str,
    remarks: str,
    by: User,
    at: datetime,
) -> Evaluation:
    """Give the evaluation once the last session has begun.

    Raises `Refused` earlier, twice, or for somebody who did not take part.
    """
    # of two clicks at once, the second meets the evaluation of the first
    registration = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if not registration.is_confirmed:
        raise Refused(_("Only confirmed participants give an evaluation."))
    if registration.event.state not in TOOK_PLACE:
        raise Refused(_("This event does not take place now, so nobody can judge it."))
    last = registration.event.sessions.order_by("starts_at").last()
    if at < (last.starts_at if last else registration.event.ends_at):
        raise Refused(_("The evaluation opens when the last session begins."))
    if Evaluation.objects.filter(registration=registration).exists():
        raise Refused(_("You have given your evaluation already. Thank you."))
    evaluation = Evaluation.objects.create(
        registration=registration,
        usefulness=usefulness,
        content=content,
        organisation=organisation,
        plans=plans,
        remarks=remarks,
    )
    trail.record(by, "evaluated", registration)
    reminders.lift_for(registration, by=by, reason=_("The evaluation was given."))
    return evaluation
