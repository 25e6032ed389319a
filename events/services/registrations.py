"""Registrations: nominated or applied, endorsed, confirmed up to the seats, waiting, offered, replaced.

Every path to a seat locks the event row first and counts seats second, in `_seat`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from events import notices, reminders
from events.models import Delegation, Event, Invitation, Registration
from events.services import invitations, programme
from events.states import ENDORSED, EventState, RegistrationState
from members.models import Administration, Organisation, User
from members.services import people
from portal.kit import trail
from portal.kit.states import Refused

TIME_TO_ACCEPT = timedelta(days=2)
MOST_NOMINEES = 50


@dataclass(frozen=True)
class Seats:
    """Seats of an event as counted rows: `own` for each administration, then a common pool."""

    own: int
    pool: int
    taken: dict[int, int]

    @property
    def pool_taken(self) -> int:
        return sum(max(0, taken - self.own) for taken in self.taken.values())

    @property
    def pool_left(self) -> int:
        return max(0, self.pool - self.pool_taken)

    @property
    def total_taken(self) -> int:
        return sum(self.taken.values())

    def own_left(self, administration_id: int) -> int:
        return max(0, self.own - self.taken.get(administration_id, 0))

    def has_one_for(self, administration_id: int) -> bool:
        return self.own_left(administration_id) > 0 or self.pool_left > 0


def seats_of(event: Event) -> Seats:
    """Count the seats taken in one query; never a stored counter."""
    rows = event.registrations.seated().order_by().values("administration").annotate(n=Count("pk"))
    return Seats(event.seats_per_administration, event.pool_seats, {row["administration"]: row["n"] for row in rows})


@transaction.atomic
def nominate(invitation: Invitation, *, official: User, by: User, at: datetime, motivation: str = "") -> Registration:
    """Nominate an official of the administration, behind the nominees that stand already.

    Raises `Refused` after the deadline, for an official of another administration, and for one who stands
    in a live registration already.
    """
    event = _open_event(invitation.event_id, at)
    if official.administration_id != invitation.administration_id:
        raise Refused(_("%(name)s does not belong to your administration.") % {"name": official})
    _refuse_second(event, official)
    last = event.registrations.live().of(invitation.administration).aggregate(last=Max("priority"))["last"] or 0
    if last >= MOST_NOMINEES:
        raise Refused(_("An administration can nominate at most 50 officials for one event."))
    registration = Registration.objects.create(
        event=event,
        administration=invitation.administration,
        official=official,
        invitation=invitation,
        state=RegistrationState.NOMINATED,
        priority=last + 1,
        motivation=motivation,
        endorsed_by=by,
    )
    trail.record(
        by, "nominated", registration, personal=(official, {"official": official}), priority=registration.priority
    )
    invitations.answered(invitation, by=by, at=at)
    notices.nominated(registration)
    return registration


@transaction.atomic
def nominate_new(
    invitation: Invitation, *, name: str, email: str, by: User, at: datetime, motivation: str = "", **profile: Any
) -> Registration:
    """Add an official whom the portal does not know yet and nominate this person: both or neither.

    Raises `Refused` as `people.add` and `nominate` do.
    """
    _open_event(invitation.event_id, at)  # the lock comes first: of two clicks at once, the second meets the person
    person = people.add(
        name=name, email=email, administration=invitation.administration, by=by, welcome=True, **profile
    )
    return nominate(invitation, official=person, by=by, at=at, motivation=motivation)


@transaction.atomic
def apply(event: Event, *, official: User, at: datetime, motivation: str) -> Registration:
    """An official applies alone; the administration's contact point endorses or declines.

    Raises `Refused` when the administration is not invited, after the deadline, or for a second application.
    """
    event = _open_event(event.pk, at)
    invitation = event.invitations.filter(administration=official.administration_id).first()
    if official.administration is None or invitation is None:
        raise Refused(_("Your administration is not invited to this event."))
    _refuse_second(event, official)
    last = event.registrations.live().of(official.administration).aggregate(last=Max("priority"))["last"] or 0
    registration = Registration.objects.create(
        event=event,
        administration=official.administration,
        official=official,
        invitation=invitation,
        state=RegistrationState.APPLIED,
        priority=last + 1,
        motivation=motivation,
    )
    trail.record(official, "applied", registration)
    notices.applied(registration)
    return registration


@transaction.atomic
def endorse(registration: Registration, *, by: User, at: datetime) -> None:
    """The contact point stands behind an applicant."""
    event = _open_event(registration.event_id, at)
    registration.move_to(RegistrationState.ENDORSED, by=by)
    last = event.registrations.live().of(registration.administration).exclude(pk=registration.pk)
    registration.priority = (last.aggregate(last=Max("priority"))["last"] or 0) + 1
    registration.endorsed_by = by
    registration.save(update_fields=["priority", "endorsed_by"])
    if registration.invitation:
        invitations.answered(registration.invitation, by=by, at=at)
    notices.endorsed(registration)


@transaction.atomic
def decline(registration: Registration, *, reason: str, by: User, at: datetime) -> None:
    """Say no to an applicant or a nominee; everybody gets a reason."""
    event = _lock(registration.event_id)
    registration.refresh_from_db(fields=["state"])
    was_offered = registration.state == RegistrationState.OFFERED
    registration.move_to(RegistrationState.DECLINED, by=by, personal=_about(registration, reason=reason))
    _keep_reason(registration, reason)
    notices.not_taken(registration)
    if was_offered:
        _offer_next(event, at=at, by=by)


@transaction.atomic
def rank(registration: Registration, *, up: bool, by: User, seen: int | None = None) -> None:
    """Move a nominee one place up or down in the administration's order of priority.

    `seen` is the place that the person saw, 1 first: a second click on an old page moves nobody.
    """
    _lock(registration.event_id)
    mates = list(
        registration.event.registrations.live()
        .exclude(state=RegistrationState.APPLIED)
        .of(registration.administration)
        .in_order()
    )
    if registration not in mates:
        raise Refused(_("Only nominees who still take part have a place in the order."))
    place = mates.index(registration)
    if seen is not None and seen != place + 1:
        raise Refused(_("The order has changed since you opened the page. Look at it again, then move."))
    other = place - 1 if up else place + 1
    if not 0 <= other < len(mates):
        raise Refused(_("This nominee is at the end of the list already."))
    mates[place], mates[other] = mates[other], mates[place]
    for number, mate in enumerate(mates, start=1):
        if mate.priority != number:
            Registration.objects.filter(pk=mate.pk).update(priority=number)
    trail.record(by, "ranked", registration, place=other + 1)


@transaction.atomic
def confirm(registration: Registration, *, by: User, at: datetime) -> None:
    """Give a nominee a seat; the last seat goes to one person only.

    Raises `Refused` when the seats of the administration and the common pool are taken, or when the
    administration has not endorsed the person.
    """
    event = _lock(registration.event_id)
    registration.refresh_from_db(fields=["state"])
    if event.state != EventState.ANNOUNCED:
        raise Refused(_("Only an announced event can confirm people."))
    if registration.state == RegistrationState.APPLIED:
        raise Refused(_("The administration has not endorsed this official yet."))
    if not seats_of(event).has_one_for(registration.administration_id):
        raise Refused(
            _("All seats of %(name)s and of the common pool are taken.") % {"name": registration.administration}
        )
    _seat(registration, by=by, at=at)


@transaction.atomic
def fill(event: Event, *, by: User, at: datetime, seen: int | None = None) -> dict[str, int]:
    """Confirm nominees up to the seats, in each administration's order of priority; the next ones wait.

    Answers the counts of confirmed and waiting. `seen` is the number of people that the page said would be
    confirmed: raises `Refused` when it is another one by now.
    """
    event = _lock(event.pk)
    if event.state != EventState.ANNOUNCED:
        raise Refused(_("Only an announced event can confirm people."))
    chosen, rest = would_fill(event)
    if seen is not None and (chosen or rest) and len(chosen) != seen:
        raise Refused(
            _("The list has changed since you opened the page. Now %(count)d people would be confirmed. Look again.")
            % {"count": len(chosen)}
        )
    for row in chosen:
        _seat(row, by=by, at=at)
    for row in rest:
        row.move_to(RegistrationState.WAITING, by=by)
        notices.waiting(row)
    return {"confirmed": len(chosen), "waiting": len(rest)}


def would_fill(event: Event) -> tuple[list[Registration], list[Registration]]:
    """Whom `fill` would confirm, and whom it would put on the waiting list.

    First every administration fills its own seats; then the common pool is given one seat a round, so that
    no administration takes the pool alone.
    """
    seats = seats_of(event)
    taken = dict(seats.taken)
    queues: dict[int, list[Registration]] = {}
    candidates = event.registrations.filter(state__in=ENDORSED).select_related("official", "administration", "event")
    for row in candidates.in_order():
        queues.setdefault(row.administration_id, []).append(row)
    chosen: list[Registration] = []
    for key in sorted(queues):
        while queues[key] and taken.get(key, 0) < seats.own:
            chosen.append(queues[key].pop(0))
            taken[key] = taken.get(key, 0) + 1
    pool_left = seats.pool_left
    while pool_left and any(queues.values()):
        for key in sorted(queues, key=lambda key: (taken.get(key, 0), key)):
            if pool_left and queues[key]:
                chosen.append(queues[key].pop(0))
                taken[key] = taken.get(key, 0) + 1
                pool_left -= 1
    return chosen, [row for queue in queues.values() for row in queue if row.state != RegistrationState.WAITING]


@transaction.atomic
def wait(registration: Registration, *, by: User) -> None:
    """Put a nominee on the waiting list by hand."""
    _lock(registration.event_id)
    registration.move_to(RegistrationState.WAITING, by=by)
    notices.waiting(registration)


@transaction.atomic
def withdraw(registration: Registration, *, reason: str, by: User, at: datetime) -> None:
    """Step back; a seat that becomes free is offered to the next one who waits.

    Raises `Refused` when the event is over: who took part stays on the list.
    """
    event = _lock(registration.event_id)
    if event.state in (EventState.HELD, EventState.REPORTED):
        raise Refused(_("The event is over. The list of participants stays as it was."))
    registration.refresh_from_db(fields=["state"])
    had_seat = registration.state in (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
    registration.move_to(RegistrationState.WITHDRAWN, by=by, personal=_about(registration, reason=reason))
    _keep_reason(registration, reason)
    reminders.lift_for(registration, by=by, reason=_("The registration was withdrawn."))
    notices.withdrawn(registration)
    if had_seat:
        _offer_next(event, at=at, by=by)


@transaction.atomic
def replace(registration: Registration, *, official: User, by: User, at: datetime) -> Registration:
    """Put another official of the same administration in the place of a nominee, with the same seat.

    Raises `Refused` when the event has begun, or the official cannot be nominated.
    """
    event = _lock(registration.event_id)
    if event.state != EventState.ANNOUNCED or at >= event.starts_at:
        raise Refused(_("The event has begun. Nobody can be replaced any more."))
    if official.administration_id != registration.administration_id:
        raise Refused(_("%(name)s does not belong to your administration.") % {"name": official})
    _refuse_second(event, official)
    before = registration.state
    if before == RegistrationState.OFFERED:
        raise Refused(_("This seat is offered to one person by name. Withdraw the offer instead."))
    registration.move_to(RegistrationState.REPLACED, by=by, personal=(official, {"replaced_by": official}))
    reminders.lift_for(registration, by=by, reason=_("The nominee was replaced."))
    notices.replaced(registration)
    successor = Registration.objects.create(
        event=event,
        administration=registration.administration,
        official=official,
        invitation=registration.invitation,
        state=RegistrationState.NOMINATED,
        priority=registration.priority,
        endorsed_by=by,
        replaces=registration,
    )
    trail.record(by, "nominated", successor, personal=_about(registration, replaces=registration.official))
    if before == RegistrationState.CONFIRMED:
        _seat(successor, by=by, at=at)
    elif before == RegistrationState.WAITING:
        successor.move_to(RegistrationState.WAITING, by=by)
        notices.waiting(successor)
    else:
        notices.nominated(successor)
    return successor


@transaction.atomic
def accept(registration: Registration, *, by: User, at: datetime) -> None:
    """Take an offered seat. Raises `Refused` when the offer is gone, or the event is put off, cancelled or begun."""
    event = _lock(registration.event_id)
    registration.refresh_from_db(fields=["state"])
    if registration.state != RegistrationState.OFFERED:
        raise Refused(_("There is no open offer for you. It may have lapsed."))
    if event.state != EventState.ANNOUNCED:
        raise Refused(
            _("This event is %(state)s. No seat can be taken now.") % {"state": event.get_state_display().lower()}
        )
    if at >= event.starts_at:
        raise Refused(_("The event has begun."))
    _seat(registration, by=by, at=at)


@transaction.atomic
def lapse_offers(event: Event, *, at: datetime) -> int:
    """Offers that nobody took in time lapse, and the seat passes on; while an event is put off they wait with it."""
    event = _lock(event.pk)
    if event.state != EventState.ANNOUNCED:
        return 0
    lapsed = 0
    for row in event.registrations.filter(state=RegistrationState.OFFERED, offered_until__lte=at):
        row.move_to(RegistrationState.LAPSED, by=None)
        notices.lapsed(row)
        lapsed += 1
    for _turn in range(lapsed):
        _offer_next(event, at=at, by=None)
    return lapsed


def renew_offers(event: Event, *, at: datetime) -> None:
    """A postponed event has new days: who held an offer has the whole time again. The caller holds the lock."""
    for row in event.registrations.filter(state=RegistrationState.OFFERED).select_related("official"):
        _offer_until(row, event, at)


@transaction.atomic
def set_delegation(
    event: Event,
    *,
    by: User,
    administration: Administration | None = None,
    organisation: Organisation | None = None,
    head: str = "",
    capacity: str = "",
    size: int | None = None,
) -> Delegation:
    """Write who came to a meeting for one body; a body stands once, so writing it again changes its line.

    Raises `Refused` for a workshop, unless exactly one body is named, and once a chair has signed the record.
    """
    event = _lock(event.pk)
    if not event.is_meeting:
        raise Refused(_("Only meetings and consultations have delegations."))
    if (administration is None) == (organisation is None):
        raise Refused(_("Choose one administration or one organisation."))
    programme.refuse_when_signed(event)
    row = Delegation.objects.filter(event=event, administration=administration, organisation=organisation).first()
    values = {"head": head, "capacity": capacity, "size": size}
    if row is None:
        row = Delegation.objects.create(event=event, administration=administration, organisation=organisation, **values)
        facts = {"body": row, "capacity": capacity, "size": size or ""}
        trail.record(by, "added delegation", event, personal=(None, {"head": head}) if head else None, **facts)
        return row
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    changed = {f"{row}: {name}": value for name, value in values.items()}
    known = {f"{row}: {name}": value for name, value in before.items()}
    trail.record_changes(by, event, known, changed, naming=[f"{row}: head"])
    return row


@transaction.atomic
def remove_delegation(delegation: Delegation, *, by: User) -> None:
    """Take a body off the list of those who came; refused once a chair has signed the record."""
    event = _lock(delegation.event_id)
    programme.refuse_when_signed(event)
    trail.record(by, "removed delegation", event, body=delegation)
    delegation.delete()


def _open_event(pk: int, at: datetime) -> Event:
    event = _lock(pk)
    if event.state != EventState.ANNOUNCED:
        raise Refused(
            _("This event does not take nominations now. It is %(state)s.")
            % {"state": event.get_state_display().lower()}
        )
    if event.deadline_passed(at):
        raise Refused(_("The nomination deadline has passed. Write to the office if you need help."))
    if at >= event.starts_at:
        raise Refused(_("The event has begun."))
    return event


def _about(registration: Registration, **facts: Any) -> tuple[User, dict[str, Any]]:
    """Facts of the trail about the official, which are erased with the person."""
    return registration.official, facts


def _lock(pk: int) -> Event:
    return Event.objects.select_for_update().get(pk=pk)


def _refuse_second(event: Event, official: User) -> None:
    if event.registrations.live().filter(official=official).exists():
        raise Refused(_("%(name)s is registered for this event already.") % {"name": official})


def _seat(registration: Registration, *, by: User | None, at: datetime) -> None:
    """The one place where a person gets a seat; the caller holds the lock of the event and has counted."""
    registration.move_to(RegistrationState.CONFIRMED, by=by)
    notices.confirmed(registration)
    reminders.lay_for_registration(registration, at=at)


def _keep_reason(registration: Registration, reason: str) -> None:
    registration.reason = reason
    registration.save(update_fields=["reason"])


def waiting_list(event: Event, administration: Administration | None = None) -> list[Registration]:
    """Who waits, in the order in which seats are offered."""
    rows = event.registrations.filter(state=RegistrationState.WAITING).select_related("official", "administration")
    if administration:
        rows = rows.of(administration)
    return list(rows.in_order())


def _offer_next(event: Event, *, at: datetime, by: User | None) -> None:
    """Offer a free seat to exactly one person: the first who waits and whose administration may have it.

    Only while the event is announced and has not begun: nobody takes a seat in another one.
    """
    if event.state != EventState.ANNOUNCED or at >= event.starts_at:
        return
    seats = seats_of(event)
    for row in waiting_list(event):
        if seats.has_one_for(row.administration_id):
            row.move_to(RegistrationState.OFFERED, by=by)
            _offer_until(row, event, at)
            return


def _offer_until(row: Registration, event: Event, at: datetime) -> None:
    row.offered_until = min(at + TIME_TO_ACCEPT, event.starts_at)
    row.save(update_fields=["offered_until"])
    notices.offered(row, until=row.offered_until)
