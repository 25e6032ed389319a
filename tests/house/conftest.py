"""The small world of the house tests, and a log that denials do not fill."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.world import World, build


@pytest.fixture
def quiet() -> Iterator[None]:
    """A thousand denials would fill the log of a failure."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return build()
