"""`manage.py test_letter`: the office proves that letters leave."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.mail import delivery, trial
from portal.mail.models import Message
from portal.mail.states import MessageState


def test_a_test_letter_goes_out_and_says_who_sent_it(db, sent, settings):
    message = trial.send("office@portal.example")
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert sent[0].to == ["office@portal.example"]
    assert sent[0].subject == "Test letter of the portal"
    assert settings.OFFICE_NAME in sent[0].body


def test_each_test_letter_is_a_letter_of_its_own(db):
    assert trial.send("office@portal.example") != trial.send("office@portal.example")


def test_the_command_says_when_no_worker_takes_the_letter(db):
    with pytest.raises(CommandError, match="No worker has sent it yet"):
        call_command("test_letter", "office@portal.example", wait=0, stdout=StringIO())
    assert Message.objects.get().state == MessageState.QUEUED


def test_the_command_refuses_what_is_no_address(db):
    with pytest.raises(CommandError, match="no mail address"):
        call_command("test_letter", "office", stdout=StringIO())
