"""The audit trail only grows: the database refuses every other way, on both engines."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from portal.kit import telling, trail
from portal.kit.models import Entry, Personal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(office):
    return trail.record(office, "changed", office, changes={"unit": ["", "Valuation"]})


def refused(act) -> None:
    before = list(Entry.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        act()
    assert list(Entry.objects.order_by("pk").values()) == before


def sql(statement: str, *values):
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return act


def test_a_line_is_not_saved_again(entry):
    entry.verb = "appointed"
    refused(entry.save)


def test_a_line_is_not_deleted(entry):
    refused(entry.delete)


def test_lines_are_not_changed_or_deleted_in_bulk(entry):
    refused(lambda: Entry.objects.update(verb="appointed"))
    refused(lambda: Entry.objects.filter(pk=entry.pk).update(by=None))
    refused(lambda: Entry.objects.bulk_update([Entry(pk=entry.pk, verb="x")], ["verb"]))
    refused(lambda: Entry.objects.all().delete())
    refused(lambda: Entry.objects.all()._raw_delete(using="default"))


def test_lines_are_not_overwritten_by_a_conflict(entry):
    row = Entry(pk=entry.pk, verb="x", about=entry.about)
    refused(
        lambda: Entry.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["verb", "by"]
        )
    )


def test_plain_sql_is_refused_too(entry):
    refused(sql("UPDATE kit_entry SET verb = 'x' WHERE id = %s", entry.pk))
    refused(sql("DELETE FROM kit_entry WHERE id = %s", entry.pk))
    refused(sql("DELETE FROM kit_entry"))
    columns = "id, about_type_id, about_id, at, by_id, verb, facts"
    copy = f"SELECT id, about_type_id, about_id, at, NULL, 'x', facts FROM kit_entry WHERE id = {entry.pk}"
    if connection.vendor == "sqlite":
        refused(sql(f"REPLACE INTO kit_entry ({columns}) {copy}"))
        refused(sql("UPDATE OR IGNORE kit_entry SET verb = 'x'"))
    else:
        refused(sql(f"INSERT INTO kit_entry ({columns}) {copy} ON CONFLICT (id) DO UPDATE SET verb = 'x'"))
        refused(sql("WITH gone AS (DELETE FROM kit_entry RETURNING id) SELECT count(*) FROM gone"))


def test_a_person_with_lines_is_not_deleted(entry, office):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(office)._base_manager.filter(pk=office.pk)._raw_delete(using="default")
        connection.check_constraints()


def test_new_lines_are_taken(entry, office):
    Entry.objects.bulk_create([Entry(verb="seen", about=office), Entry(verb="seen", about=office, by=office)])
    assert Entry.objects.filter(verb="seen").count() == 2


@pytest.mark.parametrize("number", [1, 2])
def test_a_test_with_real_commits_leaves_nothing_behind(transactional_db, number):
    """Twice: the second begins where the first has flushed, and the lines refuse as before."""
    assert not Entry.objects.exists()
    person = make.office_person("Programme manager")
    trail.record(person, "seen", person)
    refused(lambda: Entry.objects.all().delete())


def test_the_triggers_go_and_come_with_their_migration(transactional_db):
    person = make.office_person("Programme manager")
    try:
        MigrationExecutor(connection).migrate([("kit", "0003_trail_order")])
        trail.record(person, "changed", person)
        Entry.objects.all()._raw_delete(connection.alias)  # the rows beside it know a newer table
    finally:
        forward = MigrationExecutor(connection)  # other apps went back with it
        forward.migrate(forward.loader.graph.leaf_nodes())
    trail.record(person, "changed", person)
    refused(lambda: Entry.objects.all().delete())


# --- what says who a person is --------------------------------------------------------------------


def test_what_says_who_a_person_is_stands_beside_the_line_and_both_are_told(office, fiji_official):
    entry = trail.record(office, "named chair", office, personal=(fiji_official, {"person": fiji_official}), place=1)
    assert (entry.facts, entry.personal.person) == ({"place": 1}, fiji_official)
    read = Entry.objects.in_full().get(pk=entry.pk)
    assert read.told == {"place": 1, "person": "Official A of Fiji"}


def test_a_change_of_a_profile_keeps_only_the_names_of_the_fields_in_the_line(office, fiji_official):
    entry = trail.record_changes(office, fiji_official, {"name": "Ana", "unit": ""}, {"name": "Sina", "unit": ""})
    assert entry and entry.facts == {"fields": ["name"]}
    assert entry.told["changes"] == {"name": ["Ana", "Sina"]}


def test_a_field_that_holds_a_person_says_the_new_one_or_who_went(office, fiji_official):
    event = make.event("FJ", by=office)
    gave = trail.record_changes(office, event, {"officer": None, "venue": ""}, {"officer": fiji_official, "venue": "A"})
    assert gave and gave.facts == {"changes": {"venue": ["", "A"]}, "fields": ["officer"]}
    assert gave.personal.person == fiji_official
    assert gave.told["changes"] == {"venue": ["", "A"], "officer": ["", "Official A of Fiji"]}
    took = trail.record_changes(office, event, {"officer": fiji_official}, {"officer": None})
    assert took and took.told["changes"] == {"officer": ["Official A of Fiji", ""]}


def test_a_text_that_names_somebody_without_an_account_stands_beside_the_line(office):
    entry = trail.record_changes(office, office.appointments.get(), {"x": ""}, {"x": "Head A"}, naming=["x"])
    assert entry and entry.facts == {"changes": {}, "fields": ["x"]}
    assert entry.personal.person is None


def test_a_line_whose_facts_about_a_person_are_erased_says_so(office, fiji_official):
    entry = trail.record_changes(office, fiji_official, {"name": "Ana"}, {"name": "Sina"})
    assert entry
    Personal.objects.all().delete()
    read = Entry.objects.in_full().get(pk=entry.pk)
    told = telling.details(read, type(fiji_official), named={}, passed_over=frozenset())
    assert told == ["Full name, as on certificates: what it was is erased"]
