"""Makes rows for tests by calling the services, so that test data is always legal.

Times are relative to `NOW`, the moment the tests began; an event lies 60 days ahead unless a test says otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from events.models import (
    Activity,
    Event,
    Invitation,
    Kind,
    Mode,
    OtherCalendar,
    Outcome,
    Pillar,
    Registration,
    WorkPlan,
)
from events.services import (
    attendance,
    baselines,
    evaluations,
    followups,
    lifecycle,
    other_calendars,
    outcomes,
    papers,
    programme,
    registrations,
)
from events.services import workplan as plans
from members.models import (
    Administration,
    AdministrationName,
    Appointment,
    Group,
    HolidayCorrection,
    JoinRequest,
    Organisation,
    Role,
    User,
)
from members.services import appointments, bodies, holidays, joining, people
from portal.kit.clock import fiscal_year

NOW = timezone.now().replace(microsecond=0)
TODAY = NOW.date()
LONG_AGO = date(2019, 7, 1)
PASSWORD = "a-good-long-password"
JOIN_CODE = "123-456-789"
numbers = count(1)

ZONES = {
    "FJ": ("Fiji", "Pacific/Fiji", "oceania"),
    "TO": ("Tonga", "Pacific/Tongatapu", "oceania"),
    "WS": ("Samoa", "Pacific/Apia", "oceania"),
    "ID": ("Indonesia", "Asia/Jakarta", "asean"),
    "MM": ("Myanmar", "Asia/Yangon", "asean"),
    "TH": ("Thailand", "Asia/Bangkok", "asean"),
    "IN": ("India", "Asia/Kolkata", "sub_continent"),
    "AU": ("Australia", "Australia/Sydney", "oceania"),
    "NZ": ("New Zealand", "Pacific/Auckland", "oceania"),
    "NP": ("Nepal", "Asia/Kathmandu", "sub_continent"),
    "IR": ("I.R. Iran", "Asia/Tehran", "sub_continent"),
    "JP": ("Japan", "Asia/Tokyo", "far_east"),
    "HK": ("Hong Kong, China", "Asia/Hong_Kong", "far_east"),
}


def days(number: float) -> timedelta:
    return timedelta(days=number)


def officer(event: Event) -> User:
    """The office person who runs an event made here."""
    assert event.officer
    return event.officer


def deadline(event: Event) -> datetime:
    assert event.nominate_by_at
    return event.nominate_by_at


# --- members --------------------------------------------------------------------------------------


def administration(iso2: str = "FJ") -> Administration:
    """A member by its code; made once."""
    name, zone, sub_region = ZONES[iso2]
    row, _made = Administration.objects.get_or_create(
        iso2=iso2,
        defaults={
            "name": name,
            "time_zone": zone,
            "sub_region": sub_region,
            "email": f"customs@{iso2.lower()}.example",
        },
    )
    return row


def group(code: str, *codes: str) -> Group:
    row, _made = Group.objects.get_or_create(code=code, defaults={"name": code.upper()})
    for iso2 in codes:
        row.memberships.get_or_create(administration=administration(iso2))
    return row


def full_name(iso2: str = "FJ", title: str = "Customs Service", **span: date | None) -> AdministrationName:
    return bodies.add_name(
        administration(iso2), title=title, from_on=span.get("from_on"), to_on=span.get("to_on"), by=None
    )


def day_off(iso2: str = "FJ", on: date | None = None, name: str = "Day of the Customs") -> HolidayCorrection:
    """A holiday that no calendar has."""
    return holidays.add_day_off(administration(iso2), on=on or date(TODAY.year, 2, 28), name=name, by=None)


def organisation(name: str = "CCF Japan", kind: str = "donor") -> Organisation:
    row, _made = Organisation.objects.get_or_create(name=name, defaults={"kind": kind})
    return row


def official(iso2: str = "FJ", name: str = "", *, email: str = "", password: bool = False) -> User:
    """An official of a member; with a password only where a test signs in by typing it."""
    body = administration(iso2)
    number = next(numbers)
    person = people.add(
        name=name or f"Official {number} of {body.name}",
        email=email or f"official{number}@{iso2.lower()}.example",
        administration=body,
        by=None,
    )
    if password:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return person


def contact_point(iso2: str = "FJ", name: str = "") -> User:
    """A second one of the same administration is its alternate, who may do the same; one after another begins today."""
    body = administration(iso2)
    person = official(iso2, name or f"Contact point {next(numbers)} of {body.name}")
    earlier = body.appointments.filter(role=Role.CONTACT_POINT)
    role = Role.ALTERNATE if earlier.on(TODAY).exists() else Role.CONTACT_POINT
    begin = TODAY if role == Role.CONTACT_POINT and earlier.exists() else LONG_AGO
    appointments.appoint(person, role, administration=body, from_on=begin, by=None)
    return person


def office_person(name: str = "", *, role: str = Role.OFFICE_STAFF) -> User:
    number = next(numbers)
    person = people.add(name=name or f"Programme manager {number}", email=f"officer{number}@office.example", by=None)
    appointments.appoint(person, role, from_on=LONG_AGO, by=None)
    return person


def expert(name: str = "") -> User:
    number = next(numbers)
    return people.add(
        name=name or f"Expert {number}",
        email=f"expert{number}@wco.example",
        organisation=organisation("WCO Secretariat", "secretariat"),
        by=None,
    )


def join_request(iso2: str = "FJ", name: str = "", *, confirmed: bool = True) -> JoinRequest:
    """An official asks to join; the code of the letter is typed, unless a test says otherwise."""
    number = next(numbers)
    row = joining.ask(
        administration=administration(iso2),
        name=name or f"Applicant {number} of {ZONES[iso2][0]}",
        email=f"applicant{number}@{iso2.lower()}.example",
        position="Customs Officer",
        reason="I want to attend the workshop.",
        code=JOIN_CODE,
        at=NOW,
    )
    if confirmed:
        assert joining.confirm(row, JOIN_CODE, at=NOW)
    row.refresh_from_db()
    return row


# --- the plan -------------------------------------------------------------------------------------


def pillars() -> list[Pillar]:
    return [Pillar.objects.get_or_create(number=n, defaults={"title": f"Title of pillar {n}"})[0] for n in range(1, 5)]


def work_plan(year: str = "") -> WorkPlan:
    return plans.open_plan(year or fiscal_year(TODAY), by=None)


def activity(*codes: str, plan: WorkPlan | None = None, **values: Any) -> Activity:
    """A line of the plan of this year, for the given members."""
    pillars()
    fields: dict[str, Any] = {
        "plan": plan or work_plan(),
        "number": f"3.{next(numbers)}",
        "pillar": Pillar.objects.get(number=3),
        "title": "Workshop on Transit",
        "kind": Kind.SUB_REGIONAL_WORKSHOP,
        "mode": Mode.ONLINE,
    }
    row = Activity.objects.create(**fields | values)
    row.target_administrations.set(administration(code) for code in codes or ("FJ", "TO"))
    return row


def calendar_file(*meetings: tuple[str, date, date]) -> bytes:
    """A calendar file with meetings of whole days: title, first and last day."""
    entries = [
        f"BEGIN:VEVENT\r\nUID:{title}\r\nSUMMARY:{title}\r\nDTSTART;VALUE=DATE:{first:%Y%m%d}\r\n"
        f"DTEND;VALUE=DATE:{last + days(1):%Y%m%d}\r\nLOCATION:Brussels\r\nEND:VEVENT\r\n"
        for title, first, last in meetings
    ]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{''.join(entries)}END:VCALENDAR\r\n".encode()


def other_calendar(
    *meetings: tuple[str, date, date], name: str = "WCO Secretariat", by: User | None = None
) -> OtherCalendar:
    """The calendar of another body; with one meeting 90 days ahead unless a test names them."""
    listed = meetings or (("Policy Commission", TODAY + days(90), TODAY + days(92)),)
    return other_calendars.upload(
        name=name, file_name="meetings.ics", content=calendar_file(*listed), by=by or office_person(), at=NOW
    ).calendar


def head_of_office() -> User:
    """The one who is in office, or a first one."""
    row = Appointment.objects.on(TODAY).filter(role=Role.HEAD_OF_OFFICE).select_related("person").first()
    return row.person if row else office_person("Head of office", role=Role.HEAD_OF_OFFICE)


def approved_plan(year: str = "", *codes: str, lines: int = 1, **values: Any) -> WorkPlan:
    """A plan with that many lines, approved today, or on the first day of a year that is not this one."""
    plan = work_plan(year)
    for _number in range(lines):
        activity(*codes, plan=plan, **values)
    on = TODAY if plan.covers(TODAY) else plan.starts_on
    return baselines.approve(plan, on=on, note="Approved by the meeting.", by=head_of_office(), today=max(TODAY, on))


# --- events ---------------------------------------------------------------------------------------


def event(
    *codes: str,
    by: User | None = None,
    begin: date | None = None,
    zone: str = "Asia/Bangkok",
    seats: int = 2,
    pool: int = 0,
    sessions: int = 1,
    activity: Activity | None = None,
    **values: Any,
) -> Event:
    """A draft that is ready to be announced: sessions of three hours from 13:00, deadline 21 days before."""
    by = by or office_person()
    begin = begin or TODAY + days(60)
    if activity:
        row = programme.create_from(activity, by=by, on=begin)
    else:
        row = programme.create(
            by=by,
            title=values.pop("title", f"Workshop on Transit {next(numbers)}"),
            kind=values.pop("kind", Kind.SUB_REGIONAL_WORKSHOP),
            mode=values.pop("mode", Mode.ONLINE),
            starts_on=begin,
            ends_on=begin + days(sessions - 1),
            time_zone=zone,
        )
    programme.change(
        row,
        by=by,
        **{
            "starts_on": begin,
            "ends_on": begin + days(sessions - 1),
            "time_zone": zone,
            "nominate_by": begin - days(21),
            "seats_per_administration": seats,
            "pool_seats": pool,
            "platform": "zoom",
            "joining_url": "https://meet.example/secret-room",
            "joining_notes": "Meeting ID 123 456, passcode 7890",
            "targets": [administration(code) for code in codes or ("FJ", "TO")],
            **values,
        },
    )
    row.refresh_from_db()
    for number in range(sessions):
        programme.add_session(
            row, title=f"Session {number + 1}", day=begin + days(number), begins=time(13), ends=time(16), by=by
        )
    row.refresh_from_db()
    return row


def announced(*codes: str, at: datetime | None = None, **values: Any) -> Event:
    """An event with open invitations."""
    row = event(*codes, **values)
    lifecycle.announce(row, by=officer(row), at=at or min(NOW, deadline(row) - days(24)))
    row.refresh_from_db()
    return row


def running(*codes: str, began: timedelta = timedelta(days=-1), **values: Any) -> Event:
    """An announced event whose first day was yesterday (a past one by a larger `began`)."""
    return announced(*codes, begin=TODAY + began, **values)


def meeting(*codes: str, chairs: tuple[User, ...] = (), **values: Any) -> Event:
    """An announced consultation with its chairs, two agenda items."""
    row = event(*codes or ("ID", "MM"), kind=Kind.CONSULTATION, title=f"{next(numbers)}th Consultation", **values)
    for person in chairs:
        assert person.administration
        programme.add_chair(row, person=person, administration=person.administration, by=officer(row))
    papers.add_item(row, title="Opening", purpose="note", by=officer(row))
    papers.add_item(row, title="Work plan", purpose="guidance", by=officer(row))
    lifecycle.announce(row, by=officer(row), at=min(NOW, deadline(row) - days(24)))
    row.refresh_from_db()
    return row


def invitation(event: Event, iso2: str = "FJ") -> Invitation:
    return event.invitations.get(administration__iso2=iso2)


def before_deadline(event: Event) -> datetime:
    return min(NOW, deadline(event) - days(1))


def nominated(event: Event, iso2: str = "FJ", *, person: User | None = None, by: User | None = None) -> Registration:
    return registrations.nominate(
        invitation(event, iso2),
        official=person or official(iso2),
        by=by or officer(event),
        at=before_deadline(event),
    )


def applied(event: Event, iso2: str = "FJ", *, person: User | None = None) -> Registration:
    return registrations.apply(
        event, official=person or official(iso2), at=before_deadline(event), motivation="I work on transit."
    )


def confirmed(event: Event, iso2: str = "FJ", *, person: User | None = None, by: User | None = None) -> Registration:
    row = nominated(event, iso2, person=person, by=by)
    registrations.confirm(row, by=officer(event), at=before_deadline(event))
    return row


def attended(event: Event, iso2: str = "FJ", *, person: User | None = None) -> Registration:
    """Confirmed and present at every session; the event lies in the past."""
    row = confirmed(event, iso2, person=person)
    for session in event.sessions.all():
        present = {attendance.registration for attendance in session.attendances.all()} | {row}
        attendance.tick(session, present, by=officer(event), at=NOW)
    return row


def evaluated(registration: Registration) -> Registration:
    evaluations.give(
        registration,
        usefulness=5,
        content=4,
        organisation=4,
        plans="I will train my unit.",
        remarks="",
        by=registration.official,
        at=NOW,
    )
    return registration


def drafted(event: Event, *, complete: bool = True) -> Outcome:
    """A drafted outcome with one paragraph and one action."""
    by = officer(event)
    outcome = outcomes.draft(event, by=by)
    outcomes.change_text(outcome, summary="The meeting agreed to go on.", members_text="", next_meeting="", by=by)
    outcomes.add_paragraph(
        outcome, item=event.agenda.first(), verb="agreed", text="that cooperation should be deepened.", by=by
    )
    followups.add(
        outcome,
        text="Coordinate the online workshops.",
        administration=administration("ID") if complete else None,
        due_on=TODAY + days(90) if complete else None,
        by=by,
    )
    outcome.refresh_from_db()
    return outcome


def signed(outcome: Outcome) -> Outcome:
    outcomes.circulate(outcome, by=officer(outcome.event))
    for chairing in outcome.event.chairings.all():
        outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=chairing.person, at=NOW)
    outcome.refresh_from_db()
    return outcome


def published(event: Event) -> Outcome:
    outcome = signed(drafted(event))
    outcomes.publish(outcome, by=officer(event), at=NOW)
    outcome.refresh_from_db()
    return outcome
