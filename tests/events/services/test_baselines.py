"""The approval of a plan and its revisions: what is frozen, what is noted, who is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from events.models import BaselineLine, Mode, Pillar, PlanClause, PlanImport, PlanRevision
from events.services import baselines
from events.services import workplan as plans
from members.services import bodies
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY

pytestmark = pytest.mark.django_db


def approve(plan, by, on=TODAY, today=TODAY, note="Approved by the meeting."):
    return baselines.approve(plan, on=on, note=note, by=by, today=today)


def clauses(plan):
    return {(clause.field, clause.old, clause.new) for clause in PlanClause.objects.filter(revision__plan=plan)}


# --- the approval ---------------------------------------------------------------------------------


def test_the_approval_freezes_every_line_in_its_words(head_of_office, office):
    line = make.activity(
        "FJ",
        title="Workshop on Transit",
        planned_start_on=TODAY,
        planned_end_on=TODAY,
        officer=office,
        planned_seats=20,
    )
    line.donors.add(make.organisation("CCF Japan"))
    plan = approve(line.plan, head_of_office)
    frozen = plan.baseline.get()
    assert (frozen.activity, frozen.number, frozen.officer) == (line, line.number, office)
    assert frozen.values["title"] == "Workshop on Transit"
    assert frozen.values["planned_start_on"] == TODAY.isoformat()
    assert (frozen.values["pillar"], frozen.values["planned_seats"], frozen.values["mode"]) == (3, 20, "online")
    assert [name for _key, name in frozen.values["donors"]] == ["CCF Japan"]
    assert [name for _key, name in frozen.values["target_administrations"]] == ["Fiji"]
    plan.refresh_from_db()
    assert (plan.approved_on, plan.approved_by, plan.approval_note) == (
        TODAY,
        head_of_office,
        "Approved by the meeting.",
    )
    assert trail.history(plan).first().verb == "approved"


def test_a_frozen_line_keeps_its_words_when_the_line_changes_and_when_it_is_gone(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    plans.change(line, by=office, title="Another title")
    assert plan.baseline.get().values["title"] == "Workshop on Transit"
    line.target_administrations.clear()
    line.delete()
    frozen = plan.baseline.get()
    assert (frozen.activity, frozen.values["title"]) == (None, "Workshop on Transit")


def test_a_plan_is_approved_once(head_of_office):
    plan = make.approved_plan()
    with pytest.raises(Refused, match="approved before"):
        approve(plan, head_of_office)
    assert BaselineLine.objects.count() == 1


def test_an_empty_plan_is_not_approved(head_of_office):
    with pytest.raises(Refused, match="no activities"):
        approve(make.work_plan(), head_of_office)


@pytest.mark.parametrize(
    ("on", "today", "sentence"),
    [
        (date(2020, 6, 2), date(2020, 6, 1), "future"),
        (date(2021, 7, 1), date(2021, 7, 1), "before it ends"),
        (date(2019, 6, 29), date(2020, 6, 1), "one year before"),
    ],
)
def test_a_day_that_cannot_be_is_refused(head_of_office, on, today, sentence):
    plan = make.activity(plan=make.work_plan("2020/21")).plan
    with pytest.raises(Refused, match=sentence):
        approve(plan, head_of_office, on=on, today=today)
    assert not plan.baseline.exists()


def test_a_plan_of_a_past_year_may_be_entered_as_approved_in_its_time(head_of_office):
    plan = make.activity(plan=make.work_plan("2020/21")).plan
    assert approve(plan, head_of_office, on=date(2020, 6, 25)).approved_on == date(2020, 6, 25)


# --- revisions ------------------------------------------------------------------------------------


def test_before_the_approval_a_change_stands_in_the_trail_only(office):
    line = make.activity()
    plans.change(line, by=office, title="Another title")
    assert not PlanRevision.objects.exists()
    assert trail.history(line).first().verb == "changed"


def test_after_the_approval_every_change_stands_in_the_one_open_revision(office):
    plan = make.approved_plan(lines=2)
    first, second = plan.activities.order_by("pk")
    plans.change(first, by=office, at=NOW, title="Another title", planned_start_on=date(2021, 5, 12))
    plans.change(second, by=office, at=NOW, mode=Mode.HYBRID)
    revision = plan.revisions.get()
    assert (revision.number, revision.is_open, revision.opened_at) == (1, True, NOW)
    assert clauses(plan) == {
        ("title", "Workshop on Transit", "Another title"),
        ("planned_start_on", None, "2021-05-12"),
        ("mode", "online", "hybrid"),
    }
    clause = revision.clauses.get(field="mode")
    assert (clause.activity, clause.by, clause.at) == (second, office, NOW)


def test_two_changes_of_one_field_are_one_clause_from_the_first_to_the_last_value(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    plans.change(line, by=office, title="Second title")
    plans.change(line, by=office, title="Third title")
    assert clauses(plan) == {("title", "Workshop on Transit", "Third title")}
    assert PlanClause.objects.get().line == f"{line.number} Third title"


def test_a_value_that_is_set_back_leaves_no_clause(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    plans.change(line, by=office, title="Second title", planned_seats=30)
    plans.change(line, by=office, title="Workshop on Transit")
    assert clauses(plan) == {("planned_seats", None, 30)}


def test_a_change_to_the_same_value_opens_no_revision(office):
    plan = make.approved_plan()
    plans.change(plan.activities.get(), by=office, title="Workshop on Transit")
    assert not PlanRevision.objects.exists()


def test_donors_and_targets_are_clauses_and_a_new_name_of_a_donor_is_none(office):
    plan = make.approved_plan("", "FJ")
    line = plan.activities.get()
    donor = make.organisation("CCF Japan")
    plans.change(line, by=office, donors=[donor], target_administrations=[make.administration("TO")])
    assert set(PlanClause.objects.values_list("field", flat=True)) == {"donors", "target_administrations"}
    assert PlanClause.objects.get(field="donors").new == [[donor.pk, "CCF Japan"]]
    baselines.close(plan.revisions.get(), reason="A donor.", by=office, at=NOW)
    bodies.change(donor, by=office, name="Customs Cooperation Fund of Japan")
    plans.change(line, by=office, donors=[donor], objective="Some words.")
    assert {clause.field for clause in plan.revisions.first().clauses.all()} == {"objective"}


def test_an_officer_is_kept_as_a_person_and_not_by_name(office):
    plan = make.approved_plan()
    plans.change(plan.activities.get(), by=office, officer=office)
    clause = PlanClause.objects.get()
    assert (clause.field, clause.old_officer, clause.new_officer, clause.old, clause.new) == (
        "officer",
        None,
        office,
        None,
        None,
    )
    plans.change(plan.activities.get(), by=office, officer=None)
    assert not PlanClause.objects.exists()


def test_a_line_that_is_added_is_one_clause_however_often_it_changes_before_the_revision_is_closed(office):
    plan = make.approved_plan()
    pillar = Pillar.objects.get(number=1)
    line = plans.add(plan, by=office, number="1.9", pillar=pillar, title="Visit", kind="visit", mode="online")
    plans.change(line, by=office, title="Study visit")
    clause = PlanClause.objects.get()
    assert (clause.field, clause.line, clause.activity) == ("", "1.9 Study visit", line)
    baselines.close(plan.revisions.get(), reason="Asked for by a member.", by=office, at=NOW)
    plans.change(line, by=office, title="Visit")
    assert plan.revisions.first().clauses.get().field == "title"


def test_a_line_with_a_number_that_the_plan_has_is_refused(office):
    plan = make.approved_plan(lines=2)
    first, second = plan.activities.order_by("pk")
    with pytest.raises(Refused, match="has this number"):
        plans.add(plan, by=office, number=first.number, pillar=first.pillar, title="Visit", kind="visit", mode="online")
    with pytest.raises(Refused, match="has this number"):
        plans.change(second, by=office, number=first.number)
    assert not PlanRevision.objects.exists()


def test_a_line_that_ends_before_it_begins_is_not_added(office):
    plan = make.approved_plan()
    with pytest.raises(Refused, match="before the first day"):
        plans.add(
            plan,
            by=office,
            number="1.9",
            pillar=Pillar.objects.get(number=1),
            title="Visit",
            kind="visit",
            mode="online",
            planned_start_on=TODAY,
            planned_end_on=TODAY - timedelta(days=1),
        )


def test_a_revision_is_closed_with_a_reason_and_the_next_change_opens_the_next_number(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    plans.change(line, by=office, title="Second title")
    first = plan.revisions.get()
    baselines.close(first, reason="Borders were closed.", by=office, at=NOW)
    first.refresh_from_db()
    assert (first.is_open, first.reason, first.closed_at, first.closed_by) == (
        False,
        "Borders were closed.",
        NOW,
        office,
    )
    plans.change(line, by=office, title="Third title")
    assert list(plan.revisions.values_list("number", flat=True)) == [2, 1]
    assert [(clause.old, clause.new) for clause in plan.revisions.first().clauses.all()] == [
        ("Second title", "Third title")
    ]
    assert first.clauses.get().new == "Second title"


def test_a_revision_is_closed_once_and_not_without_a_change(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    plans.change(line, by=office, title="Second title")
    plans.change(line, by=office, title="Workshop on Transit")
    revision = plan.revisions.get()
    with pytest.raises(Refused, match="no change"):
        baselines.close(revision, reason="Nothing.", by=office, at=NOW)
    plans.change(line, by=office, title="Second title")
    assert plan.revisions.get() == revision
    baselines.close(revision, reason="Borders were closed.", by=office, at=NOW)
    with pytest.raises(Refused, match="closed a moment ago"):
        baselines.close(revision, reason="Other words.", by=office, at=NOW)
    revision.refresh_from_db()
    assert revision.reason == "Borders were closed."


def test_the_database_keeps_one_open_revision_of_a_plan_and_no_closed_one_without_a_reason(office):
    plan = make.approved_plan()
    plan.revisions.create(number=1, opened_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.revisions.create(number=2, opened_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.revisions.create(number=3, opened_at=NOW, closed_at=NOW)


def test_a_file_that_is_imported_into_an_approved_plan_comes_into_the_open_revision(office):
    plan = make.approved_plan()
    line = plan.activities.get()
    rows = (f"{line.number},3,New title,sub_regional_workshop,online", "9.9,1,Visit,visit,online")
    content = "\n".join(["number,pillar,title,kind,mode", *rows])
    upload = plans.upload(plan, name="plan.csv", content=content.encode(), by=office)
    plans.confirm(upload, by=office, at=NOW)
    assert clauses(plan) == {("title", "Workshop on Transit", "New title"), ("", None, None)}
    assert plan.revisions.get().opened_at == NOW
    assert PlanImport.objects.get().confirmed_at == NOW
