"""The work on an import: rows are judged, then saved, in batches that no two workers do twice.

A batch is one transaction under the lock of the import. A worker that dies leaves whole batches behind it, and the
next one goes on where the rows say that nothing was done yet. Losing the broker loses nothing: the tick finds it.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import notices
from members.models import Import, ImportRow
from members.services.imports.files import JUDGES, counts
from members.services.imports.judging import Judge, Opinion
from members.states import ImportState, Verdict
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.states import Refused

log = logging.getLogger(__name__)

BATCH = 250
SAVED_AT_ONCE = 100  # rows that hold their locks together: a person on a page waits for them
STRETCH = 60  # seconds of one stretch of work; a task may take two minutes
AT_ONCE = 500  # rows that are not worth a worker
FAULT = gettext_lazy(
    "A fault of the portal stopped the work. What was saved before stays. Upload the file again to go on."
)
TO_SAVE = (Verdict.NEW, Verdict.CHANGED)


def begin(upload: Import, *, at: datetime) -> None:
    """Ring for a worker. Without a broker a small file is done at once, and a large one waits for the tick."""
    if settings.CELERY_BROKER_URL.startswith("memory:") and upload.rows.count() <= AT_ONCE:
        go_on(upload.pk, at=at)
    else:
        transaction.on_commit(lambda: ring(upload.pk), robust=True)


def go_on(pk: int, *, at: datetime, seconds: float = STRETCH) -> bool:
    """Work at one import for a while; answers whether there is more to do.

    Where another worker holds the import, nothing is done.
    """
    until = time.monotonic() + seconds
    judge: Judge | None = None
    try:
        while time.monotonic() < until:
            with transaction.atomic():
                upload = (
                    Import.objects.select_for_update(skip_locked=True, of=("self",))
                    .select_related("by", "administration")
                    .filter(pk=pk)
                    .working()
                    .first()
                )
                if upload is None:
                    return False
                if not upload.by_may:
                    return _fail(upload, _("The person who uploaded the file may not import any more."), at=at)
                if judge is None:
                    judge = JUDGES[upload.kind](upload, today=today_in(settings.OFFICE_TIME_ZONE, at))
                step = _judge if upload.state == ImportState.CHECKING else _save
                if not step(upload, judge, at):
                    return False
    except OperationalError:
        raise  # of the database: the next tick tries again
    except Exception:
        log.exception("import %s stopped", pk)
        with transaction.atomic():
            upload = Import.objects.select_for_update().get(pk=pk)
            return _fail(upload, str(FAULT), at=at)
    return True


def _judge(upload: Import, judge: Judge, at: datetime) -> bool:
    """Judge one batch; when there is none left, the file waits for a person."""
    rows = list(upload.rows.filter(verdict="")[:BATCH])
    if not rows:
        upload.move_to(ImportState.CHECKED, by=upload.by)
        return False
    for row, opinion in zip(rows, judge.opinions(rows), strict=True):
        row.verdict, row.faults, row.changes = opinion.verdict, opinion.faults, opinion.changes
    ImportRow.objects.bulk_update(rows, ["verdict", "faults", "changes"], batch_size=BATCH)
    return True


def _save(upload: Import, judge: Judge, at: datetime) -> bool:
    """Save one batch, each row in a savepoint; a row is saved as it was shown, or it is refused."""
    rows = list(upload.rows.filter(verdict__in=TO_SAVE, saved=False)[:SAVED_AT_ONCE])
    if not rows:
        _finish(upload, at)
        return False
    for row, opinion in zip(rows, judge.opinions(rows), strict=True):
        try:
            with transaction.atomic():
                _save_row(row, opinion, judge, upload, at)
            row.saved = True
        except Refused as refusal:
            row.verdict, row.faults = Verdict.REFUSED, [refusal.message]
        except IntegrityError:
            row.verdict, row.faults = Verdict.REFUSED, [_("Somebody saved the same a moment ago.")]
    ImportRow.objects.bulk_update(rows, ["verdict", "faults", "saved"], batch_size=BATCH)
    return True


def _save_row(row: ImportRow, opinion: Opinion, judge: Judge, upload: Import, at: datetime) -> None:
    if opinion.faults:
        raise Refused(" ".join(opinion.faults))
    if opinion.verdict == Verdict.SAME:  # somebody did the same by hand
        return
    if (opinion.verdict, opinion.changes) != (row.verdict, row.changes):
        raise Refused(_("This was changed after the check. Upload the file again to see what differs now."))
    judge.save(opinion, by=upload.by, at=at)


def _finish(upload: Import, at: datetime) -> None:
    found = counts(upload)
    upload.finished_at = at
    upload.save(update_fields=["finished_at"])
    upload.move_to(ImportState.SAVED, by=upload.by)
    trail.record(
        upload.by,
        "imported",
        upload,
        new=found.new,
        changed=found.changed,
        same=found.same,
        refused=found.refused,
    )
    notices.import_done(upload, new=found.new, changed=found.changed, same=found.same, refused=found.refused)


def _fail(upload: Import, fault: str, *, at: datetime) -> bool:
    upload.fault, upload.finished_at = fault, at
    upload.save(update_fields=["fault", "finished_at"])
    upload.move_to(ImportState.FAILED, by=None)
    return False


def ring(pk: int) -> None:
    """Ask a worker to come; without a broker the tick does."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    # by its name, because the tasks stand above
    current_app.send_task("members.tasks.work_at_import", args=[pk], expires=5 * 60)
