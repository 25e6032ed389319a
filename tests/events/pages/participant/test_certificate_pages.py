"""Certificates on pages: created when earned, downloaded by those who may, checked by anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.models import Certificate
from events.services import certificates
from tests import make
from tests.events.pages.participant.conftest import text_of
from tests.make import NOW


@pytest.fixture
def earned(fiji_official):
    """A registration whose rule is met."""
    return make.evaluated(make.attended(make.running(began=timedelta(days=-5)), person=fiji_official))


@pytest.fixture
def certificate(earned) -> Certificate:
    return certificates.issue(earned, by=earned.official, at=NOW)


def test_an_official_creates_and_downloads_the_certificate(as_user, earned, fiji_official):
    client = as_user(fiji_official)
    assert "Create my certificate" in client.get(f"/mine/{earned.pk}/").content.decode()
    page = client.post(f"/mine/{earned.pk}/certificate/", follow=True).content.decode()
    row = Certificate.objects.get()
    address = f"/certificates/{row.number}/certificate.pdf"
    assert f"Certificate {row.number} is ready." in page
    assert "Create my certificate" not in page
    assert page.count(f'href="{address}"') == 1
    file = client.get(address)
    assert file["Content-Type"] == "application/pdf" and file.content.startswith(b"%PDF-")
    assert file["Content-Disposition"] == f'attachment; filename="certificate-{row.number}.pdf"'
    assert file["X-Content-Type-Options"] == "nosniff"
    client.post(f"/mine/{earned.pk}/certificate/")
    assert Certificate.objects.count() == 1


def test_what_is_missing_is_said(as_user, fiji_official):
    row = make.attended(make.running(began=timedelta(days=-5)), person=fiji_official)
    page = as_user(fiji_official).post(f"/mine/{row.pk}/certificate/", follow=True).content.decode()
    assert "Give your evaluation first." in page
    assert not Certificate.objects.exists()


def test_the_file_is_for_the_holder_the_contact_point_and_the_office(
    as_user, certificate, fiji_official, fiji_contact, tonga_official, tonga_contact, office
):
    address = f"/certificates/{certificate.number}/certificate.pdf"
    for person in (fiji_official, fiji_contact, office):
        assert as_user(person).get(address).status_code == 200
    for person in (tonga_official, tonga_contact, make.official("FJ")):
        assert as_user(person).get(address).status_code == 404
    assert as_user(None).get(address).status_code == 302


def test_anybody_verifies_a_number_and_learns_four_facts(visitor, certificate, fiji_official):
    response = visitor.get(f"/certificates/{certificate.number}/")
    page = text_of(response)
    for words in (certificate.holder, certificate.event_title, certificate.event_dates, "is genuine", "Issued on"):
        assert words in page
    for secret in (fiji_official.email, fiji_official.username, "Sessions", "Administration"):
        assert secret not in page[page.index("<main") : page.index("</main>")]
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("change", [str.lower, lambda number: number.replace("-", " "), lambda number: f" {number}- "])
def test_a_number_is_understood_as_people_type_it(change, visitor, certificate):
    response = visitor.get("/certificates/", {"number": change(certificate.number)}, follow=True)
    assert "is genuine" in response.content.decode()
    assert visitor.get(f"/certificates/{change(certificate.number)}/").status_code == 200


@pytest.mark.parametrize(
    "number", ["2021-AAAA-BBBB", "x", "2021", "<b>2021</b>", "'; drop", "9" * 300, "٢٠٢١-AAAA-BBBB"]
)
def test_an_unknown_number_gets_a_sentence_and_the_form(number, visitor, certificate):
    response = visitor.get(f"/certificates/{number}/".replace("</", "< "))
    assert response.status_code == 404
    page = text_of(response)
    assert "There is no certificate with the number" in page and "Check the number" in page
    assert "<b>" not in page and certificate.holder not in page


@pytest.mark.parametrize("typed", ["", "   ", "---", "\x00", "x" * 100, "a\u202eb", "../../mine"])
def test_a_wrong_entry_gets_a_sentence_and_never_a_fault(typed, visitor, certificate):
    response = visitor.get("/certificates/", {"number": typed}, follow=True)
    assert response.status_code in (200, 404)
    assert "Check the number" in response.content.decode()
