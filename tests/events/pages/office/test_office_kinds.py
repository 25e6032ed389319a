"""What is usual for a kind of event: its numbers and checklist, set by the office, used by new events."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event, Kind, KindItem, KindTemplate, Mode
from events.services import kinds, programme
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db


def template(kind: str = Kind.VISIT) -> KindTemplate:
    """An empty one: nothing is usual."""
    row, _made = KindTemplate.objects.update_or_create(
        kind=kind,
        defaults={
            "seats_per_administration": None,
            "pool_seats": None,
            "sessions": None,
            "session_minutes": None,
            "begins": None,
            "deadline_days": None,
        },
    )
    row.items.all().delete()
    return row


def created(by: User, kind: str = Kind.VISIT) -> Event:
    first = TODAY + days(60)
    return programme.create(
        by=by, title="Study visit", kind=kind, mode=Mode.ONLINE, starts_on=first, ends_on=first, time_zone="Asia/Tokyo"
    )


def test_every_kind_has_usual_numbers_from_the_beginning() -> None:
    assert set(KindTemplate.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert KindItem.objects.filter(template__kind=Kind.CONSULTATION, duty="chair").exists()


def test_an_event_beside_the_plan_begins_with_the_numbers_of_its_kind(office: User) -> None:
    kinds.change(template(), seats_per_administration=3, pool_seats=7, deadline_days=10, by=office)
    event = created(office)
    assert (event.seats_per_administration, event.pool_seats) == (3, 7)
    assert event.nominate_by == event.starts_on - days(10)
    event.refresh_from_db()
    assert event.nominate_by_at is not None


def test_a_kind_that_says_nothing_leaves_the_event_as_it_was_before(office: User) -> None:
    template()
    event = created(office)
    assert (event.seats_per_administration, event.pool_seats, event.nominate_by) == (0, 0, None)
    line = make.activity("FJ", kind=Kind.VISIT, planned_seats=9)
    event = programme.create_from(line, by=office, on=TODAY)
    assert (event.seats_per_administration, event.pool_seats, event.nominate_by) == (2, 7, None)
    assert event.ends_on == event.starts_on


def test_a_line_of_the_plan_takes_what_it_does_not_say_from_its_kind(office: User) -> None:
    row = template()
    kinds.change(row, seats_per_administration=3, pool_seats=7, deadline_days=10, sessions=4, by=office)
    event = programme.create_from(make.activity("FJ", "TO", kind=Kind.VISIT), by=office, on=TODAY + days(60))
    assert (event.seats_per_administration, event.pool_seats) == (3, 7)
    assert event.ends_on == event.starts_on + days(3)
    planned = make.activity(
        "FJ",
        "TO",
        kind=Kind.VISIT,
        planned_seats=10,
        planned_start_on=TODAY + days(60),
        planned_end_on=TODAY + days(61),
    )
    event = programme.create_from(planned, by=office, on=TODAY)
    assert (event.pool_seats, event.ends_on) == (4, TODAY + days(61))


def test_events_that_exist_keep_their_numbers_when_the_kind_changes(office: User) -> None:
    kinds.change(template(), seats_per_administration=3, by=office)
    event = created(office)
    kinds.change(template(), seats_per_administration=8, by=office)
    event.refresh_from_db()
    assert event.seats_per_administration == 3


def test_the_office_changes_the_numbers_of_a_kind(desk: Client) -> None:
    row = template()
    assert desk.get(reverse("office:kinds")).status_code == 200
    answer = desk.post(
        reverse("office:kind_edit", args=[row.pk]),
        {"seats_per_administration": "4", "sessions": "2", "session_minutes": "90", "begins": "09:30"},
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.seats_per_administration, row.sessions, row.session_minutes) == (4, 2, 90)
    assert (row.begins, row.pool_seats) == (time(9, 30), None)
    page = desk.get(reverse("office:kind", args=[row.pk])).content.decode()
    assert "2 sessions of 90 minutes from 09:30" in page
    assert trail.history(row).first() is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [("sessions", "0"), ("sessions", "61"), ("session_minutes", "721"), ("begins", "25:00"), ("pool_seats", "-1")],
)
def test_impossible_numbers_get_a_sentence_at_the_field(desk: Client, field: str, value: str) -> None:
    row = template()
    answer = desk.post(reverse("office:kind_edit", args=[row.pk]), {field: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    row.refresh_from_db()
    assert getattr(row, field) is None


def test_the_office_adds_changes_and_removes_an_item(desk: Client) -> None:
    row = template()
    page = reverse("office:kind", args=[row.pk])
    desk.post(page, {"text": "Order the flags", "number": "5", "when": "before", "duty": "officer"})
    item = row.items.get()
    assert (item.text, item.days, item.when) == ("Order the flags", -5, "5 days before the first day")
    change = reverse("office:kind_item", args=[item.pk])
    assert 'value="5"' in desk.get(change).content.decode()
    desk.post(change, {"text": "Return the flags", "number": "1", "when": "after", "duty": "chair"})
    item.refresh_from_db()
    assert (item.text, item.when, item.duty) == ("Return the flags", "1 day after the first day", "chair")
    desk.post(reverse("office:kind_item_remove", args=[item.pk]))
    assert not row.items.exists()


def test_an_item_stands_once_on_a_checklist(desk: Client) -> None:
    row = template()
    page, sent = reverse("office:kind", args=[row.pk]), {"text": "Order the flags", "number": "5", "when": "before"}
    desk.post(page, sent | {"duty": "officer"})
    answer = desk.post(page, sent | {"duty": "officer"})
    assert "stands on the checklist already" in answer.content.decode()
    assert row.items.count() == 1


def test_a_draft_without_sessions_gets_the_usual_ones_in_one_act(desk: Client, office: User) -> None:
    kinds.change(template(), sessions=2, session_minutes=90, begins=time(9, 30), by=office)
    event = created(office)
    page = desk.get(reverse("office:sessions", args=[event.pk])).content.decode()
    assert "2 sessions of 90 minutes from 09:30 in Tokyo" in page
    desk.post(reverse("office:sessions_lay", args=[event.pk]))
    event.refresh_from_db()
    found = [(row.day, row.begins, row.ends) for row in event.sessions.all()]
    assert found == [(event.starts_on + days(n), time(9, 30), time(11)) for n in (0, 1)]
    assert event.ends_on == event.starts_on + days(1)


def test_usual_sessions_are_laid_once_and_only_when_the_kind_says_them(office: User) -> None:
    row = template()
    event = created(office)
    with pytest.raises(Refused, match="Nobody has set"):
        programme.place_as_usual(event, by=office)
    kinds.change(row, sessions=1, session_minutes=90, begins=time(9), by=office)
    programme.place_as_usual(event, by=office)
    with pytest.raises(Refused, match="has sessions already"):
        programme.place_as_usual(event, by=office)


def test_usual_sessions_of_an_announced_event_are_refused(office: User) -> None:
    event = make.announced("FJ", by=office)
    event.sessions.all().delete()
    with pytest.raises(Refused, match="was announced"):
        programme.place_as_usual(event, by=office)


@pytest.mark.parametrize("role", ["nobody", "official", "contact"])
def test_nobody_outside_the_office_reads_or_changes_a_kind(role: str, client: Client) -> None:
    row = template()
    if role != "nobody":
        client.force_login(make.official("FJ") if role == "official" else make.contact_point("FJ"))
    for name in ("office:kind", "office:kind_edit"):
        assert client.get(reverse(name, args=[row.pk])).status_code in (302, 403, 404)
        client.post(
            reverse(name, args=[row.pk]),
            {"seats_per_administration": "9", "text": "x", "number": "1", "when": "before", "duty": "officer"},
        )
    row.refresh_from_db()
    assert row.seats_per_administration is None
    assert not row.items.exists()
