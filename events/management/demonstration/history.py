"""Workshops of 2020/21 as they were held: dates, modes and numbers are public facts, the people are fictional.

Where the public record gives a number of administrations but no list, the first ones of a fixed order stand in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from events.management.demonstration import people
from events.models import Event, Registration
from events.services import attendance, certificates, evaluations, lifecycle, programme, registrations
from events.services import workplan as plans
from members.models import Administration, User

PACIFIC = ("FJ", "PG", "WS", "TL", "TO", "VU")
# the order in which administrations stand in where the record has numbers only
ORDER = (
    "FJ ID MM TH MY JP KR HK IN LK BD NP MV TO WS PH SG VN KH LA BN MO MN PK BT PG VU TL CN AU NZ IR AF".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Held:
    """One workshop of the record: a piece of its title in the plan, its days, how many people of which members."""

    title: str
    starts_on: date
    ends_on: date
    people: int
    members: tuple[str, ...] | int

    @property
    def codes(self) -> tuple[str, ...]:
        return self.members if isinstance(self.members, tuple) else tuple(ORDER[: self.members])


YEAR = [
    Held("Passenger Controls training, Lao", date(2020, 7, 27), date(2020, 7, 29), 18, ("LA",)),
    Held("Passenger Controls training, Myanmar", date(2020, 8, 3), date(2020, 8, 5), 10, ("MM",)),
    Held("Introductory Webinar", date(2020, 8, 5), date(2020, 8, 5), 12, PACIFIC),
    Held("Post Clearance Audit", date(2020, 11, 23), date(2020, 11, 26), 12, PACIFIC),
    Held("Disaster Management", date(2020, 11, 30), date(2020, 12, 3), 45, 23),
    Held("E-Commerce for the Asia/Pacific", date(2021, 1, 12), date(2021, 1, 15), 70, 25),
    Held("Disruptive Technologies", date(2021, 3, 22), date(2021, 3, 24), 50, 17),
    Held("Trade Facilitation Agreement", date(2021, 4, 19), date(2021, 4, 21), 80, 23),
    Held("Free Zones", date(2021, 4, 26), date(2021, 4, 28), 62, 19),
    Held("Canines", date(2021, 6, 8), date(2021, 6, 10), 35, 19),
]


def hold_year(manager: User) -> Iterator[str]:
    """Hold every workshop of the record; answers each title when it is done, because this takes a while."""
    plan = plans.open_plan("2020/21", by=manager)
    for held in YEAR:
        activity = plan.activities.filter(title__icontains=held.title).first()
        if activity is None:
            continue
        event = programme.create_from(activity, by=manager, on=held.starts_on)
        hold(event, held, manager)
        yield event.title


def hold(event: Event, held: Held, manager: User) -> None:
    """One workshop from announcement to report, at the times of its own year."""
    each, extra = divmod(held.people, len(held.codes))
    begins = datetime.combine(held.starts_on, time(3), UTC)
    programme.change(
        event,
        by=manager,
        mode="online",
        starts_on=held.starts_on,
        ends_on=held.ends_on,
        nominate_by=held.starts_on - timedelta(days=21),
        seats_per_administration=each + bool(extra),
        pool_seats=0,
        platform="zoom",
        joining_url="https://meet.example/workshop",
        targets=list(Administration.objects.filter(iso2__in=held.codes)),
    )
    event.refresh_from_db()
    day = held.starts_on
    while day <= held.ends_on:
        title = f"Day {(day - held.starts_on).days + 1}"
        programme.add_session(event, title=title, day=day, begins=time(10), ends=time(13), by=manager)
        day += timedelta(days=1)
    event.refresh_from_db()
    lifecycle.announce(event, by=manager, at=begins - timedelta(days=45))
    event.refresh_from_db()
    for place, code in enumerate(held.codes):
        _nominate(event, code, each + (place < extra), at=begins - timedelta(days=30))
    registrations.fill(event, by=manager, at=begins - timedelta(days=20))
    close(event, manager)


def _nominate(event: Event, code: str, number: int, *, at: datetime) -> None:
    invitation = event.invitations.select_related("administration").get(administration__iso2=code)
    contact = people.contact(code)
    for official in people.officials(code, number):
        registrations.nominate(invitation, official=official, by=contact, at=at)


def close(event: Event, manager: User) -> None:
    """Attendance, evaluations and certificates; every ninth person missed the event, every third gave no evaluation."""
    over = event.ends_at + timedelta(hours=1)
    confirmed = list(event.registrations.confirmed().select_related("official", "administration").order_by("pk"))
    present = [row for place, row in enumerate(confirmed, start=1) if place % 9]
    for session in event.sessions.all():
        attendance.tick(session, present, by=manager, at=over)
    for place, row in enumerate(present):
        if (place + 1) % 3:
            _evaluate(row, over)
    lifecycle.hold(event, by=manager, at=over)
    certificates.issue_due(at=over + timedelta(days=1))
    event.refresh_from_db()
    lifecycle.report(event, by=manager, at=over + timedelta(days=7))


def _evaluate(registration: Registration, at: datetime) -> None:
    mark = 3 + registration.pk % 3
    evaluations.give(
        registration,
        usefulness=mark,
        content=min(5, mark + 1),
        organisation=4,
        plans="",
        remarks="",
        by=registration.official,
        at=at,
    )
