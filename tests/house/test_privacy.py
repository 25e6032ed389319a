"""What the portal keeps about people: where it may stand, that they can read it, and who else took it along."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from events.services import followups, outcomes, papers, programme, registrations
from members.models import User
from members.services import people, privacy
from portal.kit.models import Entry
from tests import make
from tests.dump import lines_that_name
from tests.house import world
from tests.house.test_addresses import own
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


# --- what is stored about a person ----------------------------------------------------------------

# an act on another row: the line of the trail by this person says it, and the table of those lines shows it
ACTS = {
    "events.Attendance.by",
    "events.CheckItem.done_by",
    "events.Corrigendum.by",
    "events.PlanClause.by",
    "events.OtherCalendar.by",
    "events.PlanImport.by",
    "events.PlanRevision.closed_by",
    "events.Registration.endorsed_by",
    "events.Revision.by",
    "events.WorkPlan.approved_by",
    "mail.Message.created_by",
    "members.ErasureRequest.decided_by",
    "members.Import.by",
    "members.JoinRequest.decided_by",
    "members.NotTheSame.by",
    "members.Proposal.by",
    "admin.LogEntry.user",
}
NOT_SHOWN = {
    **dict.fromkeys(ACTS, "an act of the person; the trail tells it"),
    "members.NotTheSame.first": "a judgement of the office on two rows; it says nothing about the person",
    "members.NotTheSame.second": "the same",
    "members.User_groups.user": "rights are roles; the portal uses no groups of the framework",
    "members.User_user_permissions.user": "the same",
}


def test_every_link_to_a_person_is_shown_to_the_person_or_explained(office: User) -> None:
    links = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is User
    }
    shown = {link for table in privacy.stored(office) for link in table.tells}
    assert links - shown - set(NOT_SHOWN) == set(), "show it in members.services.privacy or events.privacy"
    assert shown <= links
    assert set(NOT_SHOWN) <= links - shown


# --- files and lists ------------------------------------------------------------------------------

FILES = ("text/csv", "application/json", "application/pdf", "application/vnd", "text/calendar")
# what names no person, or is the reader's own
NOBODY = {
    "chair:paper": "a paper of a meeting",
    "delegation:home_csv": "invitations with counts",
    "mfa_download_recovery_codes": "the reader's own codes",
    "members:holidays_csv": "days",
    "members:import_sample": "an example",
    "members:organisations_csv": "bodies",
    "office:events_csv": "events with counts",
    "office:fairness_csv": "administrations with counts",
    "office:other_calendars_csv": "files with counts",
    "office:paper": "a paper of a meeting",
    "office:plan_baseline_csv": "lines of the plan",
    "office:plan_csv": "lines of the plan",
    "office:plan_pdf": "lines of the plan",
    "office:plan_sample": "an example",
    "office:plan_xlsx": "lines of the plan",
    "participant:calendar_ics": "events",
    "participant:event_ics": "an event",
    "participant:personal_ics": "events, for the calendar of their owner",
    "participant:paper": "a paper of a meeting",
}
# pages made to be printed
PRINTED = {"office:people_list"}


@pytest.mark.sweep
@pytest.mark.parametrize("role", ["official", "contact", "chair", "office"])
def test_whoever_takes_a_list_of_people_is_a_line_of_the_trail(role: str, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    built = world.build()
    client, person = Client(), built.people[role]
    assert person
    client.force_login(person)
    silent = []
    for name, pattern in own():
        if name.startswith("demo_") or name in NOBODY:
            continue
        before = Entry.objects.count()
        answer = client.get(reverse(name, args=built.arguments(name, str(pattern.pattern))))
        b"".join(answer)
        a_file = answer.status_code == 200 and (answer["Content-Type"].startswith(FILES) or name in PRINTED)
        mine = name == "participant:certificate_pdf" and role == "official"
        taken = Entry.objects.filter(by=person, verb__startswith="exported").count()
        if a_file and not mine and not (taken and Entry.objects.count() == before + 1):
            silent.append(name)
    assert silent == []
