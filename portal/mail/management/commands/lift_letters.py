"""`manage.py lift_letters`: what waits in the outbox of a copied or restored database must never leave it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.mail import outbox


class Command(BaseCommand):
    help = "Stop every letter that waits: run this on a restored or copied database before its workers start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", default="This database was restored; its old letters stay here.")

    def handle(self, *args: Any, reason: str, **options: Any) -> None:
        count = outbox.lift_waiting(by=None, reason=reason)
        self.stdout.write(f"{count} letters lifted.")
