"""The people of the demonstration. All are fictional and named after their part."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from members.models import Administration, English, Group, Role, User
from members.services import appointments, courses, people, proposals
from portal.kit.clock import today_in

PASSWORD = "capacity-2020"  # noqa: S105  # printed on purpose: the demonstration is for everybody
# (name, role, sign-in name): printed when the demonstration starts
PERSONAS = [
    ("Programme Manager 1", "office staff", "manager1"),
    ("Head of the Office", "head of office", "head"),
    ("Contact Point of Fiji", "contact point", "fj.contact"),
    ("Contact Point of Tonga", "contact point", "to.contact"),
    ("Official 2 of Samoa", "contact point since three weeks, after a handover", "ws.official2"),
    ("Official 1 of Fiji", "official, confirmed for an event", "fj.official1"),
    ("Official 1 of Tonga", "official of another administration", "to.official1"),
    ("Official 1 of Indonesia", "co-chair of the consultation", "id.official1"),
    ("Official 1 of Myanmar", "co-chair of the consultation", "mm.official1"),
]
OFFICIALS_EACH = 4
SINCE = date(2019, 7, 1)


def settle() -> User:
    """The office, a contact point and some officials for each administration; answers the programme manager."""
    manager = _office("Programme Manager 1", "manager1", Role.OFFICE_STAFF)
    _office("Programme Manager 2", "manager2", Role.OFFICE_STAFF)
    _office("Head of the Office", "head", Role.HEAD_OF_OFFICE)
    for administration in Administration.objects.all():
        code = administration.iso2.lower()
        contact = _person(f"Contact Point of {administration.name}", f"{code}.contact", administration)
        appointments.appoint(contact, Role.CONTACT_POINT, administration=administration, from_on=SINCE, by=manager)
        for number in range(1, OFFICIALS_EACH + 1):
            _person(f"Official {number} of {administration.name}", f"{code}.official{number}", administration)
    # one hash for all: the demonstration has one password, and hashing is slow on purpose
    usernames = [username for _name, _role, username in PERSONAS]
    User.objects.filter(username__in=usernames).update(password=make_password(PASSWORD))
    _profile(official("FJ"), by=User.objects.get(username="fj.contact"))
    return manager


def hand_out_roles(manager: User, *, at: datetime) -> None:
    """Chairs of ASEAN, some alternates and heads, and a contact point who took over three weeks ago."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    asean = Group.objects.get(code="asean")
    for code, role in (("ID", Role.CHAIR), ("MY", Role.CHAIR), ("TH", Role.VICE_CHAIR)):
        appointments.appoint(official(code), role, group=asean, from_on=today - timedelta(days=120), by=manager)
    for code in ("FJ", "TO"):
        body = Administration.objects.get(iso2=code)
        appointments.appoint(official(code, 2), Role.ALTERNATE, administration=body, from_on=SINCE, by=manager)
        appointments.appoint(official(code, 3), Role.HEAD, administration=body, from_on=SINCE, by=manager)
    appointments.hand_over(
        contact("WS").appointments.get(),
        successor=official("WS", 2),
        first_day=today - timedelta(days=21),
        note="The list of trained officers is complete until June. Please bring it up to date before the next event.",
        by=manager,
        at=at - timedelta(days=21),
    )


def official(code: str, number: int = 1) -> User:
    return User.objects.select_related("administration").get(username=f"{code.lower()}.official{number}")


def officials(code: str, number: int) -> list[User]:
    """The first officials of an administration; more are added when an event needs more."""
    administration = Administration.objects.get(iso2=code)
    for place in range(1, number + 1):
        if not User.objects.filter(username=f"{code.lower()}.official{place}").exists():
            _person(f"Official {place} of {administration.name}", f"{code.lower()}.official{place}", administration)
    return [official(code, place) for place in range(1, number + 1)]


def contact(code: str) -> User:
    return User.objects.get(username=f"{code.lower()}.contact")


def _profile(person: User, by: User) -> None:
    """One full profile, with a course and a change that the contact point proposes."""
    people.change(
        person,
        by=person,
        customs_since=2009,
        languages="Fijian, Hindi, English",
        english=English.WORKING,
        experience="Transit and valuation. Trainer of new officers.",
    )
    day = date(2020, 5, 4)
    courses.add(person, course="Harmonized System, level 1", completed_on=day, by=person, on=day)
    proposals.propose(person, by=by, at=timezone.now(), position="Principal Customs Officer", unit="Valuation")


def _office(name: str, username: str, role: str) -> User:
    person = people.add(
        name=name,
        email=f"{username}@office.example",
        username=username,
        position=name,
        time_zone="Asia/Bangkok",
        by=None,
    )
    appointments.appoint(person, role, from_on=SINCE, by=None)
    return person


def _person(name: str, username: str, administration: Administration) -> User:
    return people.add(
        name=name,
        email=f"{username.replace('.', '-')}@customs.example",
        username=username,
        administration=administration,
        position="Customs Officer" if "official" in username else "International Affairs",
        by=None,
    )
