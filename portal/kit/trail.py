"""The audit trail: written by every service, read by the history pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from portal.kit.models import Entry, EntryQuerySet


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
