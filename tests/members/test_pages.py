"""The members pages: the directory, administrations, people and profiles."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Administration, Appointment, Role, User
from members.services import appointments
from portal.kit.models import Entry
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
PROFILE = {
    "name": "Official 1 of Fiji", "title": "Ms", "position": "Principal Officer", "unit": "Valuation",
    "gender": "female", "email": "official1@fiji.example", "mail_language": "en", "time_zone": "Pacific/Fiji",
}  # fmt: skip


def text_of(answer) -> str:
    return answer.content.decode()


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


# --- start ------------------------------------------------------------------------------------------


def test_each_person_starts_at_the_own_desk(as_user, office, contact_point, official):
    for person, desk in (
        (office, "office:dashboard"),
        (contact_point, "delegation:home"),
        (official, "participant:mine"),
    ):
        assert as_user(person).get(url("start"))["Location"] == reverse(desk)


@pytest.mark.parametrize(
    "name", ["start", "directory", "directory_csv", "people", "people_csv", "profile", "edit_profile", "add_person"]
)
def test_visitors_meet_the_sign_in_page(client, db, name):
    answer = client.get(url(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


# --- directory --------------------------------------------------------------------------------------


@pytest.fixture
def region(db) -> None:
    call_command("load_members", verbosity=0)


def names(answer) -> list[str]:
    return [line.administration.name for line in answer.context["lines"]]


def test_the_directory_shows_all_members(as_user, region, expert):
    answer = as_user(expert).get(url("directory"))
    assert len(names(answer)) == 35
    assert "country" not in text_of(answer).lower()


@pytest.fixture
def expert(db) -> User:
    return make.expert()


def test_an_old_name_is_found(as_user, region, expert):
    assert names(as_user(expert).get(url("directory"), {"q": "General Department of Vietnam"})) == ["Viet Nam"]
    assert names(as_user(expert).get(url("directory"), {"q": "border protection service"})) == ["Australia"]
    assert names(as_user(expert).get(url("directory"), {"q": "hk"})) == ["Hong Kong, China"]


def test_filters_narrow_and_sorts_order(as_user, region, expert):
    client = as_user(expert)
    asean = names(client.get(url("directory"), {"group": "asean", "sort": "-name"}))
    assert "Timor-Leste" in asean
    assert asean == sorted(asean, reverse=True)
    assert len(names(client.get(url("directory"), {"sub_region": "far_east"}))) == 6
    assert names(client.get(url("directory"), {"q": "no such"})) == []


@pytest.mark.parametrize(
    "query",
    [{"q": "\x00"}, {"q": "x" * 5000}, {"sub_region": "mars"}, {"group": "'; --"}, {"sort": "person__password"},
     {"page": "minus one"}, {"q": "%"}, {"group": "\x00"}, {"sort": "\x00"}],
)  # fmt: skip
def test_a_strange_address_filters_nothing_and_breaks_nothing(as_user, region, expert, query):
    assert as_user(expert).get(url("directory"), query).status_code == 200
    assert as_user(expert).get(url("directory_csv"), query).status_code == 200
    assert as_user(expert).get(url("people"), query).status_code == 200


def test_contact_points_are_named_to_the_office_and_to_their_own_people(
    as_user, office, official, foreigner, expert, contact_point
):
    for person, sees in ((office, True), (official, True), (contact_point, True), (foreigner, False), (expert, False)):
        for page in ("directory", "directory_csv"):
            assert ("Contact point of Fiji" in text_of(as_user(person).get(url(page)))) is sees, (person, page)


def test_the_export_holds_what_the_page_filters(as_user, region, expert):
    answer = as_user(expert).get(url("directory_csv"), {"sub_region": "far_east", "sort": "name"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["ISO code", "Name"]
    assert [row[0] for row in rows[1:]] == ["HK", "JP", "KR", "MO", "MN", "CN"]


def test_a_formula_in_a_name_leaves_as_text(as_user, person, fiji, office):
    cell = person("=HYPERLINK(1)", "x@fiji.example", administration=fiji)
    appointments.appoint(cell, Role.CONTACT_POINT, administration=fiji, from_on=TODAY, by=None)
    assert "'=HYPERLINK(1)" in text_of(as_user(office).get(url("directory_csv")))


def queries(client, address) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_directory_asks_the_same_for_one_and_for_three(as_user, office):
    make.contact_point("FJ")
    client = as_user(office)
    queries(client, url("directory"))
    one = queries(client, url("directory")), queries(client, url("directory_csv"))
    make.contact_point("TO")
    make.contact_point("WS")
    make.group("oceania", "FJ", "TO", "WS")
    assert (queries(client, url("directory")), queries(client, url("directory_csv"))) == one


def test_lists_of_people_ask_the_same_for_one_and_for_three(as_user, office, fiji, contact_point):
    client = as_user(office)
    pages = [url("people"), url("administration", fiji.pk), url("person", contact_point.pk)]
    for page in pages:
        queries(client, page)
    one = [queries(client, page) for page in pages]
    for _number in range(3):
        make.contact_point("FJ")
    for _number in range(3):
        row = appointments.appoint(contact_point, Role.HEAD, administration=fiji, from_on=TODAY, by=office)
        appointments.end(row, on=TODAY, by=office)
    assert [queries(client, page) for page in pages] == one


# --- an administration --------------------------------------------------------------------------------


def test_the_page_of_an_administration_shows_names_and_groups_over_time(as_user, region, expert):
    answer = as_user(expert).get(url("administration", Administration.objects.get(iso2="VN").pk))
    assert "General Department of Vietnam Customs" in text_of(answer)
    assert "until 28 February 2025" in text_of(answer)
    answer = as_user(expert).get(url("administration", Administration.objects.get(iso2="TL").pk))
    assert "from 26 October 2025" in text_of(answer)


def test_who_sees_what_of_an_administration(
    as_user, fiji, office, contact_point, official, colleague, foreigner, tonga_contact, expert
):
    sees = {
        office: (True, True),
        contact_point: (True, True),
        official: (True, False),
        foreigner: (False, False),
        tonga_contact: (False, False),
        expert: (False, False),
    }
    for reader, (roles, people) in sees.items():
        text = text_of(as_user(reader).get(url("administration", fiji.pk)))
        assert ("Contact point of Fiji" in text) is roles, reader
        assert ("Official 2 of Fiji" in text) is people, reader
        assert ("official2@fiji.example" in text) is people, reader
        assert (url("appoint", fiji.pk) in text) is (reader == office), reader


def test_the_office_appoints_and_ends(as_user, office, fiji, official):
    client = as_user(office)
    answer = client.post(
        url("appoint", fiji.pk), {"person": official.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    )
    assert answer["Location"] == url("administration", fiji.pk)
    row = Appointment.objects.get(person=official)
    mine = as_user(official)
    assert mine.get(url("people")).context["listing"].count == 1
    page = client.get(answer["Location"])
    assert url("end_appointment", row.pk) in text_of(page)
    client.post(url("end_appointment", row.pk), {"on": TODAY.isoformat()})
    assert not User.objects.get(pk=official.pk).is_contact_point
    assert Entry.objects.about(official).filter(by=office).count() == 2


def test_an_ended_contact_point_loses_access_with_the_next_click(as_user, office, contact_point, colleague, fiji):
    session = as_user(contact_point)
    assert session.get(url("person", colleague.pk)).status_code == 200
    as_user(office).post(url("end_appointment", contact_point.appointments.get().pk), {"on": TODAY.isoformat()})
    assert session.get(url("person", colleague.pk)).status_code == 404
    assert session.get(url("edit_person", colleague.pk)).status_code == 404
    assert "Official 2 of Fiji" not in text_of(session.get(url("administration", fiji.pk)))
    assert session.get(url("start"))["Location"] == reverse("participant:mine")


def test_a_closed_account_loses_its_open_session(as_user, official):
    session = as_user(official)
    assert session.get(url("profile")).status_code == 200
    User.objects.filter(pk=official.pk).update(is_active=False)
    assert session.get(url("profile")).status_code == 302


@pytest.mark.parametrize(
    "bad",
    [{"from_on": "31 February"}, {"from_on": "0001-01-01"}, {"from_on": "9999-12-31"}, {"from_on": ""},
     {"role": "king"}, {"role": "office_staff"}, {"person": "999999"}, {"person": "x\x00"}, {"person": ""}],
)  # fmt: skip
def test_a_bad_appointment_gets_a_sentence(as_user, office, fiji, official, bad):
    good = {"person": official.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    answer = as_user(office).post(url("appoint", fiji.pk), good | bad)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not official.appointments.exists()


def test_a_person_of_another_administration_cannot_be_chosen(as_user, office, fiji, foreigner):
    data = {"person": foreigner.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    answer = as_user(office).post(url("appoint", fiji.pk), data)
    assert "person" in answer.context["form"].errors


def test_a_refusal_is_shown_on_the_form(as_user, office, fiji, contact_point):
    data = {"person": contact_point.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    answer = as_user(office).post(url("appoint", fiji.pk), data)
    assert "holds this role already" in text_of(answer)


@pytest.mark.parametrize("name", ["add_person", "appoint", "end_appointment"])
def test_only_the_office_changes_who_is_who(as_user, fiji, contact_point, official, name):
    args = {"add_person": [], "appoint": [fiji.pk], "end_appointment": [contact_point.appointments.get().pk]}[name]
    for person in (contact_point, official):
        assert as_user(person).get(url(name, *args)).status_code == 403
        assert as_user(person).post(url(name, *args), {"on": TODAY.isoformat()}).status_code == 403
    assert User.objects.get(pk=contact_point.pk).is_contact_point


# --- people -------------------------------------------------------------------------------------------


def test_who_opens_and_edits_whom(
    as_user, office, contact_point, official, colleague, foreigner, tonga_contact, expert
):
    for reader, answer in (
        (office, 200), (contact_point, 200), (colleague, 200), (official, 404), (foreigner, 404),
        (tonga_contact, 404), (expert, 404),
    ):  # fmt: skip
        client = as_user(reader)
        assert client.get(url("person", colleague.pk)).status_code == answer, reader
        assert client.get(url("edit_person", colleague.pk)).status_code == answer, reader
        assert client.post(url("edit_person", colleague.pk), PROFILE | {"unit": "X"}).status_code in (302, answer)
    assert as_user(office).get(url("person", 999999)).status_code == 404


def test_lists_hold_only_people_that_the_reader_may_see(as_user, office, contact_point, official, foreigner, expert):
    for reader, count in ((office, 5), (contact_point, 2), (official, 1), (foreigner, 1), (expert, 1)):
        assert as_user(reader).get(url("people")).context["listing"].count == count, reader
    assert as_user(contact_point).get(url("people"), {"q": "tonga"}).context["listing"].count == 0
    assert as_user(contact_point).get(url("people"), {"q": "official 1"}).context["listing"].count == 1


def test_the_own_profile_is_changed_and_the_change_is_in_its_history(as_user, official):
    client = as_user(official)
    answer = client.post(url("edit_profile"), PROFILE)
    assert answer["Location"] == url("profile")
    official.refresh_from_db()
    assert (official.unit, official.gender, official.time_zone) == ("Valuation", "female", "Pacific/Fiji")
    entry = Entry.objects.about(official).latest("pk")
    assert entry.by == official
    assert "unit" in entry.facts["fields"]
    assert entry.personal.person == official
    assert entry.personal.facts["changes"]["unit"] == ["", "Valuation"]
    assert "Unit: now “Valuation”" in text_of(client.get(url("profile")))


def test_gender_may_stay_not_stated(as_user, official):
    as_user(official).post(url("edit_profile"), PROFILE | {"gender": "", "time_zone": ""})
    official.refresh_from_db()
    assert official.gender == ""
    assert official.zone == "Pacific/Fiji"


def test_a_contact_point_edits_a_colleague_but_not_the_address(as_user, contact_point, colleague):
    client = as_user(contact_point)
    page = client.get(url("edit_person", colleague.pk))
    assert "email" not in page.context["form"].fields
    client.post(url("edit_person", colleague.pk), PROFILE | {"email": "contact@fiji.example"})
    colleague.refresh_from_db()
    assert colleague.email == "official2@fiji.example"
    assert colleague.position == "Principal Officer"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "Official\x00"},
        {"name": "\x1b[31mroot"},
        {"name": "Bob\r\nBcc: all@victim.example"},
        {"name": "Official\u2028One"},
        {"name": "\u202eofficial"},
        {"title": "x" * 21},
        {"unit": "a\nb"},
        {"gender": "robot"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "x" * 500},
        {"email": "m\u0131ke@customs.example"},
        {"email": "mi\u212ae@customs.example"},
        {"email": "\uff41dmin@customs.example"},
        {"email": "a@x.example, b@y.example"},
        {"email": "a@[127.0.0.1]"},
        {"email": "-oQ/tmp/x@x.example"},
        {"email": "a@-x-.example"},
        {"email": "nobody"},
        {"email": ""},
        {"email": "a" * 300 + "@x.example"},
        {"email": "a\x00@x.example"},
    ],
)
def test_bad_input_gets_a_sentence_at_its_field(as_user, official, bad):
    client = as_user(official)
    before = User.objects.filter(pk=official.pk).values().get()
    answer = client.post(url("edit_profile"), PROFILE | bad)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == list(bad)
    assert User.objects.filter(pk=official.pk).values().get() == before


@pytest.mark.parametrize(
    "name",
    ["O", "Null", "Siobhán O’Brien-Ní 'Mara\" / d'Arc", "ສົມສັກ", "สมชาย", "محمد", "李明", "김민준", "x" * 200,
     "<script>alert(1)</script>", "{{ join_link }} {join_link}", "%(SECRET_KEY)s %s%n"],
)  # fmt: skip
def test_names_of_every_script_stay_as_typed(as_user, official, name):
    client = as_user(official)
    assert client.post(url("edit_profile"), PROFILE | {"name": name}).status_code == 302
    official.refresh_from_db()
    assert official.name == name
    page = client.get(url("profile"))
    assert page.status_code == 200
    assert "<script>alert" not in text_of(page)


def test_time_zones_are_sorted_by_city_with_their_distance(as_user, official):
    page = as_user(official).get(url("edit_profile"))
    choices = page.context["form"].fields["time_zone"].choices
    assert choices[0] == ("", choices[0][1])
    assert "Fiji (UTC+12)" in choices[0][1]
    cities = [label for _value, label in choices[1:]]
    assert ("Asia/Kathmandu", "Kathmandu (UTC+5:45)") in choices
    assert cities == sorted(cities, key=lambda label: label.split(" (")[0])


def test_the_office_adds_a_person(as_user, office, fiji):
    data = {
        "name": "Official 9 of Fiji",
        "email": "nine@fiji.example",
        "administration": fiji.pk,
        "position": "Officer",
    }
    answer = as_user(office).post(url("add_person"), data, follow=True)
    added = User.objects.get(email="nine@fiji.example")
    assert added.administration == fiji
    assert not added.has_usable_password()
    assert added.username in text_of(answer)
    assert Entry.objects.about(added).get().by == office


def test_the_office_adds_a_person_of_an_organisation(as_user, office):
    body = make.organisation("ADB", "partner")
    as_user(office).post(url("add_person"), {"name": "Expert 1", "email": "e@adb.example", "organisation": body.pk})
    assert User.objects.get(email="e@adb.example").organisation == body


def test_a_new_person_needs_one_body(as_user, office, fiji):
    body = make.organisation("ADB", "partner")
    good = {"name": "Expert 1", "email": "e@adb.example"}
    client = as_user(office)
    for bodies, field in (
        ({}, "administration"),
        ({"administration": fiji.pk, "organisation": body.pk}, "organisation"),
    ):
        answer = client.post(url("add_person"), good | bodies)
        assert field in answer.context["form"].errors
    assert not User.objects.filter(email="e@adb.example").exists()
    assert client.get(url("add_person"), {"administration": "x\x00"}).status_code == 200


def test_acts_do_not_happen_by_opening_an_address(as_user, office, fiji, contact_point):
    client = as_user(office)
    row = contact_point.appointments.get()
    client.get(url("end_appointment", row.pk), {"on": TODAY.isoformat()})
    client.get(url("add_person"), {"name": "A", "email": "a@fiji.example", "administration": fiji.pk})
    row.refresh_from_db()
    assert row.to_on is None
    assert not User.objects.filter(email="a@fiji.example").exists()


def test_a_date_far_away_is_a_slip_of_typing(as_user, office, contact_point):
    row = contact_point.appointments.get()
    for day in ("0202-01-01", (TODAY + timedelta(days=2000)).isoformat()):
        answer = as_user(office).post(url("end_appointment", row.pk), {"on": day})
        assert "too far" in text_of(answer)


def test_times_are_shown_in_the_zone_of_the_administration_until_a_person_chooses_another(as_user, official):
    client = as_user(official)
    assert "Fiji" in text_of(client.get(url("profile"))).split("<footer")[1]
    client.post(url("edit_profile"), PROFILE | {"time_zone": "Asia/Kathmandu"})
    assert "Kathmandu" in text_of(client.get(url("profile"))).split("<footer")[1]
