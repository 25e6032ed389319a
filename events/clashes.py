"""Clashes: what else happens on the days of an event, to the same administrations, people and officers. Read only.

A clash is a sentence for the office; it forbids nothing. Two events clash on a day on which both have sessions (or,
before there are sessions, which lies between their first and last days), each counted in its own zone. Cancelled events
and postponed ones, which have no date, are in nobody's way; and about what was held nothing can be done any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.models import Chairing, Event, Invitation, OtherMeeting, Registration, Session
from events.states import EventState, InvitationState, RegistrationState
from members.models import Administration, User
from members.services import holidays
from portal.kit.clock import spell_day, spell_days

JUDGED = (EventState.DRAFT, EventState.ANNOUNCED, EventState.POSTPONED)
IN_NOBODYS_WAY = (EventState.CANCELLED, EventState.POSTPONED)
NOT_COMING = (InvitationState.DECLINED, InvitationState.LIFTED)

Days = Mapping[int, Collection[date]]


class Kind(models.TextChoices):
    """What is in the way of what; the order of the lines."""

    INVITED = "invited", gettext_lazy("Same administrations")
    OFFICER = "officer", gettext_lazy("Same officer")
    CHAIR = "chair", gettext_lazy("Same chair")
    PERSON = "person", gettext_lazy("Same people")
    OTHER_BODY = "other_body", gettext_lazy("Meeting of another body")
    HOLIDAY = "holiday", gettext_lazy("Public holiday")
    WEEKEND = "weekend", gettext_lazy("Weekend")


@dataclass(frozen=True)
class Clash:
    """One thing on the same day: a sentence, whom it concerns by name, and the row that it is about."""

    kind: Kind
    sentence: str
    names: list[str] = field(default_factory=list)
    event: Event | None = None
    meeting: OtherMeeting | None = None

    @property
    def is_day_off(self) -> bool:
        return self.kind in (Kind.HOLIDAY, Kind.WEEKEND)


def of_event(event: Event, *, first: date | None = None) -> list[Clash]:
    """All clashes of one event with its days off; with `first`, as if it began on that day."""
    if event.state not in JUDGED:
        return []
    shift = first - event.starts_on if first else timedelta()
    days = {pk: {day + shift for day in found} for pk, found in days_of([event]).items()}
    return [*clashes_of([event], days=days)[event.pk], *_days_off(event, sorted(days[event.pk]))]


def clashes_of(events: Iterable[Event], *, days: Days | None = None) -> dict[int, list[Clash]]:
    """Event -> its clashes with other events and other bodies, in as many queries for one event as for fifty.

    Days off are left out: they belong to one event and its administrations (`of_event`). `days` stand in for the days
    that the events have.
    """
    rows = list(events)
    found: dict[int, list[Clash]] = {row.pk: [] for row in rows}
    judged = [row for row in rows if row.state in JUDGED]
    if not judged:
        return found
    own = days or days_of(judged)
    first, last = min(map(min, own.values())), max(map(max, own.values()))
    on_the_way = Event.objects.exclude(state__in=IN_NOBODYS_WAY).between(first, last)
    others = {row.pk: row for row in on_the_way.select_related("officer")}
    near = _on_the_same_days(own, days_of(others.values()))
    facts = _Facts({row.pk for row in judged} | {pk for pks in near.values() for pk in pks})
    meetings = list(OtherMeeting.objects.between(first, last).select_related("calendar"))
    for row in judged:
        lines = [line for pk in others if pk in near[row.pk] for line in facts.between(row, others[pk])]
        lines += [_other_body(meeting) for meeting in meetings if _is_on(meeting, own[row.pk])]
        found[row.pk] = sorted(lines, key=lambda line: list(Kind).index(line.kind))
    return found


def days_of(events: Iterable[Event]) -> dict[int, set[date]]:
    """Event -> the days of its sessions; without sessions every day from its first to its last. One query."""
    rows = list(events)
    found: dict[int, set[date]] = defaultdict(set)
    sessions = Session.objects.filter(event__in=[row.pk for row in rows]).order_by()
    for pk, day in sessions.values_list("event_id", "day"):
        found[pk].add(day)
    for row in rows:
        if row.pk not in found:
            found[row.pk] = {row.starts_on + timedelta(days=n) for n in range((row.ends_on - row.starts_on).days + 1)}
    return found


def _on_the_same_days(own: Days, others: Days) -> dict[int, set[int]]:
    """Event -> the other events that share a day with it."""
    by_day: dict[date, set[int]] = defaultdict(set)
    for pk, days in others.items():
        for day in days:
            by_day[day].add(pk)
    return {pk: {other for day in days for other in by_day[day]} - {pk} for pk, days in own.items()}


class _Facts:
    """Who has to do with which event, by keys: administrations, chairs, people who come; with the names needed."""

    def __init__(self, events: Collection[int]) -> None:
        targets = Event.targets.through._default_manager.filter(event__in=events)
        self.targets = _sets(targets.values_list("event_id", "administration_id"))
        answers = Invitation.objects.filter(event__in=events, state__in=NOT_COMING).order_by()
        for event, administrations in _sets(answers.values_list("event_id", "administration_id")).items():
            self.targets[event] -= administrations
        chairs = Chairing.objects.filter(event__in=events).order_by()
        self.chairs = _sets(chairs.values_list("event_id", "person_id"))
        confirmed = Registration.objects.filter(event__in=events, state=RegistrationState.CONFIRMED).order_by()
        self.people = _sets(confirmed.values_list("event_id", "official_id"))
        for event, people in self.chairs.items():
            self.people[event] |= people
        self.administrations = dict(Administration.objects.values_list("pk", "name"))
        twice = _in_two(self.people)
        self.persons = dict(User.objects.filter(pk__in=twice).values_list("pk", "name")) if twice else {}

    def between(self, event: Event, other: Event) -> Iterator[Clash]:
        """Of two events on the same day."""
        words = {"title": other.title, "days": spell_days(other.starts_on, other.ends_on)}
        invited = self.targets[event.pk] & self.targets[other.pk]
        if invited:
            counts = {"n": len(invited), "total": len(self.targets[event.pk])}
            sentence = _invited(counts["n"], is_draft=other.state == EventState.DRAFT) % {**words, **counts}
            yield Clash(Kind.INVITED, sentence, _names(invited, self.administrations), other)
        if event.officer_id and event.officer_id == other.officer_id:
            sentence = _("%(name)s is also the officer of “%(title)s”, %(days)s.") % {**words, "name": other.officer}
            yield Clash(Kind.OFFICER, sentence, event=other)
        chairs = self.chairs[event.pk] & self.chairs[other.pk]
        for name in _names(chairs, self.persons):
            sentence = _("%(name)s also chairs “%(title)s”, %(days)s.") % {**words, "name": name}
            yield Clash(Kind.CHAIR, sentence, event=other)
        people = (self.people[event.pk] & self.people[other.pk]) - chairs
        if people:
            sentence = ngettext(
                "%(n)d person who comes is also expected at “%(title)s”, %(days)s.",
                "%(n)d people who come are also expected at “%(title)s”, %(days)s.",
                len(people),
            )
            names = _names(people, self.persons)
            yield Clash(Kind.PERSON, sentence % {**words, "n": len(people)}, names, other)


def _invited(number: int, *, is_draft: bool) -> str:
    if is_draft:
        return ngettext(
            "%(n)d of %(total)d administrations is also a target of the draft “%(title)s”, %(days)s.",
            "%(n)d of %(total)d administrations are also targets of the draft “%(title)s”, %(days)s.",
            number,
        )
    return ngettext(
        "%(n)d of %(total)d administrations is also invited to “%(title)s”, %(days)s.",
        "%(n)d of %(total)d administrations are also invited to “%(title)s”, %(days)s.",
        number,
    )


def _sets(pairs: Iterable[tuple[int, int]]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for event, row in pairs:
        found[event].add(row)
    return found


def _in_two(people: Mapping[int, Collection[int]]) -> list[int]:
    """Who has to do with two events at least: only they are asked for by name."""
    seen: dict[int, int] = defaultdict(int)
    for found in people.values():
        for person in found:
            seen[person] += 1
    return [person for person, times in seen.items() if times > 1]


def _names(keys: Iterable[int], names: Mapping[int, str]) -> list[str]:
    return sorted(names[key] for key in keys if key in names)


# --- other bodies, holidays and weekends ----------------------------------------------------------------


def _is_on(meeting: OtherMeeting, days: Collection[date]) -> bool:
    return any(meeting.starts_on <= day <= meeting.ends_on for day in days)


def _other_body(meeting: OtherMeeting) -> Clash:
    words = {
        "title": meeting.title,
        "calendar": meeting.calendar,
        "days": spell_days(meeting.starts_on, meeting.ends_on),
        "place": meeting.place,
    }
    if meeting.place:
        sentence = _("%(calendar)s has “%(title)s” on %(days)s, %(place)s.") % words
    else:
        sentence = _("%(calendar)s has “%(title)s” on %(days)s.") % words
    return Clash(Kind.OTHER_BODY, sentence, meeting=meeting)


def _days_off(event: Event, days: list[date]) -> Iterator[Clash]:
    """A line for each public holiday, and one for the weekends; counted in the administrations that are coming."""
    away = event.invitations.filter(state__in=NOT_COMING).values("administration")
    targets = list(event.targets.exclude(pk__in=away))
    calendar = holidays.calendar_of(targets, days[0], days[-1])
    for day in days:
        off = [f"{row.name} ({calendar[row.pk][day]})" for row in targets if day in calendar[row.pk]]
        if off:
            words = {"day": spell_day(day), "n": len(off), "total": len(targets)}
            sentence = _("%(day)s is a public holiday in %(n)d of %(total)d administrations.") % words
            yield Clash(Kind.HOLIDAY, sentence, off)
    weekends = [
        f"{row.name} ({', '.join(spell_day(day) for day in found)})"
        for row in targets
        if (found := [day for day in days if day.weekday() in row.weekend_days])
    ]
    if weekends:
        words = {"n": len(weekends), "total": len(targets)}
        yield Clash(
            Kind.WEEKEND, _("Its days lie on the weekend of %(n)d of %(total)d administrations.") % words, weekends
        )
