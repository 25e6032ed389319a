"""People, appointments and the register: the rules below the pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from members.models import Administration, Appointment, Group, Organisation, Role, User
from members.services import appointments, bodies, people, register
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


# --- people ---------------------------------------------------------------------------------------


def test_an_address_is_stored_in_small_letters(person, fiji):
    added = person("Official 1 of Fiji", " Official1@FIJI.Example ", administration=fiji)
    assert fresh(added).email == "official1@fiji.example"


def test_several_people_share_one_mailbox_but_not_name_and_mailbox(person, fiji):
    person("Official 1 of Fiji", "customs@fiji.example", administration=fiji)
    person("Official 2 of Fiji", "customs@fiji.example", administration=fiji)
    with pytest.raises(Refused, match="known already"):
        person("official 1 OF fiji", "customs@fiji.example", administration=fiji)


def test_sign_in_names_are_given_and_never_twice(person, fiji):
    names = [person("Siōsaia Ōfisi", f"a{n}@fiji.example", administration=fiji).username for n in range(3)]
    assert names == ["fj.siosaia.ofisi", "fj.siosaia.ofisi.2", "fj.siosaia.ofisi.3"]
    assert person("ສົມສັກ", "b@fiji.example", administration=fiji).username == "fj.person"


@pytest.mark.parametrize("name", ["mike@customs.example", "m\u0131ke", "fj.official.1.of.fiji"])
def test_a_sign_in_name_that_is_taken_or_misleading_is_refused(person, official, fiji, name):
    with pytest.raises(Refused):
        person("Somebody", "c@fiji.example", administration=fiji, username=name)


def test_a_person_works_for_one_body(person, fiji):
    with pytest.raises(Refused, match="not both"):
        person("Somebody", "c@fiji.example", administration=fiji, organisation=make.organisation())


def test_a_change_keeps_old_and_new_values_and_says_nothing_when_nothing_changed(official):
    before = Entry.objects.count()
    people.change(official, by=official, name=official.name, unit="")
    assert Entry.objects.count() == before
    people.change(official, by=official, unit="Valuation")
    entry = Entry.objects.about(official).latest("pk")
    assert entry.by == official
    assert entry.facts == {"fields": ["unit"]}
    assert entry.told["changes"] == {"unit": ["", "Valuation"]}


# --- appointments -----------------------------------------------------------------------------------


def test_ending_a_role_today_ends_it_today(contact_point, office):
    row = contact_point.appointments.get()
    appointments.end(row, on=TODAY, by=office)
    row.refresh_from_db()
    assert row.to_on == TODAY - timedelta(days=1)
    assert not fresh(contact_point).is_contact_point


def test_a_role_that_began_today_can_end_today(official, fiji, office):
    row = appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY, by=office)
    assert fresh(official).is_contact_point
    appointments.end(row, on=TODAY, by=office)
    assert not fresh(official).is_contact_point
    row.refresh_from_db()
    assert row.revoked
    with pytest.raises(Refused, match="ended already"):
        appointments.end(row, on=TODAY, by=office)
    appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY, by=office)
    assert fresh(official).is_contact_point


def test_a_future_role_gives_nothing_yet_and_can_be_called_off(official, fiji, office):
    begins = TODAY + timedelta(days=30)
    row = appointments.appoint(official, Role.CONTACT_POINT, administration=fiji, from_on=begins, by=office)
    assert not fresh(official).is_contact_point
    appointments.end(row, on=TODAY, by=office)
    assert appointments.contact_point_of(fiji, on=begins) is None


def test_the_same_role_twice_is_refused_also_when_it_begins_later(official, fiji, office):
    appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY + timedelta(days=5), by=office)
    with pytest.raises(Refused, match="already"):
        appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY, by=office)


def test_nobody_speaks_for_an_administration_of_others(foreigner, fiji, office):
    with pytest.raises(Refused, match="does not work for Fiji"):
        appointments.appoint(foreigner, Role.CONTACT_POINT, administration=fiji, from_on=TODAY, by=office)


def test_letters_go_to_the_contact_point_before_the_alternate(contact_point, official, fiji, office):
    appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=make.LONG_AGO, by=office)
    assert appointments.contact_point_of(fiji, on=TODAY) == contact_point
    appointments.end(contact_point.appointments.get(), on=TODAY, by=office)
    assert appointments.contact_point_of(fiji, on=TODAY) == official
    assert appointments.contact_point_of(fiji, on=TODAY - timedelta(days=1)) == contact_point


def test_an_appointment_and_its_end_are_in_the_trail(official, fiji, office):
    row = appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY, by=office)
    appointments.end(row, on=TODAY, by=office)
    lines = list(Entry.objects.about(official).filter(by=office).values_list("verb", flat=True))
    assert lines == ["ended", "appointed"]


# --- who sees whom ------------------------------------------------------------------------------------


def test_who_sees_whom(office, contact_point, official, colleague, foreigner, tonga_contact):
    everybody = {office, contact_point, official, colleague, foreigner, tonga_contact}
    expected = {
        office: everybody,
        contact_point: {contact_point, official, colleague},
        tonga_contact: {tonga_contact, foreigner},
        official: {official},
        colleague: {colleague},
        foreigner: {foreigner},
    }
    for reader, seen in expected.items():
        assert set(User.objects.visible_to(fresh(reader))) == seen, reader


def test_an_ended_contact_point_sees_nobody_else(contact_point, official, office):
    appointments.end(contact_point.appointments.get(), on=TODAY, by=office)
    assert list(User.objects.visible_to(fresh(contact_point))) == [contact_point]


# --- the register -------------------------------------------------------------------------------------


def test_the_register_loads_35_administrations_once():
    call_command("load_members", verbosity=0)
    rows = (Administration, Organisation, Group, Appointment, Entry)
    first = [model.objects.count() for model in rows]
    assert first[0] == 35
    values = list(Administration.objects.order_by("pk").values())
    call_command("load_members", verbosity=0)
    assert [model.objects.count() for model in rows] == first
    assert list(Administration.objects.order_by("pk").values()) == values


def test_names_and_groups_depend_on_the_day():
    call_command("load_members", verbosity=0)
    viet_nam = Administration.objects.get(iso2="VN")
    assert viet_nam.title_on(date(2025, 2, 28)) == "General Department of Vietnam Customs"
    assert viet_nam.title_on(date(2025, 3, 1)) == "Department of Vietnam Customs (Ministry of Finance)"
    asean = Group.objects.filter(code="asean")
    assert Administration.objects.in_groups_on(asean, date(2025, 10, 25)).count() == 10
    assert Administration.objects.in_groups_on(asean, date(2025, 10, 26)).count() == 11
    assert Administration.objects.members_on(date(2020, 6, 30)).count() == 33


@pytest.mark.parametrize(
    ("iso2", "weekend"),
    [("IR", "Friday"), ("AF", "Thursday and Friday"), ("BD", "Friday and Saturday"), ("MV", "Friday and Saturday"),
     ("NP", "Saturday"), ("BN", "Friday and Sunday"), ("FJ", "Saturday and Sunday")],
)  # fmt: skip
def test_weekends_differ(iso2, weekend):
    call_command("load_members", verbosity=0)
    assert Administration.objects.get(iso2=iso2).weekend == weekend


def test_a_changed_row_is_brought_up_to_date_and_traced():
    rows = [
        {
            "iso2": "FJ", "name": "Fiji", "sub_region": "oceania", "time_zone": "Pacific/Fiji", "weekend": "Sat Sun",
            "capital": "Suva", "languages": "English", "regional_entities": "", "donor_fund": "", "member_since": "",
            "full_names": "Old Customs", "groups": "oceania",
        }
    ]  # fmt: skip
    assert register.load(rows).added == 1
    rows[0] |= {"capital": "Nadi", "full_names": "Old Customs [..2020-12-31]; New Customs [2021-01-01..]"}
    counts = register.load(rows)
    assert (counts.added, counts.changed, counts.same) == (0, 1, 0)
    fiji = Administration.objects.get()
    assert fiji.title_on(date(2020, 12, 31)) == "Old Customs"
    assert fiji.title_on(date(2021, 1, 1)) == "New Customs"
    assert Entry.objects.about(fiji).filter(verb="changed").count() == 2
    assert register.load(rows).same == 1


def test_mail_domains_stay_unless_the_table_has_them():
    row = {
        "iso2": "FJ", "name": "Fiji", "sub_region": "oceania", "time_zone": "Pacific/Fiji", "weekend": "Sat Sun",
        "capital": "", "languages": "", "regional_entities": "", "donor_fund": "", "member_since": "",
        "full_names": "", "groups": "",
    }  # fmt: skip
    register.load([row | {"mail_domains": "FRCS.org.fj; customs.gov.fj"}])
    fiji = Administration.objects.get()
    assert fiji.mail_domains == "frcs.org.fj, customs.gov.fj"
    assert register.load([row]).same == 1
    fiji.refresh_from_db()
    assert fiji.mail_domains == "frcs.org.fj, customs.gov.fj"
    with pytest.raises(Refused, match=r"Row 2 \(Fiji\).*Everybody can have an address at gmail.com"):
        register.load([row | {"mail_domains": "gmail.com"}])


def test_a_load_brings_back_what_the_table_says_and_traces_it(fiji, office):
    call_command("load_members", verbosity=0)
    bodies.change(fiji, by=office, capital="Nadi", weekend_days=[6], email="new@customs.example")
    make.day_off("FJ")
    call_command("load_members", verbosity=0)
    fiji.refresh_from_db()
    assert (fiji.capital, fiji.weekend_days, fiji.email) == ("Suva", [5, 6], "new@customs.example")
    assert fiji.holiday_corrections.count() == 1
    line = Entry.objects.about(fiji).filter(verb="changed").latest("pk")
    assert line.facts["changes"] == {"weekend_days": ["Sunday", "Saturday and Sunday"], "capital": ["Nadi", "Suva"]}


@pytest.mark.parametrize(
    "fault", [{"time_zone": "Mars/Olympus"}, {"weekend": "Someday"}, {"groups": "no-such"}, {"member_since": "soon"}]
)
def test_a_wrong_row_loads_nothing_and_is_named(fault):
    good = {
        "iso2": "FJ", "name": "Fiji", "sub_region": "oceania", "time_zone": "Pacific/Fiji", "weekend": "Sat Sun",
        "capital": "", "languages": "", "regional_entities": "", "donor_fund": "", "member_since": "",
        "full_names": "", "groups": "",
    }  # fmt: skip
    with pytest.raises(Refused, match=r"Row 3 \(Tonga\)"):
        register.load([good, good | {"iso2": "TO", "name": "Tonga"} | fault])
    assert not Administration.objects.exists()


def test_the_first_person_of_the_office_comes_by_command(capsys):
    call_command("add_office_person", "Head 1", "head@office.example", "--head")
    head = User.objects.get()
    assert head.is_head_of_office
    assert head.username in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("add_office_person", "Head 1", "head@office.example")
    with pytest.raises(CommandError):
        call_command("add_office_person", "Head 2", "mi\u212ae@office.example")
    assert User.objects.count() == 1
