"""The history of an event by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.services import lifecycle, registrations
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def page(event):
    return f"/office/events/{event.pk}/history/"


def log(text):
    """The lines of the trail, without the choices of the filters above."""
    return text[text.index("the latest first") :]


def test_the_trail_tells_of_the_event_and_of_the_rows_of_its_stages(read, office, indonesia_chair):
    event = make.meeting("ID", "MM", chairs=(indonesia_chair,))
    row = make.nominated(event, "ID", person=make.official("ID", "Budi of Indonesia"))
    registrations.confirm(row, by=office, at=make.before_deadline(event))
    make.published(event)
    elsewhere = make.nominated(make.announced("FJ"), person=make.official("FJ", "Ana of Fiji"))
    text = log(read(page(event)))
    assert "moved from “Draft” to “Announced”" in text
    assert "invitation of Indonesia" in text
    assert "begins: 13:00" in text and "ends: 16:00" in text
    assert (
        "<strong>Programme manager</strong> moved from “Nominated” to “Confirmed”: Budi of Indonesia (Indonesia)"
        in text
    )
    assert "moved from “Signed by every chair” to “Published”" in text
    assert str(elsewhere.official) not in text


def test_a_revision_shows_old_and_new_values_and_its_reason(read, office):
    event = make.announced("FJ")
    day = event.starts_on + timedelta(days=7)
    lifecycle.revise(event, reason="The platform was busy.", starts_on=day, ends_on=day, by=office, at=NOW)
    text = read(page(event))
    assert "Revision 1" in text
    assert "The platform was busy." in text
    assert f"{day.day} {day:%B %Y}" in text


@pytest.mark.parametrize("query", ["verb=nonsense", "person=99999", "person=x", "verb=%00", "page=x&sort=y"])
def test_a_filter_that_is_not_understood_filters_nothing(read, query):
    event = make.announced("FJ")
    assert "created" in log(read(f"{page(event)}?{query}"))


def test_the_trail_is_filtered_by_verb_and_by_person(read, office, fiji_contact):
    event = make.announced("FJ")
    make.nominated(event, by=fiji_contact)
    text = log(read(f"{page(event)}?verb=nominated"))
    assert "nominated" in text
    assert "created" not in text
    text = log(read(f"{page(event)}?person={fiji_contact.pk}"))
    assert "Contact point of Fiji" in text
    assert "created" not in text
    registrations.lapse_offers(event, at=NOW)
    assert "No line matches." in read(f"{page(event)}?person={fiji_contact.pk}&verb=created")


def test_what_the_portal_did_by_itself_says_so(read, office):
    event = make.running("FJ", began=timedelta(days=-3))
    lifecycle.hold(event, by=None, at=NOW)
    text = log(read(f"{page(event)}?person=portal"))
    assert "<strong>The portal</strong> moved from “Announced” to “Held”" in text


def test_markup_in_a_reason_stays_text(read, office):
    event = make.announced("FJ")
    row = make.nominated(event)
    registrations.decline(row, reason="<script>alert(1)</script>", by=office, at=NOW)
    text = read(page(event))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_number_of_queries_does_not_grow_with_lines(count_queries):
    event = make.announced("FJ", "TO", "WS")
    make.nominated(event)
    one = count_queries(page(event))
    for code in ("TO", "WS"):
        make.nominated(event, code)
    assert count_queries(page(event)) == one
