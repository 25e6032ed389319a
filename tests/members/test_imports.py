"""Imports: the verdict on each row, and saving once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import Administration, Appointment, Import, ImportKind, Role, User
from members.services.imports import files, work
from members.states import Verdict
from portal.kit import trail
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW
from tests.members.imported import (
    ADMINISTRATIONS,
    CONTACTS,
    FILES,
    NAMES,
    OFFICIALS,
    faults,
    judged,
    saved,
    table,
    verdicts,
)


@pytest.fixture(autouse=True)
def no_broker(settings: Any) -> None:
    """A page works at a small file at once, also where the tests have a broker: it has no worker."""
    settings.CELERY_BROKER_URL = "memory://"


@pytest.fixture
def region(db: None) -> None:
    make.administration("FJ")
    make.administration("TO")
    make.organisation("CCF Japan")


# --- verdicts and saving --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_a_second_import_of_the_same_file_changes_nothing(kind: str, office: User, region: None) -> None:
    first = saved(judged(kind, FILES[kind], office), office)
    assert files.counts(first).refused == 0
    people, roles, bodies = User.objects.count(), Appointment.objects.count(), Administration.objects.count()
    entries = Entry.objects.filter(verb__in=("added", "changed", "appointed")).count()
    again = judged(kind, FILES[kind], office)
    assert set(verdicts(again)) == {Verdict.SAME}
    with pytest.raises(Refused, match="changes nothing"):
        files.accept(again, by=office)
    assert (people, roles, bodies) == (
        User.objects.count(),
        Appointment.objects.count(),
        Administration.objects.count(),
    )
    assert entries == Entry.objects.filter(verb__in=("added", "changed", "appointed")).count()


def test_officials_are_added_with_their_profile_and_get_no_letter(office: User, region: None) -> None:
    row = judged(ImportKind.OFFICIALS, OFFICIALS, office)
    assert set(verdicts(row)) == {Verdict.NEW}
    assert row.notes == ["These columns are not read: Shoe size."]
    assert not User.objects.filter(name="Official 1 of Fiji").exists()
    saved(row, office)
    person = User.objects.get(name="Official 1 of Fiji")
    assert (person.email, person.english, person.customs_since) == ("one@fiji.example", "basic", 2001)
    assert person.administration == make.administration("FJ")
    assert User.objects.get(name="Official 2 of Fiji").time_zone == "Pacific/Fiji"
    assert str(User.objects.get(name="Expert 1").organisation) == "CCF Japan"
    assert set(User.objects.filter(administration=make.administration("TO")).values_list("name", flat=True)) == set(
        NAMES
    )
    assert list(Message.objects.values_list("purpose", "to")) == [("import_done", office.pk)]
    assert trail.history(row).filter(verb="imported").get().facts["new"] == 3 + len(NAMES)


def test_what_differs_is_shown_and_saved_and_a_missing_column_changes_nothing(office: User, region: None) -> None:
    person = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    User.objects.filter(pk=person.pk).update(position="Clerk", unit="Border", gender="female")
    content = table(
        ["Administration", "Name", "Mail address", "Position", "Gender"],
        ["FJ", "Official 1 of Fiji", "one@fiji.example", "Officer", ""],
    )
    row = judged(ImportKind.OFFICIALS, content, office)
    one = row.rows.get()
    assert (one.number, one.verdict) == (2, Verdict.CHANGED)
    assert one.changes == {"position": ["Clerk", "Officer"], "gender": ["Female", "Not stated"]}
    saved(row, office)
    person.refresh_from_db()
    assert (person.position, person.gender, person.unit) == ("Officer", "", "Border")


def test_an_empty_cell_takes_no_address_away(office: User, region: None) -> None:
    person = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    content = table(["Administration", "Name", "Mail address", "Unit"], ["FJ", person.name, "", "Air"])
    row = judged(ImportKind.OFFICIALS, content, office)
    assert row.rows.get().changes == {"unit": ["", "Air"]}
    saved(row, office)
    person.refresh_from_db()
    assert (person.email, person.unit) == ("one@fiji.example", "Air")


def test_a_file_with_a_refused_row_saves_nothing(office: User, region: None) -> None:
    content = table(
        ["Administration", "Name", "Mail address"], ["FJ", "A", "a@b.example"], ["Atlantis", "B", "b@b.example"]
    )
    row = judged(ImportKind.OFFICIALS, content, office)
    assert verdicts(row) == [Verdict.NEW, Verdict.REFUSED]
    with pytest.raises(Refused, match="Nothing was saved"):
        files.accept(row, by=office)
    assert not User.objects.filter(name="A").exists()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"Name": ""}, "Name: This field is required."),
        ({"Name": "Official\u202e1"}, "Name: This text has a hidden character (U+202E)"),
        ({"Name": "Two\nlines"}, "Name: Write this on one line."),
        ({"Name": "N" * 201}, "Name: Ensure this value has at most 200 characters"),
        ({"Mail address": "no address"}, "Mail address: Enter a valid email address."),
        ({"Mail address": "ﬁ@fiji.example"}, "Mail address: "),
        ({"Mail address": ""}, "Mail address: A new person needs one."),
        ({"English": "perfect"}, "English: “perfect” is not known. Write one of: Not stated, Basic, Working, Fluent."),
        ({"Gender": "?"}, "Gender: “?” is not known."),
        ({"Time zone": "Suva"}, "Time zone: “Suva” is not a time zone."),
        ({"In customs since": "1066"}, "In customs since: Write a year from"),
        ({"In customs since": "soon"}, "In customs since: Enter a whole number."),
        ({"Administration": "Atlantis"}, "Administration: “Atlantis” is not known."),
        ({"Administration": ""}, "Administration: Write the administration or the organisation"),
        ({"Organisation": "CCF Japan"}, "Organisation: A person works for one body."),
        ({"Sign-in name": "nobody"}, "Sign-in name: Nobody here has it."),
    ],
)
def test_a_refused_row_names_the_column(cells: dict[str, str], sentence: str, office: User, region: None) -> None:
    whole = {"Administration": "FJ", "Name": "Official 9 of Fiji", "Mail address": "nine@fiji.example"} | cells
    row = judged(ImportKind.OFFICIALS, table(list(whole), list(whole.values())), office)
    assert verdicts(row) == [Verdict.REFUSED]
    assert any(fault.startswith(sentence) for fault in faults(row)), faults(row)


def test_a_person_is_found_by_sign_in_name_then_address_then_name(office: User, region: None) -> None:
    first = make.official("FJ", "Twin", email="first@fiji.example")
    second = make.official("FJ", "Twin", email="second@fiji.example")
    heads = ["Sign-in name", "Administration", "Name", "Mail address", "Unit"]
    by_sign_in = judged(ImportKind.OFFICIALS, table(heads, [second.username, "", "Twin", second.email, "Sea"]), office)
    by_address = judged(ImportKind.OFFICIALS, table(heads, ["", "FJ", "twin", "First@fiji.example", "Air"]), office)
    by_name = judged(ImportKind.OFFICIALS, table(heads, ["", "FJ", "Twin", "third@fiji.example", ""]), office)
    assert by_sign_in.rows.get().changes == {"unit": ["", "Sea"]}
    assert by_address.rows.get().changes == {"name": ["Twin", "twin"], "unit": ["", "Air"]}
    assert faults(by_name) == ["Name: 2 people of Fiji have this name. Write the sign-in name of the one you mean."]
    saved(by_address, office)
    first.refresh_from_db()
    assert first.unit == "Air"


def test_two_new_people_of_one_name_stay_two(office: User, region: None) -> None:
    heads = ["Administration", "Name", "Mail address"]
    content = table(heads, ["FJ", "Twin", "a@fiji.example"], ["FJ", "Twin", "b@fiji.example"])
    saved(judged(ImportKind.OFFICIALS, content, office), office)
    assert User.objects.filter(name="Twin").count() == 2
    assert set(verdicts(judged(ImportKind.OFFICIALS, content, office))) == {Verdict.SAME}


def test_a_row_that_stands_twice_is_refused(office: User, region: None) -> None:
    heads = ["Administration", "Name", "Mail address"]
    line = ["FJ", "Official 1 of Fiji", "one@fiji.example"]
    row = judged(ImportKind.OFFICIALS, table(heads, line, ["Fiji", "official 1  of fiji", "ONE@fiji.example"]), office)
    assert verdicts(row) == [Verdict.NEW, Verdict.REFUSED]
    assert faults(row) == ["Row 2 says this already. Leave one of the two rows out."]


def test_an_import_moves_nobody_and_wakes_no_closed_account(office: User, region: None) -> None:
    person = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    moved = table(["Sign-in name", "Administration", "Name"], [person.username, "Tonga", person.name])
    assert faults(judged(ImportKind.OFFICIALS, moved, office)) == [
        "Administration: This person does not work there. An import moves nobody."
    ]
    User.objects.filter(pk=person.pk).update(is_active=False)
    heads = ["Administration", "Name", "Mail address", "Unit"]
    closed = judged(ImportKind.OFFICIALS, table(heads, ["FJ", person.name, person.email, "Air"]), office)
    assert faults(closed)[0].startswith("Name: The account of this person is closed.")
    as_before = judged(ImportKind.OFFICIALS, table(heads, ["FJ", person.name, person.email, ""]), office)
    assert verdicts(as_before) == [Verdict.SAME]


def test_the_address_of_somebody_who_has_signed_in_stays(office: User, region: None) -> None:
    """Codes to sign in go there, and an import sends no letter that would say so."""
    person = make.official("FJ", "Official 1 of Fiji", email="typo@fiji.example")
    heads = ["Administration", "Name", "Mail address"]
    first = judged(ImportKind.OFFICIALS, table(heads, ["FJ", person.name, "one@fiji.example"]), office)
    assert first.rows.get().changes == {"email": ["typo@fiji.example", "one@fiji.example"]}
    saved(first, office)
    person.refresh_from_db()
    assert person.email == "one@fiji.example"
    assert not Message.objects.exclude(purpose="import_done").exists()
    content = table(heads, ["FJ", person.name, "thief@evil.example"])
    User.objects.filter(pk=person.pk).update(last_login=NOW)
    row = judged(ImportKind.OFFICIALS, content, office)
    assert faults(row) == [
        "Mail address: Official 1 of Fiji signs in with another one. Change it on the page of this person."
    ]


def test_what_changed_after_the_check_is_not_overwritten(office: User, region: None) -> None:
    person = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    content = table(
        ["Administration", "Name", "Mail address", "Unit"],
        ["FJ", person.name, person.email, "Air"],
        ["FJ", "Official 2 of Fiji", "two@fiji.example", ""],
    )
    row = judged(ImportKind.OFFICIALS, content, office)
    User.objects.filter(pk=person.pk).update(unit="Sea")
    saved(row, office)
    person.refresh_from_db()
    assert person.unit == "Sea"
    counts = files.counts(row)
    assert (counts.new, counts.refused, counts.saved) == (1, 1, 1)
    assert faults(row)[0].startswith("This was changed after the check.")


def test_contacts_are_appointed_and_new_people_added(office: User, region: None) -> None:
    known = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    saved(judged(ImportKind.CONTACTS, CONTACTS, office), office)
    role = Appointment.objects.get(role=Role.CONTACT_POINT)
    assert (role.person, role.from_on) == (known, date(2020, 7, 1))
    assert Appointment.objects.get(role=Role.HEAD).person.email == "one@tonga.example"


def test_a_role_that_somebody_holds_is_refused(office: User, region: None) -> None:
    make.contact_point("FJ", "Contact point of Fiji")
    row = judged(ImportKind.CONTACTS, CONTACTS, office)
    assert verdicts(row) == [Verdict.REFUSED, Verdict.NEW, Verdict.NEW]
    assert faults(row) == [
        "Role: Contact point of Fiji holds it from 1 July 2019. End that role or hand it over first."
    ]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"Role": "king"}, "Role: “king” is not known."),
        ({"From": "01/02/2020"}, "From: Write the day as 2020-08-19."),
        ({"From": "1020-01-01"}, "From: This date is too far from today."),
        ({"From": ""}, "From: This field is required."),
        ({"Administration": "CCF Japan"}, "Administration: “CCF Japan” is not known."),
        ({"Mail address": ""}, "Mail address: A new person needs one."),
    ],
)
def test_a_contact_that_is_not_right_is_refused(
    cells: dict[str, str], sentence: str, office: User, region: None
) -> None:
    whole = {"Administration": "FJ", "Role": "head", "Name": "A", "Mail address": "a@b.example", "From": "2020-01-01"}
    whole |= cells
    row = judged(ImportKind.CONTACTS, table(list(whole), list(whole.values())), office)
    assert any(fault.startswith(sentence) for fault in faults(row)), faults(row)


def test_one_role_is_given_once_in_a_file(office: User, region: None) -> None:
    heads = ["Administration", "Role", "Name", "Mail address", "From"]
    content = table(
        heads,
        ["FJ", "head", "A", "a@b.example", "2020-01-01"],
        ["FJ", "Head of administration", "B", "b@b.example", "2021-01-01"],
        ["FJ", "alternate", "A", "a@b.example", "2020-01-01"],
        ["FJ", "alternate", "B", "b@b.example", "2020-01-01"],
    )
    row = judged(ImportKind.CONTACTS, content, office)
    assert verdicts(row) == [Verdict.NEW, Verdict.REFUSED, Verdict.NEW, Verdict.NEW]


def test_administrations_are_found_by_code(office: User, region: None) -> None:
    row = judged(ImportKind.ADMINISTRATIONS, ADMINISTRATIONS, office)
    assert verdicts(row) == [Verdict.CHANGED, Verdict.NEW, Verdict.NEW]
    assert row.rows.get(number=2).changes["member_since"] == ["", "1997-07-01"]
    saved(row, office)
    iran, maldives = Administration.objects.get(iso2="IR"), Administration.objects.get(iso2="MV")
    assert (iran.time_zone, iran.weekend_days) == ("Asia/Tehran", [4])
    assert (maldives.weekend_days, maldives.address) == ([4, 5], "Malé\nMaldives")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"ISO code": "FIJI"}, "ISO code: Write the two letters"),
        ({"Name": "Tonga"}, "Name: TO has the name “Tonga” already."),
        ({"Sub-region": "Europe"}, "Sub-region: “Europe” is not known."),
        ({"Weekend": "Casual Friday"}, "Weekend: Write one to three days"),
        ({"Member since": "3020-01-01"}, "Member since: This date is too far"),
        ({"Mail domains": "gmail.com"}, "Mail domains: Everybody can have an address"),
    ],
)
def test_an_administration_that_is_not_right_is_refused(
    cells: dict[str, str], sentence: str, office: User, region: None
) -> None:
    whole = {"ISO code": "VU", "Name": "Vanuatu", "Sub-region": "oceania", "Time zone": "Pacific/Efate"} | cells
    row = judged(ImportKind.ADMINISTRATIONS, table(list(whole), list(whole.values())), office)
    assert any(fault.startswith(sentence) for fault in faults(row)), faults(row)


def test_a_new_administration_needs_what_a_known_one_has(office: User, region: None) -> None:
    row = judged(
        ImportKind.ADMINISTRATIONS, table(["ISO code", "Capital"], ["FJ", "Suva"], ["VU", "Port Vila"]), office
    )
    assert verdicts(row) == [Verdict.CHANGED, Verdict.REFUSED]
    assert "Time zone: A new administration needs it." in faults(row)


@pytest.mark.parametrize("kind", FILES)
def test_the_sample_file_is_accepted(kind: str, office: User, region: None, as_user: Any) -> None:
    make.administration("WS")
    answer = as_user(office).get(reverse("members:import_sample") + f"?kind={kind}")
    assert set(verdicts(judged(kind, answer.content, office))) <= {Verdict.NEW, Verdict.CHANGED}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Name,Mail address\n", "no rows below"),
        (b"Mail address\na@b.example\n", "Missing: Name"),
        (b"Name,Full name\nA,B\n", "stand twice"),
        (b"Name\n" + b"A\n" * 10_001, "more than 10,000 rows"),
        (b"\x00\x01\x02", "not a text file"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused_on_the_page(
    content: bytes, sentence: str, office: User, as_user: Any
) -> None:
    file = SimpleUploadedFile("people.csv", content)
    answer = as_user(office).post(reverse("members:new_import"), {"kind": "officials", "file": file})
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


# --- there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_directory_comes_back_as_it_was(ending: str, office: User, region: None, as_user: Any) -> None:
    make.group("asean", "FJ")
    make.administration("HK")
    Administration.objects.filter(iso2="FJ").update(
        languages="=HYPERLINK(1)", capital="-", weekend_days=[3, 4], member_since=date(1997, 7, 1)
    )
    answer = as_user(office).get(reverse(f"members:directory_{ending}"))
    row = files.upload(kind=ImportKind.ADMINISTRATIONS, name=f"a.{ending}", content=body(answer), by=office, at=NOW)
    work.go_on(row.pk, at=NOW)
    assert set(verdicts(row)) == {Verdict.SAME}, faults(row)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_of_people_comes_back_as_it_was(ending: str, office: User, region: None, as_user: Any) -> None:
    for name in (*NAMES, "=SUM(A1)", "'=quoted", "+679 Official"):
        make.official("FJ", name, email="shared@fiji.example")
    make.expert()
    User.objects.filter(name="José").update(is_active=False)
    User.objects.filter(name="Sukarno").update(
        position="@office", unit="-", title="Mr", english="basic", customs_since=2001, languages="=1"
    )
    answer = as_user(office).get(reverse(f"members:people_{ending}"))
    row = files.upload(kind=ImportKind.OFFICIALS, name=f"a.{ending}", content=body(answer), by=office, at=NOW)
    work.go_on(row.pk, at=NOW)
    assert set(verdicts(row)) == {Verdict.SAME}, faults(row)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
