"""The mailbox of the demonstration: a mail server that keeps each letter as a row, and the two pages that show them."""

from __future__ import annotations

import email
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage as Parsed
from email.utils import parseaddr
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from portal.kit.listing import Listing
from portal.mail.models import Delivered


class DemoBackend(BaseEmailBackend):
    """Where letters arrive in the demonstration. It shows every letter to everybody, so it works nowhere else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not settings.DEMO_MAILBOX:
            raise ImproperlyConfigured("The demonstration's mailbox shows every letter to everybody: demo mode only.")
        super().__init__(*args, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            for recipient in mail.recipients():
                name, address = parseaddr(recipient)
                Delivered.objects.create(
                    to=address,
                    name=(name or address)[:320],
                    subject=str(mail.subject)[:500],
                    raw=mail.message().as_bytes(linesep="\r\n"),
                )
        return len(email_messages)


class People(forms.Form):
    """Whose letters to show."""

    person = forms.ChoiceField(label=_("Person"), required=False)

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
        field.choices = [("", _("Everybody")), *((name, name) for name in names)]


def delivered(request: HttpRequest) -> HttpResponse:
    """All letters, the newest first; `?person=` shows those of one person."""
    _demonstration_only()
    filters = People(request.GET, names=Delivered.objects.names())
    rows = Delivered.objects.defer("raw")
    person = filters.cleaned_data["person"] if filters.is_valid() else ""
    if person:
        rows = rows.for_name(person)
    listing = Listing(request.GET, rows, sorts={"at": "at"}, default="-at")
    return render(request, "mailbox/letters.html", {"listing": listing, "filters": filters, "person": person})


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as its reader meets it, with its headers and files."""
    _demonstration_only()
    row = get_object_or_404(Delivered, pk=pk)
    parsed = _parse(row)
    text = parsed.get_body(("plain",))
    context = {
        "row": row,
        "sender": parsed["From"],
        "reply_to": parsed["Reply-To"],
        "text": text.get_content() if text else "",
        "files": [_file_name(part, number) for number, part in enumerate(_files(parsed), 1)],
    }
    return render(request, "mailbox/letter.html", context)


def attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A file of a letter, always as a download: nothing that was mailed runs on the portal's own address."""
    _demonstration_only()
    files = _files(_parse(get_object_or_404(Delivered, pk=pk)))
    if not 1 <= number <= len(files):
        raise Http404
    part = files[number - 1]
    response = HttpResponse(part.get_payload(decode=True), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(part, number)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _demonstration_only() -> None:
    if not settings.DEMO_MAILBOX:
        raise Http404


def _parse(row: Delivered) -> Parsed:
    return email.message_from_bytes(bytes(row.raw), _class=Parsed, policy=policy.default)


def _files(parsed: Parsed) -> list[Parsed]:
    """Every part but the text and the frames around the parts; a calendar entry is one too."""
    text = parsed.get_body(("plain",))
    return [part for part in parsed.walk() if isinstance(part, Parsed) and part is not text and not part.is_multipart()]


def _file_name(part: Parsed, number: int) -> str:
    """A name that is safe in a header; a calendar entry has none of its own."""
    if part.get_content_type() == "text/calendar":
        return f"calendar-entry-{number}.ics"
    plain = "".join(
        sign if (sign.isalnum() and sign.isascii()) or sign in "-_. " else "_" for sign in part.get_filename("")
    )
    return plain.strip(" .") or f"file-{number}"
