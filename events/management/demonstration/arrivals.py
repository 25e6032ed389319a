"""Who comes in on the day of the demonstration: officials who ask to join, and one who stands here twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from members.models import Administration, User
from members.services import joining, people

CODE = "123-456-789"  # typed at once: nobody needs the letters
ASKING = [
    ("FJ", "Official 9 of Fiji", "Customs Officer", "I want to attend the workshop on customs valuation.", 3),
    ("FJ", "Mr. Official 2 of FIJI", "Senior Customs Officer", "My colleagues told me of the portal.", 26),
    ("TO", "Official 7 of Tonga", "Training Officer", "I look for the papers of the last workshop.", 5),
]


def arrive(manager: User, *, now: datetime) -> None:
    """Three requests wait, one of them of a person who has an account; one official of Fiji has two accounts."""
    for number, (code, name, position, reason, hours) in enumerate(ASKING, start=1):
        at = now - timedelta(hours=hours)
        row = joining.ask(
            administration=Administration.objects.get(iso2=code),
            name=name,
            email=f"asking-{number}@customs.example",
            position=position,
            reason=reason,
            code=CODE,
            at=at,
        )
        joining.confirm(row, CODE, at=at)
    people.add(
        name="Ms Official 3 of Fiji",
        email="fj-official3-old@customs.example",
        username="fj.official3.old",
        administration=Administration.objects.get(iso2="FJ"),
        position="Customs Trainee",
        by=manager,
    )
