"""The members pages: the directory for everybody who has signed in, changes for the office."""

from __future__ import annotations

from django.urls import path

from members import policies
from members.pages import administrations, devices, people
from portal.kit.gates import gated, signed_in

app_name = "members"
urlpatterns = gated(
    policies.is_office,
    [
        path("people/add/", people.add_person, name="add_person"),
        path("administrations/<int:pk>/appoint/", administrations.appoint, name="appoint"),
        path("appointments/<int:pk>/end/", administrations.end_appointment, name="end_appointment"),
    ],
) + signed_in(
    [
        path("", administrations.directory, name="directory"),
        path("administrations.csv", administrations.directory_csv, name="directory_csv"),
        path("administrations/<int:pk>/", administrations.administration, name="administration"),
        path("start/", people.start, name="start"),
        path("people/", people.people, name="people"),
        path("people/<int:pk>/", people.person, name="person"),
        path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
        path("profile/", people.profile, name="profile"),
        path("profile/devices/", devices.devices, name="devices"),
        path("profile/devices/<int:pk>/end/", devices.end, name="end_device"),
        path("profile/devices/end-others/", devices.end_others, name="end_other_devices"),
        path("profile/edit/", people.edit_profile, name="edit_profile"),
    ]
)
