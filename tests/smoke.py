"""`python -m tests.smoke`: what a stranger does: clone, `make demo`, look around, sign in, stop. Nothing stays."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from html import unescape
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
MARK = f"PORTAL_SMOKE={secrets.token_hex(8)}"
# a stranger's shell knows nothing of this one
UNKNOWN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORTAL_MODE", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
EVENT = r"/events/[a-z0-9-]+/"
OUTCOME = r"/outcomes/[^/\"?]+/"
PAGE = r"/[^\"#]*"
LETTER = r"/mailbox/[0-9]+/"
passed = 0


def step(sentence: str, truth: object = True) -> None:
    global passed
    if not truth:
        raise SystemExit(f"FAILED: {sentence}")
    passed += 1
    print(f"  ok  {sentence}", flush=True)


def wait_for(truth: Callable[[], object], *, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > limit:
            return False
        time.sleep(0.2)
    return True


class Demonstration:
    """One `make demo` in the clone, from its start to its end."""

    def __init__(self, clone: Path, *, target: str = "demo") -> None:
        self.clone, self.lines = clone, list[str]()
        name, value = MARK.split("=")
        env = {key: text for key, text in os.environ.items() if key not in UNKNOWN} | {name: value}
        self.began = time.monotonic()
        self.make = subprocess.Popen(
            ["make", target], cwd=clone, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def until_ready(self) -> str:
        assert self.make.stdout is not None
        for line in self.make.stdout:
            print(f"      | {line}", end="", flush=True)
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Ready: "):
                print(f"      ({time.monotonic() - self.began:.1f} seconds)", flush=True)
                return line.removeprefix("Ready: ").strip()
        raise SystemExit(f"FAILED: make demo ended with code {self.make.wait()} before it was ready")

    @property
    def supervisor(self) -> int:
        return int(json.loads((self.clone / ".demo" / "lock").read_text())["pid"])

    @property
    def folder(self) -> Path:
        return Path(json.loads((self.clone / ".demo" / "lock").read_text())["folder"])

    def stop(self, number: int) -> None:
        os.kill(self.supervisor, number)
        self.make.wait(60)

    def people(self) -> tuple[str, list[str]]:
        """The password and the sign-in names, read where a person reads them."""
        at = next(i for i, line in enumerate(self.lines) if "the password of all is" in line)
        names = [line.split()[-1] for line in self.lines[at + 1 :] if line.startswith("    ")]
        return self.lines[at].split()[-1], names


class Visitor:
    """A browser without a screen: it keeps cookies and fills forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def get(self, path: str) -> str:
        try:
            with self.opener.open(self.url + path, timeout=60) as answer:
                return str(answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            raise SystemExit(f"FAILED: {path} answers {error.code}") from error

    def sign_in(self, name: str, password: str) -> str:
        form = self.get("/account/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token, "the form holds a token"
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "login": name, "password": password})
        request = urllib.request.Request(f"{self.url}/account/login/", data.encode(), {"Referer": self.url})
        with self.opener.open(request, timeout=60) as answer:
            return str(answer.geturl()).removeprefix(self.url)


def running(folder: Path) -> list[str]:
    """Every process that this test began: it carries the mark in its environment, or the broker's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            marked = MARK.encode() in (process / "environ").read_bytes()
            if command and (marked or str(folder) in command or (process / "cwd").readlink() == folder):
                found.append(f"{process.name} {command}")
        except OSError:
            continue
    return found


def links(page: str, pattern: str) -> list[str]:
    return [unescape(link) for link in re.findall(rf'href="({pattern})"', page)]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="portal-smoke-") as temporary:
        clone = Path(temporary) / "portal"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(clone)], check=True)
        step("a fresh clone")
        demonstration = Demonstration(clone)
        try:
            first_visit(demonstration)
            stop_and_start_again(demonstration, clone)
        except BaseException:
            log = clone / ".demo" / "log" / "web.log"
            print("".join(log.read_text().splitlines(keepends=True)[-40:]) if log.exists() else "no log", flush=True)
            raise
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                for line in running(clone):
                    os.kill(int(line.split()[0]), number)
                wait_for(lambda: not running(clone), seconds=10)
    print(f"\n{passed} passed, 0 failed")


def first_visit(demonstration: Demonstration) -> None:
    url = demonstration.until_ready()
    step(f"make demo is ready at {url}")
    folder = demonstration.folder
    step("its processes are seen", len(running(folder)) >= 5)

    visitor = Visitor(url)
    step("the first page answers", visitor.get("/"))
    events = links(visitor.get("/calendar/"), EVENT)
    step("the calendar lists events", events)
    step("an event page answers", "<h1" in visitor.get(events[0]))
    step("the calendar is a feed too", visitor.get("/calendar.ics").startswith("BEGIN:VCALENDAR"))
    outcomes = links(visitor.get("/outcomes/"), OUTCOME)
    step("an outcome is published and can be read", outcomes and "<h1" in visitor.get(outcomes[0]))

    password, names = demonstration.people()
    step(f"people are offered: {', '.join(names)}", len(names) >= 4)
    for name in names:
        person = Visitor(url)
        landed = person.sign_in(name, password)
        step(f"{name} signs in and lands on {landed}", "/account/login" not in landed)
        paths = sorted(set(links(person.get(landed), PAGE)))
        for path in paths:
            person.get(path)
        step(f"{name} opens the {len(paths)} pages that are linked there", paths)
    letters = wait_for(lambda: links(visitor.get("/mailbox/"), LETTER), seconds=90)
    step("the mailbox shows letters that the worker sent", letters)
    step("a letter can be read", visitor.get(links(visitor.get("/mailbox/"), LETTER)[0]))

    second = subprocess.run(["make", "demo"], cwd=demonstration.clone, capture_output=True, text=True, check=False)
    step("a second start says where the first one runs", second.returncode != 0 and url in second.stderr)


def stop_and_start_again(demonstration: Demonstration, clone: Path) -> None:
    folder = demonstration.folder
    demonstration.stop(signal.SIGTERM)
    step("SIGTERM ends it well", demonstration.make.returncode == 0)
    step("no process stays", wait_for(lambda: not running(folder), seconds=5))
    step("no folder stays", not folder.exists())

    again = Demonstration(clone)
    visitor = Visitor(again.until_ready())
    step("it starts again and keeps its letters", links(visitor.get("/mailbox/"), LETTER))
    folder = again.folder
    again.stop(signal.SIGKILL)
    step("no orphan stays when the supervisor is killed", wait_for(lambda: not running(folder), seconds=20))

    last = Demonstration(clone)
    last.until_ready()
    step("it starts after it was killed, and tidies", not folder.exists())
    folder = last.folder
    beat = next(int(line.split()[0]) for line in running(folder) if " beat " in line)
    os.kill(beat, signal.SIGKILL)
    assert last.make.stdout is not None
    rest = last.make.stdout.read()
    step("a child that dies stops all and is named", last.make.wait(60) != 0 and "beat ended" in rest)
    step("no process stays", wait_for(lambda: not running(folder), seconds=20))
    shutil.rmtree(clone / ".demo")


if __name__ == "__main__":
    main()
