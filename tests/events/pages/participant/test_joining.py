"""Joining information: confirmed people only, and not before its time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.pages.participant.registrations import joining_box
from events.services import lifecycle, registrations
from tests import make
from tests.make import NOW, TODAY, days

SECRETS = ["https://meet.example/secret-room", "passcode 7890"]


def test_a_confirmed_official_joins_from_two_days_before(as_user, fiji_official):
    row = make.confirmed(make.announced(begin=TODAY + days(1)), person=fiji_official)
    client = as_user(fiji_official)
    page = client.get(f"/mine/{row.pk}/joining/").content.decode()
    assert all(secret in page for secret in SECRETS)
    page = client.get(f"/mine/{row.pk}/").content.decode()
    assert f"/mine/{row.pk}/joining/" in page
    assert not any(secret in page for secret in SECRETS)


def test_before_that_the_box_is_locked_and_says_when_it_opens(as_user, fiji_official):
    row = make.confirmed(make.announced(begin=TODAY + days(60)), person=fiji_official)
    for address in (f"/mine/{row.pk}/joining/", f"/mine/{row.pk}/"):
        page = as_user(fiji_official).get(address).content.decode()
        assert "opens here in" in page
        assert not any(secret in page for secret in SECRETS)


@pytest.mark.parametrize("state", ["applied", "nominated", "waiting", "withdrawn"])
def test_who_has_no_seat_finds_no_such_page(state, as_user, fiji_official, office):
    event = make.announced(begin=TODAY + days(1))
    row = make.applied(event, person=fiji_official) if state == "applied" else make.nominated(
        event, person=fiji_official
    )  # fmt: skip
    if state == "waiting":
        registrations.wait(row, by=office)
    if state == "withdrawn":
        registrations.withdraw(row, reason="Ill", by=fiji_official, at=NOW)
    client = as_user(fiji_official)
    assert client.get(f"/mine/{row.pk}/joining/").status_code == 404
    page = client.get(f"/mine/{row.pk}/").content.decode()
    assert not any(secret in page for secret in SECRETS)


def test_nobody_joins_with_the_page_of_another(as_user, fiji_official, fiji_contact, tonga_official, office, expert):
    row = make.confirmed(make.announced(begin=TODAY + days(1)), person=fiji_official)
    for person in (fiji_contact, tonga_official, office, expert):
        assert as_user(person).get(f"/mine/{row.pk}/joining/").status_code == 404
    response = as_user(None).get(f"/mine/{row.pk}/joining/")
    assert response.status_code == 302
    assert not any(secret in response.content.decode() for secret in SECRETS)


def test_a_page_with_joining_information_is_kept_by_no_cache(as_user, fiji_official):
    row = make.confirmed(make.announced(begin=TODAY + days(1)), person=fiji_official)
    assert as_user(fiji_official).get(f"/mine/{row.pk}/joining/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_an_event_that_was_called_off_has_nothing_to_join(verb, as_user, fiji_official, office):
    event = make.announced(begin=TODAY + days(1), by=office)
    row = make.confirmed(event, person=fiji_official)
    getattr(lifecycle, verb)(event, reason="Storm", by=office, at=NOW)
    page = as_user(fiji_official).get(f"/mine/{row.pk}/joining/").content.decode()
    assert not any(secret in page for secret in SECRETS)


def test_a_meeting_that_runs_late_lets_people_in_again(db):
    event = make.announced(begin=TODAY + days(60))
    assert not joining_box(event, event.starts_at - timedelta(days=2, seconds=1)).is_open
    assert joining_box(event, event.starts_at - timedelta(days=2)).is_open
    assert joining_box(event, event.ends_at + timedelta(hours=2, minutes=59)).is_open
    assert not joining_box(event, event.ends_at + timedelta(hours=3)).is_open
