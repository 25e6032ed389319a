"""Part 5: whether the time of an answer tells who is known at the sign-in, and whether guessing helps.

Known and unknown addresses come in a shuffled order, one at a time, each from another address of the net. The times
are compared by their ranks (Mann and Whitney), which asks nothing of their shape. Chance alone gives a p below
0.01 once in a hundred runs: a difference counts when a second run finds it too.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from bench import client
from bench.stage import Stage
from members.models import Administration, User
from portal.kit.launch import Died

EACH = 500
LEVEL = 0.01
GUESSES, SECRET = 10_000, "the pass phrase of official 1"
LOGIN, CODE, RESET = "/account/login/", "/account/login/code/", "/account/password/reset/"


@dataclass(frozen=True)
class Comparison:
    """Times in seconds of one kind of question; `runs` holds the p of each run."""

    name: str
    known: list[float]
    unknown: list[float]
    runs: list[float]

    @property
    def tells(self) -> bool:
        return len(self.runs) == 2 and all(p < LEVEL for p in self.runs)

    @property
    def medians(self) -> tuple[float, float]:
        return median(self.known), median(self.unknown)


@dataclass(frozen=True)
class Guessing:
    guesses: int
    seconds: float
    tried: int  # guesses that were compared with the password, all others were refused before
    inside: int


@dataclass(frozen=True)
class SignIn:
    comparisons: list[Comparison]
    guessing: Guessing


class Visitor:
    """A browser without a memory: it has the token of the form and nothing else; each question is a new connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = "x" * 32
        self.addresses = iter(f"198.{18 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(125_000))

    def ask(self, path: str, **fields: str) -> str:
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        request = client.post(path, body, f"csrftoken={self.token}")
        return request.replace("\r\nHost:", f"\r\nX-Forwarded-For: {next(self.addresses)}\r\nHost:", 1)

    def timed(self, line: client.Line, request: str) -> float:
        began = time.perf_counter()
        status, _size = line.ask(request.encode())
        took = time.perf_counter() - began
        if status not in ("200", "302"):
            raise Died(f"The sign-in answered {status}.")
        return took


def measure(stage: Stage, say: Callable[[str], None]) -> SignIn:
    addresses = _people()
    portal, port = stage.web("portal.wsgi")
    visitor = Visitor(port)
    comparisons = []
    for name, path, field, follow in (
        ("password", LOGIN, "login", ""),
        ("code to sign in", CODE, "email", ""),
        ("page right after it, on the same connection", CODE, "email", LOGIN),
        ("code for a new password", RESET, "email", ""),
    ):
        found = _compare(visitor, name, path, field, follow, addresses)
        comparisons.append(found)
        runs = ", ".join(f"{p:.3f}" for p in found.runs)
        alarm = "  IT TELLS WHO IS KNOWN" if found.tells else ""
        known_ms, unknown_ms = (f"{1000 * seconds:.2f} ms" for seconds in found.medians)
        say(f"{name}: known {known_ms}, unknown {unknown_ms}, p {runs}{alarm}")
    guessing = _guess(visitor, addresses[0])
    say(f"{guessing.guesses:,} guesses: {guessing.tried} were tried, {guessing.inside} opened")
    stage.stop(portal)
    return SignIn(comparisons, guessing)


def _people() -> list[str]:
    """Known addresses; one hash for all, because its cost does not depend on whose it is."""
    fiji, password = Administration.objects.get(iso2="FJ"), make_password(SECRET)
    names = [f"known{number:04}" for number in range(EACH)]
    User.objects.bulk_create(
        User(
            username=f"fj.{name}",
            name=f"Official {name} of Fiji",
            email=f"{name}@customs.example",
            administration=fiji,
            password=password,
        )
        for name in names
    )
    return [f"{name}@customs.example" for name in names]


def _compare(visitor: Visitor, name: str, path: str, field: str, follow: str, known: list[str]) -> Comparison:
    runs: list[float] = []
    times: dict[bool, list[float]] = {}
    for number in range(2):
        cache.clear()  # the throttles count a name, and this is the second time
        unknown = [f"never{count:04}@customs.example" for count in range(EACH)]
        order = [(True, address) for address in known] + [(False, address) for address in unknown]
        random.Random(f"{name} {number}").shuffle(order)
        for address in known[:5]:  # the processes are awake
            _one(visitor, path, field, follow, address.replace("known", "first"))
        times = {True: [], False: []}
        for is_known, address in order:
            times[is_known].append(_one(visitor, path, field, follow, address))
        runs.append(rank_test(times[True], times[False]))
        if runs[-1] >= LEVEL:
            break
    return Comparison(name, times[True], times[False], runs)


def _one(visitor: Visitor, path: str, field: str, follow: str, address: str) -> float:
    with client.Line(visitor.port) as line:
        took = visitor.timed(line, visitor.ask(path, **{field: address, "password": "a wrong pass phrase"}))
        return visitor.timed(line, client.get(follow)) if follow else took


def _guess(visitor: Visitor, address: str) -> Guessing:
    """Guesses from as many addresses of the net; the right pass phrase is among them, late."""
    cache.clear()
    began = time.perf_counter()
    answers: Counter[str] = Counter()
    with client.Line(visitor.port) as line:
        for number in range(GUESSES):
            guess = SECRET if number % 1000 == 999 else f"guess number {number}"
            page = line.read(visitor.ask(LOGIN, login=address, password=guess).encode())
            opened = re.match(rb"HTTP/1.1 302", page)
            answers["inside" if opened else "refused" if b"Too many wrong tries" in page else "tried"] += 1
    return Guessing(GUESSES, time.perf_counter() - began, answers["tried"], answers["inside"])


def rank_test(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's U, by the normal approximation; equal times share their ranks."""
    both = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, ties, start = 0.0, 0.0, 0
    while start < len(both):
        end = start
        while end < len(both) and both[end][0] == both[start][0]:
            end += 1
        shared = (start + 1 + end) / 2
        ranks += shared * sum(1 for _value, which in both[start:end] if which == 0)
        ties += (end - start) ** 3 - (end - start)
        start = end
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    spread = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    if spread <= 0:
        return 1.0
    return math.erfc(abs(u - n * m / 2) / math.sqrt(2 * spread))
