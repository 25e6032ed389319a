"""The audit trail: written by every service, read by the history pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from portal.kit.models import Entry, EntryQuerySet

# each value once, from the index: a DISTINCT would read every line
VERBS = """
    WITH RECURSIVE found (value) AS (
        SELECT min(verb) FROM kit_entry
        UNION ALL
        SELECT (SELECT min(verb) FROM kit_entry WHERE verb > found.value) FROM found WHERE found.value IS NOT NULL
    ) SELECT value FROM found WHERE value IS NOT NULL
"""
KINDS = """
    WITH RECURSIVE found (value) AS (
        SELECT min(about_type_id) FROM kit_entry
        UNION ALL
        SELECT (SELECT min(about_type_id) FROM kit_entry WHERE about_type_id > found.value)
        FROM found WHERE found.value IS NOT NULL
    ) SELECT value FROM found WHERE value IS NOT NULL
"""


def record(by: Any, verb: str, about: models.Model, **facts: Any) -> Entry:
    """Write one line: who (`None` is the portal itself), the verb in the past tense, the row, and facts."""
    return Entry.objects.record(by, verb, about, **facts)


def record_changes(by: Any, about: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> Entry | None:
    """Write the fields that differ as {field: [old, new]}; nothing when nothing changed."""
    changes = {name: [str(before.get(name)), str(after[name])] for name in after if before.get(name) != after[name]}
    return record(by, "changed", about, changes=changes) if changes else None


def history(about: models.Model) -> EntryQuerySet:
    """All lines about one row, newest first."""
    return Entry.objects.about(about).select_related("by")


def verbs() -> list[str]:
    """Every verb that the trail holds."""
    return _values(VERBS)


def kinds() -> list[ContentType]:
    """Every kind of row that the trail tells of."""
    return [ContentType.objects.get_for_id(pk) for pk in _values(KINDS)]


def _values(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [value for (value,) in cursor.fetchall()]
