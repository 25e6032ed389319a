"""Who may enter the pages of people, records and letters: the office, and nobody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from events.models import Registration
from tests import make

pytestmark = pytest.mark.django_db
OF_EVENT = [
    "people",
    "people_csv",
    "people_list",
    "attendance",
    "papers",
    "event_outcome",
    "event_history",
    "event_letters",
]
OF_OFFICE = ["letters", "report", "report_csv", "follow_ups", "follow_ups_csv", "trail", "trail_csv"]
POSTS_OF_EVENT = ["fill", "issue_certificates", "paper_add", "agenda_add", "outcome_begin", "attendance"]


def addresses(event):
    pages = [reverse(f"office:{name}", args=[event.pk]) for name in OF_EVENT]
    return pages + [reverse(f"office:{name}") for name in OF_OFFICE]


@pytest.fixture
def event():
    return make.announced("FJ", "TO")


@pytest.mark.parametrize("persona", ["fiji_official", "fiji_contact", "indonesia_chair"])
def test_others_than_the_office_are_refused(request, as_user, event, persona):
    browser = as_user(request.getfixturevalue(persona))
    row = make.nominated(event)
    for path in addresses(event):
        assert browser.get(path).status_code == 403, path
    for name in POSTS_OF_EVENT:
        assert browser.post(reverse(f"office:{name}", args=[event.pk])).status_code == 403, name
    for verb in ("confirm", "wait", "decline", "withdraw"):
        path = reverse(f"office:{verb}", args=[event.pk, row.pk])
        assert browser.post(path, {"reason": "No."}).status_code == 403
    row.refresh_from_db()
    assert row.state == "nominated"


def test_visitors_meet_the_sign_in_page(client, event):
    row = make.nominated(event)
    for path in [*addresses(event), reverse("office:decline", args=[event.pk, row.pk])]:
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/account/login/")
    assert client.post(reverse("office:confirm", args=[event.pk, row.pk])).status_code == 302
    assert Registration.objects.get().state == "nominated"


def test_the_office_reads_every_page(desk, event):
    for path in addresses(event):
        assert desk.get(path).status_code == 200, path


def test_an_event_that_does_not_exist_is_not_found(desk):
    for number in (0, 987654, 99999999999999999999):
        for name in OF_EVENT:
            assert desk.get(reverse(f"office:{name}", args=[number])).status_code == 404
        for name in POSTS_OF_EVENT:
            assert desk.post(reverse(f"office:{name}", args=[number])).status_code == 404


def test_every_page_has_one_heading_and_the_tab_of_its_part(desk, event):
    for name in ("people", "attendance", "papers", "event_history", "event_letters"):
        text = desk.get(reverse(f"office:{name}", args=[event.pk])).content.decode()
        assert text.count("<h1") == 1
        assert text.count('aria-current="page"') == 2  # the tab and the last word of the breadcrumbs
    for name in OF_OFFICE:
        if not name.endswith("_csv"):
            assert desk.get(reverse(f"office:{name}")).content.decode().count("<h1") == 1
