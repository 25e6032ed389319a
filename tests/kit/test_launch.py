"""Children of a supervisor: none outlives it, and one that fails is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from portal.kit.launch import Child, Children, Died

REPOSITORY = Path(__file__).resolve().parents[2]
# a child that starts a child of its own, and both wait
FAMILY = "import subprocess, time; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); time.sleep(600)"


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and waits for its parent to notice has no command any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def soon(truth: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 10
    while not truth() and time.monotonic() < limit:
        time.sleep(0.02)
    return truth()


def test_a_child_that_ends_is_named_with_the_end_of_its_log(tmp_path):
    child = Child("beat", ["sh", "-c", "echo first; echo the reason; exit 3"], log=tmp_path / "beat.log")
    child.process.wait()
    with pytest.raises(Died) as death:
        child.must_run()
    assert "beat ended with code 3." in str(death.value)
    assert str(death.value).endswith("the reason")


def test_a_step_that_ends_well_is_no_death(tmp_path):
    Child("step", ["true"], log=tmp_path / "step.log").wait()
    with pytest.raises(Died, match="step ended with code 1"):
        Child("step", ["false"], log=tmp_path / "step.log").wait()


def test_waiting_for_a_child_ends_when_it_dies(tmp_path):
    child = Child("server", ["false"], log=tmp_path / "server.log")
    with pytest.raises(Died, match="server ended with code 1"):
        child.wait_until(lambda: False, seconds=60)


def test_leaving_the_block_stops_all_with_their_own_children_and_removes_the_folder():
    with Children() as children:
        log = children.folder / "family.log"
        family = children.add(Child("family", [sys.executable, "-c", FAMILY], log=log))
        stubborn = children.add(Child("stubborn", ["sleep", "600"], log=children.folder / "stubborn.log"))
        assert soon(lambda: log.read_text().endswith("\n"))
        grandchild = int(log.read_text())
        children.must_run()
    assert not family.running
    assert not stubborn.running
    assert soon(lambda: not alive(grandchild))
    assert not children.folder.exists()


def test_a_child_that_ignores_the_request_to_stop_is_ended(tmp_path):
    log = tmp_path / "deaf.log"
    child = Child("deaf", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], log=log)
    assert soon(lambda: log.read_text() == "deaf\n")
    child.stop(seconds=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path):
    program = (
        "import pathlib, sys, time\n"
        "from portal.kit.launch import Child\n"
        "child = Child('child', ['sleep', '600'], log=pathlib.Path(sys.argv[1]))\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "child.log")]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        os.kill(parent.pid, signal.SIGKILL)
    assert soon(lambda: not alive(child))


def test_the_broker_of_the_package_answers_on_its_socket_only_while_the_block_runs():
    with Children() as children:
        url = children.broker()
        assert redis.Redis.from_url(url).ping()
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()
