"""The successor's page: what waits and what was done, for the administration of the reader alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.services import followups, outcomes, registrations
from members.models import User
from members.services import appointments
from portal.kit.clock import today_in
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db
AsUser = Callable[[User | None], Client]
PAGE = "/delegation/handover/"
TODAY = today_in(settings.OFFICE_TIME_ZONE, NOW)


@pytest.fixture
def successor(fiji_contact: User, office: User) -> User:
    person = make.official("FJ", "New contact point of Fiji")
    row = fiji_contact.appointments.get()
    appointments.hand_over(row, successor=person, first_day=TODAY, note="The <b>keys</b>", by=office, at=NOW)
    return person


def read(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_since_when_and_from_whom(as_user: AsUser, successor: User) -> None:
    text = read(as_user(successor))
    assert "Contact point of Fiji, from 1 July 2019 to" in text
    assert "The &lt;b&gt;keys&lt;/b&gt;" in text
    assert "No invitation waits for an answer." in text


def test_what_waits_is_shown(as_user: AsUser, fiji_contact: User, successor: User, office: User) -> None:
    upcoming = make.announced("FJ", "TO", title="Workshop ahead", seats=2, pool=3)
    applicant = make.applied(upcoming, "FJ", person=make.official("FJ", "Applicant of Fiji"))
    answered = make.announced("FJ", "TO", title="Answered workshop")
    make.nominated(answered, "FJ", person=make.official("FJ", "Nominee of Fiji"), by=fiji_contact)
    make.nominated(answered, "TO", person=make.official("TO", "Nominee of Tonga"))
    text = read(as_user(successor))
    for words in ("Workshop ahead", "2 for us, 3 more for all", "Applicant of Fiji", "Nominee of Fiji"):
        assert words in text
    assert f"/delegation/registrations/{applicant.pk}/endorse/" in text
    assert f"nominated by {fiji_contact.name}" in text
    assert "/delegation/record/" in text
    assert "Nominee of Tonga" not in text


def test_the_year_before_names_the_events_and_our_people(as_user: AsUser, successor: User) -> None:
    held = make.running("FJ", "TO", began=-days(30), title="Workshop of last month")
    make.confirmed(held, "FJ", person=make.official("FJ", "Participant of Fiji"))
    make.confirmed(held, "TO", person=make.official("TO", "Participant of Tonga"))
    make.running("FJ", began=-days(400), title="Workshop of long ago")
    text = read(as_user(successor))
    assert "Workshop of last month" in text
    assert "Participant of Fiji" in text
    assert "Participant of Tonga" not in text
    assert "Workshop of long ago" not in text


def test_open_actions_of_the_administration_are_shown_and_a_draft_is_not(as_user: AsUser, office: User) -> None:
    chair = make.official("ID")
    meeting = make.meeting("ID", "MM", chairs=(chair,), begin=TODAY - days(3))
    contact = make.contact_point("ID")
    drafted = make.drafted(meeting)
    assert "Coordinate the online workshops." not in read(as_user(contact))
    make.signed(drafted)
    outcomes.publish(drafted, by=make.officer(meeting), at=NOW)
    assert "Coordinate the online workshops." in read(as_user(contact))
    followups.progress(drafted.actions.get(), state="done", evidence="Done.", by=office, at=NOW)
    assert "No open action." in read(as_user(contact))


@pytest.mark.parametrize("who", ["predecessor", "official", "office", "stranger", "visitor"])
def test_the_page_is_for_who_speaks(
    as_user: AsUser,
    successor: User,
    fiji_contact: User,
    fiji_official: User,
    office: User,
    tonga_contact: User,
    who: str,
) -> None:
    client = as_user(
        {
            "predecessor": fiji_contact,
            "official": fiji_official,
            "office": office,
            "stranger": tonga_contact,
            "visitor": None,
        }[who]
    )
    answer = client.get(PAGE)
    assert answer.status_code == {"visitor": 302, "stranger": 200}.get(who, 403)
    assert b"keys" not in answer.content


def test_the_desk_says_so_for_sixty_days(as_user: AsUser, successor: User, office: User) -> None:
    client = as_user(successor)
    assert PAGE in client.get("/delegation/").content.decode()
    row = successor.appointments.get()
    for ago, shown in ((59, True), (60, False)):
        row.from_on = TODAY - days(ago)
        row.save()
        assert (PAGE in client.get("/delegation/").content.decode()) is shown
    assert client.get(PAGE).status_code == 200


def test_the_page_asks_the_same_for_one_and_for_three(as_user: AsUser, successor: User, office: User) -> None:
    client = as_user(successor)

    def more() -> None:
        upcoming = make.announced("FJ", by=office)
        make.applied(upcoming, "FJ")
        nominee = make.nominated(make.announced("FJ", by=office), "FJ")
        registrations.confirm(nominee, by=office, at=make.before_deadline(nominee.event))
        make.nominated(nominee.event, "FJ")
        make.confirmed(make.running("FJ", began=-days(20), by=office), "FJ")

    def count() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(
            connection,
        ) as found:
            read(client)
        return len(found)

    more()
    one = count()
    more()
    more()
    assert count() == one
