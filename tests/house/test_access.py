"""Role x page x verb x row: every address asked by every kind of person; what no line allows is denied.

A page answers a stranger with the sign-in page, 403 or 404; a page that takes one method only answers 405 to the other
and shows nothing either. Everything else counts as being let in, also a refusal of a service and a form with errors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from members.models import User
from tests.house import access_page, objects
from tests.house.test_addresses import own
from tests.house.world import ROLES, World

pytestmark = [pytest.mark.django_db, pytest.mark.sweep, pytest.mark.once, pytest.mark.usefixtures("quiet")]

EVERYBODY = set(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
OFFICE = {"office", "head"}
CONTACTS = {"contact", "contact_b"}
CHAIRS = {"chair", "other_chair"} | OFFICE

# who is let in to a desk; then the pages that open a row, which is not everybody's
DESKS = {
    "participant": EVERYBODY,
    "delegation": CONTACTS,
    "chair": CHAIRS,
    "office": OFFICE,
    "members": SIGNED_IN,
}
THIS_MEETING = {"chair"} | OFFICE
PAGES: dict[str, set[str]] = {
    "participant:apply": SIGNED_IN,
    "participant:mine": SIGNED_IN,
    "participant:feeds": SIGNED_IN,
    "participant:revoke_feed": {"official"},
    "participant:my_event": {"official"},
    "participant:accept": {"official"},
    "participant:withdraw": {"official"},
    "participant:joining": {"official"},
    "participant:evaluate": {"official"},
    "participant:certificate": {"official"},
    "participant:certificate_pdf": {"official", "contact"} | OFFICE,
    "participant:paper": THIS_MEETING,
    "participant:outcome": set(),  # a draft is read at the chair desk only
    "participant:follow_up": THIS_MEETING,
    "delegation:home": CONTACTS,
    "delegation:home_csv": CONTACTS,
    "delegation:handover": CONTACTS,
    "delegation:people": CONTACTS,
    "delegation:people_csv": CONTACTS,
    "delegation:add_person": CONTACTS,
    "delegation:record": CONTACTS,
    "delegation:record_csv": CONTACTS,
    "chair:home": CHAIRS,
    "chair:sign": {"chair"},
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_saved_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_authenticate": SIGNED_IN,  # whoever has signed in already is led to the start
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": {"official"},
    "mfa_remove_webauthn": {"official"},
    "mfa_reauthenticate_webauthn": {"official"},
    "mfa_reauthenticate": {"official"},
    # with an authenticator app or codes only: tests/members/test_second_factor.py
    "mfa_deactivate_totp": set(),
    "mfa_view_recovery_codes": set(),
    "mfa_download_recovery_codes": set(),
    "members:end_device": {"official"},
    "members:profile_keep": set(),  # nobody of these has asked
    "members:erasures": OFFICE,
    "members:erasures_csv": OFFICE,
    "members:erasure": OFFICE,
    "members:erase": OFFICE,
    "members:retention": OFFICE,
    "members:retention_csv": OFFICE,
    "members:keep_removal": OFFICE,
    "members:add_person": OFFICE,
    "members:edit_administration": OFFICE,
    "members:add_name": OFFICE,
    "members:edit_name": OFFICE,
    "members:remove_name": OFFICE,
    "members:join_group": OFFICE,
    "members:leave_group": OFFICE,
    "members:edit_membership": OFFICE,
    "members:remove_membership": OFFICE,
    "members:add_day_off": OFFICE,
    "members:add_working_day": OFFICE,
    "members:remove_holiday_correction": OFFICE,
    "members:add_organisation": OFFICE,
    "members:edit_organisation": OFFICE,
    "members:imports": CONTACTS | OFFICE,
    "members:imports_csv": CONTACTS | OFFICE,
    "members:imports_xlsx": CONTACTS | OFFICE,
    "members:new_import": CONTACTS | OFFICE,
    "members:import_sample": CONTACTS | OFFICE,
    "members:import": {"contact"} | OFFICE,
    "members:import_rows": {"contact"} | OFFICE,
    "members:save_import": {"contact"} | OFFICE,
    "members:discard_import": {"contact"} | OFFICE,
    "members:appoint": OFFICE,
    "members:invite": OFFICE,
    "members:welcome_again": {"contact"} | OFFICE,
    "members:duplicates": OFFICE,
    "members:apart": OFFICE,
    "members:merge": OFFICE,
    "members:join_requests": CONTACTS | OFFICE,
    "members:join_requests_csv": CONTACTS | OFFICE,
    "members:join_request": {"contact"} | OFFICE,
    "members:endorse_join": {"contact"} | OFFICE,
    "members:same_person": {"contact"} | OFFICE,
    "members:decline_join": {"contact"} | OFFICE,
    "members:end_appointment": OFFICE,
    "members:hand_over": OFFICE,
    "members:appoint_group": OFFICE,
    "members:appoint_office": {"head"},
    "members:roles": OFFICE,
    "members:roles_csv": OFFICE,
    "members:close_person": OFFICE,
    "members:reopen_person": OFFICE,
    "members:accept_proposal": {"official"},
    "members:decline_proposal": {"official"},
    "members:withdraw_proposal": {"contact"} | OFFICE,
    "members:course_proof": {"official", "contact"} | OFFICE,
    "members:remove_course": {"official"},
    "members:person": {"official", "contact"} | OFFICE,
    "members:edit_person": {"official", "contact"} | OFFICE,
}
# the other pages of these desks open a row of Fiji, or of the meeting
ROWS = {"delegation": {"contact"}, "chair": THIS_MEETING}


def allowed(name: str) -> set[str]:
    desk = name.split(":")[0]
    return PAGES[name] if name in PAGES else ROWS.get(desk) or DESKS[desk]


VERBS = ("get", "post", "head", "options", "put", "patch", "delete")


def signed_in(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def let_in(client: Client, verb: str, address: str) -> bool:
    """Whether the person passed; everything that the request changed is undone."""
    mark = transaction.savepoint()
    try:
        answer = getattr(client, verb)(address)
    finally:
        transaction.savepoint_rollback(mark)
    assert answer.status_code < 500, f"{verb} {address}: {answer.status_code}"
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")
    return not to_sign_in and answer.status_code not in (403, 404, 405)


def fault(client: Client, role: str, name: str, address: str, who: Collection[str]) -> str:
    """How the address differs from the table for this person: kept out of every verb, or let in by one at least."""
    if role in who:
        # the other verbs show what GET shows; a page that takes POST only answers 405 to GET
        passed = any(let_in(client, verb, address) for verb in ("get", "post"))
        return "" if passed else f"{name} {address}: {role} is kept out and should be let in"
    passed_by = [verb for verb in VERBS if let_in(client, verb, address)]
    return f"{name} {address}: {role} is let in by {', '.join(passed_by)}" if passed_by else ""


def faults(role: str, world: World, *, asked: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Every address with a row of the small world, as one kind of person."""
    client = signed_in(world.people[role])
    found = [
        fault(client, role, name, reverse(name, args=world.arguments(name, str(pattern.pattern))), allowed(name))
        for name, pattern in own()
        if not name.startswith("demo_") and asked(name)
    ]
    return [each for each in found if each]


@pytest.mark.parametrize("role", ROLES)
def test_each_person_is_let_in_where_the_table_says_and_nowhere_else(role: str, world: World) -> None:
    assert not (found := faults(role, world)), "\n".join(found)


@pytest.mark.parametrize("role", ROLES)
def test_each_kind_of_row_is_open_to_whom_the_table_names(role: str, world: World) -> None:
    cases = objects.build(world)
    client = signed_in(world.people[role])
    found = [fault(client, role, f"{case.name} ({case.words})", case.address, case.who) for case in cases]
    assert not any(found), "\n".join(filter(None, found))


def test_no_page_is_in_the_table_that_does_not_exist() -> None:
    assert set(PAGES) <= {name for name, _pattern in own()}


def test_the_page_about_access_is_fresh(world: World) -> None:
    assert access_page.TARGET.read_text(encoding="utf-8") == access_page.page(objects.build(world))
