"""The current fiscal year: the lines of 2020/21 come again, with events at every stage to click through."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from events import reminders
from events.management.demonstration import people
from events.management.demonstration.history import Held, hold
from events.models import Activity, Event, WorkPlan
from events.services import attendance, invitations, lifecycle, programme, registrations
from events.services import workplan as plans
from members.models import Administration, User
from portal.kit.clock import fiscal_year

PACIFIC = ("FJ", "PG", "WS", "TL", "TO", "VU")


def plan_year(manager: User, *, today: date) -> WorkPlan:
    """Copy the lines of 2020/21 into the year of today, each on the same day of the year."""
    plan = plans.open_plan(fiscal_year(today), by=manager)
    source = WorkPlan.objects.get(fiscal_year="2020/21")
    shift = plan.starts_on.year - source.starts_on.year
    for line in source.activities.prefetch_related("donors", "target_groups", "target_administrations"):
        copy = Activity.objects.create(
            plan=plan,
            number=line.number,
            pillar_id=line.pillar_id,
            title=line.title,
            objective=line.objective,
            indicator=line.indicator,
            target=line.target,
            topic=line.topic,
            kind=line.kind,
            mode="online" if line.mode == "in_person" else line.mode,
            planned_start_on=_shifted(line.planned_start_on, shift),
            planned_end_on=_shifted(line.planned_end_on, shift),
            host=line.host,
            office_role=line.office_role,
            officer=manager,
            planned_seats=line.planned_seats,
        )
        copy.donors.set(line.donors.all())
        copy.target_groups.set(line.target_groups.all())
        copy.target_administrations.set(line.target_administrations.all())
    return plan


def just_held(plan: WorkPlan, manager: User, *, now: datetime) -> Event:
    """A workshop that ended yesterday: the office ticks its last session, people evaluate."""
    event = _event(plan, "Free Zones", manager, first=now.date() - timedelta(days=3), length=3, seats=2, pool=2)
    lifecycle.announce(event, by=manager, at=now - timedelta(days=48))
    _fill(event, manager, ("FJ", "TO", "WS", "PG"), at=now - timedelta(days=30))
    event.refresh_from_db()
    confirmed = list(event.registrations.confirmed())
    for session in list(event.sessions.all())[:2]:
        attendance.tick(session, confirmed, by=manager, at=now)
    return event


def about_to_begin(plan: WorkPlan, manager: User, *, now: datetime) -> Event:
    """A workshop that begins tomorrow: the joining box of confirmed people is open."""
    event = _event(
        plan, "Workshop on E-Commerce for", manager, first=now.date() + timedelta(days=1), length=2, seats=2, pool=1
    )
    lifecycle.announce(event, by=manager, at=now - timedelta(days=44))
    _fill(event, manager, ("FJ", "TO", "VU"), at=now - timedelta(days=25))
    return event


def relay(event: Event, manager: User, *, now: datetime) -> None:
    """Lay the reminders that are still to come, after the letters of the past were lifted."""
    reminders.move_for_event(event, at=now, by=manager)


def open_for_nominations(plan: WorkPlan, manager: User, *, now: datetime) -> Event:
    """A workshop whose deadline is in about two weeks: some answered, one declined, most are silent."""
    first = _monday_after(now.date() + timedelta(days=33))
    event = _event(plan, "Disruptive", manager, first=first, length=3, seats=1, pool=2)
    lifecycle.announce(event, by=manager, at=now)
    event.refresh_from_db()
    samoa = event.invitations.get(administration__iso2="WS")
    tonga = event.invitations.get(administration__iso2="TO")
    for number in (1, 2):
        registrations.nominate(tonga, official=people.official("TO", number), by=people.contact("TO"), at=now)
    invitations.decline(
        samoa, reason="All officers are needed for the end of the year.", by=people.contact("WS"), at=now
    )
    registrations.apply(
        event, official=people.official("FJ", 2), at=now, motivation="I test new scanners at the port of Suva."
    )
    return event


def held_this_year(plan: WorkPlan, manager: User, *, today: date) -> None:
    """The workshops of the plan whose days have passed, up to three, so that the year has made some way."""
    lines = plan.activities.filter(planned_end_on__lt=today - timedelta(days=14), kind__contains="workshop")
    for line in lines.order_by("planned_start_on")[:3]:
        first, last = line.planned_start_on or today, line.planned_end_on or today
        codes = tuple(line.targets(first).values_list("iso2", flat=True)[:6])
        event = programme.create_from(line, by=manager, on=first)
        hold(event, Held(line.title, first, last, 2 * len(codes), codes), manager)


def in_preparation(plan: WorkPlan, manager: User, *, now: datetime) -> Event:
    """A draft that lacks nothing but the announcement."""
    first = _monday_after(now.date() + timedelta(days=75))
    return _event(plan, "Trade Facilitation", manager, first=first, length=3, seats=2, pool=6)


def put_off(plan: WorkPlan, manager: User, *, now: datetime) -> None:
    """One postponed and one cancelled event, as every year has them."""
    late = _event(
        plan, "Canines", manager, first=_monday_after(now.date() + timedelta(days=50)), length=2, seats=1, pool=0
    )
    lifecycle.announce(late, by=manager, at=now - timedelta(days=9))
    late.refresh_from_db()
    lifecycle.postpone(late, reason="The host asked for a later date.", by=manager, at=now)
    gone = _event(
        plan, "Preparatory meeting", manager, first=now.date() + timedelta(days=40), length=1, seats=1, pool=0
    )
    lifecycle.announce(gone, by=manager, at=now - timedelta(days=2))
    gone.refresh_from_db()
    lifecycle.cancel(gone, reason="The preparatory meeting was joined with the workshop.", by=manager, at=now)


def _event(plan: WorkPlan, title: str, manager: User, *, first: date, length: int, seats: int, pool: int) -> Event:
    activity = plan.activities.get(title__icontains=title)
    event = programme.create_from(activity, by=manager, on=first)
    programme.change(
        event,
        by=manager,
        mode="online",
        starts_on=first,
        ends_on=first + timedelta(days=length - 1),
        time_zone="Asia/Bangkok",
        nominate_by=first - timedelta(days=21),
        seats_per_administration=seats,
        pool_seats=pool,
        platform="zoom",
        joining_url="https://meet.example/rooms/4711",
        joining_notes="Please write your administration before your name when you join.",
        fallback="https://jitsi.example/rooms/4711, or call +66 2 000 0000 and give the code 4711",
        targets=list(Administration.objects.filter(iso2__in=PACIFIC)),
    )
    event.refresh_from_db()
    for number in range(length):
        programme.add_session(
            event,
            title=f"Day {number + 1}",
            day=first + timedelta(days=number),
            begins=time(10),
            ends=time(13),
            by=manager,
        )
    event.refresh_from_db()
    return event


def _fill(event: Event, manager: User, codes: tuple[str, ...], *, at: datetime) -> None:
    event.refresh_from_db()
    for code in codes:
        invitation = event.invitations.select_related("administration").get(administration__iso2=code)
        for official in people.officials(code, 2):
            registrations.nominate(invitation, official=official, by=people.contact(code), at=at)
    registrations.fill(event, by=manager, at=at)


def _monday_after(day: date) -> date:
    return day + timedelta(days=(7 - day.weekday()) % 7)


def _shifted(day: date | None, years: int) -> date | None:
    if day is None:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
