"""A file of officials that a contact point has uploaded and not saved yet: every verdict is in it."""

from __future__ import annotations

from datetime import datetime

from events.management.demonstration import people
from members.models import ImportKind
from members.services.imports import files, work

FILE = """Administration,Name,Mail address,Position,English
FJ,Official 21 of Fiji,fj-official21@customs.example,Customs Officer,working
FJ,Official 22 of Fiji,fj-official22@customs.example,Customs Officer,basic
FJ,Official 4 of Fiji,,Senior Customs Officer,
FJ,Contact Point of Fiji,,Customs Officer,
Tonga,Official 4 of Tonga,,Customs Officer,
"""


def waiting(code: str, *, now: datetime) -> None:
    """The last row names another administration: it is refused, so the file waits to be mended."""
    contact = people.contact(code)
    upload = files.upload(
        kind=ImportKind.OFFICIALS,
        name="officials-of-fiji.csv",
        content=FILE.encode(),
        administration=contact.administration,
        by=contact,
        at=now,
    )
    work.go_on(upload.pk, at=now)
