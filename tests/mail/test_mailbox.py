"""The mailbox of the demonstration: what arrives is shown, and nowhere else does it work."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from portal.mail import delivery
from portal.mail.letters import Attachment
from portal.mail.mailbox import DemoBackend
from portal.mail.models import Delivered, Message
from portal.mail.states import MessageState
from tests.mail import mailbox_urls  # read here, before a test turns the demonstration on

SCRIPT = Attachment('evil".html', b"<script>alert(1)</script>", "text/html")
ENTRY = Attachment(
    "e.ics", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", "text/calendar", method="REQUEST"
)


@pytest.fixture
def demonstration(settings):
    settings.DEMO_MAILBOX = settings.DEMO = True
    settings.EMAIL_BACKEND = "portal.mail.mailbox.DemoBackend"
    settings.ROOT_URLCONF = mailbox_urls.__name__


@pytest.fixture
def arrived(demonstration, write):
    def arrived(**more) -> Delivered:
        message = write(**more)
        delivery.deliver_due()
        message.refresh_from_db()
        assert message.state == MessageState.SENT, message.error
        return Delivered.objects.latest("pk")

    return arrived


def test_a_letter_arrives_as_a_row_with_the_name_of_its_reader(arrived, official):
    official.name = "ʻAlisi, 関税局 " + "ศุลกากร" * 12
    official.save()
    row = arrived()
    assert (row.to, row.name) == ("official.1@fiji.example", official.name)
    assert row.subject == f"News for {official.name}"
    assert Message.objects.get().message_id.encode() in bytes(row.raw)


def test_everybody_sees_the_letters_the_newest_first(arrived, client, official, officer):
    arrived()
    arrived(to=officer)
    page = client.get(reverse("demo_mailbox")).content.decode()
    assert page.index("News for Officer 1") < page.index("News for Official 1 of Fiji")
    assert "2 letters" in page


def test_the_letters_of_one_person_even_when_several_share_an_address(arrived, client, official, officer):
    arrived(address="shared@fiji.example", to=official)
    arrived(address="shared@fiji.example", to=officer)
    page = client.get(reverse("demo_mailbox"), {"person": officer.name})
    assert [row.name for row in page.context["listing"]] == [officer.name]
    everybody = client.get(reverse("demo_mailbox"), {"person": "Nobody"})
    assert len(list(everybody.context["listing"])) == 2


def test_an_empty_mailbox_says_when_letters_come(demonstration, client, db):
    assert "No letter has arrived yet" in client.get(reverse("demo_mailbox")).content.decode()


def test_a_letter_is_shown_as_text_and_nothing_in_it_runs(arrived, client):
    row = arrived(
        facts={"news": "<script>alert(1)</script> http://portal.example/x"}, reply_to="officer@office.example"
    )
    page = client.get(reverse("demo_letter", args=[row.pk])).content.decode()
    assert "Dear Official 1 of Fiji," in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert 'href="http://portal.example/x"' in page
    assert "officer@office.example" in page


def test_files_are_downloads_whatever_they_are(arrived, client, known):
    known(attach=lambda message: [SCRIPT, ENTRY])
    row = arrived()
    page = client.get(reverse("demo_letter", args=[row.pk]))
    assert page.context["files"] == ["calendar-entry-1.ics", "evil_.html"]
    entry = client.get(reverse("demo_attachment", args=[row.pk, 1]))
    assert entry.content.splitlines() == ENTRY.content.splitlines()
    script = client.get(reverse("demo_attachment", args=[row.pk, 2]))
    assert script.content == SCRIPT.content
    assert script["Content-Type"] == "application/octet-stream"
    assert script["X-Content-Type-Options"] == "nosniff"
    assert script["Content-Disposition"] == 'attachment; filename="evil_.html"'
    for number in (0, 3, 99):
        assert client.get(reverse("demo_attachment", args=[row.pk, number])).status_code == 404
    assert client.get(reverse("demo_letter", args=[row.pk + 1])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_one_letter_and_for_three(
    arrived, client, count, django_assert_num_queries
):
    for number in range(count):
        arrived(occurrence=str(number))
    with django_assert_num_queries(3):  # names, count, rows
        client.get(reverse("demo_mailbox"))


def test_outside_the_demonstration_there_is_no_mailbox(arrived, client, settings):
    row = arrived()
    addresses = [
        reverse("demo_mailbox"),
        reverse("demo_letter", args=[row.pk]),
        reverse("demo_attachment", args=[row.pk, 1]),
    ]
    settings.DEMO_MAILBOX = False
    for address in addresses:
        assert client.get(address).status_code == 404
    with pytest.raises(ImproperlyConfigured, match="demo mode only"):
        DemoBackend()


def test_the_addresses_of_a_real_portal_do_not_have_it():
    with pytest.raises(NoReverseMatch):
        reverse("demo_mailbox")
