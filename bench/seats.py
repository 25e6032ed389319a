"""Part 2: many confirm at once, by the services and through the web; nobody may get a seat that is not there."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from multiprocessing.synchronize import Barrier
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connections
from django.middleware.csrf import _get_new_csrf_string
from django.utils import timezone

from bench import client, data, meter
from bench.client import Visit
from bench.stage import Stage
from events.models import Event, Registration
from events.services import registrations
from events.states import RegistrationState
from members.models import Administration, User
from portal.kit.launch import Child, Died
from portal.kit.states import Refused

PROCESSES = 8
BARE_SECONDS = 2.0
INSERT = "INSERT INTO bench_row (title, starts_at, ends_at, seats) VALUES ('Registration', now(), now(), 1)"
Work = Callable[[int], bool]


@dataclass(frozen=True)
class Contest:
    """How so many processes fared. CPU in seconds for one act: of the processes and of PostgreSQL and the broker."""

    done: int
    refused: int
    elapsed: float
    cpu: float
    servers: float
    seats: int = 0
    oversold: int = 0

    @property
    def cost(self) -> float:
        return self.cpu + self.servers

    @property
    def rate(self) -> float:
        return (self.done + self.refused) / self.elapsed

    @property
    def confirmations(self) -> float:
        return self.done / self.elapsed


@dataclass(frozen=True)
class Web:
    """Applications through the web."""

    visit: Visit
    web: float
    servers: float

    @property
    def cpu(self) -> float:
        return self.web + self.servers


@dataclass(frozen=True)
class Seats:
    bare: Contest
    one: Contest
    twenty: Contest
    bare_web: Web
    web: Web


def measure(stage: Stage, officer: User, say: Callable[[str], None]) -> Seats:
    administrations = list(Administration.objects.order_by("pk"))
    bare = _contest(stage, _insert, [0] * PROCESSES, seconds=BARE_SECONDS)
    say(f"bare INSERT: {bare.rate:.0f} a second")

    one = data.announced("One Meeting", administrations, seats=10, pool=150, by=officer)
    rows = data.nominees(one, data.NOMINEES)
    first = _confirm_all(stage, [one], rows)
    say(f"one event: {first.confirmations:.0f} confirmations a second, {1000 * first.cost:.2f} ms CPU")

    many = [data.announced(f"Meeting {n}", administrations[:5], seats=4, pool=10, by=officer) for n in range(1, 21)]
    turns = zip(*(data.nominees(event, 8) for event in many), strict=True)
    second = _confirm_all(stage, many, [pk for turn in turns for pk in turn])
    say(f"20 events: {second.confirmations:.0f} confirmations a second, {1000 * second.cost:.2f} ms CPU")

    bare_web, web = _through_the_web(stage, officer, administrations)
    say(f"bare registration: {bare_web.visit.rate:.0f} a second, {1000 * bare_web.cpu:.2f} ms CPU")
    say(f"application: {web.visit.rate:.0f} a second, {1000 * web.cpu:.2f} ms CPU")
    return Seats(bare, first, second, bare_web, web)


# --- by the services -----------------------------------------------------------------------------------


def _confirm_all(stage: Stage, events: list[Event], rows: list[int]) -> Contest:
    """Every nominee is confirmed or refused; then the seats given are counted as rows."""
    seats = sum(event.seats_per_administration * len(data.bodies(event)) + event.pool_seats for event in events)
    contest = _contest(stage, _confirm, rows)
    oversold = 0
    for event in events:
        counted = registrations.seats_of(event)
        oversold += max(0, counted.pool_taken - counted.pool)
    given = Registration.objects.filter(event__in=events, state=RegistrationState.CONFIRMED).count()
    if given != contest.done:
        raise RuntimeError(f"{contest.done} confirmations were made and {given} are in the database")
    oversold = max(oversold, given - seats)
    return Contest(contest.done, contest.refused, contest.elapsed, contest.cpu, contest.servers, seats, oversold)


def _confirm(pk: int) -> bool:
    registration = Registration.objects.select_related("event", "administration", "official").get(pk=pk)
    officer = registration.event.officer
    assert officer is not None
    try:
        registrations.confirm(registration, by=officer, at=timezone.now())
    except Refused:
        return False
    return True


def _insert(_pk: int) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(INSERT)
    return True


def _contest(stage: Stage, work: Work, rows: Sequence[int], *, seconds: float = 0) -> Contest:
    """Deal the rows to the processes, start all at the same moment, and count; with `seconds` again and again."""
    connections.close_all()  # a connection is never shared with a child
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(PROCESSES + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_run, args=(work, rows[number::PROCESSES], seconds, barrier, results))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    barrier.wait(timeout=60)
    servers = meter.cpu(stage.servers)
    found = [results.get() for _process in processes]
    servers = meter.cpu(stage.servers) - servers
    for process in processes:
        process.join()
    faults = [result for result in found if isinstance(result, str)]
    if faults:
        raise RuntimeError(faults[0])
    done, refused, began, ended, cpu = zip(*found, strict=True)
    acts = sum(done) + sum(refused)
    return Contest(sum(done), sum(refused), max(ended) - min(began), sum(cpu) / acts, servers / acts)


def _run(work: Work, rows: Sequence[int], seconds: float, barrier: Barrier, results: Any) -> None:
    try:
        connections["default"].ensure_connection()
        barrier.wait(timeout=60)
        counts = {True: 0, False: 0}
        began, cpu = time.monotonic(), time.process_time()
        while True:
            for pk in rows:
                counts[work(pk)] += 1
            if time.monotonic() >= began + seconds:
                break
        ended, cpu = time.monotonic(), time.process_time() - cpu
        connections.close_all()
        results.put((counts[True], counts[False], began, ended, cpu))
    except BaseException as error:
        barrier.abort()
        results.put(f"{type(error).__name__}: {error}")


# --- through the web -----------------------------------------------------------------------------------


def _through_the_web(stage: Stage, officer: User, administrations: list[Administration]) -> tuple[Web, Web]:
    event = data.announced("Open Meeting", administrations, seats=10, pool=150, by=officer)
    officials = list(User.objects.filter(username__contains=".official."))
    requests = [_application(event, cookies, token) for cookies, token in signed_in(officials)]
    server, port = stage.web("bench.bare:application")
    bare_request = client.post("/register/", "title=Workshop+on+Transit")
    bare = _visit(stage, server, port, [bare_request] * len(requests))
    stage.stop(server)
    server, port = stage.web("portal.wsgi")
    ours = _visit(stage, server, port, requests)
    stage.stop(server)
    applied = Registration.objects.filter(event=event, state=RegistrationState.APPLIED).count()
    if applied != len(requests):
        raise RuntimeError(f"{len(requests)} applications were sent and {applied} are in the database")
    return bare, ours


def _application(event: Event, cookies: str, token: str) -> str:
    body = f"csrfmiddlewaretoken={token}&motivation=I+work+on+transit+and+train+others."
    return client.post(f"/events/{event.slug}/apply/", body, cookies)


def signed_in(people: list[User]) -> list[tuple[str, str]]:
    """A session for each, as a sign-in leaves it: the cookies and the token of the form."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    expires = timezone.now() + timedelta(days=1)
    rows, found = [], []
    for person in people:
        key, token = f"bench{person.pk:027}", _get_new_csrf_string()
        facts = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        rows.append(Session(session_key=key, session_data=store.encode(facts), expire_date=expires))
        found.append((f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}", token))
    Session.objects.bulk_create(rows)
    return found


def _visit(stage: Stage, server: Child, port: int, requests: list[str]) -> Web:
    client.repeat(port, client.get("/constant/"), seconds=0.5)  # the processes are awake, whatever they answer
    pid = server.process.pid
    before = meter.cpu([pid]), meter.cpu(stage.servers)
    visit = client.once_each(port, requests)
    after = meter.cpu([pid]), meter.cpu(stage.servers)
    if set(visit.statuses) != {"302"}:
        raise Died(f"Registrations answered {visit.statuses}.\n{server.last_lines()}")
    web, servers = ((end - begin) / len(requests) for begin, end in zip(before, after, strict=True))
    return Web(visit, web, servers)
