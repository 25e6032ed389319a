"""Public holidays: the library, the corrections of the office, the page and the file."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Administration, HolidayCorrection
from members.services import holidays
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make

pytestmark = pytest.mark.django_db
CHRISTMAS, EVE, BOXING = date(2026, 12, 25), date(2026, 12, 24), date(2026, 12, 26)
YEAR = make.TODAY.year


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


# --- what the services answer -------------------------------------------------------------------------


def test_every_member_of_the_region_has_holidays_with_english_names():
    call_command("load_members", verbosity=0)
    found = holidays.calendar_of(Administration.objects.all(), date(2026, 1, 1), date(2026, 12, 31))
    assert len(found) == 35
    silent = [pk for pk, days in found.items() if len(days) < 5]
    assert silent == []
    names = [name for days in found.values() for name in days.values()]
    assert [name for name in names if not name.isascii()] == []


def test_many_calendars_are_one_query():
    call_command("load_members", verbosity=0)
    make.day_off("FJ")
    rows = list(Administration.objects.all())
    with CaptureQueriesContext(connection) as asked:
        holidays.calendar_of(rows, date(YEAR, 1, 1), date(YEAR, 12, 31))
    assert len(asked) == 1


def test_the_first_and_the_last_day_are_included_and_the_years_may_differ(fiji):
    assert list(holidays.days_off(fiji, CHRISTMAS, CHRISTMAS)) == [CHRISTMAS]
    days = holidays.days_off(fiji, CHRISTMAS, date(2027, 1, 1))
    assert list(days) == [CHRISTMAS, BOXING, date(2026, 12, 28), date(2027, 1, 1)]
    assert list(days) == sorted(days)
    assert holidays.days_off(fiji, EVE, EVE) == {}


def test_a_weekend_day_is_no_public_holiday_by_itself(fiji):
    saturday = date(2026, 12, 19)
    assert saturday.weekday() in fiji.weekend_days
    assert holidays.day_off(fiji, saturday) == ""


def test_the_office_adds_a_day_off_for_one_administration_only(fiji, tonga, office):
    holidays.add_day_off(fiji, on=EVE, name="Day of the Customs", by=office)
    assert holidays.day_off(fiji, EVE) == "Day of the Customs"
    assert holidays.day_off(tonga, EVE) == ""
    line = Entry.objects.about(fiji).latest("pk")
    assert (line.verb, line.by, line.facts["holiday"]) == ("added a public holiday", office, "Day of the Customs")


def test_a_holiday_becomes_a_working_day_and_back(fiji, office):
    row = holidays.mark_working_day(fiji, on=CHRISTMAS, by=office)
    assert holidays.day_off(fiji, CHRISTMAS) == ""
    assert [(day.is_day_off, day.name) for day in holidays.year_of(fiji, 2026) if day.on == CHRISTMAS] == [
        (False, "Christmas Day")
    ]
    holidays.remove_correction(row, by=office)
    assert holidays.day_off(fiji, CHRISTMAS) == "Christmas Day"
    holidays.remove_correction(row, by=office)
    verbs = list(Entry.objects.about(fiji).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["marked a working day", "removed a correction of the holidays"]


def test_a_day_is_corrected_once_and_only_where_it_differs(fiji, office):
    with pytest.raises(Refused, match="a public holiday already: Christmas Day"):
        holidays.add_day_off(fiji, on=CHRISTMAS, name="Christmas", by=office)
    with pytest.raises(Refused, match="Thu 24 December 2026 is no public holiday"):
        holidays.mark_working_day(fiji, on=EVE, by=office)
    holidays.add_day_off(fiji, on=EVE, name="Day of the Customs", by=office)
    with pytest.raises(Refused, match="corrected already"):
        holidays.mark_working_day(fiji, on=EVE, by=office)
    with pytest.raises(Refused, match="corrected already"):
        holidays.add_day_off(fiji, on=EVE, name="Again", by=office)
    assert HolidayCorrection.objects.count() == 1


def test_an_unknown_code_has_only_what_the_office_adds(fiji, office):
    fiji.iso2 = "XX"
    fiji.save()
    assert holidays.days_off(fiji, date(2026, 1, 1), date(2026, 12, 31)) == {}
    assert holidays.coming(fiji, make.TODAY) == []
    holidays.add_day_off(fiji, on=EVE, name="Day of the Customs", by=office)
    assert holidays.days_off(fiji, date(2026, 1, 1), date(2026, 12, 31)) == {EVE: "Day of the Customs"}


def test_the_next_three_include_today_and_say_what_falls_on_the_weekend(fiji):
    found = holidays.coming(fiji, CHRISTMAS)
    assert [(day.on, day.on_weekend) for day in found] == [
        (CHRISTMAS, False),
        (BOXING, True),
        (date(2026, 12, 28), False),
    ]


# --- pages --------------------------------------------------------------------------------------------


def test_everybody_reads_the_year_and_only_the_office_corrects(as_user, foreigner, office, fiji, contact_point):
    for reader in (foreigner, contact_point):
        page = as_user(reader).get(url("holidays", fiji.pk), {"year": YEAR}).content.decode()
        assert "Christmas Day" in page
        assert f"25 December {YEAR}" in page
        assert url("add_working_day", fiji.pk) not in page
        for name in ("add_day_off", "add_working_day"):
            answer = as_user(reader).post(url(name, fiji.pk), {"on": f"{YEAR}-12-25", "name": "x"})
            assert answer.status_code == 403
    assert not HolidayCorrection.objects.exists()
    assert url("add_working_day", fiji.pk) in as_user(office).get(url("holidays", fiji.pk)).content.decode()


def test_a_visitor_meets_the_sign_in_page(client, fiji):
    for name in ("holidays", "holidays_csv", "add_day_off", "add_working_day"):
        assert client.get(url(name, fiji.pk))["Location"].startswith("/account/login/")


def test_the_office_corrects_on_the_page(as_user, office, fiji):
    client, on = as_user(office), date(YEAR, 12, 25)
    page = url("holidays", fiji.pk)
    assert client.post(url("add_working_day", fiji.pk), {"on": on})["Location"] == f"{page}?year={YEAR}"
    assert "Working day" in client.get(page).content.decode()
    row = HolidayCorrection.objects.get()
    assert client.get(url("remove_holiday_correction", row.pk)).status_code == 405
    client.post(url("remove_holiday_correction", row.pk))
    assert not HolidayCorrection.objects.exists()
    client.post(url("add_day_off", fiji.pk), {"on": f"{YEAR}-02-28", "name": "วันศุลกากร"})
    assert "วันศุลกากร" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"on": f"{YEAR}-12-25", "name": "Christmas"}, "a public holiday already"),
        ({"on": "0001-01-01", "name": "Old"}, "Check the year"),
        ({"on": "9999-12-31", "name": "Far"}, "Check the year"),
        ({"on": "soon", "name": "Soon"}, "valid date"),
        ({"on": f"{YEAR}-02-28", "name": ""}, "required"),
        ({"on": f"{YEAR}-02-28", "name": "a\x00b"}, "Null characters"),
        ({"on": f"{YEAR}-02-28", "name": "x" * 121}, "at most 120"),
        ({"on": f"{YEAR}-02-28", "name": "a\u202eb"}, "hidden character"),
    ],
)
def test_a_wrong_day_off_is_refused_with_a_sentence(as_user, office, fiji, data, sentence):
    answer = as_user(office).post(url("add_day_off", fiji.pk), data)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not HolidayCorrection.objects.exists()


@pytest.mark.parametrize("asked", ["1066", "99999", "-1", "x", "\x00", "", "２０２６", str(YEAR + 6)])
def test_a_strange_year_is_this_year(as_user, foreigner, fiji, asked):
    answer = as_user(foreigner).get(url("holidays", fiji.pk), {"year": asked})
    assert answer.context["year"] == YEAR
    assert as_user(foreigner).get(url("holidays_csv", fiji.pk), {"year": asked}).status_code == 200


def test_an_unknown_code_is_said_in_a_sentence(as_user, foreigner, fiji):
    Administration.objects.filter(pk=fiji.pk).update(iso2="XX")
    page = as_user(foreigner).get(url("holidays", fiji.pk)).content.decode()
    assert "knows no public holidays of Fiji" in page
    assert "No public holiday is known for this year" in page


def test_the_file_holds_the_days_off_and_says_where_they_come_from(as_user, foreigner, office, fiji):
    holidays.mark_working_day(fiji, on=CHRISTMAS.replace(year=YEAR), by=office)
    holidays.add_day_off(fiji, on=date(YEAR, 2, 28), name="=1+1", by=office)
    answer = as_user(foreigner).get(url("holidays_csv", fiji.pk), {"year": YEAR})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    days = {row[1]: row[2:] for row in rows[1:]}
    assert f"{YEAR}-12-25" not in days
    assert days[f"{YEAR}-01-01"][1:] == ["New Year's Day", "Calendar library"]
    assert days[f"{YEAR}-02-28"][1:] == ["'=1+1", "Office"]


def test_the_page_of_an_administration_shows_the_next_three(as_user, foreigner, fiji):
    answer = as_user(foreigner).get(url("administration", fiji.pk))
    assert [day.on for day in answer.context["holidays"]] == [day.on for day in holidays.coming(fiji, make.TODAY)]
    assert answer.context["holidays"][0].name in answer.content.decode().replace("&#x27;", "'")
    assert len(answer.context["holidays"]) == 3


def test_the_page_asks_the_same_for_one_and_for_three_corrections(as_user, office, fiji):
    client = as_user(office)
    make.day_off("FJ", date(YEAR, 2, 26))
    client.get(url("holidays", fiji.pk))
    counts = []
    for days in ([], [27, 28]):
        for day in days:
            make.day_off("FJ", date(YEAR, 2, day))
        with CaptureQueriesContext(connection) as asked:
            client.get(url("holidays", fiji.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1]
