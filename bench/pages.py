"""Part 1: the public pages beside bare ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache

from bench import client, data, meter
from bench.client import Visit
from bench.stage import Stage
from events.models import Event
from portal.kit.launch import Child, Died

SIZES = (200, 2_000, 20_000)
WARM_UP_SECONDS, SECONDS = 0.5, 3.0


@dataclass(frozen=True)
class Page:
    """One page under load. CPU in seconds for one request: of the web server, and of PostgreSQL and the broker."""

    name: str
    visit: Visit
    web: float
    servers: float

    @property
    def cpu(self) -> float:
        return self.web + self.servers


@dataclass(frozen=True)
class Pages:
    bare: dict[str, Page]
    ours: dict[str, Page]
    feeds: dict[int, float]  # seconds to make the calendar file, which is then kept for five minutes


def measure(stage: Stage, event: Event, say: Callable[[str], None]) -> Pages:
    portal, port = stage.web("portal.wsgi")
    bare, bare_port = stage.web("bench.bare:application")
    baseline: dict[str, Page] = {}
    for name, path in (("constant", "/constant/"), ("list", "/rows/"), ("page", "/row/1000/")):
        baseline[name] = measure_page(stage, bare, bare_port, f"bare {name}", path, say)
    ours: dict[str, Page] = {}
    feeds = {}
    for size in SIZES:
        data.fill_calendar(size)
        cache.clear()
        addresses = {f"list, {size:,} events": "/calendar/"}
        if size < SIZES[-1]:
            addresses[f"month, {size:,} events"] = "/calendar/?view=month"
            addresses[f"event page, {size:,} events"] = f"/events/{event.slug}/"
            feeds[size] = client.once_each(port, [client.get("/calendar.ics")]).times[0]
            addresses[f"calendar file, {size:,} events"] = "/calendar.ics"
        for name, path in addresses.items():
            ours[name] = measure_page(stage, portal, port, name, path, say)
    stage.stop(bare)
    stage.stop(portal)
    return Pages(baseline, ours, feeds)


def measure_page(
    stage: Stage, server: Child, port: int, name: str, path: str, say: Callable[[str], None], cookies: str = ""
) -> Page:
    request = client.get(path, cookies)
    client.repeat(port, request, seconds=WARM_UP_SECONDS)
    before = meter.cpu([server.process.pid]), meter.cpu(stage.servers)
    visit = client.repeat(port, request, seconds=SECONDS)
    after = meter.cpu([server.process.pid]), meter.cpu(stage.servers)
    if set(visit.statuses) != {"200"}:
        raise Died(f"{name} ({path}) answered {visit.statuses}.\n{server.last_lines()}")
    web, servers = ((end - begin) / len(visit.times) for begin, end in zip(before, after, strict=True))
    page = Page(name, visit, web, servers)
    say(f"{name}: {visit.rate:.0f} requests a second, {1000 * page.cpu:.2f} ms CPU each")
    return page
