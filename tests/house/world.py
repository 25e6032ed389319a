"""One small world with a row of every kind, and one person of every kind; read by the access matrix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Event, Kind, KindTemplate, Outcome, Registration
from events.services import certificates, checklist, feeds, kinds, outcomes, papers, registrations
from events.services import workplan as plans
from members.models import User
from members.services import appointments, courses, proposals
from members.services.imports import files, work
from portal.mail.models import Message
from tests import make, passkeys
from tests.make import NOW, days
from tests.privacy_rows import asked_to_be_forgotten, planned_removal

ROLES = (
    "visitor",
    "official",  # of Fiji, confirmed for the workshop
    "stranger",  # an official of Tonga
    "contact",  # of Fiji
    "contact_b",  # of Tonga
    "ended",  # was contact point of Fiji until yesterday
    "expert",  # of an organisation
    "chair",  # of the meeting
    "other_chair",  # of another meeting
    "office",
    "head",
)


@dataclass
class World:
    people: dict[str, User | None]
    rows: dict[str, Any]
    workshop: Event
    meeting: Event
    outcome: Outcome
    registration: Registration

    def arguments(self, name: str, route: str) -> list[Any]:
        """The arguments of an address: the row that the word before each gap names."""
        if name.startswith("office:") and "/people/<" in route:
            return [self.rows["registrations"].event_id, self.rows["registrations"].pk]
        if name.startswith("office:") and "/agenda/<" in route:
            return [self.meeting.pk, self.rows["agenda"].pk]
        found: list[Any] = []
        for word, kind in re.findall(r"(?:^|/)?([\w-]*)/?<(?:\w+:)?(\w+)>", route):
            found.append(self.argument(name, word, kind))
        return found

    def argument(self, name: str, word: str, kind: str) -> Any:
        if kind == "token":
            return self.rows["feeds"].token
        if kind == "year":  # a plan that waits for its approval, or one that has it
            row = self.rows["activities" if name == "office:plan_approve" else "revisions"]
            return row.plan.fiscal_year
        if name == "office:plan_revision":
            return self.rows["revisions"].number
        if kind == "slug":
            return self.workshop.slug
        if kind == "number":
            return self.outcome.number if word == "outcomes" else self.rows["certificate"].number
        if name.startswith("chair:") and word == "":
            return self.meeting.pk
        if name.startswith("office:") and word == "events" and "outcome" in name:
            return self.meeting.pk
        return self.rows[word].pk


def build() -> World:
    """Everything by services; the workshop ended yesterday, the meeting too, its outcome is a draft."""
    office = make.office_person("Programme manager")
    head = make.office_person("Head of office", role="head_of_office")
    contact, contact_b = make.contact_point("FJ"), make.contact_point("TO")
    ended = make.official("FJ", "Former contact point of Fiji")
    role = appointments.appoint(
        ended, "alternate", administration=make.administration("FJ"), from_on=date(2020, 1, 1), by=office
    )
    appointments.end(role, on=make.TODAY - days(1), by=office)
    chair, other_chair = make.official("ID", "Chair"), make.official("MM", "Other chair")
    official = make.official("FJ", "Official of Fiji")

    workshop = make.running("FJ", "TO", "ID", "MM", began=days(-2), by=office)
    registration = make.evaluated(make.attended(workshop, "FJ", person=official))
    certificate = certificates.issue(registration, by=None, at=NOW)
    upcoming = make.announced("FJ", "TO", by=office)
    applicant = make.applied(upcoming, "FJ")
    draft = make.event("FJ", by=office, activity=make.activity("FJ"))

    meeting = make.meeting("ID", "MM", chairs=(chair,), by=office, begin=make.TODAY - days(2))
    make.meeting("ID", "MM", chairs=(other_chair,), by=office)
    outcome = make.drafted(meeting)
    intervention = outcomes.add_intervention(outcome, item=None, speaker="Head", text="Spoke.", by=office)
    delegation = registrations.set_delegation(meeting, administration=make.administration("ID"), by=office)
    pdf = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 small", content_type="application/pdf")
    paper = papers.add_paper(
        meeting, title="Plan", access="participants", language="en", file=pdf, item=meeting.agenda.first(), by=office
    )
    upload = plans.upload(
        make.work_plan("2031/32"),
        name="plan.csv",
        content=b"number,pillar,title,kind,mode\n1.1,1,Title,visit,online\n",
        by=office,
    )
    approved = make.approved_plan("2030/31")
    plans.change(approved.activities.get(), title="Another title", by=office)
    proof = SimpleUploadedFile("proof.png", b"\x89PNG\r\n\x1a\n small", content_type="image/png")
    course = courses.add(official, course="Transit", completed_on=make.TODAY, proof=proof, by=official, on=make.TODAY)
    of_fiji = files.upload(
        kind="officials",
        name="officials.csv",
        content=b"Name,Mail address\nOfficial 9 of Fiji,nine@fiji.example\n",
        administration=make.administration("FJ"),
        by=contact,
        at=NOW,
    )
    work.go_on(of_fiji.pk, at=NOW)
    template, _made = KindTemplate.objects.get_or_create(kind=Kind.VISIT)
    usual = kinds.add_item(template, text="Order the flowers", days=-3, duty="officer", by=office)
    rows = {
        "activities": draft.activity,
        "administrations": make.administration("FJ"),
        "actions": outcome.actions.get(),
        "agenda": meeting.agenda.first(),
        "appointments": contact.appointments.get(),
        "certificate": certificate,
        "courses": course,
        "checklist": checklist.add(workshop, text="Order the flags", due_on=make.TODAY, duty="officer", by=office),
        "chairs": meeting.chairings.get(),
        "delegations": delegation,
        "devices": UserSession.objects.create(user=official, session_key="of-another-browser", ip="198.51.100.7"),
        "events": workshop,
        "holidays": make.day_off("FJ"),
        "groups": make.group("asean", "ID"),
        "feeds": feeds.create(official, name="My calendar", kind="mine", by=official, at=NOW),
        "follow-ups": outcome.actions.get(),
        "forget": asked_to_be_forgotten(),
        "import": upload,
        "imports": of_fiji,
        "items": usual,
        "interventions": intervention,
        "join-requests": make.join_request("FJ"),
        "apart": (twin := make.official("FJ", "Official of Fiji")),
        "merge": twin,
        "invitations": make.invitation(upcoming, "FJ"),
        "kinds": template,
        "letters": Message.objects.about(applicant).first(),
        "memberships": make.group("oceania", "FJ").memberships.get(),
        "mine": registration,
        "names": make.full_name("FJ"),
        "organisations": make.organisation(),
        "other-calendars": make.other_calendar(by=office),
        "outcomes": outcome,
        "papers": paper,
        "passkeys": passkeys.owned_by(official),
        "paragraphs": outcome.paragraphs.get(),
        "people": official,
        "proposals": proposals.propose(official, by=contact, at=NOW, unit="Valuation"),
        "registrations": applicant,
        "revisions": approved.revisions.get(),
        "retention": planned_removal(),
        "sessions": workshop.sessions.first(),
    }
    people = {
        "visitor": None,
        "official": official,
        "stranger": make.official("TO", "Official of Tonga"),
        "contact": contact,
        "contact_b": contact_b,
        "ended": ended,
        "expert": make.expert(),
        "chair": chair,
        "other_chair": other_chair,
        "office": office,
        "head": head,
    }
    return World(people, rows, workshop, meeting, outcome, registration)
