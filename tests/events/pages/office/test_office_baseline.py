"""The approval by page, the baseline beside today, the revisions and their reasons."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from events.models import BaselineLine, Kind, Mode, Pillar, PlanRevision
from events.services import baselines, lifecycle
from events.services import workplan as plans
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

YEAR = "2030-31"
BASELINE = f"/office/plan/{YEAR}/baseline/"
FIRST = date(2030, 9, 2)


def planned(**given):
    """An approved plan of a year to come, with one line for Fiji and Tonga."""
    values: dict[str, Any] = {
        "planned_start_on": FIRST,
        "planned_end_on": FIRST + days(2),
        "planned_seats": 20,
    } | given
    return make.approved_plan("2030/31", **values)


def lines_of(desk, query=""):
    content = desk.get(f"/office/plan/{YEAR}/baseline.csv{query}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture
def head(head_of_office, as_user):
    return as_user(head_of_office)


# --- the approval ---------------------------------------------------------------------------------


def test_the_approval_shows_each_line_with_what_it_lacks_and_freezes_them(head, office):
    plan = make.work_plan()
    make.activity(title="Whole one", planned_start_on=TODAY, planned_end_on=TODAY, officer=office)
    bare = make.activity(title="Bare one")
    bare.target_administrations.clear()
    page = f"/office/plan/{plan.fiscal_year.replace('/', '-')}/approve/"
    text = head.get(page).content.decode()
    assert "1 of 2 activities lacks something" in text
    for gap in ("No date", "No responsible officer", "No administration it is for"):
        assert text.count(gap) == 1
    assert "Approve and freeze 2 activities" in text
    answer = head.post(page, {"on": TODAY.isoformat(), "note": "Approved by the meeting."}, follow=True)
    assert "The plan is approved." in answer.content.decode()
    assert plan.baseline.count() == 2


def test_staff_of_the_office_checks_a_plan_and_does_not_approve_it(desk):
    line = make.activity()
    page = f"/office/plan/{line.plan.fiscal_year.replace('/', '-')}/approve/"
    text = desk.get(page).content.decode()
    assert "Only the head of the office approves a plan." in text
    assert "Approve and freeze" not in text
    assert desk.post(page, {"on": TODAY.isoformat(), "note": "Approved."}).status_code == 403
    assert not BaselineLine.objects.exists()


def test_nobody_outside_the_office_approves_or_reads_a_baseline(fiji_contact, fiji_official, as_user):
    planned()
    for person in (fiji_contact, fiji_official):
        for page in ("approve/", "baseline/", "baseline.csv", "revisions/", "revisions/1/"):
            assert as_user(person).get(f"/office/plan/{YEAR}/{page}").status_code == 403
            assert as_user(person).post(f"/office/plan/{YEAR}/{page}").status_code == 403
    assert as_user(None).get(BASELINE).status_code == 302


def test_a_second_approval_is_refused_with_a_sentence(head):
    planned()
    answer = head.post(f"/office/plan/{YEAR}/approve/", {"on": TODAY.isoformat(), "note": "Again."})
    assert "This plan was approved on" in answer.content.decode()
    assert BaselineLine.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"on": "", "note": "Approved."}, "This field is required."),
        ({"on": "2020-02-30", "note": "Approved."}, "Enter a valid date."),
        ({"on": "9999-12-31", "note": "Approved."}, "lies in the future"),
        ({"on": TODAY.isoformat(), "note": ""}, "This field is required."),
        ({"on": TODAY.isoformat(), "note": "Approved\x00."}, "hidden character"),
        ({"on": TODAY.isoformat(), "note": "n" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_wrong_day_or_note_is_told_at_the_form(head, data, sentence):
    plan = make.activity().plan
    answer = head.post(f"/office/plan/{plan.fiscal_year.replace('/', '-')}/approve/", data)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert sentence in text or "Null characters" in text
    assert not BaselineLine.objects.exists()


@pytest.mark.parametrize("page", ["2099-00", "2030-32", "2031-32"])
@pytest.mark.parametrize("part", ["approve", "baseline", "revisions", "revisions/1"])
def test_a_year_without_a_plan_is_not_found(desk, page, part):
    planned()
    assert desk.get(f"/office/plan/{page}/{part}/").status_code == 404


def test_a_plan_that_is_not_approved_or_empty_says_what_comes_first(read):
    make.work_plan("2030/31")
    assert "There is nothing to approve." in read(f"/office/plan/{YEAR}/approve/")
    assert "This plan is not approved yet." in read(BASELINE)
    assert "Before the approval a plan has no revisions" in read(f"/office/plan/{YEAR}/revisions/")


# --- the page of the plan -------------------------------------------------------------------------


def test_the_plan_says_who_approved_it_and_marks_what_changed_since(read, office):
    plan = planned(lines=2)
    first, _second = plan.activities.order_by("pk")
    text = read("/office/plan/?year=2030/31")
    assert "Approved on" in text
    assert "by Head of office" in text
    assert "Changed since the approval" not in text
    plans.change(first, by=office, title="Another title")
    plans.add(plan, by=office, number="9.9", pillar=first.pillar, title="Visit", kind=Kind.VISIT, mode=Mode.ONLINE)
    text = read("/office/plan/?year=2030/31")
    assert text.count("Changed since the approval") == 1
    assert text.count("Added after the approval") == 1
    assert "Revision 1 is open: 2 changes." in text
    plans.change(first, by=office, title="Workshop on Transit")
    assert "Changed since the approval" not in read("/office/plan/?year=2030/31")


def test_the_plan_asks_the_database_as_often_for_three_approved_lines_as_for_one(count_queries, office):
    plan = planned()
    one = count_queries("/office/plan/?year=2030/31")
    for number in ("8.1", "8.2"):
        pillar = Pillar.objects.get(number=1)
        plans.add(plan, by=office, number=number, pillar=pillar, title="Visit", kind=Kind.VISIT, mode=Mode.ONLINE)
    assert count_queries("/office/plan/?year=2030/31") == one


# --- the baseline and today -----------------------------------------------------------------------


def test_a_line_without_a_change_stands_as_planned(read):
    planned()
    text = read(BASELINE)
    assert "As planned" in text
    assert "<strong>0</strong> changed" in text
    assert "Moved" not in text


@pytest.mark.parametrize(("shift", "words"), [(12, "12 days later"), (1, "1 day later"), (-3, "3 days earlier")])
def test_a_line_that_moved_shows_both_days_and_the_slip(read, office, shift, words):
    plan = planned()
    moved = FIRST + days(shift)
    plans.change(plan.activities.get(), by=office, planned_start_on=moved, planned_end_on=moved + days(2))
    text = read(BASELINE)
    assert words in text
    assert "2 - 4 September 2030" in text
    assert "Moved" in text
    assert "<strong>1</strong> moved" in text


def test_a_line_that_lasts_shorter_is_changed_and_not_moved(read, office):
    plan = planned()
    plans.change(plan.activities.get(), by=office, planned_end_on=FIRST)
    text = read(BASELINE)
    assert "As planned" in text
    assert "<strong>1</strong> changed" in text
    assert "<strong>0</strong> moved" in text
    assert 'state-info">Changed' in text


def test_the_days_and_the_mode_of_the_event_count_before_those_of_the_plan(desk, office):
    day = TODAY + days(90)
    plan = make.approved_plan(planned_start_on=day, planned_end_on=day, mode=Mode.IN_PERSON)
    line = plan.activities.get()
    event = make.announced(activity=line, begin=day + days(4), mode=Mode.ONLINE)
    page = f"/office/plan/{plan.fiscal_year.replace('/', '-')}/baseline/"
    text = desk.get(page).content.decode()
    assert "4 days later" in text
    assert "In person" in text
    assert "Online" in text
    lifecycle.postpone(event, reason="No room.", by=event.officer, at=NOW)
    text = desk.get(page).content.decode()
    assert "No date" in text
    assert "4 days later" not in text
    assert "Postponed" in text


def test_what_else_changed_stands_in_words_and_a_person_by_name(read, office):
    plan = planned(mode=Mode.IN_PERSON)
    plans.change(
        plan.activities.get(),
        by=office,
        mode=Mode.ONLINE,
        planned_seats=40,
        host="Fiji",
        officer=office,
        donors=[make.organisation("CCF <Japan>")],
    )
    text = read(BASELINE)
    for words in ("20 seats", "40 seats", "now Fiji", "now Programme manager", "now CCF &lt;Japan&gt;"):
        assert words in text
    assert text.count('state-info">Changed') == 2  # mode and seats


def test_added_and_gone_lines_say_so(read, desk, office):
    plan = planned()
    line = plan.activities.get()
    plans.add(plan, by=office, number="9.9", pillar=line.pillar, title="Visit", kind=Kind.VISIT, mode=Mode.ONLINE)
    line.target_administrations.clear()
    line.delete()
    text = read(BASELINE)
    assert "Added after the approval" in text
    assert "No longer in the plan" in text
    assert "Workshop on Transit" in text
    assert {row["slip in days"] for row in lines_of(desk)} == {"Added after the approval", "No longer in the plan"}


def several(office):
    """Four lines: one 10 days later, one 2 days earlier and of somebody, one as planned, one of pillar 1."""
    plan = planned(lines=3)
    late, early, _same = plan.activities.order_by("pk")
    plans.change(late, by=office, title="Late one", planned_start_on=FIRST + days(10), planned_end_on=FIRST + days(12))
    plans.change(early, by=office, title="Early one", planned_start_on=FIRST - days(2), officer=office)
    pillar = Pillar.objects.get(number=1)
    plans.add(plan, by=office, number="1.1", pillar=pillar, title="New one", kind=Kind.VISIT, mode=Mode.ONLINE)
    return plan


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?sort=slip", ["Late one", "Workshop on Transit", "Early one", "New one"]),
        ("?sort=early", ["Early one", "Workshop on Transit", "Late one", "New one"]),
        ("?pillar=1", ["New one"]),
        ("?changed=on&pillar=3&sort=slip", ["Late one", "Early one"]),
        ("?pillar=99&sort=nothing&officer=99999999999999999999", None),
    ],
)
def test_lines_are_filtered_and_sorted(desk, office, query, titles):
    several(office)
    found = [row["title"] for row in lines_of(desk, query)]
    assert found == titles if titles else len(found) == 4
    text = desk.get(BASELINE + query).content.decode()
    assert all(title in text for title in found)


def test_lines_of_one_officer_are_shown_with_totals_of_what_is_shown(desk, office):
    several(office)
    text = desk.get(f"{BASELINE}?officer={office.pk}").content.decode()
    assert "Early one" in text
    assert "Late one" not in text
    assert "<strong>1</strong> activity of 4 shown" in text
    assert "<strong>-2</strong> days: the median slip" in text


def test_no_match_leads_back_to_all_lines(read, office):
    planned()
    assert "No activity matches these filters." in read(f"{BASELINE}?changed=on")


def test_the_file_has_the_slip_as_a_number_and_names_nobody(desk, office):
    several(office)
    rows = {row["title"]: row for row in lines_of(desk)}
    assert rows["Late one"]["slip in days"] == "10"
    assert rows["Early one"]["slip in days"] == "'-2" or rows["Early one"]["slip in days"] == "-2"
    assert rows["Early one"]["also changed"] == "Title: Workshop on Transit became Early one; Responsible officer"
    assert "Programme manager" not in str(rows)


def test_the_comparison_asks_the_database_as_often_for_four_lines_as_for_one(count_queries, office):
    plan = planned()
    one = count_queries(BASELINE)
    for number in ("8.1", "8.2", "8.3"):
        pillar = Pillar.objects.get(number=1)
        plans.add(plan, by=office, number=number, pillar=pillar, title="Visit", kind=Kind.VISIT, mode=Mode.ONLINE)
    assert count_queries(BASELINE) == one


# --- revisions ------------------------------------------------------------------------------------


def test_the_edit_of_an_approved_line_stands_in_the_open_revision_in_words(desk, read):
    plan = planned()
    line = plan.activities.get()
    values = {"number": line.number, "pillar": line.pillar_id, "title": "Workshop on Transit", "kind": line.kind}
    values |= {"mode": "online", "planned_start_on": "2030-09-09", "planned_end_on": "2030-09-11"}
    values |= {"target_administrations": [body.pk for body in line.target_administrations.all()], "host": "Fiji"}
    assert "The activity is saved." in read(f"/office/activities/{line.pk}/edit/", values)
    text = read(f"/office/plan/{YEAR}/revisions/1/")
    assert "Planned from:</span> 2 September 2030 became 9 September 2030" in text
    assert "Host:</span> now Fiji" in text
    assert "Planned seats:</span> 20 was removed" in text
    assert "Revision 1</a></strong> (open)" in read(f"/office/activities/{line.pk}/")


def test_a_revision_is_closed_by_its_page_with_a_reason(read, office):
    plan = planned()
    plans.change(plan.activities.get(), by=office, host="Fiji")
    page = f"/office/plan/{YEAR}/revisions/1/"
    assert "This field is required." in read(page, {"reason": ""})
    assert "Write this on one line." in read(page, {"reason": "Borders\nclosed."})
    assert PlanRevision.objects.get().is_open
    text = read(page, {"reason": "Borders were closed <all>."})
    assert "Revision 1 is closed." in text
    assert "Borders were closed &lt;all&gt;." in text
    assert "Revision 1 is open" not in read("/office/plan/?year=2030/31")
    assert "Borders were closed" in read(f"/office/plan/{YEAR}/revisions/")
    assert "Borders were closed" in read(f"/office/activities/{plan.activities.get().pk}/")


def test_a_revision_that_was_closed_meanwhile_keeps_its_reason(read, office):
    plan = planned()
    plans.change(plan.activities.get(), by=office, host="Fiji")
    baselines.close(plan.revisions.get(), reason="The first reason.", by=office, at=NOW)
    text = read(f"/office/plan/{YEAR}/revisions/1/", {"reason": "Another reason."})
    assert "was closed a moment ago" in text
    assert PlanRevision.objects.get().reason == "The first reason."


def test_a_revision_whose_changes_were_set_back_asks_for_no_reason(read, office):
    plan = planned()
    line = plan.activities.get()
    plans.change(line, by=office, host="Fiji")
    plans.change(line, by=office, host="")
    text = read(f"/office/plan/{YEAR}/revisions/1/")
    assert "No change waits here" in text
    assert "Close revision" not in text
    assert "is open" not in read("/office/plan/?year=2030/31")


def test_the_pages_of_revisions_ask_the_database_as_often_for_three_as_for_one(count_queries, office):
    plan = planned(lines=3)
    rows = list(plan.activities.order_by("pk"))
    plans.change(rows[0], by=office, host="Fiji", officer=office)
    one = count_queries(f"/office/plan/{YEAR}/revisions/1/")
    for row in rows[1:]:
        plans.change(row, by=office, host="Fiji", officer=office)
    assert count_queries(f"/office/plan/{YEAR}/revisions/1/") == one
    whole = count_queries(f"/office/plan/{YEAR}/revisions/")
    for number in range(2):
        baselines.close(plan.revisions.first(), reason="Borders.", by=office, at=NOW)
        plans.change(rows[0], by=office, host=f"Host {number}")
    assert count_queries(f"/office/plan/{YEAR}/revisions/") <= whole + 1  # who closed them, all at once
