"""The whole record of an administration, on the desk of the office and on that of its contact point."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.services import followups, invitations, lifecycle, registrations
from members.services import appointments
from portal.kit.clock import fiscal_year
from portal.kit.models import Entry
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
PARTS = ("years", "invitations", "people", "endorsements", "follow-ups")


@pytest.fixture
def client(as_user, fiji_contact):
    return as_user(fiji_contact)


def office_page(iso2: str = "FJ") -> str:
    return f"/office/administrations/{make.administration(iso2).pk}/record/"


def main(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1].split("</main")[0]


def workshop(iso2: str = "FJ", **values):
    """Held ten days ago, with one who came and gave an evaluation and one who did not come."""
    event = make.running("FJ", "TO", began=days(-10), seats=3, **values)
    came = make.evaluated(make.attended(event, iso2))
    missed = make.confirmed(event, iso2)
    lifecycle.hold(event, by=make.officer(event), at=NOW)
    return event, came, missed


# --- who ------------------------------------------------------------------------------------------


def test_a_contact_point_reads_the_own_record_only(client, as_user, office):
    ours, theirs = make.nominated(make.announced()), make.nominated(make.announced(), "TO")
    for part in PARTS:
        text = main(client.get(f"/delegation/record/?show={part}"))
        assert theirs.official.name not in text
    assert ours.official.name in main(client.get("/delegation/record/?show=people"))
    assert client.get(f"/delegation/record/?administration={make.administration('TO').pk}").status_code == 404
    assert client.get(f"/delegation/record.csv?administration={make.administration('TO').pk}").status_code == 404
    assert client.get("/delegation/record/?administration=x").status_code == 404
    assert client.get(office_page()).status_code == 403
    assert as_user(office).get(office_page()).status_code == 200


def test_an_ended_contact_point_an_official_and_a_visitor_are_kept_out(as_user, fiji_contact, fiji_official):
    appointments.end(fiji_contact.appointments.get(), on=TODAY - days(1), by=None)
    for person in (fiji_contact, fiji_official):
        for address in ("/delegation/record/", "/delegation/record.csv", office_page()):
            assert as_user(person).get(address).status_code == 403
    assert as_user(None).get("/delegation/record/").status_code == 302
    assert not Entry.objects.filter(verb="exported record").exists()


def test_who_speaks_for_two_administrations_chooses_one(as_user, fiji_contact):
    samoa = make.administration("WS")
    person = make.contact_point("FJ")
    appointments_row = person.appointments.get()
    appointments_row.pk = None
    appointments_row.administration = samoa
    appointments_row.save()
    client = as_user(person)
    assert f"?administration={samoa.pk}&amp;show=years" in main(client.get("/delegation/record/"))
    assert "Record of Samoa" in main(client.get(f"/delegation/record/?administration={samoa.pk}"))
    text = main(client.get(f"/delegation/record/?administration={samoa.pk}&show=people&q=a"))
    assert f'name="administration" value="{samoa.pk}"' in text


# --- what -----------------------------------------------------------------------------------------


def test_the_years_stand_with_their_counts(client):
    event, _came, _missed = workshop()
    text = main(client.get("/delegation/record/"))
    assert fiscal_year(event.starts_on) in text
    assert "2 of 3 seats" in text
    assert "1 did not come" in text


def test_invitations_tell_the_answer_and_how_long_it_took(client, office):
    at = NOW - days(12)
    event = make.announced(at=at)
    registrations.nominate(make.invitation(event), official=make.official(), by=office, at=at + days(3))
    declined = make.announced(at=at)
    invitations.decline(make.invitation(declined), reason="No money this year.", by=office, at=at + timedelta(hours=12))
    text = main(client.get("/delegation/record/?show=invitations"))
    assert "after 3 days" in text and "after 0.5 day" in text
    assert "No money this year." in text
    assert "2 invitations" in text


def test_people_stand_with_sessions_evaluation_and_certificate(client):
    _event, came, missed = workshop()
    withdrawn = make.nominated(make.announced())
    registrations.withdraw(withdrawn, reason="Ill.", by=withdrawn.official, at=NOW)
    text = main(client.get("/delegation/record/?show=people&sort=name"))
    assert "1 of 1" in text and "0 of 1" in text and "no seat" in text
    assert {row.official.name in text for row in (came, missed, withdrawn)} == {True}
    assert f"/members/people/{came.official_id}/" in text


def test_a_person_who_left_the_administration_has_no_link_to_a_page_that_is_closed(client):
    row = make.nominated(make.announced())
    row.official.administration = make.administration("TO")
    row.official.save()
    text = main(client.get("/delegation/record/?show=people"))
    assert row.official.name in text
    assert f"/members/people/{row.official_id}/" not in text


def test_who_endorsed_whom_is_told_years_later(client, as_user, office):
    before = make.contact_point("FJ", "Contact point of the past")
    event = make.announced()
    make.nominated(event, by=before)
    applicant = make.applied(event)
    registrations.endorse(applicant, by=before, at=NOW)
    appointments.end(before.appointments.get(), on=TODAY - days(1), by=None)
    text = main(client.get("/delegation/record/?show=endorsements"))
    assert text.count("Contact point of the past") == 2
    assert ">Nominated</span>" in text and ">Endorsed</span>" in text
    assert "2 endorsements" in main(as_user(office).get(office_page() + "?show=endorsements&q=of+the+past"))


def test_actions_tell_when_they_were_done_and_which_are_late(as_user, office, indonesia_chair):
    outcome = make.published(make.meeting(chairs=(indonesia_chair,), begin=TODAY - days(3)))
    action = outcome.actions.get()
    outcome.actions.update(due_on=TODAY - days(9))
    page = office_page("ID") + "?show=follow-ups"
    assert "Overdue</span>" in main(as_user(office).get(page))
    followups.progress(action, state="done", evidence="Held.", by=indonesia_chair, at=NOW)
    text = main(as_user(office).get(page))
    assert "Late</span>" in text and "not done" not in text


def test_filters_narrow_by_year_kind_and_words(client):
    here, _came, _missed = workshop(kind="regional_seminar", topic="Origin")
    other = make.announced(begin=date(TODAY.year + 2, 8, 1), at=NOW)
    show = "/delegation/record/?show=invitations"
    both = main(client.get(show))
    assert here.title in both and other.title in both
    for asked in (f"year={fiscal_year(here.starts_on)}", "kind=regional_seminar", "q=origin"):
        text = main(client.get(f"{show}&{asked}"))
        assert here.title in text and other.title not in text
        assert here.title in main(client.get(f"{show}&{asked}&kind=regional_seminar"))
    assert "Nothing matches these filters." in main(client.get(f"{show}&q=nothing+like+it"))


@pytest.mark.parametrize(
    "asked", ["year=1999/00", "year=%00", "kind=x", "show=nothing", "page=999", "sort=x", "q=%00a"]
)
def test_words_that_are_not_understood_filter_nothing(client, asked):
    make.announced()
    for part in PARTS:
        assert client.get(f"/delegation/record/?show={part}&{asked}").status_code == 200


def test_a_long_list_is_paged_and_asks_as_much_as_a_short_one(client):
    first, second = make.announced(), make.announced()
    for _number in range(3):
        make.nominated(first)
    for part in ("people", "endorsements"):
        address = f"/delegation/record/?show={part}"
        client.get(address)
        with CaptureQueriesContext(connection) as three:
            client.get(address)
        for _number in range(24):
            make.nominated(second)
        with CaptureQueriesContext(connection) as many:
            text = main(client.get(address))
        assert len(many) == len(three)
    assert "1 - 50 of 51" in text
    assert main(client.get(f"{address}&page=2")).count('data-label="Priority"') == 1


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_part_leaves_as_a_file_and_the_trail_says_who_took_it(client, fiji_contact, part):
    workshop()
    answer = client.get(f"/delegation/record.csv?show={part}&kind=sub_regional_workshop&q=Workshop")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="record-fj-{part}.csv"'
    entry = Entry.objects.get(verb="exported record")
    assert (entry.by, entry.about) == (fiji_contact, make.administration("FJ"))
    rows = len(answer.content.decode().strip().splitlines()) - 1
    assert entry.told == {"rows": rows, "filters": {"part": part, "kind": "sub_regional_workshop"}}


def test_the_file_has_the_rows_of_the_page_without_formulas(as_user, office):
    row = make.nominated(make.announced(), person=make.official("FJ", "=HYPERLINK of Fiji"))
    make.nominated(row.event, "TO")
    address = f"/office/administrations/{row.administration_id}/record.csv?show=people"
    text = as_user(office).get(address).content.decode()
    assert "'=HYPERLINK of Fiji" in text
    assert text.count("\n") == 2


def test_nothing_is_changed_by_posting(client):
    assert client.post("/delegation/record/").status_code == 405
    assert client.post("/delegation/record.csv").status_code == 405
