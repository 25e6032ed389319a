"""Rows of other kinds than the one of the small world, and who may open each: the third side of the access matrix.

The table of addresses asks with one row of a kind; here the same address meets a draft and a published event, a paper
for the office and one for everybody, a row of Fiji and one of Tonga.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.models import Event, Paper
from events.models.programme import Access
from events.services import lifecycle, papers
from members.models import User
from tests import make
from tests.house.world import ROLES, World

EVERYBODY = set(ROLES)
OFFICE = {"office", "head"}
CUSTOMS = EVERYBODY - {"visitor", "expert"} - OFFICE  # people of member administrations
CHAIR = {"chair"} | OFFICE


@dataclass(frozen=True)
class Case:
    """An address with one row, what that row is in words, and who is let in."""

    name: str
    address: str
    words: str
    who: frozenset[str]


def build(world: World) -> list[Case]:
    office = world.people["office"]
    return [
        *_events(office),
        *_papers(world.meeting, office),
        *_rows_of_tonga(world, office),
        *_record(world),
        *_people(world),
    ]


def _case(name: str, row: object, words: str, who: set[str]) -> Case:
    return Case(name, reverse(name, args=[row]), words, frozenset(who))


def _events(office: User) -> Iterator[Case]:
    closed = make.event("FJ", by=office, access=Access.CUSTOMS)
    lifecycle.announce(closed, by=office, at=make.NOW)
    draft = make.event("FJ", by=office)
    yield _case("participant:event", draft.slug, "a draft", OFFICE)
    yield _case("participant:event_ics", draft.slug, "a draft, which is in no calendar", set())
    for row, words, who in [
        (closed, "announced, for customs officers only", CUSTOMS | OFFICE),
        (make.announced("FJ", by=office), "announced, for everybody", EVERYBODY),
    ]:
        yield _case("participant:event", row.slug, words, who)
        yield _case("participant:event_ics", row.slug, words, who)


def _papers(meeting: Event, office: User) -> Iterator[Case]:
    for access, who in [
        ("public", EVERYBODY),
        ("members", CUSTOMS | OFFICE),
        ("participants", CHAIR),
        ("office", CHAIR),
    ]:
        paper = _paper(meeting, access, office)
        yield _case("participant:paper", paper.pk, f"access: {paper.get_access_display().lower()}", who)


def _paper(meeting: Event, access: str, office: User) -> Paper:
    pdf = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 small", content_type="application/pdf")
    return papers.add_paper(
        meeting, title=f"For {access}", access=access, language="en", file=pdf, item=None, by=office
    )


def _rows_of_tonga(world: World, office: User) -> Iterator[Case]:
    event = make.announced("FJ", "TO", by=office)
    theirs = make.nominated(event, "TO", person=world.people["stranger"], by=world.people["contact_b"])
    invitation = make.invitation(event, "TO")
    tonga = "of Tonga"
    for name in ("invitation", "printable", "decline", "nominate"):
        yield _case(f"delegation:{name}", invitation.pk, tonga, {"contact_b"})
    for name in ("withdraw", "replace"):
        yield _case(f"delegation:{name}", theirs.pk, tonga, {"contact_b"})
    yield _case("participant:my_event", theirs.pk, tonga, {"stranger"})
    yield _case("participant:withdraw", theirs.pk, tonga, {"stranger"})


def _record(world: World) -> Iterator[Case]:
    other = world.people["other_chair"]
    meeting = other.chairings.get().event
    draft = make.drafted(meeting)
    mine = {"other_chair"} | OFFICE
    yield _case("chair:meeting", meeting.pk, "of another chair", mine)
    yield _case("chair:outcome", draft.pk, "a draft of another chair", mine)
    yield _case("participant:outcome", draft.number, "a draft of another chair", set())
    published = make.published(_meeting(world))
    yield _case("participant:outcome", published.number, "published", EVERYBODY)
    closed = make.published(_meeting(world, access=Access.CUSTOMS))
    yield _case("participant:outcome", closed.number, "published, for customs officers only", CUSTOMS | OFFICE)
    action = published.actions.get()
    yield _case("participant:follow_up", action.pk, "of a published outcome, owned by Indonesia", CHAIR)


def _people(world: World) -> Iterator[Case]:
    stranger, expert = world.people["stranger"], world.people["expert"]
    for name in ("members:person", "members:edit_person"):
        yield _case(name, stranger.pk, "an official of Tonga", {"stranger", "contact_b"} | OFFICE)
        yield _case(name, expert.pk, "an expert", {"expert"} | OFFICE)


def _meeting(world: World, **values: object) -> Event:
    return make.meeting("ID", "MM", chairs=(world.people["chair"],), by=world.people["office"], **values)
