"""Lines of the plan by hand: added, removed, and copied into the plan of the next year."""

from __future__ import annotations

from datetime import date

import pytest

from events.models import Activity, WorkPlan
from events.services import baselines, planning, programme
from events.services import workplan as plans
from members.services import appointments
from portal.kit import trail
from portal.kit.clock import fiscal_year
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

HERE = fiscal_year(TODAY).replace("/", "-")


def typed(**values):
    """A new line as a person types it."""
    fields = {
        "number": "3.8",
        "pillar": str(make.pillars()[2].pk),
        "title": "Workshop on Origin",
        "kind": "visit",
        "mode": "online",
        "target_administrations": [make.administration("FJ").pk],
    }
    return {**fields, **values}


def approve(plan, by):
    return baselines.approve(plan, on=TODAY, note="", by=by, today=TODAY)


# --- add ------------------------------------------------------------------------------------------


def test_the_form_fills_in_the_number_after_the_last_one_of_the_pillar(read):
    for number in ("3.2", "3.10", "3.x"):
        make.activity(number=number)
    assert 'value="3.11"' in read(f"/office/plan/{HERE}/add/?pillar=3")
    assert 'value="4.1"' in read(f"/office/plan/{HERE}/add/?pillar=4")
    for junk in ("9", "x", "%00"):
        assert 'name="number"' in read(f"/office/plan/{HERE}/add/?pillar={junk}")


def test_a_line_is_added_with_every_field(read, office):
    make.work_plan()
    text = read(
        f"/office/plan/{HERE}/add/", typed(planned_start_on=str(TODAY), officer=str(office.pk), planned_seats="12")
    )
    assert "Line 3.8 is added." in text
    row = Activity.objects.get()
    assert (row.title, row.officer, row.planned_seats) == ("Workshop on Origin", office, 12)
    assert (row.planned_start_on, row.planned_end_on) == (TODAY, TODAY)
    assert [target.iso2 for target in row.target_administrations.all()] == ["FJ"]
    assert trail.history(row).get().verb == "added"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"number": "3.1"}, "Another activity of this plan has this number."),
        ({"title": ""}, "This field is required."),
        ({"title": "a\u202eb"}, "hidden character"),
        ({"kind": "party"}, "Select a valid choice."),
        ({"planned_seats": "-1"}, "greater than or equal to 0"),
        ({"planned_end_on": str(TODAY)}, "Give the first day too."),
        ({"planned_start_on": "2001-01-01"}, "This day is outside the fiscal year"),
    ],
)
def test_a_bad_line_is_not_added(read, values, sentence):
    make.activity(number="3.1")
    assert sentence in read(f"/office/plan/{HERE}/add/", typed(**values))
    assert Activity.objects.count() == 1


def test_a_line_added_after_the_approval_stands_in_the_open_revision(read, office):
    row = make.activity()
    approve(row.plan, office)
    assert "the new line stands in the open revision" in read(f"/office/plan/{HERE}/add/")
    read(f"/office/plan/{HERE}/add/", typed())
    assert row.plan.revisions.get().clauses.get().activity == Activity.objects.get(number="3.8")


@pytest.mark.parametrize("path", ["plan/2091-92/add/", "plan/2091-92/begin-next/", "plan/abc/add/"])
def test_a_plan_that_does_not_exist_is_not_found(desk, path):
    assert desk.get(f"/office/{path}").status_code == 404


# --- remove ---------------------------------------------------------------------------------------


def test_a_line_without_an_event_is_removed_and_the_plan_remembers_it(read):
    row = make.activity(number="3.8", title="Workshop on Origin")
    assert "Remove line" in read(f"/office/activities/{row.pk}/")
    assert "Line 3.8 is removed from the plan." in read(f"/office/activities/{row.pk}/remove/", {})
    assert Activity.objects.count() == 0
    entry = trail.history(row.plan).first()
    assert (entry.verb, entry.facts) == ("removed an activity", {"number": "3.8", "title": "Workshop on Origin"})


def test_a_line_with_an_event_stays(read, office):
    row = make.activity()
    programme.create_from(row, by=office, on=TODAY)
    assert "Remove line" not in read(f"/office/activities/{row.pk}/")
    assert "This line has an event." in read(f"/office/activities/{row.pk}/remove/", {})
    assert Activity.objects.count() == 1


def test_a_line_of_the_baseline_stays(read, office):
    row = make.activity()
    approve(row.plan, office)
    assert "The plan was approved with this line." in read(f"/office/activities/{row.pk}/remove/", {})
    assert Activity.objects.count() == 1


def test_a_line_that_came_after_the_approval_goes_until_its_revision_is_closed(office):
    plan = make.activity().plan
    approve(plan, office)
    pillar = make.pillars()[2]
    values = {"pillar": pillar, "title": "Workshop", "kind": "visit", "mode": "online"}
    early = plans.add(plan, by=office, at=NOW, number="3.8", **values)
    late = plans.add(plan, by=office, at=NOW, number="3.9", **values)
    planning.remove(late, by=office)
    revision = plan.revisions.get()
    assert [clause.activity for clause in revision.clauses.all()] == [early]
    baselines.close(revision, reason="More to do.", by=office, at=NOW)
    with pytest.raises(Refused, match="closed revision"):
        planning.remove(early, by=office)
    assert revision.clauses.get().activity == early


def test_a_line_that_an_action_of_a_meeting_led_to_stays(office, indonesia_chair):
    row = make.activity()
    action = make.published(make.meeting(chairs=(indonesia_chair,), by=office, begin=TODAY - days(2))).actions.first()
    type(action).objects.filter(pk=action.pk).update(planned_as=row)
    with pytest.raises(Refused, match="action of a meeting"):
        planning.remove(row, by=office)
    assert Activity.objects.filter(pk=row.pk).exists()


def test_a_line_that_is_gone_is_neither_changed_nor_removed_again(office):
    row = make.activity()
    planning.remove(Activity.objects.get(pk=row.pk), by=office)
    with pytest.raises(Refused, match="removed a moment ago"):
        planning.remove(row, by=office)
    with pytest.raises(Refused, match="removed a moment ago"):
        planning.edit(row, shown={"host": ""}, by=office, at=NOW, host="Fiji")


def test_removing_needs_a_post(desk):
    row = make.activity()
    assert desk.get(f"/office/activities/{row.pk}/remove/").status_code == 405


# --- the next year --------------------------------------------------------------------------------


@pytest.fixture
def last_year(office):
    plan = make.work_plan("2020/21")
    row = make.activity(
        "FJ",
        plan=plan,
        number="3.1",
        title="Workshop on Origin",
        objective="Share what works.",
        planned_start_on=date(2020, 8, 19),
        planned_end_on=date(2020, 8, 21),
        planned_seats=20,
        officer=office,
    )
    row.donors.add(make.organisation())
    row.target_groups.add(make.group("asean"))
    make.activity(plan=plan, number="3.2", title="Workshop on Valuation")
    return plan


BEGIN = "/office/plan/2020-21/begin-next/"


def begin(read, plan, *numbers, move="move"):
    chosen = plan.activities.filter(number__in=numbers).values_list("pk", flat=True)
    return read(BEGIN, {"lines": list(chosen), "days": move})


def test_every_line_is_offered_ticked_with_its_days_of_the_new_year(read, last_year):
    text = read(BEGIN)
    assert "Begin 2021/22 from 2020/21" in text
    assert text.count('name="lines"') == 2
    assert text.count(" checked>") >= 2
    assert "18 - 20 August 2021" in text
    assert not WorkPlan.objects.filter(fiscal_year="2021/22").exists()


def test_the_chosen_lines_stand_in_the_new_plan_with_all_they_had(read, last_year, office):
    assert "1 activity is added to the plan 2021/22." in begin(read, last_year, "3.1")
    row = Activity.objects.get(plan__fiscal_year="2021/22")
    assert (row.number, row.title, row.objective, row.planned_seats) == (
        "3.1",
        "Workshop on Origin",
        "Share what works.",
        20,
    )
    # a Wednesday stays a Wednesday
    assert (row.planned_start_on, row.planned_end_on) == (date(2021, 8, 18), date(2021, 8, 20))
    assert row.officer == office
    assert [donor.name for donor in row.donors.all()] == ["CCF Japan"]
    assert [group.code for group in row.target_groups.all()] == ["asean"]
    assert [target.iso2 for target in row.target_administrations.all()] == ["FJ"]
    assert last_year.activities.count() == 2


def test_lines_stand_in_the_order_in_which_people_count(read):
    plan = make.work_plan("2020/21")
    for number in ("3.10", "3.9", "3.1"):
        make.activity(plan=plan, number=number)
    text = read(BEGIN)
    assert text.index(">3.1 ") < text.index(">3.9 ") < text.index(">3.10 ")
    assert "Begin 2021/22 from 2020/21" in read("/office/plan/?year=2020/21")


def test_days_can_be_left_empty(read, last_year):
    begin(read, last_year, "3.1", move="empty")
    row = Activity.objects.get(plan__fiscal_year="2021/22")
    assert (row.planned_start_on, row.planned_end_on) == (None, None)


def test_a_second_run_adds_only_what_is_missing(read, last_year, office):
    begin(read, last_year, "3.1")
    copied = Activity.objects.get(plan__fiscal_year="2021/22")
    plans.change(copied, by=office, title="Changed since")
    assert read(BEGIN).count('name="lines"') == 1
    assert "1 activity is added" in begin(read, last_year, "3.1", "3.2")
    assert "0 activities are added" in begin(read, last_year, "3.1", "3.2")
    titles = Activity.objects.filter(plan__fiscal_year="2021/22").values_list("title", flat=True)
    assert sorted(titles) == ["Changed since", "Workshop on Valuation"]
    assert "stands in the plan 2021/22 already" in read(BEGIN)


def test_an_officer_who_left_the_office_is_left_out(read, last_year, office):
    former = make.office_person("Programme manager who left")
    plans.change(last_year.activities.get(number="3.1"), by=office, officer=former)
    appointments.end(former.appointments.get(), on=TODAY - days(1), by=office)
    begin(read, last_year, "3.1")
    assert Activity.objects.get(plan__fiscal_year="2021/22").officer is None


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2020, 7, 1), date(2021, 7, 7)),  # 52 weeks on it would still be the old year
        (date(2020, 7, 2), date(2021, 7, 1)),
        (date(2021, 6, 30), date(2022, 6, 29)),
        (None, None),
    ],
)
def test_moved_days_keep_their_weekday_and_stay_inside_the_year(first, expected):
    line = Activity(planned_start_on=first, planned_end_on=first)
    coming = planning.following(make.work_plan("2020/21"))
    assert planning.moved(line, coming) == (expected, expected)
    assert first is None or first.weekday() == expected.weekday()


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"days": "move"}, "Choose one line at least."),
        ({"days": "move", "lines": ["999999"]}, "Select a valid choice."),
        ({"days": "move", "lines": ["abc"]}, "is not a valid value."),
        ({"days": "move", "lines": ["\x00"]}, "to correct"),
        ({"days": "never", "lines": ["1"]}, "Select a valid choice."),
        ({}, "This field is required."),
    ],
)
def test_a_choice_that_was_not_offered_copies_nothing(read, last_year, posted, sentence):
    assert sentence in read(BEGIN, posted)
    assert not WorkPlan.objects.filter(fiscal_year="2021/22").exists()


def test_the_page_asks_the_database_as_often_for_three_lines_as_for_one(count_queries, office):
    plan = make.work_plan("2020/21")
    make.activity(plan=plan, officer=office)
    one = count_queries(BEGIN)
    for _number in range(2):
        make.activity(plan=plan, officer=make.office_person()).donors.add(make.organisation())
    assert count_queries(BEGIN) == one


def test_an_empty_plan_has_nothing_to_copy(read):
    make.work_plan("2020/21")
    assert "This plan has no activities to copy." in read(BEGIN)


# --- who may --------------------------------------------------------------------------------------


def test_nobody_outside_the_office_changes_the_lines(as_user, last_year, fiji_official, fiji_contact):
    row = last_year.activities.get(number="3.1")
    for person in (None, fiji_official, fiji_contact):
        browser = as_user(person)
        for path in ("plan/2020-21/add/", "plan/2020-21/begin-next/", f"activities/{row.pk}/remove/"):
            assert browser.get(f"/office/{path}").status_code in (302, 403, 404)
            assert browser.post(f"/office/{path}", {}).status_code in (302, 403, 404)
    assert Activity.objects.count() == 2
