"""Time zones as people choose them: by city, with the distance from UTC."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from portal.kit.clock import city, in_zone, offset, zones


@lru_cache(maxsize=1)
def inhabited() -> tuple[str, ...]:
    """The zones of places, without old spellings and technical names, sorted by city."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    names = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return tuple(sorted((names & zones()) | {"UTC"}, key=lambda name: (city(name), name)))


def zone_choices(at: datetime, *, always: str = "") -> list[tuple[str, str]]:
    """Choices of a select: (Asia/Yangon, "Yangon (UTC+6:30)"), with the offset of that instant.

    `always` is offered too when it is an old spelling: what stands in a row stays choosable.
    """
    listed = list(_labels(at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)))
    if always and always not in inhabited():
        listed.append((always, zone_label(always, at)))
    return listed


@lru_cache(maxsize=2)
def _labels(quarter: datetime) -> tuple[tuple[str, str], ...]:
    """Clocks are changed at whole quarters of an hour: more than 400 labels need not be worked out for each page."""
    return tuple((name, zone_label(name, quarter)) for name in inhabited())


def zone_label(name: str, at: datetime) -> str:
    return f"{city(name)} ({offset(in_zone(at, name))})"
