"""Part 4: the audit trail with a million lines, by page and by filter, beside the bare list of the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone

from bench import data, seats
from bench.pages import Page, measure_page
from bench.stage import Stage
from events.models import Event, Invitation
from events.pages.office.forms_trail import SEARCHED
from members.models import Administration, User
from portal.kit.listing import place
from portal.kit.models import Entry
from portal.mail.models import Message

__all__ = ["SEARCHED", "Trail", "measure"]
ENTRIES, PEOPLE, VERBS, DAYS = 1_000_000, 20_000, 30, 3 * 365
KINDS: tuple[type[models.Model], ...] = (User, Administration, Event, Invitation, Message)
# a row and a person by turns that do not fall together; one line in ten is the portal's own
FILL = """
    WITH rows AS (SELECT array_agg(id ORDER BY id) AS ids FROM {table}),
         people AS (SELECT array_agg(id ORDER BY id) AS ids FROM members_user)
    INSERT INTO kit_entry (about_type_id, about_id, at, by_id, verb, facts)
    SELECT %(kind)s,
           rows.ids[(1 + (n * 7919 + n / 13) %% cardinality(rows.ids))::int],
           now() - n * %(step)s - %(shift)s,
           CASE WHEN n %% 10 = 0 THEN NULL ELSE people.ids[(1 + (n * 104729) %% cardinality(people.ids))::int] END,
           'did thing ' || (n * 31 + n / 7) %% %(verbs)s,
           jsonb_build_object('reason', 'Line ' || n || ' of the trail', 'place', n)
    FROM rows, people, generate_series(1, %(count)s::bigint) AS n
"""


@dataclass(frozen=True)
class Trail:
    entries: int
    people: int
    seconds: float  # to fill the table
    megabytes: float
    bare: Page
    ours: dict[str, Page]


def measure(stage: Stage, officer: User, say: Callable[[str], None]) -> Trail:
    if not Event.objects.exists():
        data.meeting(officer)
    seconds = _fill()
    say(f"the trail holds {Entry.objects.count():,} lines, filled in {seconds:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('kit_entry')")
        size = cursor.fetchone()[0]
    bare, port = stage.web("bench.bare:application")
    baseline = measure_page(stage, bare, port, "bare list", "/rows/", say)
    stage.stop(bare)
    ((cookies, _token),) = seats.signed_in([officer])
    portal, port = stage.web("portal.wsgi")
    ours = {
        name: measure_page(stage, portal, port, f"trail, {name}", path, say, cookies)
        for name, path in _addresses(officer).items()
    }
    stage.stop(portal)
    return Trail(Entry.objects.count(), User.objects.count(), seconds, size / 1e6, baseline, ours)


def fill_people() -> None:
    """As many as there shall be, in turn of every administration."""
    bodies = list(Administration.objects.all())
    User.objects.bulk_create(
        (
            User(
                username=f"reader.{number}",
                name=f"Reader {number} of {body.name}",
                email=f"reader.{number}@{body.iso2.lower()}.example",
                position=f"Officer of section {number % 97}",
                administration=body,
            )
            for number in range(PEOPLE - User.objects.count())
            for body in [bodies[number % len(bodies)]]
        ),
        batch_size=2000,
    )


def _fill() -> float:
    fill_people()
    began = time.monotonic()
    each = (ENTRIES - Entry.objects.count()) // len(KINDS) + 1
    with connection.cursor() as cursor:
        for turn, model in enumerate(KINDS):
            kind = ContentType.objects.get_for_model(model)
            values: dict[str, Any] = {"kind": kind.pk, "count": each, "verbs": VERBS}
            values |= {"step": timedelta(days=DAYS) / each, "shift": timedelta(seconds=turn)}
            cursor.execute(FILL.format(table=model._meta.db_table), values)
        cursor.execute("VACUUM ANALYZE kit_entry")
        cursor.execute("ANALYZE")
    return time.monotonic() - began


def _addresses(officer: User) -> dict[str, str]:
    """Each filter, two together, the middle of the list, one row's lines, and the page of a person with its history."""
    event = Event.objects.order_by("pk").first()
    person = User.objects.filter(username__startswith="fj.official").order_by("pk").first()
    today = timezone.now().date()
    middle = Entry.objects.order_by("-at", "-pk")[ENTRIES // 2]
    assert event and person  # the region and its meeting stand

    def trail(**query: Any) -> str:
        return f"/office/trail/?{urlencode(query)}"

    return {
        "first page": trail(),
        "page in the middle": trail(after=place(middle)),
        "one person": trail(who=person.username),
        "the portal itself": trail(who="portal"),
        "one verb": trail(verb="did thing 7"),
        "one kind": trail(kind="members.administration"),
        "a week of last year": trail(first=today - timedelta(days=400), last=today - timedelta(days=393)),
        "a text, found": trail(text="of the trail"),
        "a text, nowhere": trail(text="no line holds this"),
        "person, verb and kind": trail(who=person.username, verb="did thing 7", kind="members.user"),
        "verb and kind, a text nowhere": trail(verb="did thing 7", kind="events.event", text="no line holds this"),
        "one row of few lines": trail(kind="members.user", row=person.pk),
        "one row of many lines": trail(kind="events.event", row=event.pk),
        "page of a person": f"/members/people/{person.pk}/",
    }
