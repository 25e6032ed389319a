"""The clock of a story: a year passes in a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone


class Clock:
    """The time of day for the whole portal; between two jumps it runs as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.offset = timedelta()
        self.real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: self.real() + self.offset)

    def jump(self, wall: str, zone: str = "Asia/Bangkok") -> None:
        """To a wall time, for example "2020-07-01 09:00"."""
        aim = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
        self.offset = aim - self.real()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    yield Clock(monkeypatch)
