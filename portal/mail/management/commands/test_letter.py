"""`manage.py test_letter ADDRESS`: proves that letters leave, through outbox, worker and mail server."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.mail import trial
from portal.mail.models import Message
from portal.mail.states import MessageState


class Command(BaseCommand):
    help = "Send a test letter to an address, and tell what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="where the letter goes, for example office@example.org")
        parser.add_argument(
            "--wait", type=int, default=90, metavar="SECONDS", help="how long to wait for a worker (90)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            message = trial.send(options["address"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Letter {message.message_id} is queued.")
        until = time.monotonic() + options["wait"]
        while message.state in (MessageState.QUEUED, MessageState.SENDING) and not message.attempts:
            if time.monotonic() >= until:
                raise CommandError("No worker has sent it yet. Does a worker run, and beat?")
            time.sleep(0.5)
            message = Message.objects.get(pk=message.pk)
        if message.state != MessageState.SENT:
            raise CommandError(f"The letter is {message.get_state_display().lower()}. {message.error}")
        self.stdout.write(
            self.style.SUCCESS("The mail server has taken it. Look into the mailbox, and into its spam folder.")
        )
