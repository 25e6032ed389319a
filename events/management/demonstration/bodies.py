"""What the office of the demonstration knows about some administrations. All of it is fictional."""

from __future__ import annotations

from datetime import date

from members.models import Administration, User
from members.services import bodies, holidays

CITIES = {"FJ": "Suva", "TO": "Nuku'alofa", "ID": "Jakarta", "MM": "Nay Pyi Taw"}


def describe(manager: User, *, today: date) -> None:
    """Mailboxes, addresses and mail domains; one public holiday that the calendar library lacks, and one it has."""
    for row in Administration.objects.filter(iso2__in=CITIES):
        code = row.iso2.lower()
        bodies.change(
            row,
            by=manager,
            email=f"{code}-office@customs.example",
            mail_domains="customs.example",
            address=f"International Affairs\n1 Customs Road\n{CITIES[row.iso2]}",
        )
    fiji = Administration.objects.get(iso2="FJ")
    holidays.add_day_off(fiji, on=date(today.year, 2, 27), name="Day of the Customs Officer", by=manager)
    holidays.mark_working_day(fiji, on=date(today.year, 12, 26), by=manager)
