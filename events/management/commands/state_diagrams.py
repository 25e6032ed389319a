"""`manage.py state_diagrams`: prints the state tables as Mermaid into docs/workflow.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from events.states import MACHINES
from members import states as members_states
from portal.kit.states import Moves
from portal.mail.states import MESSAGE

TARGET = Path(settings.BASE_DIR) / "docs" / "workflow.md"
HEAD = """# How rows move

Printed from the `states.py` of `events`, `members` and `portal/mail` by `manage.py state_diagrams`; a test
says when it is stale. A move that is not drawn is refused with a sentence. Every move leaves a line in the audit trail.
"""


def diagram(name: str, moves: Moves) -> str:
    """One machine as a Mermaid state diagram; states that nothing leaves end in a final point."""
    lines = [f"## {name}", "", "```mermaid", "stateDiagram-v2"]
    for before, after in moves.pairs():
        lines.append(f"    {before} --> {after}")
    lines += [f"    {state} --> [*]" for state, afters in moves.table.items() if not afters]
    return "\n".join([*lines, "```", ""])


def page() -> str:
    machines = {**MACHINES, **members_states.MACHINES, "Message": MESSAGE}
    return "\n".join([HEAD, *(diagram(name, moves) for name, moves in machines.items())])


class Command(BaseCommand):
    help = "Print the state tables into docs/workflow.md; --check only says whether the page is fresh."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            TARGET.write_text(page(), encoding="utf-8")
            self.stdout.write(f"Wrote {TARGET.relative_to(settings.BASE_DIR)}.")
        elif TARGET.read_text(encoding="utf-8") != page():
            raise CommandError("docs/workflow.md is stale: run manage.py state_diagrams.")
