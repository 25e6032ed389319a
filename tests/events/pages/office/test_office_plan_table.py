"""The plan as a table: what was typed is saved, a bad cell is refused, two people at once lose nothing."""

from __future__ import annotations

import json

import pytest

from events.models import Activity, Mode
from events.services import planning, programme
from events.services import workplan as plans
from members.services import appointments
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db

FIELDS = (
    "number",
    "pillar",
    "title",
    "kind",
    "mode",
    "planned_start_on",
    "planned_end_on",
    "host",
    "planned_seats",
    "officer",
)


def shown(row):
    """What the table shows of a line: each field as a text."""
    return {name: planning.as_text(row, name) for name in FIELDS}


def send(desk, row, seen=None, script=True, **typed):
    """Type into a line that was shown as it stands in `seen`, or as it stands now."""
    data = {**typed, "shown": json.dumps(shown(row) if seen is None else seen)}
    headers = {"accept": "application/json"} if script else {}
    return desk.post(f"/office/activities/{row.pk}/row/", data, headers=headers)


@pytest.fixture
def line(db):
    return make.activity(
        number="3.1",
        host="Fiji",
        planned_start_on=TODAY + days(10),
        planned_end_on=TODAY + days(12),
        planned_seats=20,
    )


# --- the table ------------------------------------------------------------------------------------


def test_each_line_stands_in_the_table_with_what_can_be_typed(read, line):
    text = read("/office/plan/edit/")
    assert 'value="Workshop on Transit" aria-label="Title, 3.1"' in text
    assert f'value="{TODAY + days(10)}"' in text
    assert '<option value="online" selected>Online</option>' in text
    assert f"/office/activities/{line.pk}/edit/" in text


def test_the_table_is_filtered_as_the_plan(read, line):
    make.activity(title="Free zones", mode=Mode.HYBRID)
    text = read("/office/plan/edit/?mode=hybrid")
    assert "Free zones" in text
    assert "Workshop on Transit" not in text
    assert "No activity matches these filters." in read("/office/plan/edit/?q=nothing")


def test_an_empty_plan_is_led_to_the_import(read):
    assert "This plan has no activities yet." in read("/office/plan/edit/")


def test_an_officer_who_left_the_office_still_stands_in_the_line(read, line, office):
    former = make.office_person("Programme manager who left")
    plans.change(line, by=office, officer=former)
    appointments.end(former.appointments.get(), on=TODAY - days(1), by=office)
    assert f'<option value="{former.pk}" selected>Programme manager who left</option>' in read("/office/plan/edit/")


def test_the_table_asks_the_database_as_often_for_three_lines_as_for_one(line, count_queries, office):
    plans.change(line, by=office, officer=office)
    one = count_queries("/office/plan/edit/")
    for _number in range(2):
        plans.change(make.activity(), by=office, officer=make.office_person())
    assert count_queries("/office/plan/edit/") == one


def test_text_of_people_is_escaped(read):
    make.activity(title='"><script>alert(1)</script>')
    assert "<script>alert(1)" not in read("/office/plan/edit/")


# --- one cell -------------------------------------------------------------------------------------


def test_a_cell_is_saved_and_answers_with_the_hour(desk, line):
    answer = send(desk, line, title="Workshop on Origin")
    assert answer.status_code == 200
    assert answer.json()["cells"] == {"title": "Workshop on Origin"}
    assert answer.json()["said"].startswith("Saved ")
    line.refresh_from_db()
    assert line.title == "Workshop on Origin"
    entry = trail.history(line).first()
    assert entry.facts["changes"] == {"title": ["Workshop on Transit", "Workshop on Origin"]}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("number", "3.1a"),
        ("kind", "visit"),
        ("mode", "hybrid"),
        ("planned_start_on", str(TODAY + days(11))),
        ("planned_end_on", str(TODAY + days(11))),
        ("host", ""),
        ("host", "ราชอาณาจักรไทย"),
        ("host", "မြန်မာ · ភ្នំពេញ · བོད་ · 東京 · சென்னை"),
        ("title", "T" * 250),
        ("planned_seats", ""),
        ("planned_seats", "5000"),
    ],
)
def test_every_field_can_be_typed_and_is_kept_as_it_was_typed(desk, line, name, text):
    assert send(desk, line, **{name: text}).json()["cells"] == {name: text}
    line.refresh_from_db()
    assert planning.as_text(line, name) == text


def test_officer_and_pillar_are_chosen_by_their_row(desk, line, office):
    assert send(desk, line, officer=office.pk).status_code == 200
    line.refresh_from_db()
    assert line.officer == office
    assert send(desk, line, pillar=make.pillars()[0].pk).status_code == 200
    line.refresh_from_db()
    assert line.pillar.number == 1


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("number", "", "This field is required."),
        ("number", "3.9", "Another activity of this plan has this number."),
        ("number", "1234567890123", "at most 12 characters"),
        ("title", "", "This field is required."),
        ("title", "x" * 251, "at most 250 characters"),
        ("title", "a\x00b", "Null characters are not allowed."),
        ("title", "a\u202eb", "hidden character"),
        ("host", "a\x1b[31m", "hidden character"),
        ("host", "a\nb", "Write this on one line."),
        ("pillar", "9" * 30, "Select a valid choice."),
        ("pillar", "", "This field is required."),
        ("kind", "party", "Select a valid choice."),
        ("mode", "", "This field is required."),
        ("officer", "999999", "Select a valid choice."),
        ("planned_start_on", str(TODAY + days(13)), "The last day is before the first day."),
        ("planned_start_on", "2001-01-01", "This day is outside the fiscal year"),
        ("planned_start_on", "2027-02-30", "Enter a valid date."),
        ("planned_end_on", str(TODAY), "The last day is before the first day."),
        ("planned_end_on", "9999-12-31", "An activity runs for one year at most."),
        ("planned_seats", "-1", "greater than or equal to 0"),
        ("planned_seats", "9223372036854775808", "less than or equal to 5000"),
        ("planned_seats", "²", "Enter a whole number."),
    ],
)
def test_a_bad_cell_is_refused_with_a_sentence_and_nothing_is_saved(desk, line, name, text, sentence):
    make.activity(number="3.9")
    before = shown(line)
    answer = send(desk, line, **{name: text})
    assert answer.status_code == 422
    assert sentence in answer.json()["said"]
    assert shown(Activity.objects.get(pk=line.pk)) == before


def test_an_official_cannot_be_the_officer(desk, line, fiji_official):
    assert send(desk, line, officer=fiji_official.pk).status_code == 422


def test_a_first_day_brings_its_last_day_and_takes_it_along(desk):
    row = make.activity()
    first = str(TODAY + days(5))
    assert send(desk, row, planned_start_on=first).json()["cells"] == {
        "planned_start_on": first,
        "planned_end_on": first,
    }
    row.refresh_from_db()
    assert send(desk, row, planned_start_on="").json()["cells"] == {"planned_start_on": "", "planned_end_on": ""}


def test_both_days_can_be_set_at_once_as_an_undo_does(desk, line):
    before = shown(line)
    send(desk, line, planned_start_on="")
    line.refresh_from_db()
    days_before = {name: before[name] for name in ("planned_start_on", "planned_end_on")}
    assert send(desk, line, **days_before).json()["cells"] == days_before
    line.refresh_from_db()
    assert shown(line) == before


def test_a_cell_that_was_not_changed_saves_nothing(desk, line):
    entries = trail.history(line).count()
    assert send(desk, line, title=line.title).status_code == 200
    assert trail.history(line).count() == entries


# --- two people at once ---------------------------------------------------------------------------


def test_a_cell_that_somebody_else_changed_shows_both_values(desk, line, office):
    seen = shown(line)
    plans.change(line, by=make.office_person("Programme manager 2"), title="Workshop on Valuation")
    answer = send(desk, line, seen, title="Workshop on Origin")
    assert answer.status_code == 409
    told = answer.json()["cells"]["title"]
    assert told["theirs"] == "Workshop on Valuation"
    assert told["said"].startswith("Programme manager 2 changed this line at ")
    assert "it is now “Workshop on Valuation”. You wrote “Workshop on Origin”." in told["said"]
    line.refresh_from_db()
    assert line.title == "Workshop on Valuation"
    # the answer "write mine" has seen what stands there
    assert send(desk, line, {"title": "Workshop on Valuation"}, title="Workshop on Origin").status_code == 200
    line.refresh_from_db()
    assert line.title == "Workshop on Origin"


def test_two_people_may_change_two_fields_of_one_line(desk, line, office):
    seen = shown(line)
    plans.change(line, by=office, host="Tonga")
    assert send(desk, line, seen, title="Workshop on Origin").status_code == 200
    line.refresh_from_db()
    assert (line.title, line.host) == ("Workshop on Origin", "Tonga")


def test_two_people_who_type_the_same_have_no_quarrel(desk, line, office):
    seen = shown(line)
    plans.change(line, by=office, host="Tonga")
    assert send(desk, line, seen, host="Tonga").status_code == 200


def test_a_choice_is_told_in_words(desk, line, office):
    seen = shown(line)
    plans.change(line, by=office, mode=Mode.HYBRID)
    said = send(desk, line, seen, mode="in_person").json()["cells"]["mode"]["said"]
    assert "it is now “Hybrid”. You wrote “In person”." in said


@pytest.mark.parametrize("seen", ["", "{", "[]", "null", '{"title": null}'])
def test_a_page_that_does_not_say_what_it_showed_writes_over_nothing(desk, line, seen):
    data = {"title": "Workshop on Origin", "shown": seen}
    answer = desk.post(f"/office/activities/{line.pk}/row/", data, headers={"accept": "application/json"})
    assert answer.status_code == 409
    line.refresh_from_db()
    assert line.title == "Workshop on Transit"


def test_the_service_refuses_what_was_overtaken_between_reading_and_saving(line, office):
    seen = shown(line)
    plans.change(line, by=office, title="Workshop on Valuation")
    with pytest.raises(planning.Overtaken) as fault:
        planning.edit(line, shown=seen, by=office, at=NOW, title="Workshop on Origin", host="Tonga")
    assert fault.value.names == ["title"]
    line.refresh_from_db()
    assert (line.title, line.host) == ("Workshop on Valuation", "Fiji")


def test_the_service_refuses_a_number_that_was_taken_meanwhile(line, office):
    make.activity(number="3.9")
    with pytest.raises(Refused, match="has this number"):
        planning.edit(line, shown=shown(line), by=office, at=NOW, number="3.9")


# --- without script -------------------------------------------------------------------------------


def test_a_row_is_saved_by_its_button(desk, line):
    answer = send(desk, line, script=False, **{**shown(line), "title": "Workshop on Origin", "planned_seats": "30"})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#line-{line.pk}")
    line.refresh_from_db()
    assert (line.title, line.planned_seats) == ("Workshop on Origin", 30)


def test_a_row_with_a_bad_cell_comes_back_with_everything_that_was_typed(desk, line):
    answer = send(desk, line, script=False, **{**shown(line), "title": "Workshop on Origin", "planned_seats": "-1"})
    text = answer.content.decode()
    assert "to correct" in text
    assert "greater than or equal to 0" in text
    assert 'value="Workshop on Origin"' in text


def test_a_row_that_somebody_else_changed_asks_which_value_to_keep(desk, line, office):
    seen = shown(line)
    plans.change(line, by=office, title="Workshop on Valuation")
    mine = {**seen, "title": "Workshop on Origin", "host": "Samoa"}
    answer = send(desk, line, seen, script=False, **mine)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Keep what stands there now: “Workshop on Valuation”" in text
    assert "Write what you typed: “Workshop on Origin”" in text
    assert 'value="Samoa"' in text
    line.refresh_from_db()
    now = shown(line)
    send(desk, line, now, script=False, **{**mine, "title": now["title"]})
    line.refresh_from_db()
    assert (line.title, line.host) == ("Workshop on Valuation", "Samoa")


def test_a_line_with_an_event_can_be_typed_too(desk, line, office):
    programme.create_from(line, by=office, on=TODAY)
    assert send(desk, line, host="Samoa").status_code == 200


# --- who may --------------------------------------------------------------------------------------


def test_nobody_outside_the_office_types_into_the_plan(as_user, line, fiji_official, fiji_contact):
    for person in (None, fiji_official, fiji_contact):
        browser = as_user(person)
        assert browser.get("/office/plan/edit/").status_code in (302, 403, 404)
        assert send(browser, line, title="Workshop on Origin").status_code in (302, 403, 404)
    line.refresh_from_db()
    assert line.title == "Workshop on Transit"


def test_a_row_is_saved_by_post_only_and_must_exist(desk, line):
    assert desk.get(f"/office/activities/{line.pk}/row/").status_code == 405
    assert desk.post("/office/activities/999999/row/", {}).status_code == 404
