"""The work plan by page: the import with its verdicts, the plan, one line, the event made from it."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from openpyxl import Workbook

from events.models import Activity, Event, Kind, Mode, Pillar, PlanImport, WorkPlan
from events.services import lifecycle, programme
from events.services import workplan as plans
from portal.kit import trail
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[4] / "events" / "sample"
HEAD = "number,pillar,title,kind,mode,planned from,planned until,donors,targets,seats"
LINE = "3.1,3,Workshop on Transit,sub_regional_workshop,online,2020-08-19,2020-08-20,CCF Japan,FJ; pacific,20"


@pytest.fixture
def known(db):
    """What the cells of LINE name."""
    make.pillars()
    make.organisation("CCF Japan")
    make.administration("FJ")
    make.group("pacific", "TO", "WS")


def upload(desk, content, name="plan.csv", year="2020/21"):
    raw = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, raw)
    return desk.post("/office/plan/import/", {"fiscal_year": year, "file": file}, follow=True)


def check(desk, *lines, head=HEAD, name="plan.csv", encoding="utf-8"):
    """Upload and read the verdicts."""
    response = upload(desk, "\n".join([head, *lines]).encode(encoding), name)
    assert response.redirect_chain, response.content.decode()
    return response.content.decode()


def confirm(desk):
    kept = PlanImport.objects.first()
    return desk.post(f"/office/plan/import/{kept.pk}/confirm/", follow=True).content.decode()


# --- the import -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "year", "lines"), [("workplan_2020_21", "2020/21", 21), ("workplan_2019_20", "2019/20", 11)]
)
def test_the_sample_files_are_imported_without_a_refused_row(desk, name, year, lines):
    call_command("load_members", verbosity=0)
    make.pillars()
    response = upload(desk, (SAMPLES / f"{name}.csv").read_bytes(), f"{name}.csv", year)
    assert f"Import {lines} activities" in response.content.decode()
    assert Activity.objects.count() == 0
    text = confirm(desk)
    assert f"{lines} new, 0 changed, 0 as before" in text
    assert WorkPlan.objects.get(fiscal_year=year).activities.count() == lines


def test_a_second_import_of_the_same_file_changes_nothing(desk, known):
    check(desk, LINE)
    confirm(desk)
    entries = trail.history(Activity.objects.get()).count()
    text = check(desk, LINE)
    assert "This file changes nothing" in text
    assert "Import 1 activity" not in text
    confirm(desk)
    assert Activity.objects.count() == 1
    assert trail.history(Activity.objects.get()).count() == entries


def test_a_changed_row_shows_old_and_new_value_before_it_is_saved(desk, known):
    check(desk, LINE)
    confirm(desk)
    text = check(
        desk, LINE.replace("Workshop on Transit", "Workshop on Transit and Trade").replace("online", "in_person")
    )
    assert "Workshop on Transit</div>" not in text
    assert "Workshop on Transit and Trade" in text
    assert "Online" in text
    assert "In person" in text
    assert Activity.objects.get().mode == Mode.ONLINE
    assert "0 new, 1 changed, 0 as before" in confirm(desk)
    assert Activity.objects.get().mode == Mode.IN_PERSON


def test_a_confirmed_row_holds_every_value_of_the_file(desk, known):
    check(desk, LINE)
    confirm(desk)
    row = Activity.objects.get()
    assert (row.number, row.pillar.number, row.kind, row.planned_seats) == ("3.1", 3, Kind.SUB_REGIONAL_WORKSHOP, 20)
    assert (row.planned_start_on, row.planned_end_on) == (date(2020, 8, 19), date(2020, 8, 20))
    assert [donor.name for donor in row.donors.all()] == ["CCF Japan"]
    assert {target.iso2 for target in row.targets(date(2020, 8, 19))} == {"FJ", "TO", "WS"}


def test_one_refused_row_stops_the_whole_file_and_says_why(desk, known):
    text = check(desk, LINE, "3.2,9,,unknown,by post,2019-01-01,,Nobody,XX,-1")
    for sentence in (
        "Title is missing.",
        "Pillar must be a number from 1 to 4.",
        "is not a kind of the plan",
        "is not a mode of the plan",
        "2019-01-01 is outside the fiscal year 2020/21.",
        "“Nobody” is not a known donor.",
        "“XX” is not a known group or administration.",
        "Seats must be a whole number up to 5,000.",
        "Nothing can be imported yet",
    ):
        assert sentence in text
    assert "Import 1 activity" not in text
    assert "Nothing was saved. Mend these rows in your file and upload it again: 3." in confirm(desk)
    assert Activity.objects.count() == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2020-08-20", "2020-08-18", "The last day is before the first day."),
        ("2020-08-19", "19/08/2020", "Write it as 2020-08-19."),
        ("2020-08-20", "9999-12-31", "An activity runs for one year at most."),
        ("2020-08-19", "", "Give the first day too."),
        ("pacific,20", "pacific,²", "Seats must be a whole number up to 5,000."),
        ("pacific,20", "pacific,99999999999999999999", "Seats must be a whole number up to 5,000."),
        ("Workshop on", "Workshop\x07 on", "hidden character"),
        ("Workshop on", "Work\u202eshop on", "hidden character"),
        ("Workshop on Transit", "W" * 251, "Title is longer than 250 characters."),
        ("3.1,", "1234567890123,", "Number is longer than 12 characters."),
    ],
)
def test_a_bad_cell_is_refused_with_a_sentence(desk, known, old, new, sentence):
    assert sentence in check(desk, LINE.replace(old, new, 1))


def test_a_number_that_stands_twice_is_refused_the_second_time(desk, known):
    assert "Number 3.1 stands twice in this file." in check(desk, LINE, LINE)


def test_the_verdicts_can_be_filtered_and_have_counts(desk, known):
    check(desk, LINE, "3.2,9,Bad one,visit,online,,,,,")
    kept = PlanImport.objects.get()
    refused = desk.get(f"/office/plan/import/{kept.pk}/?show=refused").content.decode()
    assert "Bad one" in refused
    assert "Workshop on Transit" not in refused
    assert "No row has this verdict" in desk.get(f"/office/plan/import/{kept.pk}/?show=same").content.decode()
    assert "Bad one" in desk.get(f"/office/plan/import/{kept.pk}/?show=nonsense").content.decode()


def test_a_file_is_confirmed_once(desk, known):
    check(desk, LINE)
    confirm(desk)
    assert "This file was imported already." in confirm(desk)
    assert Activity.objects.count() == 1


def test_a_column_that_the_file_does_not_have_empties_nothing(desk, known):
    check(desk, LINE)
    confirm(desk)
    check(desk, "3.1,3,Another title,sub_regional_workshop,online", head="number,pillar,title,kind,mode")
    confirm(desk)
    row = Activity.objects.get()
    assert row.title == "Another title"
    assert row.planned_seats == 20
    assert row.planned_start_on == date(2020, 8, 19)
    assert row.donors.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_every_spreadsheet_program_are_read(desk, known, encoding):
    text = check(desk, LINE.replace("Transit", "Übersee"), encoding=encoding)
    assert "Workshop on Übersee" in text
    assert "Import 1 activity" in text


def test_semicolons_between_the_columns_are_read(desk, known):
    line = "3.1;3;Workshop on Transit;sub_regional_workshop;online;2020-08-19;2020-08-20;CCF Japan;FJ;20"
    assert "Import 1 activity" in check(desk, line, head=HEAD.replace(",", ";"))


def test_a_workbook_is_read_with_its_dates_and_numbers(desk, known):
    book = Workbook()
    sheet = book.active
    sheet.append(HEAD.split(","))
    sheet.append(
        [
            3.1,
            3,
            "Workshop on Transit",
            "Sub-regional workshop",
            "Online",
            date(2020, 8, 19),
            None,
            "CCF Japan",
            "FJ",
            20,
        ]
    )
    content = io.BytesIO()
    book.save(content)
    assert "Import 1 activity" in upload(desk, content.getvalue(), "plan.xlsx").content.decode()
    confirm(desk)
    row = Activity.objects.get()
    assert (row.number, row.planned_start_on, row.planned_end_on) == ("3.1", date(2020, 8, 19), date(2020, 8, 19))


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "plan.csv", "The file is empty."),
        (b"number,pillar\n1,2", "plan.csv", "Missing: title, kind, mode."),
        (HEAD.encode(), "plan.csv", "The file has headings but no activities."),
        (HEAD.encode() + b",title\n" + LINE.encode(), "plan.csv", "These columns stand twice in the file: title."),
        (b"PK\x03\x04 broken", "plan.xlsx", "The file cannot be read as XLSX."),
        (b"a\x00b", "plan.csv", "This is not a text file."),
        (b"<svg/>", "plan.svg", "This is not a table."),
        (b"%PDF-1.7", "plan.pdf", "This is not a table."),
        (HEAD.encode(), f"{'n' * 300}.csv", "Ensure this filename has at most 200 characters"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_beside_the_form(desk, known, content, name, sentence):
    response = upload(desk, content, name)
    assert response.status_code == 200
    assert not response.redirect_chain
    assert sentence in response.content.decode()
    assert PlanImport.objects.count() == 0
    assert WorkPlan.objects.count() == 0


@pytest.mark.parametrize("year", ["", "2020", "2020/22", "2020-21", "20/21", "９９９９/00"])
def test_a_year_that_is_none_is_refused(desk, known, year):
    response = upload(desk, f"{HEAD}\n{LINE}", year=year)
    assert not response.redirect_chain
    assert "thing to correct" in response.content.decode()
    assert WorkPlan.objects.count() == 0


def test_the_form_without_a_file_says_so(desk):
    assert "Choose a file." in desk.post("/office/plan/import/", {"fiscal_year": "2020/21"}).content.decode()


def test_the_sample_file_can_be_downloaded(desk):
    response = desk.get("/office/plan/sample.csv")
    assert b"".join(response.streaming_content) == (SAMPLES / "workplan_2020_21.csv").read_bytes()
    assert "attachment" in response["Content-Disposition"]


def test_the_check_asks_the_database_as_often_for_three_rows_as_for_one(desk, known, count_queries):
    check(desk, LINE)
    one = count_queries(f"/office/plan/import/{PlanImport.objects.first().pk}/")
    check(desk, LINE, LINE.replace("3.1", "3.2"), LINE.replace("3.1", "3.3"))
    assert count_queries(f"/office/plan/import/{PlanImport.objects.first().pk}/") == one


# --- the plan -------------------------------------------------------------------------------------


def test_an_empty_office_is_led_to_the_import(read):
    text = read("/office/plan/")
    assert "This plan has no activities yet" in text
    assert "Import the plan" in text


def test_activities_stand_in_a_table_for_each_pillar_with_their_status(read):
    first = make.activity(title="First one", pillar=make.pillars()[0], planned_start_on=TODAY, planned_end_on=TODAY)
    make.activity(title="Third one")
    make.running(activity=first)
    text = read("/office/plan/")
    assert 'id="pillar-1"' in text
    assert 'id="pillar-2"' not in text
    assert "Under way" in text
    assert "Planned" in text


def test_planned_days_stand_against_actual_ones_with_the_mark_of_a_move(read):
    row = make.activity(planned_start_on=TODAY + days(30), planned_end_on=TODAY + days(31), mode=Mode.IN_PERSON)
    event = make.announced(activity=row, begin=TODAY + days(60), mode=Mode.ONLINE)
    lifecycle.revise(event, reason="A holiday.", by=event.officer, at=NOW, nominate_by=event.nominate_by - days(1))
    text = read("/office/plan/")
    assert "Moved" in text
    assert "1 revision" in text
    assert "<strong>1</strong> moved" in text


def test_a_postponed_event_gives_its_line_no_actual_day(read):
    row = make.activity(planned_start_on=TODAY + days(60), planned_end_on=TODAY + days(60))
    event = make.announced(activity=row)
    lifecycle.postpone(event, reason="No room.", by=event.officer, at=NOW)
    text = read("/office/plan/")
    assert "Postponed" in text
    assert "Moved" not in text


def test_seats_are_counted_from_rows(read):
    event = make.announced("FJ", "TO", activity=make.activity(), seats=2, pool=1)
    make.confirmed(event)
    text = read("/office/plan/")
    assert "1 of 5" in text
    assert "<strong>1</strong> of 5 seats used" in text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=dogs", "Detector dogs", "Free zones"),
        ("pillar=1", "Free zones", "Detector dogs"),
        ("kind=visit", "Free zones", "Detector dogs"),
        ("mode=hybrid", "Detector dogs", "Free zones"),
        ("status=scheduled", "Detector dogs", "Free zones"),
        ("status=planned", "Free zones", "Detector dogs"),
    ],
)
def test_the_plan_is_filtered_in_the_address_bar(read, query, shown, hidden):
    dogs = make.activity(title="Detector dogs", mode=Mode.HYBRID)
    make.announced(activity=dogs, mode=Mode.HYBRID)
    make.activity(title="Free zones", kind=Kind.VISIT, pillar=Pillar.objects.get(number=1))
    text = read(f"/office/plan/?{query}")
    assert shown in text
    assert hidden not in text
    assert "<strong>1</strong> activity shown" in text


def test_the_plan_is_filtered_by_donor(read):
    row = make.activity(title="Paid one")
    make.activity(title="Free one")
    row.donors.add(make.organisation("CCF Japan"), make.organisation("CCF Korea"))
    text = read(f"/office/plan/?donor={make.organisation('CCF Japan').pk}")
    assert "Paid one" in text
    assert "Free one" not in text


def test_the_plan_is_filtered_by_quarter_and_officer(read, office):
    plan = make.work_plan("2020/21")
    make.activity(title="In autumn", plan=plan, planned_start_on=date(2020, 10, 1), officer=office)
    make.activity(title="In summer", plan=plan, planned_start_on=date(2020, 9, 30))
    for query in ("quarter=2", f"officer={office.pk}"):
        text = read(f"/office/plan/?year=2020/21&{query}")
        assert "In autumn" in text
        assert "In summer" not in text


@pytest.mark.parametrize(
    "query",
    [
        "pillar=99",
        "quarter=5",
        "officer=x",
        "pillar=abc",
        "donor=0",
        "donor=99999999999999999999",
        "status=x",
        "year=x",
        "q=%00",
        "year=%00",
    ],
)
def test_filters_that_are_not_understood_filter_nothing(read, query):
    make.activity(title="Detector dogs")
    assert "Detector dogs" in read(f"/office/plan/?{query}")


def test_no_match_leads_back_to_the_whole_plan(read):
    make.activity()
    assert "No activity matches these filters." in read("/office/plan/?q=nothing")


def test_years_can_be_switched(read):
    make.activity(title="This year")
    make.activity(title="Long ago", plan=plans.open_plan("2020/21", by=None))
    assert "Long ago" not in read("/office/plan/")
    text = read("/office/plan/?year=2020/21")
    assert "Long ago" in text
    assert "This year" not in text


def test_the_exported_plan_can_be_imported_again_and_changes_nothing(desk, known):
    check(desk, LINE)
    confirm(desk)
    event = programme.create_from(Activity.objects.get(), by=make.office_person(), on=TODAY)
    exported = desk.get("/office/plan/work-plan.csv?year=2020/21")
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert rows[0]["title"] == "Workshop on Transit"
    assert rows[0]["actual from"] == str(event.starts_on)
    assert "This file changes nothing" in upload(desk, exported.content).content.decode()


def test_a_title_that_looks_like_a_formula_is_disarmed_in_the_export(desk):
    make.activity(title="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in desk.get("/office/plan/work-plan.csv").content.decode()


def test_an_export_without_a_plan_has_headings_only(desk):
    assert desk.get("/office/plan/work-plan.csv").content.decode().count("\n") == 1


def test_the_plan_asks_the_database_as_often_for_three_lines_as_for_one(count_queries):
    make.announced(activity=make.activity())
    one = count_queries("/office/plan/")
    for _number in range(2):
        make.announced(activity=make.activity())
    assert count_queries("/office/plan/") == one


# --- one line -------------------------------------------------------------------------------------

VALUES = {
    "number": "3.9",
    "title": "Workshop on Valuation",
    "kind": "regional_workshop",
    "mode": "online",
    "planned_seats": "40",
}


def posted(activity, **values):
    return VALUES | {"pillar": activity.pillar_id} | values


def test_a_line_is_changed_with_a_trace(read):
    row = make.activity()
    donor = make.organisation("CCF Japan")
    text = read(f"/office/activities/{row.pk}/edit/", posted(row, donors=[donor.pk], objective="First.\nSecond."))
    assert "The activity is saved." in text
    assert "Workshop on Valuation" in text
    assert "Workshop on Transit" in text  # the old value, in the history
    row.refresh_from_db()
    assert (row.number, row.planned_seats, row.objective) == ("3.9", 40, "First.\r\nSecond.".replace("\r\n", "\n"))
    assert list(row.donors.all()) == [donor]
    assert row.target_administrations.count() == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 251}, "at most 250 characters"),
        ({"title": "a\x1b[31mb"}, "hidden character"),
        ({"title": "a\nb"}, "Write this on one line."),
        ({"objective": "x" * 5001}, "at most 5000 characters"),
        ({"planned_seats": "-1"}, "greater than or equal to 0"),
        ({"planned_seats": "9223372036854775808"}, "less than or equal to 5000"),
        ({"planned_seats": "²"}, "Enter a whole number."),
        ({"planned_start_on": "2001-01-01"}, "This day is outside the fiscal year"),
        ({"planned_start_on": "2027-02-30"}, "Enter a valid date."),
        ({"planned_end_on": str(TODAY)}, "Give the first day too."),
        (
            {"planned_start_on": str(TODAY), "planned_end_on": str(TODAY - days(1))},
            "The last day is before the first day.",
        ),
        ({"planned_start_on": str(TODAY), "planned_end_on": "9999-12-31"}, "An activity runs for one year at most."),
        ({"pillar": "999"}, "Select a valid choice."),
        ({"kind": "party"}, "Select a valid choice."),
        ({"officer": "999999"}, "Select a valid choice."),
        ({"donors": ["999999"]}, "Select a valid choice."),
        ({"target_groups": ["abc"]}, "is not a valid value."),
    ],
)
def test_a_bad_value_of_a_line_is_refused_at_its_field(read, values, sentence):
    row = make.activity()
    text = read(f"/office/activities/{row.pk}/edit/", posted(row, **values))
    assert sentence in text
    assert "to correct" in text
    row.refresh_from_db()
    assert row.title == "Workshop on Transit"


def test_an_official_cannot_be_the_responsible_officer(read, fiji_official):
    row = make.activity()
    assert "Select a valid choice." in read(f"/office/activities/{row.pk}/edit/", posted(row, officer=fiji_official.pk))


def test_a_number_of_another_line_is_refused(read):
    make.activity(number="3.9")
    row = make.activity()
    assert "Another activity of this plan has this number." in read(f"/office/activities/{row.pk}/edit/", posted(row))


def test_an_event_is_created_from_a_line_with_its_values(read):
    row = make.activity(
        "FJ",
        "TO",
        title="Workshop on Origin",
        planned_start_on=TODAY + days(60),
        planned_end_on=TODAY + days(62),
        planned_seats=10,
    )
    row.donors.add(make.organisation())
    text = read(f"/office/activities/{row.pk}/create-event/", {})
    event = Event.objects.get()
    assert "The draft is made with 2 administrations to invite." in text
    assert (event.title, event.kind, event.mode, event.activity) == ("Workshop on Origin", row.kind, row.mode, row)
    assert (event.starts_on, event.ends_on) == (TODAY + days(60), TODAY + days(62))
    assert event.seats_per_administration * 2 + event.pool_seats == 10
    assert list(event.donors.all()) == [make.organisation()]
    assert {target.iso2 for target in event.targets.all()} == {"FJ", "TO"}
    assert event.title in read(f"/office/activities/{row.pk}/")


def test_creating_an_event_needs_a_post(desk):
    row = make.activity()
    assert desk.get(f"/office/activities/{row.pk}/create-event/").status_code == 405
    assert Event.objects.count() == 0


@pytest.mark.parametrize("path", ["activities/999/", "activities/999/edit/", "plan/import/999/"])
def test_a_row_that_does_not_exist_is_not_found(desk, path):
    assert desk.get(f"/office/{path}").status_code == 404
