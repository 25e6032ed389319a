"""The page of own feeds, and the address that a calendar program reads without signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from events.models import CalendarFeed
from events.services import feeds
from members.services import accounts
from tests import make, rfc5545
from tests.make import NOW, TODAY


@pytest.fixture
def feed(fiji_official):
    return feeds.create(fiji_official, name="My calendar", kind="all", by=fiji_official, at=NOW)


def address(feed):
    return reverse("participant:personal_ics", args=[feed.token])


# --- the file -----------------------------------------------------------------------------------------


def test_a_program_reads_the_feed_without_signing_in(visitor, feed, office):
    make.announced(title="Workshop on Transit", by=office)
    response = visitor.get(address(feed))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert len(rfc5545.checked(response.content)) == 1
    feed.refresh_from_db()
    assert feed.last_read_at is not None


def test_the_feed_is_the_owners_whoever_reads_it(as_user, visitor, feed, office, tonga_official):
    make.event(title="Prepared", by=office)
    make.announced(access="customs", title="Closed", by=office)
    for client in (visitor, as_user(office), as_user(tonga_official)):
        file = client.get(address(feed)).content.decode()
        assert "Closed" in file and "Prepared" not in file
        assert client.get(address(feed))["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("token", ["x", "a" * 43, "A" * 5000, "%00", "..%2F"])
def test_an_unknown_address_is_not_found(visitor, feed, token):
    assert visitor.get(f"/calendar/feeds/{token}.ics").status_code == 404


def test_a_removed_address_and_that_of_a_closed_account_are_not_found(visitor, feed, fiji_official, office):
    other = feeds.create(fiji_official, name="Phone", kind="mine", by=fiji_official, at=NOW)
    feeds.revoke(other, by=fiji_official)
    assert visitor.get(address(other)).status_code == 404
    assert visitor.get(address(feed)).status_code == 200
    accounts.close(fiji_official, reason="Left the service.", on=TODAY, by=office)
    assert visitor.get(address(feed)).status_code == 404


def test_who_asks_with_the_mark_of_the_last_answer_gets_nothing_new(visitor, feed, office):
    make.announced(by=office)
    first = visitor.get(address(feed))
    again = visitor.get(address(feed), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert again["ETag"] == first["ETag"] and again["Cache-Control"] == "private, no-cache"
    make.announced(by=office)
    changed = visitor.get(address(feed), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200 and len(rfc5545.checked(changed.content)) == 2


def test_an_address_is_read_only(visitor, feed):
    assert visitor.post(address(feed)).status_code == 405
    assert visitor.head(address(feed)).status_code == 200


def test_a_feed_asks_as_little_for_three_events_as_for_one(visitor, queries, feed, office):
    make.announced(by=office)
    visitor.get(address(feed))  # the reading is noted once an hour
    one = queries(visitor, address(feed))
    for _number in range(2):
        make.announced(sessions=2, by=office)
    assert queries(visitor, address(feed)) == one
    assert one <= 10


def test_a_feed_of_invitations_asks_as_little_for_three_as_for_one(visitor, queries, fiji_contact, office):
    row = feeds.create(fiji_contact, name="Desk", kind="administration", by=fiji_contact, at=NOW)
    make.announced("FJ", by=office)
    visitor.get(address(row))
    one = queries(visitor, address(row))
    for _number in range(2):
        make.announced("FJ", by=office)
    assert queries(visitor, address(row)) == one
    assert one <= 10


# --- the page -----------------------------------------------------------------------------------------


def test_somebody_makes_a_feed_and_finds_its_address(as_user, fiji_official):
    client = as_user(fiji_official)
    assert "You have no feed" in client.get("/calendar/feeds/").content.decode()
    response = client.post("/calendar/feeds/", {"name": "ปฏิทินของฉัน", "kind": "mine"}, follow=True)
    row = CalendarFeed.objects.get()
    assert (row.owner, row.kind, row.name) == (fiji_official, "mine", "ปฏิทินของฉัน")
    page = response.content.decode()
    assert address(row) in page and "ปฏิทินของฉัน" in page
    assert "No calendar program has read it yet" in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "", "kind": "mine"}, "This field is required."),
        ({"name": "x" * 81, "kind": "mine"}, "at most 80 characters"),
        ({"name": "a\x00b", "kind": "mine"}, "hidden character"),
        ({"name": "a\u202eb", "kind": "mine"}, "hidden character"),
        ({"name": "a", "kind": "secret"}, "Select a valid choice"),
        ({"name": "a", "kind": "administration"}, "Select a valid choice"),  # no contact point
        ({"name": "a", "kind": "mine", "event_kind": "banquet"}, "Select a valid choice"),
        ({"name": "a", "kind": "mine", "topic": "None that there is"}, "Select a valid choice"),
    ],
)
def test_a_wrong_feed_is_refused_at_its_field(as_user, fiji_official, sent, sentence):
    response = as_user(fiji_official).post("/calendar/feeds/", sent)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not CalendarFeed.objects.exists()


def test_a_contact_point_is_offered_the_invitations(as_user, fiji_contact, fiji_official):
    words = "Invitations of my administration"
    assert words in as_user(fiji_contact).get("/calendar/feeds/").content.decode()
    assert words not in as_user(fiji_official).get("/calendar/feeds/").content.decode()
    as_user(fiji_contact).post("/calendar/feeds/", {"name": "Desk", "kind": "administration"})
    assert CalendarFeed.objects.get().kind == "administration"


def test_a_name_is_shown_as_text(as_user, fiji_official):
    client = as_user(fiji_official)
    client.post("/calendar/feeds/", {"name": "<script>alert(1)</script>", "kind": "mine"})
    page = client.get("/calendar/feeds/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page


def test_with_ten_feeds_there_is_no_form(as_user, fiji_official):
    client = as_user(fiji_official)
    for number in range(feeds.MOST + 1):
        client.post("/calendar/feeds/", {"name": f"Feed {number}", "kind": "mine"})
    assert CalendarFeed.objects.count() == feeds.MOST
    page = client.get("/calendar/feeds/").content.decode()
    assert "Make the feed" not in page and "You have 10 feeds" in page


def test_only_the_owner_removes_a_feed_and_by_post_only(as_user, visitor, feed, fiji_official, tonga_official, office):
    revoke = f"/calendar/feeds/{feed.pk}/revoke/"
    for person in (tonga_official, office):
        assert as_user(person).post(revoke).status_code == 404
    assert visitor.post(revoke).status_code == 302
    assert as_user(fiji_official).get(revoke).status_code == 405
    assert CalendarFeed.objects.filter(pk=feed.pk).exists()
    response = as_user(fiji_official).post(revoke, follow=True)
    assert "is removed" in response.content.decode()
    assert not CalendarFeed.objects.exists()
    assert as_user(fiji_official).post(revoke).status_code == 404


def test_nobody_sees_the_feeds_of_others(as_user, visitor, feed, tonga_official, office):
    for person in (tonga_official, office):
        assert feed.token not in as_user(person).get("/calendar/feeds/").content.decode()
    assert visitor.get("/calendar/feeds/").status_code == 302


def test_the_page_says_when_a_program_read_the_feed(as_user, feed, fiji_official):
    CalendarFeed.objects.update(last_read_at=NOW - timedelta(hours=3))
    assert "A calendar program read it" in as_user(fiji_official).get("/calendar/feeds/").content.decode()


def test_the_page_asks_as_little_for_three_feeds_as_for_one(as_user, queries, feed, fiji_official):
    client = as_user(fiji_official)
    one = queries(client, "/calendar/feeds/")
    for number in range(2):
        feeds.create(fiji_official, name=f"Feed {number}", kind="mine", by=fiji_official, at=NOW)
    assert queries(client, "/calendar/feeds/") == one
