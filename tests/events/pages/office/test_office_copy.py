"""Copy an event: the work on it comes along on other days, the people do not."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.services import checklist, copies, lifecycle, papers, programme
from members.models import User
from members.services import accounts
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
LATER = TODAY + days(425)


def form(**values: object) -> dict[str, object]:
    return {"title": "Workshop on Transit, again", "starts_on": LATER.isoformat()} | values


def test_a_copy_is_a_draft_with_everything_moved_and_every_hour_kept(desk: Client, office: User) -> None:
    donor = make.organisation()
    event = make.announced("FJ", "TO", by=office, zone="Pacific/Auckland", sessions=2, seats=3, pool=4)
    programme.change(event, donors=[donor], topic="transit", venue="Room 1", by=office)
    answer = desk.post(reverse("office:event_copy", args=[event.pk]), form())
    made = Event.objects.latest("pk")
    assert answer["Location"] == reverse("office:event", args=[made.pk])
    assert (made.state, made.title, made.activity) == ("draft", "Workshop on Transit, again", None)
    assert (made.starts_on, made.ends_on, made.nominate_by) == (LATER, LATER + days(1), LATER - days(21))
    hours = [(row.title, row.day, row.begins, row.ends) for row in made.sessions.all()]
    assert hours == [
        ("Session 1", LATER, time(13), time(16)),
        ("Session 2", LATER + days(1), time(13), time(16)),
    ]
    assert made.starts_at == min(row.starts_at for row in made.sessions.all())
    assert (made.seats_per_administration, made.pool_seats, made.topic) == (3, 4, "transit")
    assert {row.iso2 for row in made.targets.all()} == {"FJ", "TO"}
    assert list(made.donors.all()) == [donor]
    assert (made.officer, made.platform, made.announced_at) == (office, "zoom", None)
    assert trail.history(made).filter(facts__copy_of=event.title).count() == 1


def test_nobody_and_no_way_in_comes_along(office: User) -> None:
    event = make.meeting("ID", "MM", chairs=(make.official("ID"),), by=office, fallback="+66 2 123 456")
    make.confirmed(event, "ID")
    papers.change_item(event.agenda.get(number=1), speaker="Head of delegation", by=office)
    made = copies.copy(event, title="Again", starts_on=LATER, with_agenda=True, by=office)
    assert (made.joining_url, made.joining_notes, made.fallback) == ("", "", "")
    assert not made.registrations.exists()
    assert not made.invitations.exists()
    assert not made.chairings.exists()
    assert not made.papers.exists()
    assert [(item.number, item.title, item.speaker) for item in made.agenda.all()] == [
        (1, "Opening", ""),
        (2, "Work plan", ""),
    ]


def test_the_agenda_stays_behind_unless_it_is_asked_for(office: User) -> None:
    made = copies.copy(make.meeting(by=office), title="Again", starts_on=LATER, by=office)
    assert not made.agenda.exists()


def test_chairs_come_along_when_asked_for_and_still_of_their_administration(office: User) -> None:
    stays, left = make.official("ID"), make.official("MM")
    event = make.meeting("ID", "MM", chairs=(stays, left), by=office)
    accounts.close(left, reason="Retired.", by=office, on=TODAY)
    made = copies.copy(event, title="Again", starts_on=LATER, with_chairs=True, by=office)
    assert [row.person for row in made.chairings.all()] == [stays]


def test_the_checklist_comes_along_with_nothing_done(office: User) -> None:
    event = make.event("FJ", by=office)
    own = checklist.add(event, text="Order the flags", due_on=event.starts_on - days(2), duty="officer", by=office)
    for item in event.checklist.all():
        checklist.tick(item, by=office, at=NOW)
    made = copies.copy(event, title="Again", starts_on=LATER, by=office)
    assert made.checklist.count() == event.checklist.count()
    assert made.checklist.get(text=own.text).due_on == LATER - days(2)
    assert not made.checklist.filter(done_at__isnull=False).exists()


def test_the_next_meeting_of_a_series_is_proposed_and_numbered(desk: Client, office: User) -> None:
    event = make.meeting(by=office)
    programme.change(event, title="9th ASEAN - WCO Consultation", by=office)
    programme.place_in_series(event, series="ASEAN - WCO Consultation", ordinal=9, by=office)
    page = reverse("office:event_copy", args=[event.pk])
    text = desk.get(page).content.decode()
    assert 'value="10th ASEAN - WCO Consultation"' in text
    assert 'value="10"' in text
    desk.post(page, form(title="10th ASEAN - WCO Consultation", ordinal="10"))
    made = Event.objects.latest("pk")
    assert (made.series, made.ordinal) == (Event.objects.get(pk=event.pk).series, 10)
    taken = desk.post(page, form(title="Another", ordinal="10"))
    assert "has a meeting number 10 already" in taken.content.decode()
    assert Event.objects.latest("pk") == made


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (10, "10th"), (11, "11th"), (22, "22nd"), (113, "113th")]
)
def test_ordinals_in_words(number: int, words: str) -> None:
    assert copies.in_words(number) == words


def test_the_same_copy_sent_twice_is_one_draft(desk: Client, office: User) -> None:
    event = make.event("FJ", by=office)
    first = desk.post(reverse("office:event_copy", args=[event.pk]), form())
    second = desk.post(reverse("office:event_copy", args=[event.pk]), form())
    assert first["Location"] == second["Location"]
    assert Event.objects.count() == 2


def test_an_event_is_not_copied_onto_itself(office: User) -> None:
    event = make.event("FJ", by=office)
    with pytest.raises(Refused, match="same event again"):
        copies.copy(event, title=event.title, starts_on=event.starts_on, by=office)


def test_an_hour_that_does_not_exist_on_the_new_day_is_refused_whole(office: User) -> None:
    event = make.event("FJ", by=office, zone="Pacific/Auckland")
    session = event.sessions.get()
    programme.change_session(session, title=session.title, day=session.day, begins=time(2, 30), ends=time(5), by=office)
    spring = date(2027, 9, 26)  # clocks go forward over 02:30 in Auckland
    with pytest.raises(Refused, match="does not exist"):
        copies.copy(event, title="Again", starts_on=spring, by=office)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("day", ["", "9999-12-31", "1900-01-01", "soon"])
def test_an_impossible_day_gets_a_sentence_at_the_field(desk: Client, office: User, day: str) -> None:
    event = make.event("FJ", by=office, sessions=2)
    answer = desk.post(reverse("office:event_copy", args=[event.pk]), form(starts_on=day))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Event.objects.count() == 1


def test_a_cancelled_event_can_be_copied(office: User) -> None:
    event = make.announced("FJ", by=office)
    lifecycle.cancel(event, reason="No host.", by=office, at=NOW)
    assert copies.copy(event, title="Again", starts_on=LATER, by=office).state == "draft"


@pytest.mark.parametrize("role", ["nobody", "contact"])
def test_nobody_outside_the_office_copies_an_event(role: str, client: Client, office: User) -> None:
    event = make.announced("FJ", by=office)
    if role == "contact":
        client.force_login(make.contact_point("FJ"))
    assert client.post(reverse("office:event_copy", args=[event.pk]), form()).status_code in (302, 403, 404)
    assert Event.objects.count() == 1
