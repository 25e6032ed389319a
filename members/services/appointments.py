"""Appointing people, and ending it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Administration, Appointment, Role, User
from members.models.appointments import OFFICE_ROLES
from portal.kit import trail
from portal.kit.states import Refused


@transaction.atomic
def appoint(
    person: User, role: str, *, administration: Administration | None = None, from_on: date, by: User | None
) -> Appointment:
    """Give a person a role from a day on.

    Raises `Refused` when the person holds the same role on that day or later, when the body does not fit the
    role, or when the person works for another administration.
    """
    if (role in OFFICE_ROLES) != (administration is None):
        raise Refused(_("Office roles stand for the office. All other roles stand for one administration."))
    if administration and person.administration_id != administration.pk:
        raise Refused(
            _("%(person)s does not work for %(body)s. Choose one of its people.")
            % {"person": person, "body": administration}
        )
    User.objects.select_for_update().get(pk=person.pk)  # two clicks at once give one role
    same = person.appointments.from_day_on(from_on).filter(role=role, administration=administration)
    if same.exists():
        raise Refused(_("%(person)s holds this role already.") % {"person": person})
    appointment = Appointment.objects.create(person=person, role=role, administration=administration, from_on=from_on)
    trail.record(by, "appointed", person, role=Role(role).label, body=administration or "", from_on=from_on)
    return appointment


@transaction.atomic
def end(appointment: Appointment, *, on: date, by: User | None) -> None:
    """End a role: `on` is the first day without it.

    A role that began on that day or later is revoked: it holds on no day, and the row stays as history.
    Raises `Refused` when the role has ended before that day.
    """
    held = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if held.revoked or (held.to_on is not None and held.to_on < on):
        raise Refused(_("This role has ended already."))
    appointment.revoked = held.from_on >= on
    appointment.to_on = held.from_on if appointment.revoked else on - timedelta(days=1)
    appointment.save(update_fields=["to_on", "revoked"])
    trail.record(
        by,
        "ended",
        appointment.person,
        role=appointment.get_role_display(),
        body=appointment.administration or "",
        first_day_without=on,
    )


def contact_point_of(administration: Administration, *, on: date) -> User | None:
    """The person who receives the letters of an administration on a day: the contact point, else the alternate."""
    first = Appointment.objects.on(on).speaking_for(administration).select_related("person").first()
    return first.person if first else None
