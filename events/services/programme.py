"""The programme: events made from activities, their sessions and chairs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events import notices
from events.models import Activity, Chairing, Event, KindTemplate, Series, Session
from events.models.workplan import MEETING_KINDS
from events.services import checklist
from events.services.kinds import template_of
from events.states import EventState
from members.models import Administration, User
from portal.kit import trail
from portal.kit.clock import end_of_day, to_instant
from portal.kit.states import Refused

MOST_SEATS = 5000


@transaction.atomic
def create_from(activity: Activity, *, by: User, on: date) -> Event:
    """A draft event with the values of a line of the plan; dates fall back to today.

    What the line does not say, its kind does: the seats, the number of days, the deadline, the checklist.
    Sent twice, it is one draft: the one that nobody has worked on yet.
    """
    activity = Activity.objects.select_for_update(of=("self",)).select_related("officer").get(pk=activity.pk)
    template = template_of(activity.kind)
    start = activity.planned_start_on or on
    end = activity.planned_end_on or start + timedelta(days=_usual(template, "sessions", 1) - 1)
    if twin := _untouched(activity.events, title=activity.title, starts_on=start, ends_on=end):
        return twin
    targets = list(activity.targets(start))
    seats = _usual(template, "seats_per_administration", 2 if activity.kind not in MEETING_KINDS else 5)
    pool = _usual(template, "pool_seats", 0)
    if activity.planned_seats is not None:
        pool = max(0, activity.planned_seats - seats * len(targets))
    event = Event(
        activity=activity,
        title=activity.title,
        kind=activity.kind,
        mode=activity.mode,
        topic=activity.topic,
        objective=activity.objective,
        host=activity.host,
        time_zone=settings.OFFICE_TIME_ZONE,
        starts_on=start,
        ends_on=end,
        seats_per_administration=seats,
        pool_seats=pool,
        nominate_by=_usual_deadline(template, start),
        officer=activity.officer or by,
    )
    save_new(event)
    event.donors.set(activity.donors.all())
    event.targets.set(targets)
    trail.record(by, "created", event, activity=activity.number)
    checklist.lay(event, by=by)
    return event


@transaction.atomic
def create(*, by: User, title: str, kind: str, mode: str, starts_on: date, ends_on: date, time_zone: str) -> Event:
    """A draft event beside the plan, for what nobody planned; sent twice, it is one draft."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    days = {"starts_on": starts_on, "ends_on": ends_on, "time_zone": time_zone}
    if twin := _untouched(Event.objects, title=title, kind=kind, mode=mode, officer=by, activity=None, **days):
        return twin
    template = template_of(kind)
    event = Event(
        title=title,
        kind=kind,
        mode=mode,
        starts_on=starts_on,
        ends_on=ends_on,
        time_zone=time_zone,
        nominate_by=_usual_deadline(template, starts_on),
        seats_per_administration=_usual(template, "seats_per_administration", 0),
        pool_seats=_usual(template, "pool_seats", 0),
        officer=by,
    )
    save_new(event)
    trail.record(by, "created", event)
    checklist.lay(event, by=by)
    return event


@transaction.atomic
def change(event: Event, *, by: User, **values: Any) -> None:
    """Change an event that is a draft, the days of a postponed one, or the harmless fields of an announced one.

    Raises `Refused` when dates, zone or mode of an announced event change: that is a revision with a reason
    (`lifecycle.revise`), because people were invited to the old ones.
    """
    event = locked(event)
    relations = {name: values.pop(name) for name in ("donors", "targets") if name in values}
    before = {name: getattr(event, name) for name in values}
    if any(values[name] != before[name] for name in RECORDED if name in values):
        refuse_when_signed(event)
    fixed = [name for name in REVISED if name in values and values[name] != before[name]]
    if event.state not in (EventState.DRAFT, EventState.POSTPONED) and fixed:
        raise Refused(_("This event was announced. Change its dates, zone or mode as a revision, with a reason."))
    for name, value in values.items():
        setattr(event, name, value)
    shift_sessions(event, event.starts_on - before.get("starts_on", event.starts_on))
    derive(event)
    event.save()
    checklist.follow(event)
    for name, rows in relations.items():
        if name == "targets" and event.state != EventState.DRAFT:
            continue
        before[name] = "; ".join(map(str, getattr(event, name).all()))
        values[name] = "; ".join(map(str, rows))
        getattr(event, name).set(rows)
    entry = trail.record_changes(by, event, before, values)
    if entry and event.state == EventState.ANNOUNCED and any(name in entry.facts["changes"] for name in JOINING):
        notices.joining_changed(event, change=entry.pk, by=by)


# the way in; who was told it already is told again when it changes
JOINING = ("platform", "joining_url", "joining_notes", "fallback")
# what people were invited to: once announced it changes by a revision only
REVISED = ("starts_on", "ends_on", "nominate_by", "time_zone", "mode")
# what the record of a meeting says of the event itself
RECORDED = ("title", "starts_on", "ends_on", "time_zone", "mode", "venue", "host")


def derive(event: Event) -> None:
    """Work out the instants of an event from its wall days and zone.

    With sessions, the event runs from the first to the last of them; without, from the first to the last day.
    Raises `Refused` when the days run backwards or the deadline is after the start.
    """
    if event.ends_on < event.starts_on:
        raise Refused(_("The last day is before the first day."))
    if event.nominate_by and event.nominate_by > event.starts_on:
        raise Refused(_("The nomination deadline is after the first day."))
    if event.seats_per_administration > MOST_SEATS or event.pool_seats > MOST_SEATS:
        raise Refused(_("An event has at most 5,000 seats."))
    event.nominate_by_at = end_of_day(event.nominate_by, event.time_zone) if event.nominate_by else None
    event.starts_at = end_of_day(event.starts_on - timedelta(days=1), event.time_zone)
    event.ends_at = end_of_day(event.ends_on, event.time_zone)
    sessions = list(event.sessions.all()) if event.pk else []
    if sessions:
        event.starts_at = min(to_instant(row.day, row.begins, event.time_zone) for row in sessions)
        event.ends_at = max(to_instant(row.day, row.ends, event.time_zone) for row in sessions)


def shift_sessions(event: Event, shift: timedelta) -> None:
    """Sessions keep their hours and move by as many days as the first day moves; their instants are derived anew."""
    for session in event.sessions.all():
        session.day += shift
        derive_session(session, event)
        session.save(update_fields=["day", "starts_at", "ends_at"])


@transaction.atomic
def add_session(event: Event, *, title: str, day: date, begins: time, ends: time, by: User) -> Session:
    """Add a sitting on one day at wall time in the event's zone.

    Raises `Refused` when it ends before it begins, lies outside the event's days, overlaps another one, or
    stands in the hour that a change to summer time leaves out.
    """
    event = locked(event)
    _must_be_draft(event)
    session = Session(event=event, title=title, day=day, begins=begins, ends=ends)
    check_session(session, event)
    session.save()
    span(event)
    trail.record(by, "added session", event, session=title, day=day, begins=begins, ends=ends)
    return session


@transaction.atomic
def change_session(session: Session, *, title: str, day: date, begins: time, ends: time, by: User) -> None:
    event = locked(session.event)
    _must_be_draft(event)
    session = present(session)
    before = {"title": session.title, "day": session.day, "begins": session.begins, "ends": session.ends}
    session.title, session.day, session.begins, session.ends = title, day, begins, ends
    check_session(session, event)
    session.save()
    span(event)
    after = {"title": title, "day": day, "begins": begins, "ends": ends}
    trail.record_changes(by, event, before, after)


@transaction.atomic
def remove_session(session: Session, *, by: User) -> None:
    """Raises `Refused` when it is noted who was there: the event was put off while it ran."""
    event = locked(session.event)
    _must_be_draft(event)
    session = present(session)
    if session.attendances.exists():
        raise Refused(_("It is noted who was present at this session. It stays."))
    trail.record(by, "removed session", event, session=session.title, day=session.day)
    session.delete()
    span(event)


@transaction.atomic
def place(event: Event, *, first: date, begins: time, minutes: int, days: int, by: User) -> None:
    """Put the sessions of a draft or of a postponed event on days in a row, all at one hour of its zone.

    An event without sessions gets one for each day; sessions that stand already keep their titles and their order.
    The nomination deadline keeps its distance from the first day. Raises `Refused` when the event has another number
    of sessions, when a session would run over midnight, or when the hour does not exist on one of the days.
    """
    event = locked(event)
    _must_be_draft(event)
    ends = (datetime.combine(first, begins) + timedelta(minutes=minutes)).time()
    if ends <= begins:
        raise Refused(_("A session ends on the day on which it begins. Choose an earlier hour or a shorter session."))
    found = list(event.sessions.all()) or [
        Session(event=event, title=_("Session %(number)d") % {"number": number}) for number in range(1, days + 1)
    ]
    if len(found) != days:
        raise Refused(
            _("This event has %(found)d sessions. Look for hours on as many days, or change its sessions first.")
            % {"found": len(found)}
        )
    before = {"starts_on": event.starts_on, "ends_on": event.ends_on, "nominate_by": event.nominate_by}
    shift = first - event.starts_on
    event.starts_on, event.ends_on = first, first + timedelta(days=days - 1)
    event.nominate_by = event.nominate_by + shift if event.nominate_by else None
    for number, session in enumerate(found):
        session.day, session.begins, session.ends = first + timedelta(days=number), begins, ends
        derive_session(session, event)
        session.save()
    derive(event)
    event.save()
    checklist.follow(event)
    after = {name: getattr(event, name) for name in before}
    trail.record_changes(by, event, before, after)
    trail.record(by, "placed sessions", event, day=first, begins=begins, ends=ends, number=days)


@transaction.atomic
def place_as_usual(event: Event, *, by: User) -> None:
    """Put the sessions that are usual for this kind on days in a row from the first day; the last day follows.

    Raises `Refused` when the event has sessions, or its kind says too little; and as `place` does.
    """
    event = locked(event)
    template = template_of(event.kind)
    usual = template.usual_hours if template else None
    if usual is None:
        raise Refused(_("Nobody has set how many sessions this kind usually has, how long, and at which hour."))
    if event.sessions.exists():
        raise Refused(_("This event has sessions already."))
    number, minutes, begins = usual
    place(event, first=event.starts_on, begins=begins, minutes=minutes, days=number, by=by)


@transaction.atomic
def add_chair(
    event: Event, *, person: User, administration: Administration, capacity: str = "", on_behalf_of: str = "", by: User
) -> Chairing:
    """Name a chair or co-chair; one for each administration. Refused once a chair has signed the record."""
    event = locked(event)
    refuse_when_signed(event)
    if event.chairings.filter(administration=administration).exists():
        raise Refused(_("%(name)s has a chair of this event already.") % {"name": administration})
    if event.chairings.filter(person=person).exists():
        raise Refused(_("%(name)s chairs this event already.") % {"name": person})
    chairing = Chairing.objects.create(
        event=event, person=person, administration=administration, capacity=capacity, on_behalf_of=on_behalf_of
    )
    trail.record(by, "named chair", event, personal=(person, {"person": person}), administration=administration)
    return chairing


@transaction.atomic
def remove_chair(chairing: Chairing, *, by: User) -> None:
    """Raises `Refused` when this chair has signed, a signature keeps its signer; and while another signature holds."""
    event = locked(chairing.event)
    if chairing.signatures.exists():
        raise Refused(_("%(name)s has signed the outcome and stays as chair.") % {"name": chairing.person})
    refuse_when_signed(event)
    trail.record(by, "removed chair", event, personal=(chairing.person, {"person": chairing.person}))
    chairing.delete()


@transaction.atomic
def place_in_series(event: Event, *, series: str, ordinal: int, by: User) -> None:
    """Make the event one meeting of a series: the 9th ASEAN - WCO Consultation."""
    event = locked(event)
    refuse_when_signed(event)
    row, _made = Series.objects.get_or_create(name=series)
    if row.events.filter(ordinal=ordinal).exclude(pk=event.pk).exists():
        raise Refused(_("The series has a meeting number %(number)d already.") % {"number": ordinal})
    event.series, event.ordinal = row, ordinal
    event.save(update_fields=["series", "ordinal"])
    trail.record(by, "placed in series", event, series=series, ordinal=ordinal)


def locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


def refuse_when_signed(event: Event) -> None:
    """What the record says of the meeting stays as it is while a signature holds; the caller holds the event's lock.

    The record is locked too: nobody signs it in this moment.
    """
    outcome = getattr(event, "outcome", None)
    if outcome is None:
        return
    outcome.refresh_from_db(from_queryset=type(outcome)._default_manager.select_for_update())
    if outcome.is_published:
        raise Refused(_("The outcome is published. What it says of the meeting stays as it was."))
    if outcome.signatures.filter(voided_at__isnull=True).exists():
        raise Refused(
            _(
                "A chair has signed the record, so what it says of the meeting stays as it is. "
                "Change the text of the outcome first: then the signatures are void."
            )
        )


def present(session: Session) -> Session:
    """The session as it is now; the caller holds the lock of its event. Raises `Refused` when it was removed."""
    row = Session.objects.filter(pk=session.pk).first()
    if row is None:
        raise Refused(_("This session was removed a moment ago."))
    return row


def _must_be_draft(event: Event) -> None:
    if event.state == EventState.ANNOUNCED:
        raise Refused(_("This event was announced. Change its sessions as a revision, with a reason."))
    if event.state not in (EventState.DRAFT, EventState.POSTPONED):
        raise Refused(_("This event is over. Its sessions stay as they were."))
    refuse_when_signed(event)


def check_session(session: Session, event: Event) -> None:
    if session.ends <= session.begins:
        raise Refused(_("The session ends before it begins."))
    if not event.starts_on <= session.day <= event.ends_on:
        raise Refused(_("This day is outside the event. Choose a day from its first to its last day."))
    derive_session(session, event)
    others = event.sessions.exclude(pk=session.pk)
    if others.filter(starts_at__lt=session.ends_at, ends_at__gt=session.starts_at).exists():
        raise Refused(_("Another session of this event runs at the same time."))


def derive_session(session: Session, event: Event) -> None:
    session.starts_at = to_instant(session.day, session.begins, event.time_zone)
    session.ends_at = to_instant(session.day, session.ends, event.time_zone)


def span(event: Event) -> None:
    derive(event)
    event.save(update_fields=["starts_at", "ends_at", "nominate_by_at"])


def _usual(template: KindTemplate | None, name: str, otherwise: int) -> int:
    """A number of the template of the kind; another one where it says nothing."""
    found = getattr(template, name, None)
    return otherwise if found is None else int(found)


def _usual_deadline(template: KindTemplate | None, first: date) -> date | None:
    days = template.deadline_days if template else None
    return None if days is None else first - timedelta(days=days)


def _untouched(rows: Any, **values: Any) -> Event | None:
    """The draft that the same form made a moment ago; with sessions it is somebody's work and no twin."""
    found: Event | None = rows.filter(state=EventState.DRAFT, sessions__isnull=True, **values).first()
    return found


def save_new(event: Event) -> None:
    """Save under the first free address; of two events of one title at once, the second takes the next one."""
    derive(event)
    while True:
        event.slug = _free_slug(event.title, event.starts_on)
        try:
            with transaction.atomic():
                event.save()
        except IntegrityError:
            if not Event.objects.filter(slug=event.slug).exists():
                raise
        else:
            return


def _free_slug(title: str, day: date) -> str:
    """wco-workshop-on-transit-2020: readable, stable, never reused; a long title is cut between words."""
    words = slugify(title)
    if len(words) > 64:
        words = words[:65].rsplit("-", 1)[0][:64]
    stem = f"{words or 'event'}-{day.year}"
    slug, number = stem, 1
    while Event.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
