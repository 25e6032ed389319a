"""The views of the calendar beside the list: week, month and year, marks of the reader, the filter by group."""

from __future__ import annotations

from datetime import date

import pytest

from events.services import invitations, lifecycle
from tests import make
from tests.make import NOW, TODAY, days

VIEWS = ("agenda", "week", "month", "year")
SOON = TODAY + days(1)


def address(view, day=SOON):
    year, week, _day = day.isocalendar()
    return {
        "agenda": "/calendar/?view=agenda",
        "week": f"/calendar/?view=week&week={year}-W{week:02}",
        "month": f"/calendar/?view=month&month={day:%Y-%m}",
        "year": f"/calendar/?view=year&year={day.year}",
    }[view]


def page(client, view, more=""):
    response = client.get(address(view) + more)
    assert response.status_code == 200
    return response.content.decode()


# --- what each view shows -----------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_leads_to_every_other_with_the_same_filter(view, visitor):
    text = page(visitor, view, "&q=transit")
    for other in ("week", "month", "year"):
        assert f'href="?q=transit&amp;view={other}"' in text
    assert text.count('aria-current="page"') >= 1
    assert text.count("<h1") == 1


@pytest.mark.parametrize("view", VIEWS[:3])
def test_a_view_holds_what_its_reader_may_know(view, visitor, as_user, expert, fiji_official, office):
    make.announced("ID", begin=SOON, access="customs", title="Precursor chemicals", by=office)
    make.event(begin=SOON, title="Still a draft", by=office)
    for client in (visitor, as_user(expert)):
        assert "Precursor" not in page(client, view)
    for person in (fiji_official, office):
        assert "Precursor" in page(as_user(person), view)
        assert "Still a draft" not in page(as_user(person), view)


def test_a_year_counts_what_its_reader_may_know(visitor, as_user, fiji_official, office):
    make.announced("ID", begin=SOON, access="customs", by=office)
    make.event(begin=SOON, by=office)
    link = f"week={SOON.isocalendar().year}-W{SOON.isocalendar().week:02}"
    assert link not in page(visitor, "year")
    assert "No event in this year" in page(visitor, "year")
    assert link in page(as_user(fiji_official), "year")


def test_a_week_tells_hours_in_the_readers_zone_and_in_that_of_the_event(visitor, as_user, fiji_official):
    make.announced(begin=SOON, zone="Asia/Yangon")
    assert "13:00 - 16:00" in page(visitor, "week") and "in Yangon" not in page(visitor, "week")
    text = page(as_user(fiji_official), "week")
    assert "18:30 - 21:30" in text and "13:00 - 16:00 in Yangon" in text


def test_a_week_shows_an_event_whose_hour_is_another_day_for_the_reader(as_user, fiji_official):
    sunday = date(2020, 8, 23)
    make.announced(begin=sunday, zone="Pacific/Pago_Pago", title="Far away")
    client = as_user(fiji_official)  # 13:00 on Sunday there is 12:00 on Monday here
    assert "Far away" not in page_of(client, "2020-W34")
    assert "Far away" in page_of(client, "2020-W35")


def page_of(client, week):
    return client.get(f"/calendar/?view=week&week={week}").content.decode()


@pytest.mark.parametrize("view", ["week", "month", "year"])
def test_today_is_marked(view, visitor):
    assert 'aria-current="date"' in visitor.get(f"/calendar/?view={view}").content.decode()


@pytest.mark.parametrize("view", ["week", "month", "year"])
def test_an_empty_view_says_what_to_do(view, visitor):
    assert f"Look at another {view}." in page(visitor, view)
    assert "Take a filter away" in page(visitor, view, "&q=nothing")


@pytest.mark.parametrize("view", ["week", "month", "year"])
@pytest.mark.parametrize("text", ["%00", "9999-W99", "0000", "x" * 300, "<b>"])
def test_what_no_calendar_shows_is_now(view, text, visitor):
    response = visitor.get(f"/calendar/?view={view}&{view}={text}")
    assert response.status_code == 200
    assert "<b>" not in response.content.decode()


# --- marks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS[:3])
def test_who_takes_part_who_is_invited_and_who_chairs_read_it(view, visitor, as_user, office, indonesia_chair):
    invited, seated = make.official("FJ"), make.official("FJ")
    event = make.announced("FJ", begin=SOON, by=office)
    make.confirmed(event, person=seated)
    make.meeting("ID", chairs=(indonesia_chair,), begin=SOON, by=office)
    words = {"Invited", "I take part", "I chair"}
    for person, mark in ((invited, "Invited"), (seated, "I take part"), (indonesia_chair, "I chair"), (None, "")):
        text = page(as_user(person), view)
        assert {word for word in words if f">{word}</span>" in text} == ({mark} if mark else set())


def test_who_applied_reads_the_state_and_who_is_not_invited_reads_nothing(as_user, office, fiji_official):
    event = make.announced("FJ", begin=SOON, by=office)
    make.applied(event, person=fiji_official)
    assert ">Applied</span>" in page(as_user(fiji_official), "month")
    other = make.official("TO")
    assert ">Invited</span>" not in page(as_user(other), "month")


def test_a_declined_invitation_is_still_an_invitation_for_the_officials(as_user, office, fiji_contact):
    """An administration may change its mind; what the office lifted is gone."""
    event = make.announced("FJ", by=office, begin=TODAY + days(60))
    row = make.invitation(event)
    invitations.decline(row, reason="Busy.", by=fiji_contact, at=make.before_deadline(event))
    client = as_user(fiji_contact)
    assert ">Invited</span>" in client.get("/calendar/").content.decode()
    lifecycle.cancel(event, reason="Storm", by=office, at=NOW)
    assert ">Invited</span>" not in client.get("/calendar/").content.decode()


# --- the filter by group ------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS[:3])
def test_events_for_a_group_are_those_that_ask_one_of_its_members(view, visitor):
    make.group("asean", "ID", "MM")
    make.announced("ID", "FJ", begin=SOON, title="With Indonesia")
    make.announced("FJ", begin=SOON, title="Fiji only")
    text = page(visitor, view, "&group=asean")
    assert "With Indonesia" in text and "Fiji only" not in text
    assert "Fiji only" in page(visitor, view, "&group=nonsense")


def test_a_group_is_who_belongs_to_it_today(visitor):
    group = make.group("asean", "ID")
    group.memberships.update(to_on=TODAY - days(1))
    make.announced("ID", begin=SOON, title="With Indonesia")
    assert "With Indonesia" not in page(visitor, "month", "&group=asean")


# --- cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("person", ["nobody", "official"])
def test_a_view_asks_as_little_for_three_events_as_for_one(view, person, as_user, queries, fiji_official, office):
    client = as_user(None if person == "nobody" else fiji_official)
    make.announced("FJ", begin=SOON, by=office)
    one = queries(client, address(view))
    make.confirmed(make.announced("FJ", begin=SOON, by=office, sessions=2), person=fiji_official)
    make.announced("FJ", begin=SOON, by=office)
    assert queries(client, address(view)) == one
    assert one <= (4 if person == "nobody" else 14)
