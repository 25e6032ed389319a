"""A new draft from an event that was: the work on it comes along, the people do not."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from events.models import AgendaItem, CheckItem, Event, Session
from events.services import checklist, programme
from events.states import EventState
from members.models import Administration, User
from portal.kit import trail
from portal.kit.states import Refused

# as they are; who may know of it, and what people were told of the meeting itself
SAME = (
    "kind",
    "mode",
    "topic",
    "objective",
    "host",
    "venue",
    "access",
    "time_zone",
    "seats_per_administration",
    "pool_seats",
    "platform",
)
ORDINAL = re.compile(r"\b(\d{1,4})(st|nd|rd|th)\b", re.IGNORECASE)


def next_ordinal(event: Event) -> int | None:
    """The number of the next meeting of its series."""
    if event.series is None:
        return None
    return int(event.series.events.aggregate(last=Max("ordinal"))["last"] or 0) + 1


def next_title(event: Event) -> str:
    """10th ASEAN - WCO Consultation, after the 9th; the same title where it has no number."""
    number = next_ordinal(event)
    if number is None:
        return event.title

    def counted(found: re.Match[str]) -> str:
        return in_words(number) if int(found[1]) == event.ordinal else found[0]

    return ORDINAL.sub(counted, event.title)


def in_words(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 22nd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@transaction.atomic
def copy(
    event: Event,
    *,
    title: str,
    starts_on: date,
    ordinal: int | None = None,
    with_agenda: bool = False,
    with_chairs: bool = False,
    by: User,
) -> Event:
    """A draft like this event on other days; sent twice, it is one draft.

    Everything moves by as many days as the first day and keeps its hour in the zone of the event. The draft has no
    people, no papers, no joining information, and no line of the plan: an activity counts its own events. Who is not
    a member any more on the new day is not among its targets. Chairs come along only when asked for, as far as they
    still belong to their administration.

    Raises `Refused` when the series has that number, and when an hour does not exist on its new day.
    """
    event = programme.locked(event)
    shift = starts_on - event.starts_on
    ends_on = event.ends_on + shift
    if twin := _twin(event, title=title, starts_on=starts_on, ends_on=ends_on):
        return twin
    made = Event(
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        nominate_by=event.nominate_by + shift if event.nominate_by else None,
        officer=event.officer if event.officer and event.officer.is_office else by,
        **{name: getattr(event, name) for name in SAME},
    )
    programme.save_new(made)
    trail.record(by, "created", made, copy_of=event.title)
    made.donors.set(event.donors.all())
    made.targets.set(Administration.objects.members_on(starts_on).filter(target_events=event))
    for session in event.sessions.all():
        moved = Session(event=made, title=session.title, day=session.day + shift)
        moved.begins, moved.ends = session.begins, session.ends
        programme.derive_session(moved, made)
        moved.save()
    programme.span(made)
    if ordinal is not None and event.series:
        programme.place_in_series(made, series=event.series.name, ordinal=ordinal, by=by)
    _copy_checklist(event, made, by=by)
    if with_agenda:
        AgendaItem.objects.bulk_create(
            AgendaItem(event=made, number=item.number, title=item.title, purpose=item.purpose)
            for item in event.agenda.all()
        )
    if with_chairs:
        _copy_chairs(event, made, by=by)
    made.refresh_from_db()
    return made


def _copy_checklist(event: Event, made: Event, *, by: User) -> None:
    """The items of this event, none of them done; of an event from before checklists, the usual ones."""
    items = list(event.checklist.all())
    if not items:
        checklist.lay(made, by=by)
        return
    CheckItem.objects.bulk_create(
        CheckItem(
            event=made,
            usual_id=item.usual_id,
            text=item.text,
            days=item.days,
            due_on=made.starts_on + timedelta(days=item.days),
            duty=item.duty,
        )
        for item in items
    )
    trail.record(by, "laid the checklist", made, number=len(items))


def _copy_chairs(event: Event, made: Event, *, by: User) -> None:
    for chairing in event.chairings.select_related("person", "administration"):
        person = chairing.person
        if person.is_active and person.administration_id == chairing.administration_id:
            programme.add_chair(
                made, person=person, administration=chairing.administration, capacity=chairing.capacity, by=by
            )


def _twin(event: Event, **values: object) -> Event | None:
    """The copy that the same form made a moment ago. Raises `Refused` for a copy onto the event itself."""
    if all(getattr(event, name) == value for name, value in values.items()):
        raise Refused(_("The copy would be the same event again. Choose another first day or another title."))
    rows = Event.objects.filter(state=EventState.DRAFT, activity=None, kind=event.kind, announced_at=None, **values)
    return rows.exclude(pk=event.pk).first()
