"""A mail server that takes every letter, keeps none and counts: `python -m bench.sink PORT`.

`VRFY count` answers with the number of letters and of octets so far.
"""

from __future__ import annotations

import asyncio
import smtplib
import sys
from typing import Any

from aiosmtpd.smtp import SMTP


class Counting:
    """What the server does with a letter: nothing but one and one."""

    def __init__(self) -> None:
        self.letters = self.octets = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it
        self.letters += 1
        self.octets += len(envelope.content)
        return "250 Counted"

    async def handle_VRFY(self, server: Any, session: Any, envelope: Any, address: str) -> str:  # noqa: N802 - the same
        return f"252 {self.letters} {self.octets}"


def counted(port: int) -> tuple[int, int]:
    """Ask a running sink how many letters, and octets of letters, it took so far."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        _code, answer = smtp.verify("count")
    letters, octets = answer.split()
    return int(letters), int(octets)


async def serve(port: int) -> None:
    counting = Counting()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(counting, hostname="sink.example", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
