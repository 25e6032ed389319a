"""Imports: who may, the pages, and what a killed or second worker leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import tasks
from members.models import Import, ImportKind, ImportRow, User
from members.services import appointments
from members.services.imports import files, work
from members.states import ImportState, Verdict
from portal.kit import trail
from portal.kit.models import Entry
from tests import make
from tests.load.test_last_seats import at_once
from tests.make import NOW
from tests.members.imported import (
    CONTACTS,
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


# --- who may --------------------------------------------------------------------------------------


def test_a_contact_point_imports_officials_of_its_own_administration_only(fiji_contact: User, as_user: Any) -> None:
    make.administration("TO")
    fiji = make.administration("FJ")
    content = table(
        ["Administration", "Name", "Mail address"],
        ["", "Official 1 of Fiji", "one@fiji.example"],
        ["FJ", "Official 2 of Fiji", "two@fiji.example"],
        ["Tonga", "Official 1 of Tonga", "one@tonga.example"],
    )
    page = as_user(fiji_contact)
    answer = page.post(
        reverse("members:new_import"), {"kind": "administrations", "file": SimpleUploadedFile("a.csv", content)}
    )
    row = Import.objects.get()
    assert answer.url == reverse("members:import", args=[row.pk])
    assert (row.kind, row.administration) == (ImportKind.OFFICIALS, fiji)
    assert verdicts(row) == [Verdict.NEW, Verdict.NEW, Verdict.REFUSED]
    assert faults(row) == ["Administration: You can import people of Fiji only."]


def test_a_contact_point_learns_nothing_of_the_people_of_others(fiji_contact: User) -> None:
    foreigner = make.official("TO", "Official 1 of Tonga", email="one@tonga.example")
    heads = ["Sign-in name", "Name", "Mail address"]
    known = judged(
        ImportKind.OFFICIALS, table(heads, [foreigner.username, "X", ""]), fiji_contact, make.administration("FJ")
    )
    unknown = judged(ImportKind.OFFICIALS, table(heads, ["nobody", "X", ""]), fiji_contact, make.administration("FJ"))
    assert faults(known) == faults(unknown) == ["Sign-in name: Nobody here has it. Leave it empty for a new person."]


def test_a_contact_point_does_not_write_into_the_profile_of_somebody_who_has_signed_in(fiji_contact: User) -> None:
    fiji = make.administration("FJ")
    person = make.official("FJ", "Official 1 of Fiji", email="one@fiji.example")
    heads = ["Name", "Mail address", "Unit"]
    content = table(heads, [person.name, person.email, "Air"])
    assert verdicts(judged(ImportKind.OFFICIALS, content, fiji_contact, fiji)) == [Verdict.CHANGED]
    other = table(heads, [person.name, "new@fiji.example", ""])
    assert faults(judged(ImportKind.OFFICIALS, other, fiji_contact, fiji))[0].startswith("Mail address: The office")
    User.objects.filter(pk=person.pk).update(last_login=NOW)
    assert "keeps the own profile" in faults(judged(ImportKind.OFFICIALS, content, fiji_contact, fiji))[0]


def test_whoever_loses_the_role_saves_nothing_any_more(fiji_contact: User) -> None:
    row = judged(
        ImportKind.OFFICIALS,
        table(["Name", "Mail address"], ["Official 1 of Fiji", "one@fiji.example"]),
        fiji_contact,
        make.administration("FJ"),
    )
    files.accept(row, by=fiji_contact)
    appointments.end(fiji_contact.appointments.get(), on=make.TODAY, by=None)
    work.go_on(row.pk, at=NOW)
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert not User.objects.filter(name="Official 1 of Fiji").exists()


def test_strangers_do_not_find_an_import(
    fiji_contact: User, tonga_contact: User, fiji_official: User, office: User, as_user: Any
) -> None:
    content = table(["Name", "Mail address"], ["Official 1 of Fiji", "one@fiji.example"])
    own = judged(ImportKind.OFFICIALS, content, fiji_contact, make.administration("FJ"))
    of_office = judged(ImportKind.ADMINISTRATIONS, table(["ISO code"], ["FJ"]), office)
    pages = ("import", "import_rows")
    for name in pages:
        assert as_user(fiji_contact).get(reverse(f"members:{name}", args=[own.pk])).status_code == 200
        assert as_user(tonga_contact).get(reverse(f"members:{name}", args=[own.pk])).status_code == 404
        assert as_user(fiji_contact).get(reverse(f"members:{name}", args=[of_office.pk])).status_code == 404
        assert as_user(fiji_official).get(reverse(f"members:{name}", args=[own.pk])).status_code == 403
    for name in ("save_import", "discard_import"):
        assert as_user(tonga_contact).post(reverse(f"members:{name}", args=[own.pk])).status_code == 404
        assert as_user(fiji_contact).get(reverse(f"members:{name}", args=[own.pk])).status_code == 405
    assert as_user(fiji_official).get(reverse("members:imports")).status_code == 403
    shown = as_user(fiji_contact).get(reverse("members:imports")).context["listing"]
    assert list(shown) == [own]
    assert shown.count == 1


# --- pages ----------------------------------------------------------------------------------------


def test_the_page_shows_verdicts_saves_and_keeps_who_took_the_rows(office: User, region: None, as_user: Any) -> None:
    page = as_user(office)
    make.official("FJ", "Official 2 of Fiji", email="two@fiji.example")
    page.post(reverse("members:new_import"), {"kind": "officials", "file": SimpleUploadedFile("a.csv", OFFICIALS)})
    row = Import.objects.get()
    address = reverse("members:import", args=[row.pk])
    text = page.get(address).content.decode()
    assert f"Save {2 + len(NAMES)} new and 1 changed people" in text
    assert "Shoe size" in text
    assert "Refresh" not in page.get(address).headers
    assert "Official 1 of Fiji" not in page.get(address + "?show=changed").content.decode()
    rows = page.get(reverse("members:import_rows", args=[row.pk]) + "?show=changed").content.decode("utf-8-sig")
    assert len(rows.splitlines()) == 2
    assert trail.history(row).filter(verb="exported rows of an import").get().by == office
    page.post(reverse("members:save_import", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == ImportState.SAVED
    assert "rows were saved" in page.get(address).content.decode()


def test_a_page_of_work_renews_itself(office: User, region: None, as_user: Any) -> None:
    row = files.upload(kind="officials", name="a.csv", content=OFFICIALS, by=office, at=NOW)
    answer = as_user(office).get(reverse("members:import", args=[row.pk]))
    assert answer.headers["Refresh"] == "4"
    assert f"0 of {row.total} rows checked" in " ".join(answer.content.decode().split())


def test_a_discarded_file_leaves_no_rows(office: User, region: None, as_user: Any) -> None:
    row = judged("officials", OFFICIALS, office)
    as_user(office).post(reverse("members:discard_import", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == ImportState.DISCARDED
    assert not row.rows.exists()
    assert as_user(office).get(reverse("members:import", args=[row.pk])).status_code == 200


def test_the_refused_rows_can_be_mended_and_uploaded_again(office: User, region: None, as_user: Any) -> None:
    content = table(
        ["Administration", "Name", "Mail address"], ["FJ", "=A", "a@b.example"], ["Atlantis", "=B", "b@b.example"]
    )
    row = judged("officials", content, office)
    address = reverse("members:import_rows", args=[row.pk]) + "?show=refused"
    refused = as_user(office).get(address).content
    assert b"is not known" in refused
    mended = judged("officials", refused.replace(b"Atlantis", b"Tonga"), office)
    saved(mended, office)
    assert User.objects.get(email="b@b.example").name == "=B"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_of_imports_is_filtered_sorted_and_exported(
    ending: str, office: User, region: None, as_user: Any
) -> None:
    judged("officials", OFFICIALS, office)
    judged("contacts", CONTACTS, office)
    page = as_user(office)
    assert [row.kind for row in page.get(reverse("members:imports") + "?sort=kind").context["listing"]] == [
        "contacts",
        "officials",
    ]
    answer = page.get(reverse(f"members:imports_{ending}") + "?kind=contacts")
    assert answer["Content-Disposition"] == f'attachment; filename="imports.{ending}"'
    assert Entry.objects.get(verb="exported imports").facts["rows"] == 1


def test_the_list_of_imports_asks_the_same_for_one_and_for_three(office: User, region: None, as_user: Any) -> None:
    page, counts = as_user(office), []
    for number in (1, 2):
        for _each in range(number):
            judged("officials", OFFICIALS, office)
        with CaptureQueriesContext(connection) as queries:
            page.get(reverse("members:imports"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- the work -------------------------------------------------------------------------------------


def many(number: int) -> bytes:
    rows = [["FJ", f"Official {n} of Fiji", f"o{n}@fiji.example"] for n in range(1, number + 1)]
    return table(["Administration", "Name", "Mail address"], *rows)


@pytest.mark.parametrize("number", [10, 200])
def test_judging_asks_the_same_for_ten_rows_and_for_two_hundred(number: int, office: User, region: None) -> None:
    row = files.upload(kind="officials", name="a.csv", content=many(number), by=office, at=NOW)
    with CaptureQueriesContext(connection) as queries:
        work.go_on(row.pk, at=NOW)
    assert len(queries) < 30


def test_a_large_file_waits_for_the_tick_and_goes_on_where_it_stopped(
    office: User, region: None, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 5)
    monkeypatch.setattr(work, "BATCH", 4)
    monkeypatch.setattr(work, "SAVED_AT_ONCE", 4)
    page = as_user(office)
    page.post(reverse("members:new_import"), {"kind": "officials", "file": SimpleUploadedFile("a.csv", many(10))})
    row = Import.objects.get()
    assert row.state == ImportState.CHECKING
    tasks.tick()
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED
    page.post(reverse("members:save_import", args=[row.pk]))
    stop_after(monkeypatch, 6)
    with pytest.raises(KeyboardInterrupt):
        work.go_on(row.pk, at=NOW)
    assert files.counts(row).saved == 4  # the batch that was torn left nothing behind
    assert User.objects.filter(email__startswith="o", administration__iso2="FJ").count() == 4
    monkeypatch.undo()
    tasks.tick()
    row.refresh_from_db()
    assert row.state == ImportState.SAVED
    assert files.counts(row).saved == User.objects.filter(administration__iso2="FJ").count() == 10
    assert tasks.tick() == 0


def stop_after(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A worker that is killed in the middle of a batch."""
    save = files.JUDGES[ImportKind.OFFICIALS].save
    done: list[Any] = []

    def dying(self: Any, opinion: Any, **words: Any) -> None:
        if len(done) == number:
            raise KeyboardInterrupt
        done.append(opinion)
        save(self, opinion, **words)

    monkeypatch.setattr(files.JUDGES[ImportKind.OFFICIALS], "save", dying)


def test_a_fault_of_the_portal_stops_the_import_and_says_so(
    office: User, region: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = files.upload(kind="officials", name="a.csv", content=many(1), by=office, at=NOW)
    monkeypatch.setattr(files.JUDGES[ImportKind.OFFICIALS], "compare", lambda self, opinions: 1 / 0)
    assert work.go_on(row.pk, at=NOW) is False
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert "A fault of the portal" in row.fault


@pytest.mark.production
@pytest.mark.django_db(transaction=True)
def test_two_workers_save_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH", 5)
    monkeypatch.setattr(work, "SAVED_AT_ONCE", 5)
    office = make.office_person()
    make.administration("FJ")
    row = files.upload(kind="officials", name="a.csv", content=many(60), by=office, at=NOW)
    assert at_once([lambda: work.go_on(row.pk, at=NOW)] * 2) == {"done": 2}
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED
    files.accept(row, by=office)
    assert at_once([lambda: work.go_on(row.pk, at=NOW)] * 2) == {"done": 2}
    row.refresh_from_db()
    assert (row.state, row.fault) == (ImportState.SAVED, "")
    assert files.counts(row).saved == User.objects.filter(administration__iso2="FJ").count() == 60
    assert Entry.objects.filter(verb="imported").count() == 1
    assert not ImportRow.objects.filter(verdict=Verdict.REFUSED).exists()
