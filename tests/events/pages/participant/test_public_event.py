"""The public page of an event: who sees it, what it says, what it never says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from events.models import PaperAccess
from events.services import lifecycle
from tests import make
from tests.make import NOW, TODAY, days

SECRETS = ["meet.example", "secret-room", "passcode", "7890", "123 456"]


def test_a_draft_is_for_the_office_alone(visitor, as_user, fiji_official, fiji_contact, office):
    address = f"/events/{make.event().slug}/"
    assert visitor.get(address).status_code == 404
    assert as_user(fiji_official).get(address).status_code == 404
    assert as_user(fiji_contact).get(address).status_code == 404
    assert "This event is a draft" in as_user(office).get(address).content.decode()


def test_a_closed_event_does_not_exist_for_visitors(visitor, as_user, expert, tonga_official):
    address = f"/events/{make.announced('FJ', access='customs').slug}/"
    assert visitor.get(address).status_code == 404
    assert as_user(expert).get(address).status_code == 404
    assert as_user(tonga_official).get(address).status_code == 200


def test_an_event_page_tells_what_when_where_and_who_is_invited(visitor):
    event = make.announced(objective="Learn how transit works.", zone="Asia/Yangon", sessions=2, topic="Transit")
    event.donors.add(make.organisation("CCF Japan"))
    page = visitor.get(f"/events/{event.slug}/").content.decode()
    for words in ["Learn how transit works.", "13:00 - 16:00 (Yangon, UTC+6:30)", "06:30 - 09:30 UTC", "CCF Japan"]:
        assert words in page
    assert "Fiji; Tonga" in page
    assert "23:59 (Yangon" in page and re.search("in 3[789] days", page)


def test_times_stand_in_the_readers_zone_too(as_user, fiji_official):
    fiji_official.time_zone = "Pacific/Fiji"
    fiji_official.save()
    event = make.announced(zone="Asia/Bangkok")
    assert "18:00 - 21:00 your time (Fiji)" in as_user(fiji_official).get(f"/events/{event.slug}/").content.decode()


@pytest.mark.parametrize("persona", ["visitor", "official", "confirmed", "chair", "office"])
def test_the_public_page_never_tells_how_to_join_nor_who_takes_part(
    persona, as_user, fiji_official, indonesia_chair, office
):
    event = make.meeting("ID", "MM", "FJ", chairs=(indonesia_chair,), begin=TODAY + days(1))
    confirmed = make.confirmed(event, person=make.official("FJ", "Participant with a seat"))
    people = {
        "visitor": None,
        "official": fiji_official,
        "confirmed": confirmed.official,
        "chair": indonesia_chair,
        "office": office,
    }
    page = as_user(people[persona]).get(f"/events/{event.slug}/").content.decode()
    assert not [secret for secret in SECRETS if secret in page]
    main = page[page.index("<main") : page.index("</main>")]
    assert "Participant with a seat" not in main
    assert indonesia_chair.name not in main and "Chaired by" in main


def test_a_visitor_does_not_learn_who_works_in_the_office(visitor, office):
    event = make.announced(by=office)
    assert office.name not in visitor.get(f"/events/{event.slug}/").content.decode()


def test_a_revision_stands_with_old_and_new_values(visitor, office):
    event = make.announced(by=office)
    lifecycle.revise(
        event, reason="The host asked.", by=office, at=NOW, starts_on=event.starts_on + days(7),
        ends_on=event.ends_on + days(7), mode="hybrid",
    )  # fmt: skip
    page = visitor.get(f"/events/{event.slug}/").content.decode()
    assert "The host asked." in page
    assert "First day:" in page and "Mode: Hybrid" in page and "before: Online" in page


def test_a_postponed_event_says_so_and_gives_the_reason_to_those_who_signed_in(visitor, as_user, fiji_official, office):
    event = make.announced(by=office)
    lifecycle.postpone(event, reason="A storm comes.", by=office, at=NOW)
    page = visitor.get(f"/events/{event.slug}/").content.decode()
    assert "This event is postponed" in page and "A storm comes." not in page
    assert "Apply to take part" not in page
    assert "A storm comes." in as_user(fiji_official).get(f"/events/{event.slug}/").content.decode()


def test_what_a_reader_can_do_depends_on_the_reader(as_user, visitor, fiji_official, expert):
    event = make.announced("FJ")
    address = f"/events/{event.slug}/"
    stranger = make.official("NP")
    assert "Sign in and apply" in visitor.get(address).content.decode()
    assert "Apply to take part" in as_user(fiji_official).get(address).content.decode()
    assert "Your administration is not invited" in as_user(stranger).get(address).content.decode()
    assert "write to the office" in as_user(expert).get(address).content.decode()
    mine = make.applied(event, person=fiji_official)
    page = as_user(fiji_official).get(address).content.decode()
    assert f"/mine/{mine.pk}/" in page and "Apply to take part" not in page


def test_after_the_deadline_nobody_is_asked_to_apply(visitor, as_user, fiji_official):
    event = make.announced(begin=TODAY + days(10))
    page = as_user(fiji_official).get(f"/events/{event.slug}/").content.decode()
    assert "The nomination deadline has passed" in page and "Apply to take part" not in page
    assert "Sign in and apply" not in visitor.get(f"/events/{event.slug}/").content.decode()


def test_papers_show_by_their_level(visitor, as_user, fiji_official, tonga_official, office, paper):
    event = make.meeting("FJ", "TO")
    for level in PaperAccess:
        paper(event, level, title=f"Paper for {level.value}")
    make.confirmed(event, person=fiji_official)

    def shown(client: Client) -> set[str]:
        page = client.get(f"/events/{event.slug}/").content.decode()
        return {level.value for level in PaperAccess if f"Paper for {level.value}" in page}

    assert shown(visitor) == {"public"}
    assert shown(as_user(tonga_official)) == {"public", "members"}
    assert shown(as_user(fiji_official)) == {"public", "members", "participants"}
    assert shown(as_user(office)) == {"public", "members", "participants", "office"}


def test_an_event_page_asks_as_little_for_three_rows_as_for_one(visitor, office, queries, paper):
    small = make.meeting("ID", begin=TODAY + days(60))
    paper(small)
    large = make.meeting("ID", "MM", "FJ", begin=TODAY + days(90), sessions=3)
    for title in ("One", "Two", "Three"):
        paper(large, title=title)
    large.donors.add(make.organisation("CCF Japan"), make.organisation("CCF Korea"))
    for row in (small, large):
        lifecycle.revise(row, reason="Zone", by=office, at=NOW, time_zone="Asia/Yangon")
    assert queries(visitor, f"/events/{large.slug}/") == queries(visitor, f"/events/{small.slug}/")


def test_a_title_cannot_smuggle_markup(visitor):
    event = make.announced(title="<script>alert(1)</script> & co")
    for address in (
        "/",
        "/calendar/",
        f"/events/{event.slug}/",
        f"/calendar/?view=month&month={event.starts_on:%Y-%m}",
    ):
        page = visitor.get(address).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_a_running_event_has_begun(visitor):
    event = make.running(began=timedelta(days=-1), sessions=4)
    assert "This event has begun." in visitor.get(f"/events/{event.slug}/").content.decode()
