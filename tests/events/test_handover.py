"""After a handover the letters that wait reach the successor, and the letter to the successor tells what waits."""

from __future__ import annotations

import pytest
from django.conf import settings

from events import handover
from events.models import FollowUp
from events.services import followups, outcomes
from members.models import Appointment, Role, User
from members.services import appointments
from portal.kit.clock import today_in
from tests import make
from tests.events.letters import rendered, text_of, the
from tests.make import NOW, days

pytestmark = pytest.mark.django_db
TODAY = today_in(settings.OFFICE_TIME_ZONE, NOW)


def hand_over(person: User, office: User, *, successor: User | None = None) -> User:
    assert person.administration
    successor = successor or make.official(person.administration.iso2, "Successor")
    row = person.appointments.get(role=Role.CONTACT_POINT)
    appointments.hand_over(row, successor=successor, first_day=TODAY, by=office, at=NOW)
    return successor


@pytest.fixture
def action(office: User) -> FollowUp:
    meeting = make.meeting("ID", "MM", chairs=(make.official("ID"),), begin=TODAY - days(3))
    outcome = make.signed(make.drafted(meeting))
    outcomes.publish(outcome, by=make.officer(meeting), at=NOW)
    return outcome.actions.get()


def test_a_reminder_that_waits_goes_to_the_successor(fiji_contact: User, office: User) -> None:
    event = make.announced("FJ")
    reminder = the("nomination_reminder", make.invitation(event))
    assert rendered(reminder)[0].person == fiji_contact
    successor = hand_over(fiji_contact, office)
    assert rendered(reminder)[0].person == successor


def test_an_application_that_waits_goes_to_the_successor(fiji_contact: User, office: User) -> None:
    letter = the("applied", make.applied(make.announced("FJ")))
    successor = hand_over(fiji_contact, office)
    assert rendered(letter)[0].person == successor


def test_an_action_of_the_administration_passes_to_the_successor(action: FollowUp, office: User) -> None:
    contact = make.contact_point("ID")
    reminder = the("follow_up_due", action)
    assert rendered(reminder)[0].person == contact
    followups.hand_over(action, owner=contact, by=office, at=NOW)
    assert rendered(the("follow_up_due", action))[0].person == contact
    successor = hand_over(contact, office)
    assert rendered(the("follow_up_due", action))[0].person == successor
    assert FollowUp.objects.visible_to(User.objects.get(pk=successor.pk)).filter(pk=action.pk).exists()


def test_an_owner_who_never_spoke_keeps_the_own_action(action: FollowUp, office: User) -> None:
    contact, owner = make.contact_point("ID"), make.official("ID", "Owner of Indonesia")
    followups.hand_over(action, owner=owner, by=office, at=NOW)
    hand_over(contact, office)
    assert rendered(the("follow_up_due", action))[0].person == owner


def test_an_owner_who_speaks_again_keeps_the_action(action: FollowUp, office: User) -> None:
    contact = make.contact_point("ID")
    followups.hand_over(action, owner=contact, by=office, at=NOW)
    successor = hand_over(contact, office)
    appointments.appoint(contact, Role.ALTERNATE, administration=action.administration, from_on=TODAY, by=office)
    assert rendered(the("follow_up_due", action))[0].person == contact
    assert successor.appointments.exists()


def test_the_letter_tells_what_waits_without_the_name_of_anybody(
    fiji_contact: User, action: FollowUp, office: User
) -> None:
    event = make.announced("FJ", title="Workshop ahead")
    person = make.applied(event, "FJ").official
    make.nominated(make.announced("FJ"), "FJ")
    FollowUp.objects.update(administration=fiji_contact.administration)
    successor = hand_over(fiji_contact, office)
    text = text_of(the("role_taken_over", Appointment.objects.get(person=successor)))
    assert f"- Invitation {make.invitation(event).reference}: Workshop ahead, nominate until" in text
    assert "(Fiji, UTC+12)" in text
    assert "- 1 applicant to endorse" in text
    assert "- 1 nominee without a seat" in text
    assert "- 1 open action, the next is due on" in text
    assert person.name not in text


def test_a_long_list_is_cut_and_counted(office: User) -> None:
    for _number in range(handover.IN_LETTER + 2):
        make.announced("FJ", by=office)
    lines = handover.lines(make.administration("FJ"), NOW)
    assert len(lines) == handover.IN_LETTER + 1
    assert lines[-1] == "2 more open invitations"


def test_nothing_waits_is_said_too(fiji_contact: User, office: User) -> None:
    text = text_of(the("role_taken_over", hand_over(fiji_contact, office).appointments.get()))
    assert "- Nothing. You get a letter when an event is announced." in text
