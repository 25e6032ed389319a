"""The visitors: a small HTTP client in a process of its own, so that its work is not counted as the server's.

`python -m bench.client` reads a plan as JSON from its standard input and prints what happened as JSON.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle
from typing import Any

HOST = "portal.example"
CONNECTIONS = 4


@dataclass(frozen=True)
class Visit:
    """How a number of requests went; times in seconds."""

    elapsed: float
    times: list[float]
    statuses: dict[str, int]
    size: int

    @property
    def rate(self) -> float:
        return len(self.times) / self.elapsed

    def percentile(self, share: float) -> float:
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


def get(path: str, cookies: str = "") -> str:
    """A request as a proxy in front of the portal passes it on."""
    head = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", "Accept-Encoding: identity"]
    if cookies:
        head.append(f"Cookie: {cookies}")
    return "\r\n".join(head) + "\r\n\r\n"


def post(path: str, body: str, cookies: str = "") -> str:
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        "X-Forwarded-Proto: https",
        f"Origin: https://{HOST}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    if cookies:
        head.append(f"Cookie: {cookies}")
    return "\r\n".join(head) + "\r\n\r\n" + body


def repeat(port: int, request: str, *, seconds: float) -> Visit:
    """Ask for one page again and again, over kept connections."""
    return _in_a_process({"port": port, "requests": [request], "seconds": seconds})


def once_each(port: int, requests: list[str]) -> Visit:
    """Send every request once."""
    return _in_a_process({"port": port, "requests": requests, "seconds": 0})


def _in_a_process(plan: dict[str, Any]) -> Visit:
    command = [sys.executable, "-m", "bench.client"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The visitors failed:\n{done.stderr}")
    return Visit(**json.loads(done.stdout))


def visit(plan: dict[str, Any]) -> dict[str, Any]:
    requests = [request.encode() for request in plan["requests"]]
    limit = time.monotonic() + plan["seconds"] if plan["seconds"] else float("inf")
    queue = cycle(requests) if plan["seconds"] else iter(requests)
    lock, times, statuses, sizes = threading.Lock(), list[float](), Counter[str](), list[int]()
    faults: list[BaseException] = []

    def run() -> None:
        try:
            with Line(plan["port"]) as line:
                while time.monotonic() < limit:
                    with lock:
                        request = next(queue, None)
                    if request is None:
                        return
                    began = time.perf_counter()
                    status, size = line.ask(request)
                    took = time.perf_counter() - began
                    with lock:
                        times.append(took)
                        statuses[status] += 1
                        sizes.append(size)
        except BaseException as error:
            faults.append(error)

    began = time.perf_counter()
    threads = [threading.Thread(target=run) for _number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    elapsed = time.perf_counter() - began
    return {"elapsed": elapsed, "times": times, "statuses": statuses, "size": max(sizes)}


class Line:
    """One kept connection; it is made again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._connect()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def _connect(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def ask(self, request: bytes) -> tuple[str, int]:
        """Send and read one answer: its status and the size of its body."""
        head, _blank, body = self.read(request).partition(b"\r\n\r\n")
        return head.split(b" ", 2)[1].decode(), len(body)

    def read(self, request: bytes) -> bytes:
        """Send and read one whole answer."""
        self.socket.sendall(request)
        head, blank, body = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines[1:])}
        size = int(fields["content-length"])
        while len(body) < size:
            body += self._more()
        if fields.get("connection", "").lower() == "close":
            self.socket.close()
            self.socket = self._connect()
        return head + blank + body

    def _until(self, mark: bytes) -> bytes:
        read = b""
        while mark not in read:
            read += self._more()
        return read

    def _more(self) -> bytes:
        found = self.socket.recv(1 << 18)
        if not found:
            raise ConnectionError("The server closed the connection within an answer.")
        return found


if __name__ == "__main__":
    json.dump(visit(json.load(sys.stdin)), sys.stdout)
