"""Feeds of people: what stands in them, for whom, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.models import CalendarFeed
from events.services import feeds, invitations, lifecycle, programme, registrations
from members.models import User
from members.services import appointments, merging, people
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make, rfc5545
from tests.make import NOW, TODAY, days


def feed(owner, kind="mine", **values):
    return feeds.create(owner, name="My calendar", kind=kind, by=owner, at=NOW, **values)


def entries(row, at=NOW):
    """What a program reads; the owner is read anew, as at every request."""
    row = CalendarFeed.objects.select_related("owner").get(pk=row.pk)
    return rfc5545.checked(feeds.file_of(row, mark=feeds.mark_of(row, at=at), at=at))


def titles(row):
    return [rfc5545.text(entry, "SUMMARY").split(":")[0] for entry in entries(row)]


# --- making and removing ------------------------------------------------------------------------------


def test_every_feed_has_an_address_that_nobody_guesses(fiji_official):
    tokens = {feed(fiji_official).token for _number in range(feeds.MOST)}
    assert len(tokens) == feeds.MOST
    assert all(len(token) >= 43 for token in tokens)  # 32 octets


def test_the_eleventh_feed_is_refused(fiji_official, tonga_official):
    for _number in range(feeds.MOST):
        feed(fiji_official)
    with pytest.raises(Refused, match="You have 10 feeds"):
        feed(fiji_official)
    assert feed(tonga_official).pk


def test_only_a_contact_point_makes_a_feed_of_invitations(fiji_official, fiji_contact, office):
    for person in (fiji_official, office):
        with pytest.raises(Refused, match="for contact points"):
            feed(person, "administration")
    assert feed(fiji_contact, "administration").pk


def test_the_trail_tells_who_made_and_removed_a_feed_and_never_its_address(fiji_official):
    row = feed(fiji_official)
    feeds.revoke(row, by=fiji_official)
    feeds.revoke(row, by=fiji_official)
    found = list(Entry.objects.about(fiji_official).filter(verb__contains="calendar feed").order_by("pk"))
    assert [entry.verb for entry in found] == ["made a calendar feed", "removed a calendar feed"]
    assert [entry.facts for entry in found] == [{"feed": "mine"}, {"feed": "mine"}]


def test_a_reading_is_kept_once_an_hour(fiji_official):
    row = feed(fiji_official)
    read = []
    for minutes in (0, 5, 59, 60, 61):
        row.refresh_from_db()
        feeds.note_reading(row, at=NOW + timedelta(minutes=minutes))
        row.refresh_from_db()
        read.append(row.last_read_at - NOW)
    assert read == [timedelta(minutes=minutes) for minutes in (0, 0, 0, 60, 60)]


# --- my events ----------------------------------------------------------------------------------------


def test_my_events_are_those_i_registered_for_and_those_i_chair(indonesia_chair, office):
    meeting = make.meeting("ID", "MM", chairs=(indonesia_chair,), by=office)
    make.confirmed(make.announced("ID", title="My seat", by=office), "ID", person=indonesia_chair)
    make.announced("ID", title="Not mine", by=office)
    assert sorted(titles(feed(indonesia_chair))) == sorted([meeting.title, "My seat"])


def test_a_seat_is_sure_and_a_place_on_the_way_to_it_is_not(fiji_official, office):
    event = make.announced("FJ", by=office)
    row = feed(fiji_official)
    registration = make.nominated(event, person=fiji_official)
    before = entries(row)[0]
    assert before["STATUS"] == [":TENTATIVE"]
    assert "Your registration: Nominated." in rfc5545.text(before, "DESCRIPTION")
    registrations.confirm(registration, by=office, at=make.before_deadline(event))
    after = entries(row)[0]
    assert after["STATUS"] == [":CONFIRMED"]
    assert "You take part." in rfc5545.text(after, "DESCRIPTION")
    assert after["URL"][0].endswith(f"/mine/{registration.pk}/")
    assert after["UID"] == before["UID"]


def test_who_withdraws_has_the_event_no_more(fiji_official, office):
    event = make.announced("FJ", by=office)
    registration = make.confirmed(event, person=fiji_official)
    row = feed(fiji_official)
    assert len(entries(row)) == 1
    registrations.withdraw(registration, reason="Ill.", by=fiji_official, at=make.before_deadline(event))
    assert entries(row) == []


def test_no_feed_holds_a_joining_address_or_a_name(fiji_official, fiji_contact, indonesia_chair, office):
    event = make.meeting("ID", "FJ", chairs=(indonesia_chair,), by=office, begin=TODAY + days(1))
    make.confirmed(event, person=fiji_official)
    rows = [
        feed(fiji_official),
        feed(indonesia_chair),
        feed(fiji_contact, "administration"),
        *(feed(person, "all") for person in (fiji_official, fiji_contact, indonesia_chair, office)),
    ]
    for row in rows:
        file = "\n".join(rfc5545.lines(feeds.file_of(row, mark=feeds.mark_of(row, at=NOW), at=NOW)))
        assert event.title in file
        for secret in (
            "meet.example",
            "7890",
            "ATTENDEE",
            "ORGANIZER",
            "mailto:",
            *User.objects.values_list("name", flat=True),
        ):
            assert secret not in file, secret


# --- my administration --------------------------------------------------------------------------------


def test_invitations_of_the_own_administration_with_the_deadline_in_the_own_zone(fiji_contact, office):
    event = make.announced("FJ", zone="Asia/Yangon", title="Invited", by=office)
    make.announced("TO", title="Of Tonga only", by=office)
    entry = entries(feed(fiji_contact, "administration"))[0]
    assert titles(feed(fiji_contact, "administration")) == ["Invited"]
    words = rfc5545.text(entry, "DESCRIPTION")
    assert "Your administration is invited (Open)." in words
    assert "23:59 (Yangon, UTC+6:30)" in words and "Your time:" in words
    assert entry["URL"][0].endswith(f"/delegation/invitations/{make.invitation(event).pk}/")


def test_a_declined_and_a_lifted_invitation_leave_the_feed(fiji_contact, office):
    event = make.announced("FJ", by=office)
    row = feed(fiji_contact, "administration")
    assert len(entries(row)) == 1
    invitations.decline(make.invitation(event), reason="Busy.", by=fiji_contact, at=make.before_deadline(event))
    assert entries(row) == []


def test_when_the_role_ends_the_invitations_are_gone_at_the_next_reading(office):
    person = make.contact_point("FJ")
    make.announced("FJ", by=office)
    row = feed(person, "administration")
    assert len(entries(row)) == 1
    appointments.end(person.appointments.get(), on=TODAY - days(1), by=office)
    assert entries(row) == []


# --- everything ---------------------------------------------------------------------------------------


def test_everything_is_what_the_owner_may_see(fiji_official, office, db):
    make.announced(title="Public", by=office)
    make.announced("ID", title="Closed", access="customs", by=office)
    make.event(title="Prepared", by=office)
    lifecycle.cancel(make.event(title="Never was", by=office), reason="No budget", by=office, at=NOW)
    assert titles(feed(make.expert(), "all")) == ["Public"]
    assert sorted(titles(feed(fiji_official, "all"))) == ["Closed", "Public"]
    found = titles(feed(office, "all"))
    assert sorted(found) == ["Closed", "Draft", "Public"]


def test_who_leaves_the_office_reads_no_drafts_any_more(office):
    person = make.office_person("Second manager")
    make.event(by=office)
    row = feed(person, "all")
    assert [entry["STATUS"] for entry in entries(row)] == [[":TENTATIVE"]]
    appointments.end(person.appointments.get(), on=TODAY - days(1), by=office)
    assert entries(row) == []


def test_a_feed_is_narrowed_by_kind_and_topic(fiji_official, office):
    make.announced(title="One", kind="consultation", topic="Transit", by=office)
    make.announced(title="Two", kind="consultation", topic="Origin", by=office)
    make.announced(title="Three", topic="Transit", by=office)
    assert sorted(titles(feed(fiji_official, "all", event_kind="consultation"))) == ["One", "Two"]
    assert sorted(titles(feed(fiji_official, "all", topic="Transit"))) == ["One", "Three"]
    assert titles(feed(fiji_official, "all", topic="Transit", event_kind="consultation")) == ["One"]


def test_old_events_leave_a_feed(fiji_official, office):
    make.running(began=timedelta(days=-400), title="Long over", by=office)
    make.running(began=timedelta(days=-30), title="Lately over", by=office)
    assert titles(feed(fiji_official, "all")) == ["Lately over"]


# --- moves --------------------------------------------------------------------------------------------


def test_an_entry_keeps_its_name_when_the_event_moves_and_when_it_is_called_off(fiji_official, office):
    event = make.announced("FJ", by=office)
    make.confirmed(event, person=fiji_official)
    row = feed(fiji_official)
    first = entries(row)[0]
    shift = {"starts_on": event.starts_on + days(7), "ends_on": event.ends_on + days(7)}
    lifecycle.revise(event, reason="Host", by=office, at=NOW + timedelta(hours=1), **shift)
    moved = entries(row)[0]
    lifecycle.cancel(event, reason="Storm", by=office, at=NOW)
    gone = entries(row)[0]
    assert first["UID"] == moved["UID"] == gone["UID"]
    assert rfc5545.moment(moved, "DTSTART") - rfc5545.moment(first, "DTSTART") == days(7)
    numbers = [int(entry["SEQUENCE"][0][1:]) for entry in (first, moved, gone)]
    assert numbers == sorted(set(numbers))
    assert rfc5545.moment(moved, "DTSTAMP") > rfc5545.moment(first, "DTSTAMP")
    assert gone["STATUS"] == [":CANCELLED"]


def test_the_mark_stays_until_something_in_the_file_differs(fiji_official, fiji_contact, office):
    event, draft = make.announced("FJ", by=office), make.event("FJ", by=office)
    make.nominated(event, person=fiji_official)
    feed(fiji_official)
    feed(fiji_contact, "administration")
    feed(office, "all")

    def marks(at=NOW):
        rows = CalendarFeed.objects.select_related("owner").order_by("pk")
        return [feeds.mark_of(row, at=at) for row in rows]

    def differ(act):
        before = marks()
        act()
        return [old != new for old, new in zip(before, marks(), strict=True)]

    assert marks(NOW + timedelta(minutes=30)) == marks()
    session, new = draft.sessions.get(), {"reason": "Host", "by": office, "at": NOW, "title": "Another title"}
    day, begins, ends = session.day, session.begins, session.ends
    assert differ(
        lambda: programme.change_session(session, title="Other", day=day, begins=begins, ends=ends, by=office)
    ) == [False, False, True]
    assert differ(lambda: lifecycle.revise(event, **new)) == [True, True, True]
    seat = event.registrations.get()
    assert differ(lambda: registrations.confirm(seat, by=office, at=make.before_deadline(event)))[0]
    assert differ(lambda: CalendarFeed.objects.filter(kind="mine").update(name="Work")) == [True, False, False]
    assert differ(lambda: people.change(fiji_contact, by=office, time_zone="Asia/Tokyo")) == [False, True, False]
    assert differ(lambda: lifecycle.cancel(event, reason="Storm", by=office, at=NOW)) == [True, True, True]


def test_two_feeds_of_the_same_content_are_not_kept_as_one(fiji_official, tonga_official):
    make.announced(title="Public")
    one, other = feed(fiji_official, "all"), feed(tonga_official, "all")
    assert feeds.mark_of(one, at=NOW) != feeds.mark_of(other, at=NOW)


# --- the end of an account ----------------------------------------------------------------------------


def test_a_merge_hands_no_address_over(office):
    gone, kept = make.official("FJ", "Official 1 of Fiji"), make.official("FJ", "Official 1 of Fiji")
    feed(gone)
    stays = feed(kept)
    merging.merge(gone, kept, by=office, at=NOW)
    assert list(CalendarFeed.objects.all()) == [stays]
