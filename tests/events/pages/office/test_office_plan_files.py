"""The plan as a file: a workbook that comes back as it was, and the annex to print."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from events.documents import PlanLine, plan_data, plan_pdf
from events.models import Mode, WorkPlan
from tests import make
from tests.events.test_documents import NAMES, fonts, pages
from tests.make import TODAY, days

PLAN = WorkPlan(
    fiscal_year="2020/21",
    starts_on=date(2020, 7, 1),
    ends_on=date(2021, 6, 30),
    approved_on=date(2020, 6, 15),
)


def line(**values: str) -> PlanLine:
    fields = {
        "number": "3.1",
        "title": "Workshop on Transit",
        "objective": "Share what works.",
        "kind": "Regional workshop, online",
        "planned": "19 August 2020",
        "actual": "",
        "host": "Fiji",
        "donors": "CCF Japan",
        "targets": "ASEAN; Fiji",
        "seats": "4 of 10",
        "status": "Held",
    }
    return PlanLine(**{**fields, **values})


def printed(*lines: PlanLine, note: str = "") -> bytes:
    return plan_pdf(PLAN, [("Pillar 3: Capacity building", lines)], note=note, today=date(2020, 11, 24))


# --- the document ---------------------------------------------------------------------------------


def test_the_plan_is_printed_on_pages_of_landscape_with_an_end() -> None:
    pdf = printed(*[line(number=f"3.{number}") for number in range(60)])
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) > 1
    assert re.search(rb"MediaBox\s*\[0 0 841\.\d+ 595\.\d+\]", pdf)


def test_the_cover_says_whose_plan_it_is_and_when_it_was_approved() -> None:
    data = plan_data(PLAN, [("Pillar 3", [line()])], note="", today=date(2020, 11, 24))
    assert data["title"] == "Annual Work Plan 2020/21"
    assert data["days"] == "1 July 2020 - 30 June 2021"
    assert data["words"]["approved"] == "Approved on 15 June 2020"
    assert data["words"]["standing"] == "As it stood on 24 November 2020"
    assert data["words"]["lines"] == "1 activity"
    draft = WorkPlan(fiscal_year="2020/21", starts_on=date(2020, 7, 1), ends_on=date(2021, 6, 30))
    assert plan_data(draft, [], note="", today=TODAY)["words"]["approved"] == "Draft, not approved yet"


def test_every_column_has_its_head() -> None:
    data = plan_data(PLAN, [("Pillar 3", [line()])], note="", today=TODAY)
    assert len(data["heads"]) == len(data["parts"][0]["rows"][0])


@pytest.mark.parametrize("script", NAMES)
def test_a_line_in_a_script_of_the_region_is_drawn_with_a_font_of_its_own(script: str) -> None:
    found = fonts(printed(line(title=NAMES[script], host=NAMES[script])))
    wanted = "NotoSans" if script in ("Latin", "Vietnamese", "Cyrillic") else script
    assert any(wanted in name for name in found), found


def test_markup_and_the_longest_texts_are_text() -> None:
    assert pages(printed(line(title="#panic() *bold* $x$ \\ <b> @label", objective="W" * 5000, host="W" * 200))) >= 1


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert printed(line()) == printed(line())
    assert printed(line()) != printed(line(title="Another"))


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_workbook_can_be_imported_again_and_changes_nothing(desk):
    row = make.activity("FJ", number="3.1", planned_start_on=TODAY + days(3), planned_end_on=TODAY + days(4))
    row.donors.add(make.organisation("CCF Japan"))
    answer = desk.get("/office/plan/work-plan.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:3] == ["3.1", 3, "Workshop on Transit"]
    file = SimpleUploadedFile("plan.xlsx", answer.content)
    posted = {"fiscal_year": row.plan.fiscal_year, "file": file}
    assert "This file changes nothing" in desk.post("/office/plan/import/", posted, follow=True).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ending", "kind"), [("csv", "text/csv"), ("xlsx", "application/vnd.openxml"), ("pdf", "application/pdf")]
)
def test_each_file_is_a_download_that_no_browser_opens_as_a_page(desk, ending, kind):
    plan = make.activity().plan
    answer = desk.get(f"/office/plan/work-plan.{ending}")
    assert answer["Content-Type"].startswith(kind)
    assert answer["X-Content-Type-Options"] == "nosniff"
    name = plan.fiscal_year.replace("/", "-")
    assert answer["Content-Disposition"] == f'attachment; filename="work-plan-{name}.{ending}"'


@pytest.mark.django_db
def test_files_hold_the_lines_as_filtered(desk):
    make.activity(title="Detector dogs", mode=Mode.HYBRID)
    make.activity(title="Free zones")
    sheet = load_workbook(io.BytesIO(desk.get("/office/plan/work-plan.xlsx?mode=hybrid").content)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["Detector dogs"]
    text = desk.get("/office/plan/?mode=hybrid").content.decode()
    for ending in ("csv", "xlsx", "pdf"):
        assert f"/office/plan/work-plan.{ending}?mode=hybrid" in text
    assert "Download as CSV" not in text  # one place for the files, and no second one that leads nowhere


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["csv", "xlsx", "pdf"])
def test_a_file_asks_the_database_as_often_for_three_lines_as_for_one(count_queries, ending):
    make.announced(activity=make.activity())
    one = count_queries(f"/office/plan/work-plan.{ending}")
    for _number in range(2):
        row = make.activity()
        row.donors.add(make.organisation())
        make.announced(activity=row)
    assert count_queries(f"/office/plan/work-plan.{ending}") == one


@pytest.mark.django_db
def test_a_filtered_pdf_and_an_odd_line_are_printed(desk):
    make.activity(title="No date, no host", mode=Mode.HYBRID)
    make.announced(activity=make.activity(planned_start_on=TODAY))
    for query in ("", "?mode=hybrid", "?q=zones", "?pillar=3&status=planned", "?q=%00"):
        assert desk.get(f"/office/plan/work-plan.pdf{query}").content.startswith(b"%PDF-")


@pytest.mark.django_db
def test_without_a_plan_there_is_nothing_to_print(desk):
    assert desk.get("/office/plan/work-plan.pdf")["Location"] == "/office/plan/"
    assert desk.post("/office/plan/work-plan.pdf").status_code == 405


@pytest.mark.django_db
def test_nobody_outside_the_office_takes_the_plan_along(as_user, fiji_official, fiji_contact):
    make.activity()
    for person in (None, fiji_official, fiji_contact):
        for ending in ("csv", "xlsx", "pdf"):
            assert as_user(person).get(f"/office/plan/work-plan.{ending}").status_code in (302, 403, 404)
