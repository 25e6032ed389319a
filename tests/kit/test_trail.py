"""The audit trail only grows: the database refuses every other way, on both engines."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from portal.kit import trail
from portal.kit.models import Entry

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
    from tests import make

    assert not Entry.objects.exists()
    person = make.office_person("Programme manager")
    trail.record(person, "seen", person)
    refused(lambda: Entry.objects.all().delete())


def test_the_triggers_go_and_come_with_their_migration(transactional_db):
    from tests import make

    person = make.office_person("Programme manager")
    try:
        MigrationExecutor(connection).migrate([("kit", "0003_trail_order")])
        trail.record(person, "changed", person)
        Entry.objects.all()._raw_delete(connection.alias)  # the rows beside it know a newer table
    finally:
        MigrationExecutor(connection).migrate([("kit", "0005_personal")])
    trail.record(person, "changed", person)
    refused(lambda: Entry.objects.all().delete())
