"""The members pages: the directory for everybody who has signed in, changes for the office."""

from __future__ import annotations

from django.urls import path

from members import policies
from members.pages import (
    administrations,
    appointments,
    bodies,
    courses,
    devices,
    duplicates,
    holidays,
    imports,
    joining,
    organisations,
    people,
    profiles,
    roles,
)
from members.pages.privacy_urls import privacy_patterns
from portal.kit.gates import gated, signed_in

app_name = "members"
urlpatterns = gated(
    policies.is_office,
    [
        path("people/add/", people.add_person, name="add_person"),
        path("administrations/<int:pk>/edit/", bodies.edit_administration, name="edit_administration"),
        path("administrations/<int:pk>/names/add/", bodies.add_name, name="add_name"),
        path("names/<int:pk>/edit/", bodies.edit_name, name="edit_name"),
        path("names/<int:pk>/remove/", bodies.remove_name, name="remove_name"),
        path("administrations/<int:pk>/groups/join/", bodies.join_group, name="join_group"),
        path("memberships/<int:pk>/leave/", bodies.leave_group, name="leave_group"),
        path("memberships/<int:pk>/edit/", bodies.edit_membership, name="edit_membership"),
        path("memberships/<int:pk>/remove/", bodies.remove_membership, name="remove_membership"),
        path("administrations/<int:pk>/holidays/add/", holidays.add_day_off, name="add_day_off"),
        path("administrations/<int:pk>/holidays/working-day/", holidays.add_working_day, name="add_working_day"),
        path("holidays/<int:pk>/remove/", holidays.remove_correction, name="remove_holiday_correction"),
        path("organisations/add/", organisations.add_organisation, name="add_organisation"),
        path("organisations/<int:pk>/edit/", organisations.edit_organisation, name="edit_organisation"),
        path("administrations/<int:pk>/invite/", joining.invite, name="invite"),
        path("people/<int:pk>/close/", profiles.close, name="close_person"),
        path("people/<int:pk>/reopen/", profiles.reopen, name="reopen_person"),
        path("roles/", roles.roles, name="roles"),
        path("roles.csv", roles.roles_csv, name="roles_csv"),
        path("roles/office/appoint/", appointments.appoint_office, name="appoint_office"),
        path("administrations/<int:pk>/appoint/", appointments.appoint, name="appoint"),
        path("groups/<int:pk>/appoint/", appointments.appoint_group, name="appoint_group"),
        path("appointments/<int:pk>/hand-over/", appointments.hand_over, name="hand_over"),
        path("appointments/<int:pk>/end/", appointments.end_appointment, name="end_appointment"),
    ],
)
urlpatterns += gated(
    policies.is_office,
    [
        path("duplicates/", duplicates.duplicates, name="duplicates"),
        path("people/<int:pk>/apart/<int:other>/", duplicates.apart, name="apart"),
        path("people/<int:pk>/merge/<int:other>/", duplicates.merge, name="merge"),
    ],
)
urlpatterns += gated(
    policies.answers_requests,
    [
        path("join-requests/", joining.requests, name="join_requests"),
        path("join-requests.csv", joining.requests_csv, name="join_requests_csv"),
        path("join-requests/<int:pk>/", joining.one, name="join_request"),
        path("join-requests/<int:pk>/endorse/", joining.endorse, name="endorse_join"),
        path("join-requests/<int:pk>/same-person/", joining.same_person, name="same_person"),
        path("join-requests/<int:pk>/decline/", joining.decline, name="decline_join"),
    ],
)
urlpatterns += gated(
    policies.may_import,
    [
        path("imports/", imports.imports, name="imports"),
        path("imports.csv", imports.imports_table, {"ending": "csv"}, name="imports_csv"),
        path("imports.xlsx", imports.imports_table, {"ending": "xlsx"}, name="imports_xlsx"),
        path("imports/new/", imports.new_import, name="new_import"),
        path("imports/sample.csv", imports.import_sample, name="import_sample"),
        path("imports/<int:pk>/", imports.show_import, name="import"),
        path("imports/<int:pk>/rows.csv", imports.import_rows, name="import_rows"),
        path("imports/<int:pk>/save/", imports.save_import, name="save_import"),
        path("imports/<int:pk>/discard/", imports.discard_import, name="discard_import"),
    ],
)
urlpatterns += signed_in(
    [
        path("", administrations.directory, name="directory"),
        path("administrations.csv", administrations.directory_table, {"ending": "csv"}, name="directory_csv"),
        path("administrations.xlsx", administrations.directory_table, {"ending": "xlsx"}, name="directory_xlsx"),
        path("administrations/<int:pk>/", administrations.administration, name="administration"),
        path("administrations/<int:pk>/holidays/", holidays.holidays, name="holidays"),
        path("administrations/<int:pk>/holidays.csv", holidays.holidays_csv, name="holidays_csv"),
        path("organisations/", organisations.organisations, name="organisations"),
        path("organisations.csv", organisations.organisations_csv, name="organisations_csv"),
        path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
        path("start/", people.start, name="start"),
        path("people/", people.people, name="people"),
        path("people/<int:pk>/welcome/", joining.welcome_again, name="welcome_again"),
        path("people.csv", people.people_table, {"ending": "csv"}, name="people_csv"),
        path("people.xlsx", people.people_table, {"ending": "xlsx"}, name="people_xlsx"),
        path("people/<int:pk>/", profiles.person, name="person"),
        path("people/<int:pk>/edit/", profiles.edit_person, name="edit_person"),
        path("proposals/<int:pk>/accept/", profiles.accept_proposal, name="accept_proposal"),
        path("proposals/<int:pk>/decline/", profiles.decline_proposal, name="decline_proposal"),
        path("proposals/<int:pk>/withdraw/", profiles.withdraw_proposal, name="withdraw_proposal"),
        path("courses/<int:pk>/proof/", courses.course_proof, name="course_proof"),
        path("courses/<int:pk>/remove/", courses.remove_course, name="remove_course"),
        path("profile/", profiles.profile, name="profile"),
        path("profile/courses/add/", courses.add_course, name="add_course"),
        path("profile/devices/", devices.devices, name="devices"),
        path("profile/devices/<int:pk>/end/", devices.end, name="end_device"),
        path("profile/devices/end-others/", devices.end_others, name="end_other_devices"),
        path("profile/edit/", profiles.edit_profile, name="edit_profile"),
    ]
)
urlpatterns += privacy_patterns
