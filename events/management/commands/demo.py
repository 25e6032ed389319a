"""`manage.py demo`: the whole portal with a demonstration year on this machine, under one supervisor."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TextIO

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command

from events.management.commands.seed_demo import PASSWORD, PERSONAS
from portal.kit.launch import Child, Children, Died

FOLDER = Path(settings.BASE_DIR) / ".demo"
LOGS = FOLDER / "log"
FIRST_PORT = 8000
# what a shell may have set for another start of the portal has no place in the demonstration
FOREIGN = ("DEBUG", "EMAIL_URL", "DB_POOL", "TRUSTED_PROXIES", "BIND", "ACCESS_LOG", "FAST_PASSWORDS", "FROM_EMAIL")


class Command(BaseCommand):
    help = "Start the portal with a demonstration year: broker, data, worker, beat and web server. Ctrl-C stops all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"the port (default: the first free one from {FIRST_PORT} upward)")
        parser.add_argument("--reset", action="store_true", help="forget all data of the demonstration and start over")
        parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, port: int | None, reset: bool, prepare: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration does not run with production settings.")
        if prepare:
            self.prepare()
            return
        try:
            self.supervise(port, reset=reset)
        except Died as error:
            raise CommandError(f"{error}\nThe demonstration has stopped.") from error
        except KeyboardInterrupt:
            self.say("The demonstration has stopped.")

    def supervise(self, port: int | None, *, reset: bool) -> None:
        FOLDER.mkdir(exist_ok=True)
        with ExitStack() as stack:
            lock = stack.enter_context(only_one())
            if reset:
                forget()
            listener = stack.enter_context(listen(port))
            url = f"http://localhost:{listener.getsockname()[1]}"
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, interrupt)
            LOGS.mkdir(exist_ok=True)
            children = stack.enter_context(Children())
            stack.callback(deafen)  # a second Ctrl-C must not leave half of them running
            note(lock, url, children.folder)
            self.start(children, listener, url)
            self.say(invitation(url))
            while True:
                time.sleep(0.5)
                children.must_run()

    def start(self, children: Children, listener: socket.socket, url: str) -> None:
        self.say("Starting the broker ...")
        env = environment(url, broker=children.broker(log=LOGS / "broker.log"))

        def child(name: str, *command: str, log: Path | None, pass_fds: tuple[int, ...] = ()) -> Child:
            command = (sys.executable, *command)
            return children.add(Child(name, command, log=log, env=env, cwd=settings.BASE_DIR, pass_fds=pass_fds))

        self.say("Preparing the data ...")
        preparation = child("The preparation of the data", "manage.py", "demo", "--prepare", log=None)
        preparation.wait()
        children.stack.remove(preparation)

        self.say("Starting worker, beat and web server ...")
        celery = ("-m", "celery", "-A", "portal.celery")
        # one process without children of its own: nothing of it can stay behind
        quiet = ("--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=info")
        child("worker", *celery, "worker", *quiet, log=LOGS / "worker.log")
        child("beat", *celery, "beat", "--loglevel=info", log=LOGS / "beat.log")
        number = listener.fileno()
        gunicorn = ("-m", "gunicorn", "-c", "portal/gunicorn.py", "--bind", f"fd://{number}", "portal.wsgi")
        web = child("web server", *gunicorn, log=LOGS / "web.log", pass_fds=(number,))
        web.wait_until(lambda: answers(listener), seconds=60)
        children.must_run()

    def prepare(self) -> None:
        """Bring the demonstration's own database, data and static files up to date; it runs in their environment."""
        if not settings.DEMO:
            raise CommandError("This step belongs to `manage.py demo`.")
        loaded = FOLDER / "loaded"
        if not loaded.exists():  # nothing is there, or a first start was interrupted half way
            for path in FOLDER.glob("portal.sqlite3*"):
                path.unlink()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", stdout=self.stdout)
        loaded.touch()
        stamp, now = FOLDER / "static.stamp", static_fingerprint()
        if not stamp.exists() or stamp.read_text() != now:
            self.say("Collecting static files ...")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(now)

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def only_one() -> Iterator[TextIO]:
    """Hold the lock of the demonstration; a second start is told where the first one runs."""
    with (FOLDER / "lock").open("a+") as lock:
        lock.seek(0)
        text = lock.read()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            first = json.loads(text or "{}")
            where = f" at {first['url']} (process {first['pid']})" if first else ""
            raise CommandError(f"The demonstration runs already{where}. Stop it there with Ctrl-C.") from None
        if text:  # the last one was killed before it could tidy
            shutil.rmtree(json.loads(text)["folder"], ignore_errors=True)
        try:
            yield lock
        finally:
            lock.truncate(0)


def note(lock: TextIO, url: str, folder: Path) -> None:
    lock.truncate(0)
    lock.write(json.dumps({"pid": os.getpid(), "url": url, "folder": str(folder)}))
    lock.flush()


def forget() -> None:
    for path in FOLDER.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def listen(port: int | None) -> socket.socket:
    """Take the port at once and keep it: the web server inherits the open socket, so nobody can come between."""
    for number in [port] if port else range(FIRST_PORT, FIRST_PORT + 100):
        try:
            return socket.create_server(("127.0.0.1", number), backlog=256)
        except OSError:
            continue
    raise CommandError(f"Port {port} is in use." if port else "No port is free.")


def environment(url: str, *, broker: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return env | {
        "PORTAL_MODE": "demo",
        "PORTAL_URL": url,
        "DATABASE_URL": f"sqlite:///{FOLDER / 'portal.sqlite3'}",
        "REDIS_URL": broker,
        "SECRET_KEY": secret(),
        "MEDIA_ROOT": str(FOLDER / "media"),
        "STATIC_ROOT": str(FOLDER / "static"),
        "TICK_SECONDS": "5",
        "PYTHONUNBUFFERED": "1",
    }


def secret() -> str:
    """A random key of this copy, kept so that people stay signed in over a restart."""
    path = FOLDER / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def static_fingerprint() -> str:
    lines = [
        f"{path} {(facts := Path(storage.path(path)).stat()).st_mtime_ns} {facts.st_size}"
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def answers(listener: socket.socket) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def invitation(url: str) -> str:
    width = max(len(f"{name}, {role}") for name, role, _ in PERSONAS)
    people = [f"    {f'{name}, {role}':{width}}   {username}" for name, role, username in PERSONAS]
    return "\n".join(
        [
            "",
            f"  Sign in at {url}/account/login/ as one of these people; the password of all is {PASSWORD}",
            *people,
            f"  Letters that the portal has sent: {url}/mailbox/",
            "  Logs: .demo/log/   Stop: Ctrl-C   Start over: make demo-reset",
            "",
            f"Ready: {url}",
        ]
    )


def interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def deafen() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
