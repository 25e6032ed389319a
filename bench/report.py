"""Writes what a run has measured into `docs/benchmarks.md`: tables, how it was measured, what is not claimed."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from bench import client, data, pages, post, seats, stage, trail
from bench.members import Members
from bench.pages import Page, Pages
from bench.post import Post
from bench.seats import Contest, Seats, Web
from bench.sign_in import LEVEL, Comparison, SignIn
from bench.stage import Stage
from bench.trail import Trail
from events.pages.participant.agenda import PER_PAGE

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "docs" / "benchmarks.md"
LIST_CPU, EVENT_CPU, TRAIL_CPU, LETTERS, REGISTRATIONS = 0.005, 0.006, 0.1, 300, 100 / 160
FLAT = 1.25  # a list of 20,000 events may cost so many times a list of 200

HEAD = """# Benchmarks

Written by `make bench`; do not edit. Figures of one run on one machine: read the ratios, they travel better.

{facts}"""

HOW = """
## How it was measured

- Real processes on 127.0.0.1: gunicorn with `portal/gunicorn.py` ({processes} processes of {threads} threads, with a
  pool of connections), `PORTAL_MODE=production`, static files collected, a proxy's headers on each request. {servers}
- The bare views are a Django project of their own (`bench/bare.py`) in the same run, under the same web server, on
  the same database: no sessions, no sign-in, one middleware. The bare list prints 30 rows of one table with two dates
  and a number each; the bare page prints one row. The list of the portal shows up to {per_page} events.
- CPU is user and system time of the processes, read from `/proc` before and after: "web" is gunicorn with all its
  processes, "data" is PostgreSQL and the broker. The visitors run in a process of their own and are not counted.
  CPU is the figure that other work on the machine spares most; rates and waits share the cores with the visitors.
- Each page: {warm} s to warm up, then {seconds} s over {connections} kept connections, as a visitor who has not
  signed in. The event page is that of a meeting with 35 invited administrations, three sessions, six items, two chairs.
- Made in bulk, as legal rows without an audit trail: the events of the calendar but the measured one, officials,
  nominees, sessions of the web. The events lie evenly from {years} years ago to in {years} years. Announcements,
  invitations, confirmations, applications and all letters are made by the services.
- Confirmations: {contenders} processes, each with its own connection, start at the same moment and share the nominees
  out; there are more nominees than seats. Seats given are counted as rows afterwards. The bare INSERT writes one row
  and commits, in as many processes.
- Letters: those that invitations, confirmations and applications of this run left in the outbox, delivered by one
  Celery worker with {workers} processes; those of a confirmation carry a calendar file. The bare client sends messages
  of the same size with `smtplib` over one kept connection in each of {workers} processes. The mail server takes and
  counts (aiosmtpd, one process); it shares the cores.
- The trail: lines made in bulk by one statement of SQL, over three years, about people, administrations, events,
  invitations and letters; a page is asked for over the same kept connections, with the cookie of a session.
- The sign-in: one question at a time, each over a new connection and from another address of the net; passwords are
  hashed as in production. Ranks are compared (Mann and Whitney, two-sided, normal approximation); where the first run
  finds p below 0.01, a second one decides.

## What is not claimed

- Nothing about other machines, networks, disks or TLS. {disk}
- Nothing about pages of people who have signed in, apart from the applications, the trail and the members.
- The pages are measured warm: each process keeps printed lines and the filter bar of the calendar in its memory, and
  one address is asked again and again. The first reader after a change or a restart pays more.
- "Flat" has no figure of its own in the goals; the limit is this report's choice. The share of the database does grow.
- A p99 on few cores says more about waiting for a core than about the page.
"""


@dataclass(frozen=True)
class Found:
    """What the parts of one run measured."""

    shown: Pages
    taken: Seats
    sent: Post
    read: Trail
    known: Members
    asked: SignIn


def write(found: Found, *, load: float, seconds: float, stage: Stage, book: Path = BOOK) -> None:
    text = HEAD.format(facts=_facts(load, seconds))
    text += _pages(found.shown) + _seats(found.taken) + _letters(found.sent) + _trail(found.read)
    text += _members(found.known) + _sign_in(found.asked) + _how(stage)
    book.write_text(text, encoding="utf-8")


# --- the parts ------------------------------------------------------------------------------------------


def _facts(load: float, seconds: float) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    names = ("Django", "gunicorn", "psycopg", "celery")
    rows = [
        ("Date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("Commit", _commit()),
        ("Machine", f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in names)),
        ("PostgreSQL", str(server).split()[0]),
        ("Load average", f"{load:.1f} before the run: what else the machine did"),
        ("Length of the run", f"{seconds:.0f} s"),
    ]
    return _table(("", ""), rows)


def _pages(shown: Pages) -> str:
    constant, rows, row = (shown.bare[name] for name in ("constant", "list", "page"))
    lines = [
        _page(constant, "bare: constant", constant),
        _page(rows, "bare: list of 30 rows", rows),
        _page(row, "bare: one row", row),
    ]
    for name, page in shown.ours.items():
        beside = rows if name.startswith("list") else row if name.startswith("event") else constant
        lines.append(_page(page, name, beside))
    head = ("page", "requests/s", "p50 ms", "p99 ms", "CPU ms", "web", "data", "CPU beside bare", "size kB")
    small, middle, large = (shown.ours[f"list, {size:,} events"] for size in pages.SIZES)
    event = shown.ours[f"event page, {pages.SIZES[1]:,} events"]
    goals = [
        _goal("list at most 5 ms CPU", f"{1000 * middle.cpu:.1f} ms with 2,000 events", middle.cpu <= LIST_CPU),
        _goal(
            f"list flat to 20,000 events (at most {FLAT} times)",
            f"{large.cpu / small.cpu:.2f} times the CPU of 200 events",
            large.cpu <= FLAT * small.cpu,
        ),
        _goal("event page at most 6 ms CPU", f"{1000 * event.cpu:.1f} ms", event.cpu <= EVENT_CPU),
    ]
    feeds = ", ".join(f"{1000 * seconds:.0f} ms with {size:,} events" for size, seconds in shown.feeds.items())
    return (
        "\n## Public pages\n\n"
        + _table(head, lines)
        + "\nThe list is compared with the bare list, the event page with the bare row, the rest with the constant. "
        + f"The calendar file is made once in five minutes ({feeds}) and then read from the cache.\n\n"
        + "".join(goals)
    )


def _page(page: Page, name: str, beside: Page) -> tuple[str, ...]:
    visit = page.visit
    return (
        name,
        f"{visit.rate:.0f}",
        _ms(visit.percentile(0.5)),
        _ms(visit.percentile(0.99)),
        _ms(page.cpu),
        _ms(page.web),
        _ms(page.servers),
        "1" if page is beside else f"{page.cpu / beside.cpu:.1f}",
        f"{visit.size / 1000:.1f}",
    )


def _seats(taken: Seats) -> str:
    contests = [
        _contest("bare INSERT", taken.bare),
        _contest("confirm, one event", taken.one),
        _contest("confirm, 20 events", taken.twenty),
    ]
    head = (f"{seats.PROCESSES} processes", "done", "refused", "acts/s", "confirmed/s", "CPU ms", "seats", "too many")
    web_head = ("through the web", "requests/s", "p50 ms", "p99 ms", "CPU ms", "web", "data")
    ratio = taken.web.visit.rate / taken.bare_web.visit.rate
    oversold = taken.one.oversold + taken.twenty.oversold
    goals = [
        _goal("no seat given twice", f"{oversold} seats too many", not oversold),
        _goal(
            "100 registrations/s where the bare one does 160 (0.63 of it)",
            f"{taken.web.visit.rate:.0f}/s, {ratio:.2f} of the bare one",
            ratio >= REGISTRATIONS,
        ),
    ]
    return (
        "\n## Seats under contention\n\n"
        + _table(head, contests)
        + f"\nOne event is confirmed at {taken.one.rate / taken.bare.rate:.3f} of the rate of bare INSERTs, 20 events "
        + f"at {taken.twenty.rate / taken.bare.rate:.3f}. One confirmation locks the event, counts the seats, moves "
        + "the row, writes the audit row, the letter and the reminders, and rings the bell of the worker.\n\n"
        + _table(
            web_head,
            [_web("bare: one row, a redirect", taken.bare_web), _web("an official applies", taken.web)],
        )
        + "\nThe application checks session, person, form and token; it locks the event and writes the registration, "
        + "the audit row and the letter.\n\n"
        + "".join(goals)
    )


def _contest(name: str, contest: Contest) -> tuple[str, ...]:
    confirmed = f"{contest.confirmations:.0f}" if contest.seats else ""
    cpu = _ms(contest.cost)
    seats, oversold = (f"{contest.seats}", f"{contest.oversold}") if contest.seats else ("", "")
    return (name, f"{contest.done}", f"{contest.refused}", f"{contest.rate:.0f}", confirmed, cpu, seats, oversold)


def _web(name: str, web: Web) -> tuple[str, ...]:
    waits = (_ms(web.visit.percentile(0.5)), _ms(web.visit.percentile(0.99)))
    return (name, f"{web.visit.rate:.0f}", *waits, _ms(web.cpu), _ms(web.web), _ms(web.servers))


def _letters(sent: Post) -> str:
    cpu = sent.workers + sent.servers + sent.sink
    rows = [
        ("bare client", f"{sent.bare_rate:.0f}", "", "", "", _ms(sent.bare_sink)),
        ("the portal", f"{sent.rate:.0f}", _ms(cpu), _ms(sent.workers), _ms(sent.servers), _ms(sent.sink)),
    ]
    kinds = ", ".join(f"{count} {kind}" for kind, count in sent.kinds.items())
    early, late = (size / 1e6 for size in (sent.memory_early, sent.memory_late))
    return (
        "\n## Letters\n\n"
        + _table((f"{post.WORKERS} processes", "letters/s", "CPU ms", "workers", "data", "mail server"), rows)
        + f"\n{sent.letters} letters of {sent.octets} octets ({kinds}): {sent.rate / sent.bare_rate:.2f} of the bare "
        + f"rate. Memory of the worker and its processes: {early:.0f} MB after a quarter of the letters, "
        + f"{late:.0f} MB at the end.\n\n"
        + _goal(f"{LETTERS} letters/s", f"{sent.rate:.0f}/s", sent.rate >= LETTERS)
    )


def _trail(read: Trail) -> str:
    head = ("page", "requests/s", "p50 ms", "p99 ms", "CPU ms", "web", "data", "CPU beside bare", "size kB")
    lines = [_page(read.bare, "bare: list of 30 rows", read.bare)]
    lines += [_page(page, name, read.bare) for name, page in read.ours.items()]
    worst, page = max(read.ours.items(), key=lambda found: found[1].cpu)
    return (
        f"\n## The audit trail with {read.entries:,} lines\n\n"
        + _table(head, lines)
        + f"\nOf {read.people:,} people and {trail.VERBS} verbs, filled in {read.seconds:.0f} s; table and indexes "
        + f"take {read.megabytes:.0f} MB. A page shows 50 lines to a signed-in person of the office. A text is looked "
        + f"for in the latest {trail.SEARCHED:,} lines of the choice.\n\n"
        + _goal(
            f"each page at most {1000 * TRAIL_CPU:.0f} ms of server time (CPU)",
            f"{1000 * page.cpu:.1f} ms at worst ({worst})",
            page.cpu <= TRAIL_CPU,
        )
    )


def _sign_in(asked: SignIn) -> str:
    rows = [_compared(found) for found in asked.comparisons]
    guessing = asked.guessing
    telling = [found.name for found in asked.comparisons if found.tells]
    return (
        "\n## Who is known at the sign-in\n\n"
        + _table(("asked for", "known, p50 ms", "unknown, p50 ms", "p of each run"), rows)
        + f"\n{len(asked.comparisons[0].known)} known and as many unknown addresses, in a shuffled order. "
        + f"{guessing.guesses:,} guesses of one password from as many addresses of the net, the right one ten times "
        + f"among them, in {guessing.seconds:.0f} s: {guessing.tried} were tried, {guessing.inside} opened.\n\n"
        + _goal(
            f"the time does not tell who is known (p below {LEVEL} in two runs of two)",
            f"it tells with {', '.join(telling)}" if telling else "no difference was found twice",
            not telling,
        )
        + _goal(
            "refused from the sixth guess",
            f"{guessing.tried} were tried, {guessing.inside} opened",
            guessing.tried == 5 and guessing.inside == 0,
        )
    )


def _members(known: Members) -> str:
    head = ("page", "requests/s", "p50 ms", "p99 ms", "CPU ms", "web", "data", "CPU beside bare", "size kB")
    lines = [_page(known.bare, "bare: list of 30 rows", known.bare)]
    lines += [_page(page, name, known.bare) for name, page in known.ours.items()]
    worst, page = max(known.ours.items(), key=lambda found: found[1].cpu)
    return (
        f"\n## {known.people:,} people of {known.administrations} administrations\n\n"
        + _table(head, lines)
        + "\nAsked by a signed-in person of the office, or by the contact point of Fiji, beside the trail above.\n\n"
        + _goal(
            f"each page at most {1000 * TRAIL_CPU:.0f} ms of server time (CPU)",
            f"{1000 * page.cpu:.1f} ms at worst ({worst})",
            page.cpu <= TRAIL_CPU,
        )
    )


def _compared(found: Comparison) -> tuple[str, ...]:
    known, unknown = found.medians
    return found.name, _ms(known), _ms(unknown), ", ".join(f"{p:.3f}" for p in found.runs)


def _how(run: Stage) -> str:
    own = bool(run.servers)
    return HOW.format(
        processes=stage.WEB_PROCESSES,
        threads=stage.WEB_THREADS,
        servers="PostgreSQL and Valkey come from packages and listen on sockets."
        if own
        else "PostgreSQL and Redis were given; their CPU is not in the figures.",
        disk="PostgreSQL ran without `fsync`, for the bare views too: a commit waits for no disk." if own else "",
        per_page=PER_PAGE,
        warm=pages.WARM_UP_SECONDS,
        seconds=pages.SECONDS,
        connections=client.CONNECTIONS,
        years=data.YEARS_EACH_WAY,
        contenders=seats.PROCESSES,
        workers=post.WORKERS,
    )


# --- words ----------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _column in head[1:])] if any(head) else ["---", "---"]
    lines = [head, rule, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _goal(goal: str, found: str, met: bool) -> str:
    return f"- Goal: {goal}. {'Met' if met else 'Missed'}: {found}.\n"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.2f}" if seconds < 0.1 else f"{1000 * seconds:.0f}"


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    code = git("status", "--porcelain", "--", "portal", "members", "events", "templates", "bench")
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + (" with changes not committed" if code else "")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
