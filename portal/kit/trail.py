"""The audit trail: written by every service, read by the history pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from portal.kit.models import Entry, EntryQuerySet, Naming

EXPORTED = "exported"  # how the verb of every list begins that left the portal

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


def record(by: Any, verb: str, about: models.Model, *, personal: Naming | None = None, **facts: Any) -> Entry:
    """Write one line: who (`None` is the portal itself), the verb in the past tense, the row, and facts.

    The line stays for ever. What says who a person is (a name, an address, a text about somebody) goes into
    `personal=(person, facts)` instead, which erasing the person takes away; `person` is None for somebody without
    an account.
    """
    return Entry.objects.record(by, verb, about, personal, **facts)


def record_changes(
    by: Any, about: models.Model, before: Mapping[str, Any], after: Mapping[str, Any], *, naming: Collection[str] = ()
) -> Entry | None:
    """Write the fields that differ as {field: [old, new]}; nothing when nothing changed.

    The line itself has only the names of the fields of a person's profile, of fields that hold a person, and of
    those in `naming`, whose text names somebody; what they were and are stands beside it.
    """
    changed = [name for name in after if before.get(name) != after[name]]
    if not changed:
        return None
    if _is_person(about):
        changes = {name: [str(before.get(name)), str(after[name])] for name in changed}
        return record(by, "changed", about, personal=(about, {"changes": changes}), fields=changed)
    person, beside, changes = None, {}, {}
    for name in changed:
        old, new = before.get(name), after[name]
        if _is_person(old) or _is_person(new):
            # one line knows one person: whoever it was before stands in the line that said so
            person = new or old
            beside[name] = ["", str(new)] if new else [str(old), ""]
        else:
            (beside if name in naming else changes)[name] = [str(old), str(new)]
    if not beside:
        return record(by, "changed", about, changes=changes)
    personal = (person, {"changes": beside})
    return record(by, "changed", about, personal=personal, changes=changes, fields=list(beside))


def record_export(by: Any, what: str, about: models.Model, *, rows: int, filters: Mapping[str, Any]) -> Entry:
    """A list with people left the portal: who took it, how many rows, and what was asked for, which may be a name."""
    asked = {name: _without_nul(value) for name, value in filters.items()}
    personal = (None, {"filters": asked}) if asked else None
    return record(by, f"{EXPORTED} {what}", about, personal=personal, rows=rows)


def _without_nul(value: Any) -> Any:
    """What was typed into the address bar; PostgreSQL keeps no NUL in a text."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def history(about: models.Model) -> EntryQuerySet:
    """All lines about one row, newest first."""
    return Entry.objects.about(about).select_related("by", "personal")


def _is_person(value: Any) -> bool:
    return isinstance(value, AbstractBaseUser)


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
