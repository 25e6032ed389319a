"""Lists about people that leave the portal as a file: the trail says who took them."""

from __future__ import annotations

from django.db import transaction

from members.models import User
from portal.kit import trail


@transaction.atomic
def note(by: User, *, name: str, rows: int, kind: str) -> None:
    """One line for one file: its name, how many people or rows it holds, and its kind (csv or xlsx)."""
    trail.record(by, "exported", by, list=name, rows=rows, kind=kind)
