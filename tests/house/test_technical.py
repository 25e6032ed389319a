"""The technical administration lets in who keeps the portal running, through the portal's own sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from events.models import Event
from members.models import User
from tests import make

pytestmark = pytest.mark.django_db
AsUser = Callable[[User | None], Client]


def test_a_visitor_is_sent_to_the_sign_in_of_the_portal(as_user: AsUser) -> None:
    answer = as_user(None).get("/technical/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/")


def test_the_office_has_no_business_here(as_user: AsUser, office: User, head_of_office: User) -> None:
    for person in (office, head_of_office, make.contact_point()):
        assert as_user(person).get("/technical/", follow=True).status_code == 403


def test_staff_close_an_account_and_leave_a_line(as_user: AsUser) -> None:
    keeper = make.expert("Keeper of the portal")
    keeper.is_staff = keeper.is_superuser = True
    keeper.save()
    person = make.official("FJ")
    client = as_user(keeper)
    assert client.get("/technical/").status_code == 200
    answer = client.post(f"/technical/members/user/{person.pk}/change/", {"is_active": "", "is_staff": ""})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    assert as_user(None).get("/technical/").status_code == 302


def test_events_are_not_changed_behind_the_back_of_the_services(as_user: AsUser) -> None:
    keeper = make.expert()
    keeper.is_staff = keeper.is_superuser = True
    keeper.save()
    assert as_user(keeper).get("/technical/events/event/").status_code == 404
    assert not Event.objects.exists()
