"""From a file to rows: what is kept of an upload, what a person decides about it, and its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from members.models import Administration, Import, ImportKind, ImportRow, User
from members.services.imports.administrations import Administrations
from members.services.imports.contacts import Contacts
from members.services.imports.judging import Judge
from members.services.imports.officials import Officials
from members.states import ImportState, Verdict
from portal.kit import trail
from portal.kit.states import Refused
from portal.kit.tables import read

MOST_ROWS = 10_000
JUDGES: dict[str, type[Judge]] = {
    ImportKind.ADMINISTRATIONS: Administrations,
    ImportKind.CONTACTS: Contacts,
    ImportKind.OFFICIALS: Officials,
}


@dataclass(frozen=True)
class Counts:
    """How far an import is. `failed` are rows that could not be saved although they were accepted."""

    total: int
    judged: int
    new: int
    changed: int
    same: int
    refused: int
    saved: int

    @property
    def to_save(self) -> int:
        return self.new + self.changed

    @property
    def unsaved(self) -> int:
        return self.to_save - self.saved


@transaction.atomic
def upload(
    *, kind: str, name: str, content: bytes, administration: Administration | None = None, by: User, at: datetime
) -> Import:
    """Keep the rows of a file for the verdicts; nothing else of the portal changes.

    With an administration every row has to be of it. Raises `Refused` for a file that is no table, has no heading
    that is needed, or more than 10,000 rows.
    """
    table = read(content, name, max_rows=MOST_ROWS)
    headings = table.rows[0]
    columns = JUDGES[kind].form().columns(headings)
    if len(table.rows) == 1:
        raise Refused(_("The file has headings but no rows below them."))
    notes = list(table.notes)
    unknown = [heading for heading, column in zip(headings, columns, strict=True) if heading and not column]
    if unknown:
        notes.append(_("These columns are not read: %(names)s.") % {"names": ", ".join(unknown)})
    row = Import.objects.create(
        kind=kind,
        file_name=name[:200],
        headings=headings,
        columns=columns,
        notes=notes,
        total=len(table.rows) - 1,
        administration=administration,
        by=by,
        uploaded_at=at,
    )
    lines = zip(table.numbers[1:], table.rows[1:], strict=True)
    ImportRow.objects.bulk_create(
        [ImportRow(upload=row, number=number, cells=cells) for number, cells in lines], batch_size=500
    )
    trail.record(by, "uploaded", row, kind=row.get_kind_display(), rows=row.total)
    return row


@transaction.atomic
def accept(upload: Import, *, by: User) -> None:
    """Say that the file shall be saved; the work is done in the background.

    Raises `Refused` when a row is refused (nothing is half saved: mend the file first), when nothing differs, and
    when the import is not waiting for this word.
    """
    upload.refresh_from_db()
    found = counts(upload)
    if upload.state == ImportState.CHECKED and found.refused:
        raise Refused(_("Nothing was saved. Mend the refused rows in your file, then upload it again."))
    if upload.state == ImportState.CHECKED and not found.to_save:
        raise Refused(_("This file changes nothing."))
    upload.move_to(ImportState.SAVING, by=by)


@transaction.atomic
def discard(upload: Import, *, by: User, at: datetime) -> None:
    """Leave the file unsaved; its rows, which hold names and addresses, are deleted."""
    upload.move_to(ImportState.DISCARDED, by=by)
    upload.rows.all().delete()
    upload.finished_at = at
    upload.save(update_fields=["finished_at"])


def counts(upload: Import) -> Counts:
    """The counts of the rows, in one query."""
    verdicts = {name: Count("pk", filter=Q(verdict=name)) for name in Verdict.values}
    found = upload.rows.aggregate(total=Count("pk"), saved=Count("pk", filter=Q(saved=True)), **verdicts)
    return Counts(judged=sum(found[name] for name in Verdict.values), **found)
