"""What the events add to the page of an administration and to the page of a person; nothing for who may not see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from events import policies, records
from events.models import Registration
from members.hooks import Section
from members.models import Administration, User
from members.policies import may_see_people_of
from portal.kit.clock import today_in

SHOWN = 5  # the latest of each kind; the rest stands on the page of the record
EARLIER = 50

Content = Callable[[Administration, datetime], Mapping[str, Any]]


# --- an administration ------------------------------------------------------------------------------


def invitations(administration: Administration, reader: User, at: datetime) -> Section | None:
    rows = records.open_invitations(administration, at=at)
    return _section(administration, reader, at, "invitations", _("Open invitations"), lambda: _shown(rows))


def nominations(administration: Administration, reader: User, at: datetime) -> Section | None:
    rows = records.nominations_now(administration, at=at)
    return _section(administration, reader, at, "nominations", _("Nominations now"), lambda: _shown(rows))


def participation(administration: Administration, reader: User, at: datetime) -> Section | None:
    return _section(
        administration,
        reader,
        at,
        "participation",
        _("Participation"),
        lambda: {"rows": records.participation(administration, most=SHOWN)},
    )


def follow_ups(administration: Administration, reader: User, at: datetime) -> Section | None:
    """Those that are not closed; how they stand is told by the day of the office."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)

    def content() -> dict[str, Any]:
        shown = _shown(records.unfinished_actions(administration))
        return shown | {"rows": [(row, row.is_overdue(today)) for row in shown["rows"]]}

    return _section(administration, reader, at, "follow-ups", _("Follow-up actions"), content)


def seats(administration: Administration, reader: User, at: datetime) -> Section | None:
    def content() -> dict[str, Any]:
        years = records.years(records.Record.of(administration), at=at)
        return {"rows": [year for year in years if year.seats or year.used][:SHOWN]}

    return _section(administration, reader, at, "seats", _("Seats used"), content)


def _section(
    administration: Administration,
    reader: User,
    at: datetime,
    name: str,
    title: str,
    content: Callable[[], Mapping[str, Any]],
) -> Section | None:
    """Asks first, counts second: for a stranger not even a number is read."""
    if not policies.may_see_record_of(reader, administration):
        return None
    facts = {"administration": administration, "is_office": reader.is_office, "now": at}
    links = {"record": record_address(administration, reader)}
    return Section(f"record-{name}", title, f"record/_{name.replace('-', '_')}.html", {**content(), **facts, **links})


def record_address(administration: Administration, reader: User) -> str:
    """The page of the whole record, on the desk of the reader; the name of a part follows."""
    if reader.is_office:
        return f"{reverse('office:record', args=[administration.pk])}?"
    return f"{reverse('delegation:record')}?administration={administration.pk}&"


def _shown(rows: Any) -> dict[str, Any]:
    """The first rows, and of how many."""
    return {"rows": list(rows[:SHOWN]), "count": rows.count()}


# --- a person ---------------------------------------------------------------------------------------


def history(person: User, reader: User, at: datetime) -> Section | None:
    """Registrations, as far as the reader may see them: a contact point those of its own administration."""
    rows = records.history_of(person, reader=reader)
    sees_all = person == reader or reader.is_office
    here = person.administration
    if not sees_all and not (here and may_see_people_of(reader, here)) and not rows.exists():
        return None
    found: list[Registration] = list(rows[:EARLIER])
    return Section(
        "record-events",
        _("Events"),
        "record/_person.html",
        {
            "rows": found,
            "count": rows.count(),
            "facts": records.experience([person.pk], reader=reader, at=at)[person.pk],
            "own": person == reader,
            "is_office": reader.is_office,
            "sees_all": sees_all,
            "reads_for": [row.name for row in reader.represented],
        },
    )


OF_ADMINISTRATION = [invitations, nominations, participation, seats, follow_ups]
OF_PERSON = [history]
