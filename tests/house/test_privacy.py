"""What the portal keeps about people: nothing in the trail that says who somebody is."""

from __future__ import annotations

import pytest

from events.services import followups, outcomes, papers, programme, registrations
from members.models import User
from members.services import people
from tests import make
from tests.dump import lines_that_name
from tests.house import world
from tests.house.world import World

pytestmark = pytest.mark.django_db


def many_acts(built: World) -> None:
    """What else is done to people in a year."""
    office, official = built.people["office"], built.people["official"]
    assert office and official
    people.change(official, by=office, name="Official 7 of Fiji", email="seven@fj.example", unit="Valuation")
    event = make.announced("FJ", "TO", by=office)
    at = make.before_deadline(event)
    first = make.confirmed(event, "FJ", person=official)
    other = registrations.replace(first, official=make.official("FJ"), by=office, at=at)
    registrations.withdraw(other, reason=f"{other.official} is ill.", by=office, at=at)
    registrations.decline(make.applied(event, "TO"), reason=f"{official} knows more.", by=office, at=at)
    chair, second = make.official("ID", "Chair of the year"), make.official("MM", "Second chair")
    meeting = make.meeting("ID", "MM", chairs=(chair,), by=office, begin=make.TODAY - make.days(2))
    chairing = programme.add_chair(meeting, person=second, administration=make.administration("MM"), by=office)
    programme.remove_chair(chairing, by=office)
    registrations.set_delegation(meeting, administration=make.administration("MM"), head=second.name, by=office)
    registrations.set_delegation(meeting, administration=make.administration("MM"), head=chair.name, by=office)
    papers.change_item(meeting.agenda.get(number=1), speaker=chair.name, by=office)
    draft = make.signed(make.drafted(meeting))
    outcomes.remove_intervention(
        outcomes.add_intervention(draft, item=None, speaker=chair.name, text="Spoke.", by=office), by=office
    )
    action = draft.actions.get()
    followups.change(
        action,
        text=action.text,
        administration=action.administration,
        organisation=None,
        owner=chair,
        due_on=action.due_on,
        by=office,
    )
    programme.change(event, officer=make.office_person("Second manager"), by=office)


def test_no_line_of_the_trail_says_who_somebody_is() -> None:
    built = world.build()
    before = list(User.objects.all())
    many_acts(built)
    # one is called as the role is, which the trail may say
    known = [person for person in (*before, *User.objects.all()) if person.name != "Head of office"]
    assert lines_that_name(known) == []
