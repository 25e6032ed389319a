"""The sign-in pages of the library stand in our frame, and tell nobody who is known."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["login/", "login/code/", "password/reset/", "logout/", "inactive/"])
def test_pages_of_the_account_stand_in_the_frame(client: Any, fiji_official: Any, address: str):
    if address == "logout/":
        client.force_login(fiji_official)
    page = client.get(f"/account/{address}").content.decode()
    assert page.count("<h1>") == 1
    assert 'class="narrow"' in page
    assert "Capacity Portal</title>" in page
    assert "style=" not in page


@pytest.mark.parametrize("address", ["change/", "set/"])
def test_pages_of_the_password_stand_in_the_frame(client: Any, fiji_official: Any, address: str):
    fiji_official.set_password("a long and strange word" if address == "change/" else None)
    fiji_official.save()
    client.force_login(fiji_official)
    page = client.get(f"/account/password/{address}").content.decode()
    assert page.count("<h1>") == 1
    assert 'autocomplete="new-password"' in page


@pytest.mark.parametrize("address", ["/account/login/code/", "/account/password/reset/"])
def test_the_page_that_asks_for_the_code_is_the_same_for_a_known_and_an_unknown_person(
    client: Any, fiji_official: Any, address: str
):
    pages = []
    for name in (fiji_official.username, "nobody-at-all"):
        client.cookies.clear()
        field = next(iter(client.get(address).context["form"].fields))
        answer = client.post(address, {field: name}, follow=True)
        pages.append(answer.content.decode().replace(name, "NAME"))
    for page in pages:
        assert page.count("<h1>") == 1
        assert 'autocomplete="one-time-code"' in page
        assert "Send the letter again" in page or address != "/account/login/code/"
