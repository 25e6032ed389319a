"""What the events add to the pages of an administration and of a person: others find not even a number."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.services import certificates, lifecycle, registrations
from members.services import appointments
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
ANCHORS = ("invitations", "nominations", "participation", "seats", "follow-ups")


def page(person, as_user, iso2: str = "FJ") -> str:
    return as_user(person).get(f"/members/administrations/{make.administration(iso2).pk}/").content.decode()


def section(text: str, name: str) -> str:
    return text.split(f'id="record-{name}"')[1].split("</section>")[0]


def took_place(*codes: str, person=None, seats: int = 3):
    """A workshop that was held, with its certificate."""
    event = make.running(*codes, began=days(-10), seats=seats)
    row = make.evaluated(make.attended(event, person=person))
    lifecycle.hold(event, by=make.officer(event), at=NOW)
    certificates.issue_due(at=NOW)
    return row


# --- an administration ------------------------------------------------------------------------------


def test_the_office_and_the_contact_point_see_every_section(as_user, office, fiji_contact):
    for person in (office, fiji_contact):
        text = page(person, as_user)
        assert [name for name in ANCHORS if f'id="record-{name}"' in text] == list(ANCHORS)


def test_nobody_else_finds_a_section_a_name_or_a_number(as_user, fiji_official, tonga_official, tonga_contact):
    event = make.announced(title="Workshop on secret seats")
    nominee = make.nominated(event, person=make.official("FJ", "Nominee of Fiji"))
    took_place()
    ended = make.official("FJ", "Former contact point of Fiji")
    role = appointments.appoint(
        ended, "contact_point", administration=make.administration("FJ"), from_on=date(2020, 1, 1), by=None
    )
    appointments.end(role, on=TODAY - days(1), by=None)
    for person in (fiji_official, tonga_official, tonga_contact, ended, make.expert()):
        text = page(person, as_user)
        assert "Fiji" in text
        assert "record-" not in text and "record/" not in text
        assert nominee.official.name not in text
        assert event.title not in text
        assert not re.search(r"\bseats\b|nomin|invitation", text.split("<main")[1].split("</main")[0], re.IGNORECASE)


def test_a_visitor_is_led_to_the_sign_in_page(as_user):
    answer = as_user(None).get(f"/members/administrations/{make.administration().pk}/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_an_open_invitation_tells_its_deadline_in_the_zone_of_the_reader(as_user, fiji_contact):
    event = make.announced(begin=TODAY + days(40), zone="Asia/Bangkok", seats=3)
    make.applied(event)
    text = section(page(fiji_contact, as_user), "invitations")
    assert event.title in text
    assert "Not answered" in text
    assert "(Fiji, UTC+12" in text
    assert re.search(r"<strong>in \d+ days</strong>", text)
    assert 'data-label="Seats" class="num">3' in text
    assert "and 1 applicant" in text
    assert f"/delegation/record/?administration={make.administration().pk}&amp;show=invitations" in text


def test_nominations_stand_with_priority_and_state_and_of_no_other_administration(as_user, office):
    event = make.announced()
    first, second = make.nominated(event), make.nominated(event)
    other = make.nominated(event, "TO")
    registrations.confirm(second, by=office, at=NOW)
    text = section(page(office, as_user), "nominations")
    assert text.index(first.official.name) < text.index(second.official.name)
    assert "Nominated</span>" in text and "Confirmed</span>" in text
    assert other.official.name not in text
    assert f"/office/administrations/{make.administration().pk}/record/?show=people" in text


def test_only_the_first_five_are_shown_and_the_rest_is_counted(as_user, office):
    event = make.announced(seats=9)
    rows = [make.nominated(event) for _number in range(6)]
    text = section(page(office, as_user), "nominations")
    assert "The first 5 of 6 are shown." in text
    assert rows[4].official.name in text and rows[5].official.name not in text


def test_participation_and_seats_are_counted(as_user, office):
    took_place(seats=3)
    text = page(office, as_user)
    assert re.findall(r'class="num">(\d+)<', section(text, "participation")) == ["1", "1", "1", "1"]
    assert "1 of 3 seats" in section(text, "seats")


def test_an_overdue_action_is_told(as_user, indonesia_chair, office):
    meeting = make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3))
    outcome = make.published(meeting)
    assert "Overdue" not in section(page(office, as_user, "ID"), "follow-ups")
    outcome.actions.update(due_on=TODAY - days(2))
    text = section(page(office, as_user, "ID"), "follow-ups")
    assert "Coordinate the online workshops." in text and "Overdue" in text


def test_the_page_asks_as_much_for_three_rows_of_each_kind_as_for_one(as_user, office, indonesia_chair):
    def more() -> None:
        event = make.announced("ID", seats=9)
        make.nominated(event, "ID")
        held = make.running("ID", began=days(-10))
        make.evaluated(make.attended(held, "ID"))
        lifecycle.hold(held, by=make.officer(held), at=NOW)
        make.published(make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3)))

    def asked() -> int:
        page(office, as_user, "ID")
        with CaptureQueriesContext(connection) as queries:
            page(office, as_user, "ID")
        return len(queries)

    more()
    one = asked()
    more()
    more()
    assert asked() == one


def test_sections_of_an_administration_without_events_say_so(as_user, office):
    text = page(office, as_user, "WS")
    assert "No invitation takes nominations now." in text
    assert "Nobody is nominated for a coming event." in text
    assert "Nobody took part in an event yet." in text
    assert "No open follow-up action." in text


# --- a person -------------------------------------------------------------------------------------


def test_a_person_reads_the_own_events_with_the_certificate_and_the_way_to_my_events(as_user, fiji_official):
    row = took_place(person=fiji_official)
    text = section(as_user(fiji_official).get("/members/profile/").content.decode(), "events")
    assert row.event.title in text
    assert f"/certificates/{row.certificate.number}.pdf" in text or row.certificate.number in text
    assert "Given</span>" in text
    assert "1 of 1" in text
    assert 'href="/mine/"' in text


def test_the_office_reads_how_often_a_person_took_part_lately(as_user, office, fiji_official):
    took_place(person=fiji_official)
    text = section(as_user(office).get(f"/members/people/{fiji_official.pk}/").content.decode(), "events")
    assert "<strong>1</strong> event in the last six months" in text
    newcomer = make.nominated(make.announced())
    text = section(as_user(office).get(f"/members/people/{newcomer.official_id}/").content.decode(), "events")
    assert "<strong>First time</strong>" in text


def test_a_contact_point_does_not_read_what_a_person_did_for_another_administration(as_user, fiji_contact):
    person = make.official("TO", "Official who moved")
    event = make.running("TO", began=days(-10))
    make.attended(event, "TO", person=person)
    lifecycle.hold(event, by=make.officer(event), at=NOW)
    person.administration = make.administration("FJ")
    person.save()
    text = as_user(fiji_contact).get(f"/members/people/{person.pk}/").content.decode()
    assert event.title not in text
    assert "No registration for Fiji yet." in text
    mine = make.nominated(make.announced(), person=person)
    text = section(as_user(fiji_contact).get(f"/members/people/{person.pk}/").content.decode(), "events")
    assert mine.event.title in text and event.title not in text
    assert "Counted for Fiji only." in text


def test_marks_of_an_evaluation_are_nobody_elses(as_user, office, fiji_official):
    row = took_place(person=fiji_official)
    row.evaluation.remarks = "The room was cold."
    row.evaluation.save()
    text = as_user(office).get(f"/members/people/{fiji_official.pk}/").content.decode()
    assert "The room was cold." not in text and "I will train my unit." not in text


def test_the_page_of_a_person_asks_as_much_for_three_events_as_for_one(as_user, office, fiji_official):
    def asked() -> int:
        as_user(office).get(f"/members/people/{fiji_official.pk}/")
        with CaptureQueriesContext(connection) as queries:
            as_user(office).get(f"/members/people/{fiji_official.pk}/")
        return len(queries)

    took_place(person=fiji_official)
    one = asked()
    took_place(person=fiji_official)
    took_place(person=fiji_official)
    assert asked() == one
