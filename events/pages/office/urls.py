"""The office desk: plan, programme, invitations; and what follows an announcement."""

from __future__ import annotations

from django.urls import path

from events import policies
from events.pages.office import dashboard, invitations, programme, sessions, workplan
from portal.kit.gates import gated

app_name = "office"

planning = [
    path("", dashboard.dashboard, name="dashboard"),
    path("plan/", workplan.plan, name="plan"),
    path("plan/work-plan.csv", workplan.plan_csv, name="plan_csv"),
    path("plan/sample.csv", workplan.plan_sample, name="plan_sample"),
    path("plan/import/", workplan.plan_import, name="plan_import"),
    path("plan/import/<int:pk>/", workplan.plan_import_check, name="plan_import_check"),
    path("plan/import/<int:pk>/confirm/", workplan.plan_import_confirm, name="plan_import_confirm"),
    path("activities/<int:pk>/", workplan.activity, name="activity"),
    path("activities/<int:pk>/edit/", workplan.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/create-event/", workplan.create_event, name="create_event"),
]
programme_pages = [
    path("events/", programme.events, name="events"),
    path("events/events.csv", programme.events_csv, name="events_csv"),
    path("events/new/", programme.event_new, name="event_new"),
    path("events/<int:pk>/", programme.event, name="event"),
    path("events/<int:pk>/edit/", programme.event_edit, name="event_edit"),
    path("events/<int:pk>/revise/", programme.event_revise, name="event_revise"),
    path("events/<int:pk>/announce/", programme.announce, name="announce"),
    path("events/<int:pk>/postpone/", programme.postpone, name="postpone"),
    path("events/<int:pk>/cancel/", programme.cancel, name="cancel"),
    path("events/<int:pk>/hold/", programme.hold, name="hold"),
    path("events/<int:pk>/report/", programme.report_event, name="report_event"),
    path("events/<int:pk>/sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/remove/", sessions.session_remove, name="session_remove"),
    path("events/<int:pk>/chairs/", sessions.chairs, name="chairs"),
    path("chairs/<int:pk>/remove/", sessions.chair_remove, name="chair_remove"),
    path("events/<int:pk>/invitations/", invitations.invitations, name="invitations"),
    path("events/<int:pk>/invitations.csv", invitations.invitations_csv, name="invitations_csv"),
    path("events/<int:pk>/invite/", invitations.invite, name="invite"),
]

urlpatterns = gated(policies.is_office, [*planning, *programme_pages])
