"""Run the retention rules once, as the worker does every hour; `--dry-run` only says what they are about to do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from members.services import retention


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what is planned and what would be; change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        at = timezone.now()
        if not dry_run:
            retention.run(at=at)
        for line in retention.outlook(at=at):
            day = f", the next on {line.next_on:%Y-%m-%d}" if line.next_on else ""
            self.stdout.write(f"{line.rule.name}: {line.planned} planned{day}; {line.unplanned} more are due")
