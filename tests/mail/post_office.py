"""A mail server for tests: it counts what arrives and has the faults that a test asks for."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections import Counter, defaultdict, deque
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"  # the connection breaks
HANG = "hang"  # no answer comes
STAGES = ("GREETING", "MAIL", "RCPT", "DATA", "CONTENT", "DOT")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PostOffice:
    """`office.fault("RCPT", "550 no such user", DROP)`: the next two times at RCPT, one fault each; "" is none.

    CONTENT is after the server said "go ahead" and before it has the whole letter; DOT is after it has kept it.
    """

    def __init__(self, *, port: int = 0, pause: float = 0) -> None:
        self.port = port or free_port()
        self.pause = pause
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        self.connections = 0
        self.letters: list[tuple[str, bytes]] = []
        self.ids: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self.controller.start()
        self.connections = 0  # the controller tries its own door
        return self

    def __exit__(self, *error: object) -> None:
        self.controller.stop(no_assert=True)

    def fault(self, stage: str, *answers: str) -> None:
        assert stage in STAGES
        self.faults[stage].extend(answers)

    @property
    def addresses(self) -> list[str]:
        return [address for address, _content in self.letters]

    def keep(self, envelope: Envelope) -> None:
        content = bytes(envelope.original_content or b"")
        found = re.search(rb"(?im)^message-id:\s*(<\S+>)", content)
        with self.lock:
            self.letters += [(address, content) for address in envelope.rcpt_tos]
            self.ids[found[1].decode() if found else ""] += 1

    def next_fault(self, stage: str) -> str:
        with self.lock:
            return self.faults[stage].popleft() if self.faults[stage] else ""


class _Server(SMTP):
    def __init__(self, office: PostOffice, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Handler(office), *args, **kwargs)
        self.office = office

    async def push(self, status: Any) -> None:
        if str(status).startswith("220 "):
            self.office.connections += 1
            if fault := self.office.next_fault("GREETING"):
                await self._meet(fault)
                return
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # the name that aiosmtpd calls
        if fault := self.office.next_fault("DATA"):
            await self._meet(fault)
        elif fault := self.office.next_fault("CONTENT"):
            await super().push("354 Go ahead")
            await self._meet(fault)
        else:
            await super().smtp_DATA(arg)

    async def _meet(self, fault: str) -> None:
        answer = await meet(fault, self)
        if answer:
            await super().push(answer)


class _Handler:
    def __init__(self, office: PostOffice) -> None:
        self.office = office

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:  # noqa: N802  # the name that aiosmtpd calls
        if fault := self.office.next_fault("MAIL"):
            return await meet(fault, server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:  # noqa: N802  # the name that aiosmtpd calls
        if fault := self.office.next_fault("RCPT"):
            return await meet(fault, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the name that aiosmtpd calls
        if self.office.pause:
            await asyncio.sleep(self.office.pause)
        fault = self.office.next_fault("DOT")
        if fault and fault[0] in "45":
            return fault
        self.office.keep(envelope)
        return await meet(fault, server) if fault else "250 Kept"


async def meet(fault: str, server: SMTP) -> str:
    """Break the connection, hang, or give the answer back."""
    if fault == DROP:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        raise ConnectionResetError
    if fault == HANG:
        await asyncio.sleep(3)
        return ""
    return fault


class _Controller(Controller):
    def __init__(self, office: PostOffice, **kwargs: Any) -> None:
        self.office = office
        super().__init__(None, **kwargs)

    def factory(self) -> SMTP:
        return _Server(self.office, enable_SMTPUTF8=True, hostname="post.example", ident="test")


def wait_for(question: Any, *, seconds: float) -> bool:
    """Ask until the answer is yes; False when it stayed no."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
