"""Loads the administrations and organisations of the region; a second run changes nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.services import register
from portal.kit.states import Refused

SAMPLE = Path(__file__).resolve().parents[2] / "sample"


class Command(BaseCommand):
    help = (
        "Load the administrations, their names and groups over time, and other organisations. The table has the last "
        "word: what the office edited in one of its columns is brought back, with a line in the trail."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = register.load(table("members.csv"), table("organisations.csv"))
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{counts.added} added, {counts.changed} changed, {counts.same} as before")


def table(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
