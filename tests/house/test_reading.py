"""To read is to change nothing and to learn no secret: every address by GET, as every kind of person."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.house.test_addresses import own
from tests.house.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.sweep]

# a list of people that leaves the portal as a file is noted in the trail
NOTED = {
    "chair:follow_ups_csv",
    "delegation:people_csv",
    "delegation:record_csv",
    "members:directory_csv",
    "members:erasures_csv",
    "members:directory_xlsx",
    "members:import_rows",
    "members:imports_csv",
    "members:imports_xlsx",
    "members:join_requests_csv",
    "members:profile_data_json",
    "members:retention_csv",
    "members:roles_csv",
    "members:people_csv",
    "members:people_xlsx",
    "office:checklist_csv",
    "office:follow_ups_csv",
    "office:invitations_csv",
    "office:people_csv",
    "office:report_csv",
    "office:record_csv",
    "office:people_list",
    "office:timeline_csv",
    "office:trail_csv",
    "office:workload_csv",
    "participant:certificate_pdf",
}
# what the page asks of a key or of a device waits in the session for the answer
KEPT = {"mfa_activate_totp", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"}
# the owner sees when a program read the feed; the program keeps the file and asks whether it is still true
READ_BY_A_PROGRAM = {"participant:personal_ics"}
# for the office, which prepares it, and the chairs; participants find it on `participant:joining`
JOINING = {
    "chair:meeting",
    "office:event",
    "office:event_edit",
    "office:event_history",
    "office:trail",
    "office:trail_csv",
}
SECRETS = (b"secret-room", b"passcode 7890")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A thousand denials would fill the log of a failure."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(settings: object, tmp_path: object) -> World:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return build()


def pages(world: World) -> Iterator[tuple[str, str]]:
    for name, pattern in own():
        if not name.startswith("demo_"):
            yield name, reverse(name, args=world.arguments(name, str(pattern.pattern)))


def written_by(name: str) -> tuple[str, ...]:
    """The tables that reading a page may write."""
    if name in NOTED:
        return ("kit_entry", "kit_personal")
    if name in READ_BY_A_PROGRAM:
        return ("events_calendarfeed",)
    return ("django_session",) if name in KEPT else ()


@pytest.mark.parametrize("role", ["visitor", "official", "contact", "chair", "office"])
def test_a_page_that_is_only_read_changes_no_row_and_carries_its_headers(role: str, world: World) -> None:
    client, person = Client(), world.people[role]
    if person:
        client.force_login(person)
    faults = []
    for name, address in pages(world):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(address)
            content = b"".join(answer)
        written = [query["sql"] for query in queries if re.match(r"(INSERT|UPDATE|DELETE)\b", query["sql"])]
        tables = written_by(name)
        if not all(any(table in sql for table in tables) for sql in written):
            faults.append(f"{name} wrote: {written[0][:120]}")
        if any(secret in content for secret in SECRETS) and name not in JOINING:
            faults.append(f"{name} shows how to join")
        missing = {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"}
        missing -= set(answer.headers)
        if missing:
            faults.append(f"{name} answers {answer.status_code} without {missing}")
        public = answer.headers.get("Cache-Control", "").startswith("public")
        private = "private, no-cache" if name in READ_BY_A_PROGRAM else "no-store"
        if person and not public and private not in answer.headers.get("Cache-Control", ""):
            faults.append(f"{name} may be kept by a cache")
        if public and not name.endswith("_ics"):
            faults.append(f"{name} is kept by shared caches")
    assert not faults, "\n".join(faults)
