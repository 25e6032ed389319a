"""Appointing people, handing a role over, and ending it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from members import notices
from members.models import Administration, Appointment, Group, Membership, Role, User
from members.models.appointments import BODY_ROLES, GROUP_ROLES, MOST_CHAIRS, SINGLE_ROLES
from members.services import people
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.states import Refused

ONE_DAY = timedelta(days=1)
FURTHEST_HANDOVER = timedelta(days=366)


@transaction.atomic
def appoint(
    person: User,
    role: str,
    *,
    administration: Administration | None = None,
    group: Group | None = None,
    from_on: date,
    to_on: date | None = None,
    by: User | None,
) -> Appointment:
    """Give a person a role from a day on, or from a day to a day; both ends included.

    Raises `Refused` when the body does not fit the role, when the person does not belong to the body or has a closed
    account, when the person holds the role on one of the days already, and when somebody else holds it who can
    hold it alone: one contact point, one head, one head of office, two chairs of a group. Future roles count too.
    """
    _check_body(role, administration, group)
    if to_on is not None and to_on < from_on:
        raise Refused(_("The last day is before the first day."))
    if role == Role.HEAD_OF_OFFICE and to_on is not None:
        raise Refused(_("The office is never without a head. Leave the last day empty; the role ends by a handover."))
    _lock(administration, group)
    given = _give(
        Appointment(person=person, role=role, administration=administration, group=group, from_on=from_on, to_on=to_on)
    )
    facts: dict[str, Any] = {"role": given.get_role_display(), "body": given.body or "", "from_on": from_on}
    if to_on:
        facts["to_on"] = to_on
    trail.record(by, "appointed", person, **facts)
    return given


@transaction.atomic
def appoint_new(
    role: str, *, from_on: date, to_on: date | None = None, by: User, name: str, email: str, **profile: Any
) -> Appointment:
    """Add a person for the office and appoint this person: both or neither. Raises `Refused` as `appoint` does."""
    _lock(None, None)  # of two clicks at once, the second meets the person
    person = people.add(name=name, email=email, by=by, welcome=True, **profile)
    return appoint(person, role, from_on=from_on, to_on=to_on, by=by)


@transaction.atomic
def end(appointment: Appointment, *, on: date, by: User | None) -> None:
    """End a role: `on` is the first day without it.

    A role that began on that day or later is revoked: it holds on no day, it took over nothing, and the row stays as
    history. Raises `Refused` when the role has ended before that day, and for a head of office whom nobody follows.
    """
    held = _locked(appointment)
    if held.revoked or (held.to_on is not None and held.to_on < on):
        raise Refused(_("This role has ended already."))
    if held.role == Role.HEAD_OF_OFFICE and not _headed_by_another(held, on):
        raise Refused(_("The office is never without a head. Hand the role over to the next head of office."))
    held.revoked = held.from_on >= on
    held.to_on = held.from_on if held.revoked else on - ONE_DAY
    if held.revoked:
        held.follows = None
    held.save(update_fields=["to_on", "revoked", "follows"])
    trail.record(by, "ended", held.person, role=held.get_role_display(), body=held.body or "", first_day_without=on)


@transaction.atomic
def hand_over(
    appointment: Appointment, *, successor: User, first_day: date, by: User, at: datetime, note: str = ""
) -> Appointment:
    """End a role and give it to the successor, without a gap and without a day that both hold it.

    The predecessor holds the role until the day before `first_day`. The successor gets one letter on the first day,
    the predecessor one letter of thanks at once. Raises `Refused` for a day in the past, for one that leaves a gap
    or comes before the role began, when it was handed over already, and as `appoint` does for the successor.
    """
    held = _locked(appointment)
    _check_first_day(held, first_day, today_in(settings.OFFICE_TIME_ZONE, at))
    if held.person_id == successor.pk:
        raise Refused(_("%(person)s holds this role already. Choose the successor.") % {"person": successor})
    held.to_on = first_day - ONE_DAY
    held.save(update_fields=["to_on"])
    given = _give(
        Appointment(
            person=successor,
            role=held.role,
            administration=held.administration,
            group=held.group,
            from_on=first_day,
            follows=held,
            note=note,
        )
    )
    facts: dict[str, Any] = {"role": held.get_role_display(), "body": held.body or ""}
    trail.record(by, "handed over", held.person, **facts, first_day_without=first_day)
    trail.record(by, "took over", successor, **facts, from_on=first_day)
    notices.took_over(given, at=at, by=by)
    notices.thanked(held, by=by)
    return given


@transaction.atomic
def hand_over_to_new(
    appointment: Appointment,
    *,
    first_day: date,
    by: User,
    at: datetime,
    note: str = "",
    name: str,
    email: str,
    **profile: Any,
) -> Appointment:
    """Add a person whom the portal does not know yet and hand the role over to this person: both or neither.

    Raises `Refused` for a role of a group, and as `people.add` and `hand_over` do.
    """
    held = _locked(appointment)
    if held.group_id:
        raise Refused(_("Choose a person whom the portal knows: the administration must stand before the role."))
    successor = people.add(name=name, email=email, administration=held.administration, by=by, **profile)
    return hand_over(appointment, successor=successor, first_day=first_day, by=by, at=at, note=note)


def contact_point_of(administration: Administration, *, on: date) -> User | None:
    """The person who receives the letters of an administration on a day: the contact point, else the alternate.

    Somebody whose account is closed receives none, whatever role still stands.
    """
    rows = Appointment.objects.on(on).speaking_for(administration).filter(person__is_active=True)
    first = rows.select_related("person").first()
    return first.person if first else None


def _check_body(role: str, administration: Administration | None, group: Group | None) -> None:
    if (role in BODY_ROLES) != (administration is not None) or (role in GROUP_ROLES) != (group is not None):
        raise Refused(
            _("Office roles stand for the office, chairs for one group. All other roles stand for one administration.")
        )


def _lock(administration: Administration | None, group: Group | None) -> None:
    """One act at a time changes the roles of a body; the office has no row, so its kind of row stands for it."""
    if administration is not None:
        Administration.objects.select_for_update(no_key=True).get(pk=administration.pk)
    elif group is not None:
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    else:
        kind = ContentType.objects.get_for_model(Appointment)
        ContentType.objects.select_for_update(no_key=True).get(pk=kind.pk)


def _locked(appointment: Appointment) -> Appointment:
    """The appointment as it is now; the body is locked first, as `appoint` does."""
    _lock(appointment.administration, appointment.group)
    rows = Appointment.objects.select_related("person", "administration", "group")
    return rows.select_for_update(of=("self",)).get(pk=appointment.pk)


def _give(wanted: Appointment) -> Appointment:
    """Save an appointment that fits beside the others of its body; the body is locked."""
    person = User.objects.select_for_update(no_key=True).get(pk=wanted.person_id)
    if not person.is_active:
        raise Refused(_("The account of %(person)s is closed. Choose somebody else.") % {"person": person})
    _check_belongs(person, wanted)
    rows = Appointment.objects.held_for(wanted.administration, wanted.group).filter(role=wanted.role)
    rows = rows.overlapping(wanted.from_on, wanted.to_on).select_related("person", "administration", "group")
    holders = list(rows.order_by("from_on", "pk"))
    for row in holders:
        if row.person_id == person.pk:
            raise Refused(
                _("%(person)s holds this role already, %(period)s.") % {"person": person, "period": row.period}
            )
    if holders and wanted.role in SINGLE_ROLES:
        raise Refused(
            _("%(person)s is %(role)s, %(period)s. Hand the role over, or choose other days.")
            % {"person": holders[0].person, "role": holders[0].in_words, "period": holders[0].period}
        )
    if wanted.role == Role.CHAIR:
        _check_pair(holders, wanted)
    wanted.save()
    return wanted


def _check_belongs(person: User, wanted: Appointment) -> None:
    if wanted.administration and person.administration_id != wanted.administration_id:
        raise Refused(
            _("%(person)s does not work for %(body)s. Choose one of its people.")
            % {"person": person, "body": wanted.administration}
        )
    if wanted.group:
        members = Membership.objects.on(wanted.from_on).filter(group=wanted.group)
        if not members.filter(administration=person.administration_id).exists():
            raise Refused(
                _("%(person)s works for no administration that is in %(group)s on %(day)s.")
                % {
                    "person": person,
                    "group": wanted.group,
                    "day": formats.date_format(wanted.from_on, "j F Y"),
                }
            )


def _check_pair(holders: list[Appointment], wanted: Appointment) -> None:
    """Two chairs on every day of the period; they can change on different days."""
    for day in {wanted.from_on, *(row.from_on for row in holders if row.from_on > wanted.from_on)}:
        pair = [row for row in holders if row.from_on <= day and (row.to_on is None or row.to_on >= day)]
        if len(pair) >= MOST_CHAIRS:
            raise Refused(
                _("%(group)s has two chairs on %(day)s: %(people)s. Hand one role over, or choose other days.")
                % {
                    "group": wanted.group,
                    "day": formats.date_format(day, "j F Y"),
                    "people": ", ".join(f"{row.person} ({row.period})" for row in pair),
                }
            )


def _check_first_day(held: Appointment, first_day: date, today: date) -> None:
    if held.revoked or hasattr(held, "followed_by"):
        raise Refused(_("This role was ended or handed over already."))
    if first_day < today:
        raise Refused(_("This day is over. Choose today or a later day."))
    if first_day > today + FURTHEST_HANDOVER:
        raise Refused(_("Choose a day within the next twelve months."))
    if held.from_on >= first_day:
        raise Refused(
            _("%(person)s begins on %(day)s. The handover is possible from the day after.")
            % {"person": held.person, "day": formats.date_format(held.from_on, "j F Y")}
        )
    if held.to_on is not None and first_day > held.to_on + ONE_DAY:
        raise Refused(
            _("%(person)s holds this role until %(day)s. Choose the day after or an earlier one: no day stays empty.")
            % {"person": held.person, "day": formats.date_format(held.to_on, "j F Y")}
        )


def _headed_by_another(held: Appointment, on: date) -> bool:
    """Whether another head of office holds the role from that day on without an end."""
    others = Appointment.objects.on(on).filter(role=Role.HEAD_OF_OFFICE, to_on__isnull=True).exclude(pk=held.pk)
    return others.exists()
