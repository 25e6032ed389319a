"""What processes used, read from /proc: the CPU time of a tree of processes, and the memory of one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    name: str
    seconds: float


def processes() -> dict[int, Process]:
    """All processes of this machine that can be read; one that ends meanwhile is left out."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue
        name, _bracket, rest = text.partition("(")[2].rpartition(")")
        fields = rest.split()
        # user and system time, its own and that of its children that ended
        ticks = sum(int(fields[place]) for place in (11, 12, 13, 14))
        found[int(folder.name)] = Process(int(folder.name), int(fields[1]), name, ticks / TICKS)
    return found


def tree(root: int, known: dict[int, Process]) -> Iterator[Process]:
    """A process and everything that descends from it."""
    if root in known:
        yield known[root]
    for process in known.values():
        if process.parent == root:
            yield from tree(process.pid, known)


def children_named(*names: str) -> list[int]:
    """The servers that this process started itself, by the name of their program."""
    return [row.pid for row in processes().values() if row.parent == os.getpid() and row.name in names]


def cpu(roots: Iterable[int]) -> float:
    """Seconds of CPU, user and system, that these trees have used so far."""
    known = processes()
    return sum(process.seconds for root in roots for process in tree(root, known))


def memory(root: int) -> int:
    """Bytes that a tree holds in memory; pages that its processes share count once for each."""
    total = 0
    for process in tree(root, processes()):
        try:
            total += int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * PAGE
        except OSError:
            continue
    return total
