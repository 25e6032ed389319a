"""Carrying a letter: one connection for a batch, one SMTP transaction a letter, and what each fault means."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import sanitize_address

from portal.mail.writing import office_address

# "authentication required" and its kin speak about the portal's account and not about the letter
ABOUT_THE_ACCOUNT = {530, 534, 535, 538}


class Permanent(Exception):
    """The server refused this letter for good."""


class Later(Exception):
    """The server refused for now, or the connection broke before transmission: the letter surely did not go."""


class Unreachable(Later):
    """There is no connection to be had: no letter of the batch can go now."""


class Unknown(Exception):
    """The connection broke after transmission began: nobody can tell whether the letter arrived."""


class NotOurs(Exception):
    """Another worker owns the letter, or somebody lifted it: nothing was transmitted."""


class _Reply(Exception):
    """An answer of the server that is no yes."""

    def __init__(self, code: int, text: bytes) -> None:
        self.code = code
        self.words = f"{code} {text.decode(errors='replace')}".strip()
        super().__init__(self.words)


class Carrier:
    """The open way to the mail server for one batch; it opens at the first letter and again when it was lost."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.backend.close()

    def carry(self, mail: EmailMessage, *, begin: Callable[[], bool]) -> None:
        """Transmit one letter; `begin` is asked just before the first octet of it goes.

        Returns when the server has taken it; raises `Permanent`, `Later`, `Unreachable`, `Unknown` or `NotOurs`.
        """
        if isinstance(self.backend, SmtpBackend):
            self._by_smtp(self.backend, mail, begin)
        else:
            self._by_backend(mail, begin)

    def _by_backend(self, mail: EmailMessage, begin: Callable[[], bool]) -> None:
        if not begin():
            raise NotOurs
        try:
            self.backend.send_messages([mail])
        except Exception as error:  # any other way of sending has faults of its own
            raise Unknown(str(error)) from error

    def _by_smtp(self, backend: SmtpBackend, mail: EmailMessage, begin: Callable[[], bool]) -> None:
        recipient = sanitize_address(("", parseaddr(mail.to[0])[1]), "utf-8")
        content = _on_the_wire(mail.message().as_bytes(linesep="\r\n"))
        fresh = _open(backend)
        try:
            smtp = _ask_to_send(backend, recipient, len(content))
        except Later:
            if fresh or backend.connection is not None:
                raise
            # an idle connection was closed, or its share of letters was used up: once more on a new one
            _open(backend)
            smtp = _ask_to_send(backend, recipient, len(content))
        try:
            ours = begin()
        except BaseException:
            _drop(backend)
            raise
        if not ours:
            _drop(backend)  # without its final dot the server forgets the letter
            raise NotOurs
        try:
            smtp.send(content)
            code, text = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            _drop(backend)
            raise Unknown(str(error)) from error
        if code != 250:
            _refused(backend, _Reply(code, text))


def _open(backend: SmtpBackend) -> bool:
    """Connect when there is no connection; answers whether it did."""
    try:
        opened = bool(backend.open())
        _connection(backend).ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError) as error:
        _drop(backend)
        raise Unreachable(f"The mail server cannot be reached: {error}") from error
    return opened


def _ask_to_send(backend: SmtpBackend, recipient: str, size: int) -> smtplib.SMTP:
    """Walk to the point where the server waits for the content: sender, recipient, DATA."""
    smtp = _connection(backend)
    options = [f"size={size}"] if smtp.has_extn("size") else []
    try:
        _expect(250, smtp.mail(office_address(), options))
        _expect(250, smtp.rcpt(recipient))
        _expect(354, smtp.docmd("DATA"))
    except _Reply as reply:
        _refused(backend, reply)
    except (smtplib.SMTPException, OSError) as error:
        _drop(backend)
        raise Later(f"The connection broke before the letter was sent: {error}") from error
    return smtp


def _expect(wanted: int, answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code != wanted and not (wanted == 250 and code == 251):
        raise _Reply(code, text)


def _refused(backend: SmtpBackend, reply: _Reply) -> None:
    """A no for good or for now; the connection lives on unless the server closes it (421)."""
    if reply.code == 421:
        _drop(backend)
    else:
        try:
            _connection(backend).rset()
        except (smtplib.SMTPException, OSError):
            _drop(backend)
    if 500 <= reply.code < 600 and reply.code not in ABOUT_THE_ACCOUNT:
        raise Permanent(f"The mail server refused the letter: {reply.words}")
    raise Later(f"The mail server refused the letter for now: {reply.words}")


def _connection(backend: SmtpBackend) -> smtplib.SMTP:
    connection = backend.connection
    if connection is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return connection


def _drop(backend: SmtpBackend) -> None:
    """Close without good-bye; the next letter connects anew."""
    if backend.connection is not None:
        backend.connection.close()
        backend.connection = None


def _on_the_wire(content: bytes) -> bytes:
    """Line ends CR LF only (a lone one could smuggle a second letter), dots doubled, the final dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines.removesuffix(b"\r\n") + b"\r\n") + b".\r\n"
