"""Part 5: the directory and the people, 20,000 of 35 administrations, beside the bare list of the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import data, seats, trail
from bench.pages import Page, measure_page
from bench.stage import Stage
from events.models import Event
from members.models import Administration, User

CONTACT = "fj.contact.point.of.fiji"


@dataclass(frozen=True)
class Members:
    people: int
    administrations: int
    bare: Page
    ours: dict[str, Page]


def measure(stage: Stage, officer: User, say: Callable[[str], None]) -> Members:
    """The pages as the office sees them; those of the delegation desk as a contact point does."""
    if User.objects.count() < trail.PEOPLE:
        if not Event.objects.exists():
            data.meeting(officer)
        trail.fill_people()
    bare, port = stage.web("bench.bare:application")
    baseline = measure_page(stage, bare, port, "bare list", "/rows/", say)
    stage.stop(bare)
    contact = User.objects.get(username=CONTACT)
    (as_office, _token), (as_contact, _token) = seats.signed_in([officer, contact])
    portal, port = stage.web("portal.wsgi")
    ours = {
        name: measure_page(stage, portal, port, name, path, say, as_contact if "contact point" in name else as_office)
        for name, path in _addresses().items()
    }
    stage.stop(portal)
    return Members(User.objects.count(), Administration.objects.count(), baseline, ours)


def _addresses() -> dict[str, str]:
    fiji = Administration.objects.get(iso2="FJ")

    def people(**query: object) -> str:
        return f"/members/people/?{urlencode(query)}"

    return {
        "directory": "/members/",
        "directory, a name of the past": f"/members/?{urlencode({'q': 'Vietnam Customs'})}",
        "one administration": f"/members/administrations/{fiji.pk}/",
        "people, first page": people(),
        "people, last page": people(page=10**6),
        "people, by position": people(sort="-position"),
        "people, a text found": people(q="Reader 77"),
        "people, a text nowhere": people(q="nobody has this name"),
        "people of one administration": people(administration=fiji.pk),
        "people, as a contact point": people(),
        "our people, as a contact point": "/delegation/people/",
    }
