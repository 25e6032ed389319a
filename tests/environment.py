"""What a test process needs before the settings are read; pytest loads it first (`-p` in pyproject.toml)."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

PRODUCTION_DATABASES = ("postgresql://", "postgres://")


def own_broker(url: str, worker: str) -> str:
    """Give each test process its own numbered database of one Redis, never number 0: a test empties its cache."""
    number = 1 + int(worker.removeprefix("gw") or 0)
    if url.startswith("unix://"):
        return f"{url.partition('?')[0]}?db={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


os.environ["PORTAL_MODE"] = "development"
os.environ.setdefault("FAST_PASSWORDS", "1")
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = own_broker(os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", ""))


def production_engines() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith(PRODUCTION_DATABASES) and bool(os.environ.get("REDIS_URL"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A bare `pytest` runs on SQLite: tests of the production engines wait for `make test`."""
    if production_engines():
        return
    waiting = [item for item in items if item.get_closest_marker("production")]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]
