"""Writing a letter at the moment it is sent: who gets it, its words, its envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import charset
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart, SafeMIMEText
from django.core.validators import validate_email
from django.db.models import Model
from django.template import Context, engines
from django.utils.encoding import punycode
from django.utils.functional import cached_property

from portal.mail.letters import Attachment, Letter

if TYPE_CHECKING:
    from portal.mail.models import Message

# plain ASCII on the wire, and never a line beyond the 998 octets of SMTP, whatever a person wrote
QUOTED_PRINTABLE = charset.Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = charset.QP


class Mail(EmailMultiAlternatives):
    """A mail that is put together once: what was checked is what is sent."""

    @cached_property
    def _together(self) -> SafeMIMEText | SafeMIMEMultipart:
        together: SafeMIMEText | SafeMIMEMultipart = super().message()
        return together

    def message(self) -> SafeMIMEText | SafeMIMEMultipart:
        return self._together


class Unwritable(Exception):
    """The letter cannot be written; the message is a sentence for the office."""


@dataclass(frozen=True)
class Recipient:
    """Who gets the letter: a person under the person's own or another address, or a mailbox without a person."""

    address: str
    name: str = ""
    zone: str = settings.OFFICE_TIME_ZONE
    person: Any | None = None


@dataclass(frozen=True)
class Written:
    subject: str
    body: str


def recipient_of(letter: Letter, message: Message) -> Recipient:
    """Ask who the recipient is now. Raises `Unwritable` when there is nobody, or nobody with an address."""
    person: Any = letter.recipient(message) if letter.recipient else message.to
    if person is None and not message.address:
        raise Unwritable("There is nobody to write to: the role has no holder now.")
    address = message.address or person.email
    if not address:
        raise Unwritable(f"{person.name} has no mail address.")
    try:
        validate_email(address)
        address.rpartition("@")[0].encode("ascii")
    except (ValidationError, UnicodeEncodeError):
        raise Unwritable(f"{address!r} is not a mail address that letters can go to.") from None
    if person is None:
        return Recipient(address)
    # a mailbox has a name and a zone too, and no row
    return Recipient(address, person.name, person.zone, person if isinstance(person, Model) else None)


def write(letter: Letter, message: Message, recipient: Recipient) -> Written:
    """Render `mail/<purpose>.txt`: "Subject: ..." on its first line, a blank line, then the text."""
    words = {
        "about": message.about,
        "to": recipient.person or recipient,
        "message": message,
        "facts": message.facts,
        "office": settings.OFFICE_NAME,
        "portal_url": settings.PORTAL_URL,
        **(letter.context(message) if letter.context else {}),
    }
    template = engines["django"].get_template(letter.template).template  # type: ignore[attr-defined]
    head, _line, text = template.render(Context(words, autoescape=False)).lstrip().partition("\n")
    first, _line, body = text.partition("\n") if text else ("", "", "")
    subject = head.removeprefix("Subject:").strip()
    if not head.startswith("Subject:") or not subject:
        raise Unwritable(f"The template of {letter.purpose} does not begin with “Subject: ...”.")
    if first.strip():
        raise Unwritable("The subject has more than one line.")
    if not body.strip():
        raise Unwritable("The letter has no text.")
    return Written(subject[:500], tidy(body))


def tidy(text: str) -> str:
    """No blanks at the end of a line, never two empty lines, one line break at the end."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def envelope(message: Message, recipient: Recipient, written: Written, files: list[Attachment]) -> Mail:
    """One mail for one recipient; a calendar entry is the last alternative of the text and no attachment.

    Raises `ValueError` when a name or an address would break a header.
    """
    calendars = [file for file in files if file.method]
    if len(calendars) > 1:
        raise Unwritable("A letter can carry one calendar entry only.")
    mail = Mail(
        subject=written.subject,
        body=written.body,
        from_email=mailbox(settings.OFFICE_NAME, office_address()),
        to=[mailbox(recipient.name, recipient.address)],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.encoding = QUOTED_PRINTABLE
    for calendar in calendars:
        mail.attach_alternative(_entry(calendar), f"{calendar.mime}; method={calendar.method}")
    for file in files:
        if not file.method:
            mail.attach(file.name, file.content, file.mime)
    mail.message()  # finds a broken header now, before a connection is opened
    return mail


def mailbox(name: str, address: str) -> str:
    """`"Name" <address>`; Django encodes what is not ASCII, and refuses a line break in any header."""
    if not name:
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def office_address() -> str:
    """The bare address that letters come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def domain_of(address: str) -> str:
    return punycode(parseaddr(address)[1].rpartition("@")[2])


def _entry(calendar: Attachment) -> str:
    """Mail programs refuse an entry whose METHOD differs between the file and its MIME type."""
    text = calendar.content.decode()
    if f"METHOD:{calendar.method}" not in text.splitlines():
        raise Unwritable(f"The calendar entry does not say METHOD:{calendar.method}.")
    return text
