"""The certificate as a document: one page, the same bytes, every script of the region."""

from __future__ import annotations

import re
import zlib
from datetime import date

import pytest
from django.conf import settings

from events.documents import FOLDER, certificate_data, certificate_pdf
from events.models import Certificate

NAMES = {
    "Latin": "Official 1 of Fiji",
    "Vietnamese": "Nguyễn Thị Đặng",
    "Cyrillic": "Гаалийн ажилтан Өлзий",
    "Thai": "เจ้าหน้าที่ศุลกากร",
    "Lao": "ເຈົ້າໜ້າທີ່ພາສີ",
    "Khmer": "មន្ត្រីគយ",
    "Myanmar": "အကောက်ခွန်အရာရှိ",
    "Tamil": "சுங்க அதிகாரி",
    "Sinhala": "රේගු නිලධාරී",
    "Devanagari": "सीमा शुल्क अधिकारी",
    "Bengali": "শুল্ক কর্মকর্তা",
    "Arabic": "کارمند گمرک",
    "Tibetan": "འགོ་དཔོན།",
    "Thaana": "ކަސްޓަމްސް",
}


def certificate(**values) -> Certificate:
    fields = {
        "number": "RO-2020-ABCDEF",
        "holder": "Official 1 of Fiji",
        "administration_title": "Fiji Revenue and Customs Service (FRCS)",
        "event_title": "Regional Workshop on Transit",
        "event_dates": "31 August - 7 September 2020",
        "sessions_attended": 4,
        "sessions_held": 5,
        "issued_on": date(2020, 9, 14),
    }
    return Certificate(**{**fields, **values})


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf + _streams(pdf)))


def fonts(pdf: bytes) -> set[str]:
    return {name.decode() for name in re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([\w-]+)", pdf + _streams(pdf))}


def _streams(pdf: bytes) -> bytes:
    """The compressed objects of a PDF file, opened."""
    opened = []
    for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(body))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_a_certificate_is_one_page_of_pdf() -> None:
    pdf = certificate_pdf(certificate())
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert len(pdf) < 200_000


def test_the_same_certificate_gives_the_same_bytes() -> None:
    assert certificate_pdf(certificate()) == certificate_pdf(certificate())
    assert certificate_pdf(certificate()) != certificate_pdf(certificate(holder="Official 2 of Fiji"))


def test_the_longest_texts_stay_on_one_page() -> None:
    pdf = certificate_pdf(
        certificate(
            holder="Wide Name " * 20, administration_title="Customs Administration " * 8, event_title="W " * 125
        )
    )
    assert pages(pdf) == 1


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_a_script_of_the_region_is_drawn_with_a_font_of_its_own(script: str) -> None:
    found = fonts(certificate_pdf(certificate(holder=NAMES[script])))
    wanted = "NotoSans" if script in ("Latin", "Vietnamese", "Cyrillic") else script
    assert any(wanted in name for name in found), found


def test_a_certificate_shows_what_was_kept_and_where_to_verify_it() -> None:
    data = certificate_data(certificate(holder="Official\n1"))
    assert data["holder"] == "Official 1"
    assert data["address"] == f"{settings.PORTAL_URL}/certificates/RO-2020-ABCDEF/"
    assert data["words"]["attended"] == "Sessions attended: 4 of 5"
    assert data["words"]["issued"] == "Issued on 14 September 2020"
    assert data["qr"].startswith("<svg")


def test_markup_in_a_name_is_text() -> None:
    plain = certificate_pdf(certificate(holder="#panic() *bold* $x$ \\ <b> @label"))
    assert pages(plain) == 1


def test_the_fonts_are_shipped_with_their_licence_and_stay_small() -> None:
    folder = FOLDER / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 6_000_000
