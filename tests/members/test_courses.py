"""E-learning: the person lists courses, and only who may see the person reads the proofs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import ELearning
from members.services import courses
from portal.kit.states import Refused
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
PDF = b"%PDF-1.7 proof"
PNG = b"\x89PNG\r\n\x1a\n proof"
JPEG = b"\xff\xd8\xff\xe0 proof"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def file(content: bytes = PDF, name: str = "proof.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


def add(person, content: bytes | None = PDF, name: str = "proof.pdf") -> ELearning:
    proof = file(content, name) if content else None
    return courses.add(person, course="Transit", completed_on=TODAY, proof=proof, by=person, on=TODAY)


@pytest.mark.parametrize(
    ("content", "suffix", "kind"),
    [(PDF, ".pdf", "application/pdf"), (PNG, ".png", "image/png"), (JPEG, ".jpg", "image/jpeg")],
)
def test_a_proof_is_known_by_its_content_and_leaves_as_a_download(as_user, official, content, suffix, kind):
    client = as_user(official)
    data = {"course": "Transit", "completed_on": TODAY.isoformat(), "proof": file(content, "../../x.html")}
    assert client.post(url("add_course"), data)["Location"] == url("profile")
    row = ELearning.objects.get()
    assert row.proof.name.startswith(f"e-learning/{official.pk}/")
    answer = client.get(url("course_proof", row.pk))
    assert b"".join(answer) == content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'attachment; filename="proof-{row.pk}{suffix}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Transit" in client.get(url("profile")).content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"course": ""},
        {"course": "x" * 201},
        {"course": "a\x00"},
        {"completed_on": "31 February"},
        {"completed_on": (TODAY + timedelta(days=2)).isoformat()},
        {"completed_on": "0209-01-01"},
        {"proof": b""},
        {"proof": b"<script>alert(1)</script>"},
        {"proof": b"GIF89a"},
        {"proof": b" %PDF-1.7"},
        {"proof": PDF + b"x" * (5 * 1024 * 1024)},
    ],
)
def test_a_bad_course_gets_a_sentence(as_user, official, media, bad):
    data = {"course": "Transit", "completed_on": TODAY.isoformat()} | bad
    if "proof" in data:
        data["proof"] = file(data["proof"])
    answer = as_user(official).post(url("add_course"), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not ELearning.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_proof_is_not_needed(as_user, official):
    as_user(official).post(url("add_course"), {"course": "Transit", "completed_on": TODAY.isoformat()})
    row = ELearning.objects.get()
    assert not row.proof
    assert as_user(official).get(url("course_proof", row.pk)).status_code == 404


def test_the_same_course_sent_twice_stands_once(official):
    assert add(official) == add(official)


def test_there_is_an_end_to_courses(official, monkeypatch):
    monkeypatch.setattr(courses, "MOST", 1)
    add(official)
    with pytest.raises(Refused, match="Remove one first"):
        courses.add(official, course="Valuation", completed_on=TODAY, by=official, on=TODAY)


def test_who_reads_a_proof_and_who_removes_the_course(
    as_user, official, office, contact_point, colleague, foreigner, tonga_contact
):
    row = add(official)
    for reader, answer in (
        (official, 200), (office, 200), (contact_point, 200), (colleague, 404), (foreigner, 404), (tonga_contact, 404),
    ):  # fmt: skip
        assert as_user(reader).get(url("course_proof", row.pk)).status_code == answer, reader
    assert as_user(None).get(url("course_proof", row.pk)).status_code == 302
    for reader, answer in ((office, 403), (contact_point, 403), (colleague, 404)):
        assert as_user(reader).post(url("remove_course", row.pk)).status_code == answer, reader
    assert as_user(official).get(url("remove_course", row.pk)).status_code == 405
    assert ELearning.objects.exists()


def test_a_removed_course_takes_its_file_along(as_user, official, media, django_capture_on_commit_callbacks):
    row = add(official)
    with django_capture_on_commit_callbacks(execute=True):
        as_user(official).post(url("remove_course", row.pk))
    assert not ELearning.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_lost_file_is_not_found(as_user, official, media):
    row = add(official)
    Path(row.proof.path).unlink()
    assert as_user(official).get(url("course_proof", row.pk)).status_code == 404
