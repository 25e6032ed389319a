"""What goes on the wire: headers, text, calendar entry, files; read back as a mail program reads it."""

from __future__ import annotations

import email
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import cast

import pytest

from portal.mail import delivery
from portal.mail.letters import Attachment
from portal.mail.models import Message
from portal.mail.states import MessageState

ENTRY = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "SUMMARY:Été",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
).encode()
CALENDAR = Attachment("event.ics", ENTRY, "text/calendar", method="REQUEST")
PDF = Attachment("programme.pdf", b"%PDF-1.7 \x00\xff", "application/pdf")


@pytest.fixture
def arrived(write, post_office):
    """Send one letter through the real mail server, and read it as it arrived."""

    def arrived(**more) -> tuple[EmailMessage, bytes]:
        message = write(**more)
        delivery.deliver_due()
        message.refresh_from_db()
        assert message.state == MessageState.SENT, message.error
        raw = post_office.letters[-1][1]
        return email.message_from_bytes(raw, policy=policy.default), raw

    return arrived


def decoded(raw: bytes, name: str) -> str:
    """A header by RFC 2047; the newer parser of the library leaves the blanks between encoded words of a name in."""
    return str(make_header(decode_header(email.message_from_bytes(raw)[name])))


def test_the_headers_of_a_letter(arrived, settings):
    parsed, _raw = arrived(reply_to="officer@office.example")
    message = Message.objects.get()
    assert parsed["From"] == f'"{settings.OFFICE_NAME}" <office@portal.example>'
    assert parsed["To"] == "Official 1 of Fiji <official.1@fiji.example>"
    assert parsed["Reply-To"] == "officer@office.example"
    assert parsed["Subject"] == "News for Official 1 of Fiji"
    assert parsed["Message-ID"] == message.message_id
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Date"].datetime is not None
    assert parsed["Bcc"] is None and parsed["Cc"] is None


def test_names_and_words_of_every_script_arrive_as_they_were_written(arrived, official, known):
    official.name = "ʻAlisi “Loto” Fīnau, 関税 局, เจ้าหน้าที่ " + "ศุลกากร" * 20
    official.save()
    known(text="Subject: {{ facts.news }} – {{ to.name }}\n\nශ්‍රී {{ facts.news }}\n.\n..\nFrom the office\n")
    parsed, raw = arrived(facts={"news": "Тамга"})
    assert decoded(raw, "To") == f"{official.name} <official.1@fiji.example>"
    assert decoded(raw, "Subject") == f"Тамга – {official.name}"
    assert parsed.get_content() == "ශ්‍රී Тамга\n.\n..\nFrom the office\n".replace("\n", "\r\n")
    assert raw.isascii()


def test_nothing_is_escaped_in_a_plain_text(arrived):
    parsed, _raw = arrived(facts={"news": '<Fiji> & "Tonga\'s" {{ office }}'})
    assert 'The news: <Fiji> & "Tonga\'s" {{ office }}' in parsed.get_content()


@pytest.mark.parametrize("news", ["x" * 5000, "é" * 5000, "long words " * 900, "a\rb", "tab\there", "\x0bstrange\x0c"])
def test_no_line_on_the_wire_is_longer_than_smtp_allows(arrived, news):
    _parsed, raw = arrived(facts={"news": news})
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


def test_a_text_cannot_end_the_letter_and_begin_another(arrived, post_office):
    _parsed, raw = arrived(facts={"news": "end\n.\nMAIL FROM:<a@b.example>\n.\r\nDATA"})
    assert len(post_office.letters) == 1
    assert b"MAIL FROM" in raw


@pytest.mark.parametrize(
    "attack", ["News\nBcc: x@y.example", "News\r\nBcc: x@y.example", "News\n\nBody", "News\x0bX", "a\u2028b"]
)
def test_a_line_break_in_a_subject_is_refused(write, attack, sent):
    message = write(facts={"news": "none"})
    message.to.name = attack
    message.to.save()
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "line break" in message.error
    assert sent == []


@pytest.mark.parametrize("attack", ["Official\nBcc: x@y.example", "Ofﬁcial é\r\nBcc: x@y.example"])
def test_a_line_break_in_a_name_is_refused(write, known, attack, sent):
    known(text="Subject: News\n\nText\n")
    message = write()
    message.to.name = attack
    message.to.save()
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "newline" in message.error
    assert sent == []


def test_a_name_with_quotes_and_an_address_does_not_add_a_recipient(arrived, official, post_office):
    official.name = 'Evil" <other@x.example>, "Twin\\'
    official.save()
    parsed, _raw = arrived()
    assert [address.addr_spec for address in parsed["To"].addresses] == ["official.1@fiji.example"]
    assert parsed["To"].addresses[0].display_name == official.name
    assert post_office.addresses == ["official.1@fiji.example"]


def test_a_domain_of_another_script_is_written_in_ascii(arrived, official, post_office):
    official.email = "official@zoll-büro.example"
    official.save()
    arrived()
    assert post_office.addresses == ["official@" + "zoll-büro.example".encode("idna").decode()]


def test_an_address_that_mail_servers_do_not_take_fails_with_a_sentence(write, official, sent):
    official.email = "offıcial@fiji.example"  # a dotless i
    official.save()
    message = write()
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "is not a mail address" in message.error
    assert sent == []


def test_the_calendar_entry_is_the_last_alternative_and_no_attachment(arrived, known):
    known(attach=lambda message: [CALENDAR])
    parsed, _raw = arrived()
    assert parsed.get_content_type() == "multipart/alternative"
    text, entry = parsed.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert entry.get_content_type() == "text/calendar"
    assert entry.get_param("method") == "REQUEST"
    assert entry.get_content_charset() == "utf-8"
    assert entry.get_content_disposition() is None
    assert entry.get_filename() is None
    assert cast(bytes, entry.get_payload(decode=True)).splitlines() == ENTRY.splitlines()


def test_files_stand_beside_the_text_and_the_calendar_entry(arrived, known):
    known(attach=lambda message: [PDF, CALENDAR])
    parsed, _raw = arrived()
    assert parsed.get_content_type() == "multipart/mixed"
    alternative, file = parsed.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/calendar"]
    assert (file.get_content_type(), file.get_filename()) == ("application/pdf", "programme.pdf")
    assert file.get_content_disposition() == "attachment"
    assert file.get_payload(decode=True) == PDF.content


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([Attachment("a.ics", ENTRY, "text/calendar", method="CANCEL")], "does not say METHOD:CANCEL"),
        ([CALENDAR, CALENDAR], "one calendar entry only"),
        ([Attachment("a.ics", b"\xff", "text/calendar", method="REQUEST")], "could not be written"),
    ],
)
def test_a_calendar_entry_that_programs_would_refuse_fails(write, known, sent, files, sentence):
    known(attach=lambda message: files)
    message = write()
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert sentence in message.error
    assert sent == []


def test_the_words_that_every_template_has(arrived, known, official, settings):
    known(
        context=lambda message: {"extra": f"about {message.about.name}"},
        text="Subject: {{ about.name }}\n\n{{ office }}|{{ portal_url }}|{{ to.zone }}|{{ message.pk }}|{{ extra }}\n",
    )
    parsed, _raw = arrived()
    words = [settings.OFFICE_NAME, settings.PORTAL_URL, "Asia/Bangkok", str(Message.objects.get().pk)]
    assert parsed.get_content().strip() == "|".join([*words, "about Official 1 of Fiji"])


def test_the_frame_says_who_writes_why_and_where_the_answer_goes(arrived, settings):
    parsed, _raw = arrived(reply_to="officer@office.example")
    text = parsed.get_content().replace("\r\n", "\n")
    assert text.startswith("Dear Official 1 of Fiji,\n\n")
    assert "You get this letter because" in text
    assert "Your answer goes to officer@office.example." in text
    assert "\n\n\n" not in text
