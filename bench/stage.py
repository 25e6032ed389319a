"""The stage of a run: a database and a broker of its own, and the portal's processes as production starts them."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench import meter
from bench.client import HOST
from portal.kit.launch import Child, Children
from tests.servers import servers

NAME = "portal_bench"
BROKER_NUMBER = 14  # a numbered database of the broker that nobody else uses
WEB_PROCESSES, WEB_THREADS = 2, 4


@dataclass(frozen=True)
class Stage:
    """What the parts of the bench need: where things run, and which processes serve."""

    children: Children
    environment: dict[str, str]
    smtp_port: int
    servers: list[int]  # PostgreSQL and the broker, when this run started them

    def web(self, application: str) -> tuple[Child, int]:
        """Start a web server as production does, and wait until it answers."""
        port = free_port()
        environment = {
            **self.environment,
            "BIND": f"127.0.0.1:{port}",
            "WEB_CONCURRENCY": str(WEB_PROCESSES),
            "WEB_THREADS": str(WEB_THREADS),
            "WEB_LOG_LEVEL": "warning",
        }
        command = ["-m", "gunicorn", "-c", "portal/gunicorn.py", application]
        child = self._start(f"web server of {application}", command, environment)
        child.wait_until(lambda: listens(port), seconds=30)
        return child, port

    def worker(self) -> Child:
        """Start the portal's worker with two processes that deliver letters."""
        command = ["-m", "celery", "-A", "portal", "worker", "--pool=prefork", "--concurrency=2"]
        command += ["--without-gossip", "--without-mingle", "--loglevel=WARNING"]
        return self._start("worker", command, self.environment)

    def sink(self) -> Child:
        child = self._start("sink", ["-m", "bench.sink", str(self.smtp_port)], self.environment)
        child.wait_until(lambda: listens(self.smtp_port), seconds=30)
        return child

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        log = self.children.folder / f"{len(self.children.stack)}.log"
        return self.children.add(Child(name, [sys.executable, *command], log=log, env=environment))

    def stop(self, child: Child) -> None:
        self.children.stack.remove(child)
        child.stop()


@contextmanager
def stage() -> Iterator[Stage]:
    """Set the stage, point this process at it, and take everything away at the end."""
    with servers() as found, Children() as children, _database(found["DATABASE_URL"]) as database:
        smtp_port = free_port()
        environment = _production(database, _numbered(found["REDIS_URL"]), smtp_port, children.folder)
        os.environ.clear()
        os.environ.update(environment)
        yield Stage(children, environment, smtp_port, meter.children_named("postgres", "valkey-server"))


def _production(database: str, broker: str, smtp_port: int, folder: Path) -> dict[str, str]:
    """The settings of production; a proxy in front says that the visitor came by https."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_MODE": "production",
        "REQUIRE_SECOND_FACTOR": "no",  # the office person of the trail signs in with a password only
        "PORTAL_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "FROM_EMAIL": "office@portal.example",
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def _database(url: str) -> Iterator[str]:
    """An empty database beside the one that was named, gone at the end."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        try:
            yield urlsplit(url)._replace(path=f"/{NAME}").geturl()
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _numbered(url: str) -> str:
    if url.startswith("unix://"):
        return f"{url.partition('?')[0]}?db={BROKER_NUMBER}"
    return urlsplit(url)._replace(path=f"/{BROKER_NUMBER}").geturl()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
