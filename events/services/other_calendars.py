"""Calendars of other bodies: a file uploaded, uploaded again, taken away. The portal never fetches one itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import OtherCalendar, OtherMeeting
from members.models import User
from portal.kit import trail
from portal.kit.calendar_reading import Entry, read_calendar
from portal.kit.states import Refused

FIELDS = ("title", "starts_on", "ends_on", "place")


@dataclass(frozen=True)
class Upload:
    """What an upload did to the meetings of a calendar, and what of the file was not taken as it stands."""

    calendar: OtherCalendar
    added: int
    changed: int
    gone: int
    same: int
    notes: list[str]


@transaction.atomic
def upload(*, name: str, file_name: str, content: bytes, by: User, at: datetime) -> Upload:
    """Take the meetings of a file; a second file of the same name replaces the first one, meeting by meeting.

    Raises `Refused` when the file is no calendar, too large or empty: then the meetings of before stay.
    """
    reading = read_calendar(content, zone=settings.OFFICE_TIME_ZONE)
    file = file_name[:200]
    found, _made = OtherCalendar.objects.get_or_create(
        name__iexact=name, defaults={"name": name, "file_name": file, "uploaded_at": at, "by": by}
    )
    calendar = OtherCalendar.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if calendar is None:
        raise Refused(_("This calendar was removed a moment ago. Upload the file again."))
    known = {row.uid: row for row in calendar.meetings.all()}
    new = [_row(calendar, entry) for uid, entry in reading.entries.items() if uid not in known]
    changed = []
    for uid, row in known.items():
        if uid in reading.entries and _differs(row, fresh := _row(calendar, reading.entries[uid])):
            fresh.pk = row.pk
            changed.append(fresh)
    gone = [row.pk for uid, row in known.items() if uid not in reading.entries]
    OtherMeeting.objects.filter(pk__in=gone).delete()
    OtherMeeting.objects.bulk_update(changed, FIELDS, batch_size=500)
    OtherMeeting.objects.bulk_create(new, batch_size=500)
    calendar.file_name, calendar.uploaded_at, calendar.by = file, at, by
    calendar.save(update_fields=["file_name", "uploaded_at", "by"])
    same = len(known) - len(changed) - len(gone)
    done = Upload(calendar, len(new), len(changed), len(gone), same, reading.notes)
    trail.record(by, "uploaded", calendar, new=done.added, changed=done.changed, gone=done.gone, same=done.same)
    return done


@transaction.atomic
def remove(calendar: OtherCalendar, *, by: User) -> None:
    """Take a calendar away with its meetings. A second click meets no row and changes nothing."""
    row = OtherCalendar.objects.select_for_update().filter(pk=calendar.pk).first()
    if row is None:
        return
    trail.record(by, "removed", row, calendar=row.name, meetings=row.meetings.count())
    row.delete()


def _row(calendar: OtherCalendar, entry: Entry) -> OtherMeeting:
    return OtherMeeting(
        calendar=calendar,
        uid=entry.uid,
        title=entry.title,
        starts_on=entry.first,
        ends_on=entry.last,
        place=entry.place,
    )


def _differs(row: OtherMeeting, fresh: OtherMeeting) -> bool:
    return any(getattr(row, name) != getattr(fresh, name) for name in FIELDS)
