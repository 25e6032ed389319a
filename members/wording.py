"""How facts about people are said, on pages and in letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Proposal, User
from portal.kit import telling
from portal.kit.zones import zone_label


def value_in_words(name: str, value: Any, *, at: datetime) -> str:
    """The value of a field of the profile as people read it: "Female", "Suva (UTC+12)"; an empty one too."""
    if name == "time_zone":
        return zone_label(value, at) if value else _("As the administration")
    text = "" if value is None else str(value)
    return telling.words(User, name, text) or _("Not stated")


def proposed_changes(proposal: Proposal) -> list[dict[str, str]]:
    """Each proposed change: the field, what stands in the profile now, and what is proposed."""
    at = timezone.now()
    return [
        {
            "field": telling.label(User, name),
            "old": value_in_words(name, getattr(proposal.person, name), at=at),
            "new": value_in_words(name, value, at=at),
        }
        for name, value in proposal.changes.items()
    ]
