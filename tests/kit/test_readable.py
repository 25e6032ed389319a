"""Bytes that are no text are refused in every kind of form; what a file holds is nobody's business here."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
PART = b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
FILE = b'; filename="%s"'


def send(*parts: tuple[bytes, bytes, bytes]) -> int:
    body = b"".join(PART % part for part in parts) + b"--edge--\r\n"
    return Client().post(LOGIN, body, content_type="multipart/form-data; boundary=edge").status_code


@pytest.mark.parametrize("broken", [b"\xff", b"Fiji \xe0\xb8", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_broken_text_is_refused_in_a_form_with_a_file(broken):
    assert send((b"login", b"", broken)) == 400
    assert send((b"login", b"", b"somebody"), (b"other", b"", broken)) == 400


@pytest.mark.parametrize("broken", ["%ff", "%e0%b8", "%ed%a0%80"])
def test_broken_text_is_refused_in_a_plain_form_and_in_an_address(broken):
    kind = "application/x-www-form-urlencoded"
    assert Client().post(LOGIN, f"login={broken}", content_type=kind).status_code == 400
    assert Client().get(f"{LOGIN}?next={broken}").status_code == 400


@pytest.mark.parametrize("text", ["somebody", "ผู้ใช้", "海关", "Têxt e\u0301"])
def test_text_of_every_script_and_files_of_any_bytes_pass(text):
    whole = text.encode()
    assert send((b"login", b"", whole), (b"file", FILE % whole, b"\x00\xff\xfe%PDF")) == 200
