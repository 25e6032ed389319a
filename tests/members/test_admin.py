"""The technical administration: one door with the sign-in page, a trail for every change, no deleting."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import path

from members.models import User
from portal.kit.models import Entry
from portal.urls import urlpatterns as pages

urlpatterns = [path("technical/", admin.site.urls), *pages]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def technician(office) -> User:
    office.is_staff = office.is_superuser = True
    office.save()
    return office


def test_the_door_is_the_sign_in_page(client, as_user, official):
    answer = client.get("/technical/", follow=True)
    assert answer.request["PATH_INFO"] == "/account/login/"
    assert as_user(official).get("/technical/", follow=True).status_code == 403


def test_a_change_is_in_the_trail(as_user, technician, fiji, official):
    client = as_user(technician)
    client.post("/technical/members/group/add/", {"code": "sids", "name": "Small islands"})
    assert Entry.objects.filter(verb="added", by=technician).count() == 1
    client.post(f"/technical/members/user/{official.pk}/change/", {"is_active": ""})
    official.refresh_from_db()
    assert not official.is_active
    assert Entry.objects.about(official).latest("pk").told["changes"] == {"is_active": ["True", "False"]}


def test_names_and_groups_over_time_are_left_to_the_pages_with_their_rules(as_user, technician, fiji):
    page = as_user(technician).get(f"/technical/members/administration/{fiji.pk}/change/")
    assert page.status_code == 200
    assert page.context["inline_admin_formsets"] == []


def test_nothing_is_deleted_and_roles_are_only_shown(as_user, technician, contact_point):
    client = as_user(technician)
    row = contact_point.appointments.get()
    assert client.get("/technical/members/appointment/").status_code == 200
    assert client.get(f"/technical/members/appointment/{row.pk}/change/").status_code == 200
    assert client.post(f"/technical/members/appointment/{row.pk}/change/", {}).status_code == 403
    assert client.post(f"/technical/members/user/{contact_point.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/technical/members/user/add/").status_code == 403
