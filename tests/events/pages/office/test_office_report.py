"""The report of the fiscal year: its numbers against a count by hand, the page and the file."""

from __future__ import annotations

import csv
import io

import pytest

from events import reports
from events.models import Activity, Event, Pillar
from events.services import lifecycle, registrations
from members.models import Organisation
from portal.kit.clock import fiscal_year
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
PAGE = "/office/report/"


@pytest.fixture
def year(office, indonesia_chair):
    """A year with one of each: held as planned, held on another day, postponed, dropped, planned, beside the plan."""
    make.pillars()
    first = TODAY - days(9)
    plan = make.work_plan(fiscal_year(first))
    japan, korea = make.organisation("CCF Japan"), make.organisation("CCF Korea")

    def line(number, pillar, *donors, planned=first, **values):
        row = make.activity(
            "FJ", "TO", plan=plan, number=number, planned_start_on=planned, planned_end_on=planned,
            pillar=Pillar.objects.get(number=pillar), **values,
        )  # fmt: skip
        row.donors.set(donors)
        return row

    def held(activity, **values):
        return make.announced("FJ", "TO", begin=first, activity=activity, seats=3, pool=1, by=office, **values)

    as_planned = held(line("1.1", 1, japan))
    moved = held(line("3.1", 3, japan, korea, planned=first + days(40), mode="in_person"))
    beside = make.announced("FJ", begin=first, seats=2, by=office)
    for event, codes in ((as_planned, "FJ FJ TO"), (moved, "FJ"), (beside, "FJ")):
        for code in codes.split():
            make.attended(event, code)
    absent = make.confirmed(as_planned, "TO")
    make.nominated(as_planned, "TO")
    make.evaluated(as_planned.registrations.confirmed().exclude(pk=absent.pk).first())
    for event in (as_planned, moved, beside):
        lifecycle.hold(event, by=office, at=NOW)
    lifecycle.postpone(make.announced("FJ", activity=line("2.1", 2), by=office), reason="No venue.", by=office, at=NOW)
    lifecycle.cancel(make.announced("FJ", activity=line("2.2", 2), by=office), reason="No donor.", by=office, at=NOW)
    line("4.1", 4)
    return plan


def by_hand(plan, events, activities):
    """The figures of one line, counted one row after another."""
    people, bodies, present, seats = 0, set(), 0, 0
    for event in events:
        seats += event.pool_seats + event.seats_per_administration * len(list(event.targets.all()))
        for row in event.registrations.all():
            if row.state == "confirmed":
                people += 1
                bodies.add(row.administration_id)
                present += 1 if list(row.attendances.all()) else 0
    return {
        "planned": len(activities),
        "events": len(events),
        "participants": people,
        "administrations": len(bodies),
        "present": present,
        "seats": seats,
    }


def held_events(plan):
    return [row for row in Event.objects.all() if row.state in ("held", "reported") and plan.covers(row.starts_on)]


def test_the_total_is_what_a_count_by_hand_gives(year):
    total = reports.fiscal_year(year, at=NOW).total
    expected = by_hand(year, held_events(year), list(Activity.objects.filter(plan=year)))
    assert {name: getattr(total, name) for name in expected} == expected
    assert expected == {
        "planned": 5, "events": 3, "participants": 6, "administrations": 2, "present": 5, "seats": 7 + 7 + 2,
    }  # fmt: skip
    assert (total.held, total.moved, total.postponed, total.dropped) == (2, 1, 1, 1)
    assert (total.evaluations, total.mark) == (1, 4.33)


def test_each_pillar_is_what_a_count_by_hand_gives_and_pillars_add_up(year):
    report = reports.fiscal_year(year, at=NOW)
    for pillar in Pillar.objects.all():
        line = next(row for row in report.by_pillar if row.label.startswith(f"Pillar {pillar.number}:"))
        events = [row for row in held_events(year) if row.activity and row.activity.pillar == pillar]
        expected = by_hand(year, events, list(Activity.objects.filter(plan=year, pillar=pillar)))
        assert {name: getattr(line, name) for name in expected} == expected
    assert report.by_pillar[-1].label == "Events beside the plan"
    for name in ("planned", "held", "moved", "postponed", "dropped", "events", "seats", "participants", "present"):
        assert sum(getattr(line, name) for line in report.by_pillar) == getattr(report.total, name)


def test_each_mode_and_each_donor_is_what_a_count_by_hand_gives(year):
    report = reports.fiscal_year(year, at=NOW)
    for line in report.by_mode:
        mode = line.filters["mode"]
        events = [row for row in held_events(year) if row.mode == mode]
        expected = by_hand(year, events, list(Activity.objects.filter(plan=year, mode=mode)))
        assert {name: getattr(line, name) for name in expected} == expected
    for name in ("CCF Japan", "CCF Korea"):
        donor = Organisation.objects.get(name=name)
        line = next(row for row in report.by_donor if row.label == name)
        events = [row for row in held_events(year) if donor in list(row.donors.all())]
        expected = by_hand(year, events, list(Activity.objects.filter(plan=year, donors=donor)))
        assert {figure: getattr(line, figure) for figure in expected} == expected
    assert report.by_donor[-1].label == "Without a donor"
    assert report.by_donor[-1].planned == 3


def test_each_quarter_and_each_officer_is_what_a_count_by_hand_gives_and_they_add_up(year, office):
    second = make.office_person("Second manager")
    Activity.objects.filter(plan=year, number__in=("1.1", "4.1")).update(officer=second)
    Activity.objects.filter(plan=year, number="2.1").update(planned_start_on=None, planned_end_on=None)
    report = reports.fiscal_year(year, at=NOW)
    activities = list(Activity.objects.filter(plan=year))
    undated = [row for row in activities if not row.planned_start_on or not year.covers(row.planned_start_on)]
    for line, (first, last) in zip(report.by_quarter[:4], year.quarters(), strict=True):
        planned = [row for row in activities if row not in undated and first <= row.planned_start_on <= last]
        expected = by_hand(year, [row for row in held_events(year) if first <= row.starts_on <= last], planned)
        assert {name: getattr(line, name) for name in expected} == expected
    assert (report.by_quarter[4].label, report.by_quarter[4].planned) == (
        "Without a planned day of this year",
        len(undated),
    )
    lines = {line.label: line for line in report.by_officer}
    assert set(lines) == {"Programme manager", "Second manager", "Nobody responsible"}
    assert (lines["Second manager"].planned, lines["Second manager"].events) == (2, 0)
    assert (lines["Programme manager"].planned, lines["Programme manager"].events) == (0, 3)
    for lines_of in (report.by_quarter, report.by_officer):
        for name in ("planned", "held", "moved", "postponed", "dropped", "events", "seats", "participants", "present"):
            assert sum(getattr(line, name) for line in lines_of) == getattr(report.total, name)


def test_the_quarters_of_a_year_follow_each_other_without_a_gap():
    plan = make.work_plan("2027/28")
    assert [(str(first), str(last)) for first, last in plan.quarters()] == [
        ("2027-07-01", "2027-09-30"),
        ("2027-10-01", "2027-12-31"),
        ("2028-01-01", "2028-03-31"),
        ("2028-04-01", "2028-06-30"),
    ]


def test_a_delegation_counts_its_administration_and_nobody_by_name(office, indonesia_chair):
    begin = TODAY - days(5)
    plan = make.work_plan(fiscal_year(begin))
    event = make.meeting("ID", "MM", chairs=(indonesia_chair,), begin=begin, by=office)
    for code in ("ID", "MM", "TH"):
        registrations.set_delegation(event, administration=make.administration(code), by=office)
    registrations.set_delegation(event, organisation=make.organisation("WCO Secretariat"), by=office)
    make.confirmed(event, "ID")
    lifecycle.hold(event, by=office, at=NOW)
    total = reports.fiscal_year(plan, at=NOW).total
    assert (total.participants, total.administrations) == (1, 3)


def test_follow_ups_of_the_year_are_counted(office, indonesia_chair):
    begin = TODAY - days(5)
    plan = make.work_plan(fiscal_year(begin))
    event = make.meeting("ID", "MM", chairs=(indonesia_chair,), begin=begin, by=office)
    outcome = make.published(event)
    outcome.actions.update(due_on=TODAY - days(3))
    make.drafted(make.meeting("ID", "MM", chairs=(indonesia_chair,), begin=begin, by=office))
    assert reports.fiscal_year(plan, at=NOW).follow_ups == reports.FollowUps(total=1, done=0, dropped=0, overdue=1)


def test_events_of_another_year_are_not_counted(year):
    other = make.work_plan("2019/20")
    total = reports.fiscal_year(other, at=NOW).total
    assert (total.planned, total.events, total.participants, total.mark) == (0, 0, 0, None)


# --- the page and the file ------------------------------------------------------------------------


def test_without_a_plan_the_page_leads_to_the_import(read):
    assert "There is no work plan yet." in read(PAGE)
    assert "Import a work plan" in read(PAGE)


def test_the_page_shows_the_year_and_explains_its_numbers(read, year):
    text = read(PAGE)
    assert f"Report of the fiscal year {year.fiscal_year}" in text
    assert "<strong>2 of 5</strong> activities held" in text
    assert "How it is counted" in text
    assert "6 of 16" in text
    assert "Events beside the plan" in text
    assert f"year={year.fiscal_year.replace('/', '%2F')}&amp;pillar=1" in text


@pytest.mark.parametrize("asked", ["2019/20", "1999/00", "x", "%00", "2020/21' OR 1=1", "9" * 300, ""])
def test_a_year_without_a_plan_shows_the_plan_of_today(read, year, asked):
    make.work_plan("2019/20")
    text = read(f"{PAGE}?year={asked}")
    shown = "2019/20" if asked == "2019/20" else year.fiscal_year
    assert f"Report of the fiscal year {shown}" in text


def test_the_file_holds_the_same_numbers(desk, year):
    answer = desk.get(f"{PAGE}report.csv?year={year.fiscal_year}")
    header, total, *rest = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    found = dict(zip(header, total, strict=True))
    assert found["Table"] == "Total"
    assert (found["Activities planned"], found["Events held"], found["Participants"]) == ("5", "3", "6")
    assert found["Mean mark, 1 to 5"] == "4.33"
    assert {row[0] for row in rest} == {"By pillar", "By quarter", "By mode", "By donor", "By officer"}


def test_the_file_is_safe_against_formulas(desk, year):
    Organisation.objects.filter(name="CCF Japan").update(name="=1+1")
    rows = list(csv.reader(io.StringIO(desk.get(f"{PAGE}report.csv").content.decode("utf-8-sig"))))
    assert "'=1+1" in [row[1] for row in rows]


def test_the_number_of_queries_does_not_grow_with_the_year(count_queries, year, office):
    one = count_queries(PAGE)
    first = held_events(year)[0].starts_on
    for _number in range(2):
        event = make.announced("FJ", "TO", begin=first, activity=make.activity("FJ", plan=year), by=office)
        make.evaluated(make.attended(event, "FJ"))
        lifecycle.hold(event, by=office, at=NOW)
    assert count_queries(PAGE) == one
