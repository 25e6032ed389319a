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

    Raises `Refused` when the person holds the same role already, or when the body does not fit the role.
    """
    if (role in OFFICE_ROLES) != (administration is None):
        raise Refused(_("Office roles stand for the office. All other roles stand for one administration."))
    same = person.appointments.on(from_on).filter(role=role, administration=administration)
    if same.exists():
        raise Refused(_("%(person)s holds this role already.") % {"person": person})
    appointment = Appointment.objects.create(person=person, role=role, administration=administration, from_on=from_on)
    trail.record(by, "appointed", person, role=Role(role).label, body=administration or "", from_on=from_on)
    return appointment


@transaction.atomic
def end(appointment: Appointment, *, on: date, by: User | None) -> None:
    """End a role: `on` is the first day without it. A role that has not begun loses its only day."""
    if appointment.to_on is not None and appointment.to_on < on:
        raise Refused(_("This role has ended already."))
    appointment.to_on = max(on - timedelta(days=1), appointment.from_on)
    appointment.save(update_fields=["to_on"])
    trail.record(by, "ended", appointment.person, role=appointment.get_role_display(), to_on=appointment.to_on)


def contact_point_of(administration: Administration, *, on: date) -> User | None:
    """The person who receives the letters of an administration on a day: the contact point, else the alternate."""
    first = Appointment.objects.on(on).speaking_for(administration).select_related("person").first()
    return first.person if first else None
