"""E-learning courses that people completed, with their proofs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import ELearning, User
from portal.kit import trail
from portal.kit.states import Refused

MAX_BYTES = 5 * 1024 * 1024
MOST = 100  # courses of one person: files of people must not fill the disk
# what a file begins with tells what it is; a name can tell anything
KINDS = {
    b"%PDF-": (".pdf", "application/pdf"),
    b"\x89PNG\r\n\x1a\n": (".png", "image/png"),
    b"\xff\xd8\xff": (".jpg", "image/jpeg"),
}
TYPES = dict(KINDS.values())


@transaction.atomic
def add(person: User, *, course: str, completed_on: date, proof: Any = None, by: User, on: date) -> ELearning:
    """Add a course; the same course of the same day stands once.

    Raises `Refused` for a day to come, for a proof that is no PDF, PNG or JPEG or is larger than 5 MB, and when the
    person has 100 courses.
    """
    if completed_on > on:
        raise Refused(_("This day has not come yet. Add the course when it is completed."))
    if proof:
        proof.name = f"proof{_suffix(proof)}"
    User.objects.select_for_update().get(pk=person.pk)  # of two clicks at once, the second meets the course
    twin = person.courses.filter(course=course, completed_on=completed_on).first()
    if twin:
        return twin
    if person.courses.count() >= MOST:
        raise Refused(_("There are %(most)d courses already. Remove one first.") % {"most": MOST})
    row = ELearning.objects.create(person=person, course=course, completed_on=completed_on, proof=proof or "")
    trail.record(by, "added a course", person, completed_on=completed_on)
    return row


@transaction.atomic
def remove(row: ELearning, *, by: User) -> None:
    """Remove a course and its proof; the file goes when the removal is sure."""
    trail.record(by, "removed a course", row.person, completed_on=row.completed_on)
    proof = row.proof
    row.delete()
    if proof:
        transaction.on_commit(lambda: proof.storage.delete(proof.name))


def type_of(row: ELearning) -> str:
    """The type of the proof, for whoever downloads it."""
    return TYPES.get(Path(row.proof.name).suffix, "application/octet-stream")


def _suffix(file: Any) -> str:
    if file.size > MAX_BYTES:
        raise Refused(_("The proof is larger than 5 MB. Send a smaller file."))
    head = file.read(16)
    file.seek(0)
    for begin, (suffix, _type) in KINDS.items():
        if head.startswith(begin):
            return suffix
    raise Refused(_("A proof is a PDF, PNG or JPEG file. Save it as one of them, then try again."))
