"""The office desk: plan, programme, invitations; and what follows an announcement."""

from __future__ import annotations

from django.urls import path, register_converter

from events import policies
from events.pages.office import (
    attendance,
    baseline,
    calendar,
    checklist,
    clashes,
    copies,
    dashboard,
    history,
    hours,
    invitations,
    kinds,
    mail,
    other_calendars,
    outcomes,
    papers,
    plan,
    plan_begin,
    plan_files,
    plan_import,
    plan_line,
    plan_table,
    programme,
    record,
    registrations,
    reports,
    revisions,
    sessions,
    timeline,
    trail,
    workload,
    years,
)
from portal.kit.gates import gated

app_name = "office"
register_converter(years.FiscalYear, "fiscal")

planning = [
    path("", dashboard.dashboard, name="dashboard"),
    path("plan/", plan.plan, name="plan"),
    path("plan/work-plan.csv", plan_files.plan_csv, name="plan_csv"),
    path("plan/work-plan.xlsx", plan_files.plan_xlsx, name="plan_xlsx"),
    path("plan/work-plan.pdf", plan_files.plan_pdf, name="plan_pdf"),
    path("plan/edit/", plan_table.plan_edit, name="plan_edit"),
    path("plan/sample.csv", plan_import.plan_sample, name="plan_sample"),
    path("plan/import/", plan_import.plan_import, name="plan_import"),
    path("plan/import/<int:pk>/", plan_import.plan_import_check, name="plan_import_check"),
    path("plan/import/<int:pk>/confirm/", plan_import.plan_import_confirm, name="plan_import_confirm"),
    path("plan/<fiscal:year>/add/", plan_line.plan_add, name="plan_add"),
    path("plan/<fiscal:year>/begin-next/", plan_begin.plan_begin, name="plan_begin"),
    path("plan/<fiscal:year>/approve/", baseline.plan_approve, name="plan_approve"),
    path("plan/<fiscal:year>/baseline/", baseline.plan_baseline, name="plan_baseline"),
    path("plan/<fiscal:year>/baseline.csv", baseline.plan_baseline_csv, name="plan_baseline_csv"),
    path("plan/<fiscal:year>/revisions/", revisions.plan_revisions, name="plan_revisions"),
    path("plan/<fiscal:year>/revisions/<int:number>/", revisions.plan_revision, name="plan_revision"),
    path("activities/<int:pk>/", plan_line.activity, name="activity"),
    path("activities/<int:pk>/edit/", plan_line.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/row/", plan_table.plan_row, name="plan_row"),
    path("activities/<int:pk>/remove/", plan_line.activity_remove, name="activity_remove"),
    path("activities/<int:pk>/create-event/", plan_line.create_event, name="create_event"),
]
programme_pages = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("events/", programme.events, name="events"),
    path("events/events.csv", programme.events_csv, name="events_csv"),
    path("events/new/", programme.event_new, name="event_new"),
    path("events/<int:pk>/", programme.event, name="event"),
    path("events/<int:pk>/edit/", programme.event_edit, name="event_edit"),
    path("events/<int:pk>/copy/", copies.event_copy, name="event_copy"),
    path("events/<int:pk>/revise/", programme.event_revise, name="event_revise"),
    path("events/<int:pk>/announce/", programme.announce, name="announce"),
    path("events/<int:pk>/postpone/", programme.postpone, name="postpone"),
    path("events/<int:pk>/cancel/", programme.cancel, name="cancel"),
    path("events/<int:pk>/hold/", programme.hold, name="hold"),
    path("events/<int:pk>/report/", programme.report_event, name="report_event"),
    path("events/<int:pk>/sessions/", sessions.sessions, name="sessions"),
    path("events/<int:pk>/sessions/lay/", sessions.sessions_lay, name="sessions_lay"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/remove/", sessions.session_remove, name="session_remove"),
    path("events/<int:pk>/chairs/", sessions.chairs, name="chairs"),
    path("chairs/<int:pk>/remove/", sessions.chair_remove, name="chair_remove"),
    path("events/<int:pk>/invitations/", invitations.invitations, name="invitations"),
    path("events/<int:pk>/invitations.csv", invitations.invitations_csv, name="invitations_csv"),
    path("events/<int:pk>/invite/", invitations.invite, name="invite"),
]
kind_pages = [
    path("kinds/", kinds.kinds, name="kinds"),
    path("kinds/<int:pk>/", kinds.kind, name="kind"),
    path("kinds/<int:pk>/edit/", kinds.kind_edit, name="kind_edit"),
    path("kinds/items/<int:pk>/edit/", kinds.kind_item, name="kind_item"),
    path("kinds/items/<int:pk>/remove/", kinds.kind_item_remove, name="kind_item_remove"),
    path("events/<int:pk>/checklist/", checklist.event_checklist, name="event_checklist"),
    path("events/<int:pk>/checklist/lay/", checklist.checklist_lay, name="checklist_lay"),
    path("checklist/", checklist.checklist, name="checklist"),
    path("checklist/checklist.csv", checklist.checklist_csv, name="checklist_csv"),
    path("checklist/<int:pk>/tick/", checklist.check_tick, name="check_tick"),
    path("checklist/<int:pk>/untick/", checklist.check_untick, name="check_untick"),
    path("checklist/<int:pk>/remove/", checklist.check_remove, name="check_remove"),
]

hour_pages = [
    path("best-hour/", hours.best_hour, name="best_hour"),
    path("events/<int:pk>/best-hour/", hours.best_hour_of_event, name="best_hour_of_event"),
    path("events/<int:pk>/best-hour/place/", hours.place, name="place"),
    path("fairness/", hours.fairness, name="fairness"),
    path("fairness/fairness.csv", hours.fairness_csv, name="fairness_csv"),
]
year_pages = [
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/timeline.csv", timeline.timeline_csv, name="timeline_csv"),
    path("workload/", workload.workload, name="workload"),
    path("workload/workload.csv", workload.workload_csv, name="workload_csv"),
]
clash_pages = [
    path("events/<int:pk>/clashes/", clashes.event_clashes, name="event_clashes"),
    path("other-calendars/", other_calendars.other_calendars, name="other_calendars"),
    path("other-calendars/meetings.csv", other_calendars.other_calendars_csv, name="other_calendars_csv"),
    path("other-calendars/upload/", other_calendars.other_calendar_upload, name="other_calendar_upload"),
    path("other-calendars/<int:pk>/remove/", other_calendars.other_calendar_remove, name="other_calendar_remove"),
]
people_pages = [
    path("events/<int:pk>/people/", registrations.people, name="people"),
    path("events/<int:pk>/people.csv", registrations.people_csv, name="people_csv"),
    path("events/<int:pk>/people/list/", registrations.people_list, name="people_list"),
    path("events/<int:pk>/people/fill/", registrations.fill, name="fill"),
    path("events/<int:pk>/people/<int:registration>/confirm/", registrations.confirm, name="confirm"),
    path("events/<int:pk>/people/<int:registration>/wait/", registrations.wait, name="wait"),
    path("events/<int:pk>/people/<int:registration>/decline/", registrations.decline, name="decline"),
    path("events/<int:pk>/people/<int:registration>/withdraw/", registrations.withdraw, name="withdraw"),
    path("events/<int:pk>/attendance/", attendance.attendance, name="attendance"),
    path("events/<int:pk>/certificates/issue/", attendance.issue_certificates, name="issue_certificates"),
]
record_pages = [
    path("events/<int:pk>/papers/", papers.papers, name="papers"),
    path("events/<int:pk>/papers/add/", papers.paper_add, name="paper_add"),
    path("events/<int:pk>/agenda/add/", papers.agenda_add, name="agenda_add"),
    path("events/<int:pk>/agenda/<int:item>/remove/", papers.agenda_remove, name="agenda_remove"),
    path("events/<int:pk>/outcome/", outcomes.event_outcome, name="event_outcome"),
    path("events/<int:pk>/outcome/begin/", outcomes.outcome_begin, name="outcome_begin"),
    path("events/<int:pk>/history/", history.event_history, name="event_history"),
    path("follow-ups/", outcomes.follow_ups, name="follow_ups"),
    path("follow-ups/follow-ups.csv", outcomes.follow_ups_csv, name="follow_ups_csv"),
    path("follow-ups/<int:pk>/", outcomes.follow_up, name="follow_up"),
    path("administrations/<int:pk>/record/", record.record, name="record"),
    path("administrations/<int:pk>/record.csv", record.record_csv, name="record_csv"),
    path("report/", reports.report, name="report"),
    path("report/report.csv", reports.report_csv, name="report_csv"),
]
mail_pages = [
    path("events/<int:pk>/letters/", mail.event_letters, name="event_letters"),
    path("letters/", mail.letters, name="letters"),
    path("letters/<int:pk>/", mail.letter, name="letter"),
    path("letters/<int:pk>/hold/", mail.letter_hold, name="letter_hold"),
    path("letters/<int:pk>/release/", mail.letter_release, name="letter_release"),
    path("letters/<int:pk>/resend/", mail.letter_resend, name="letter_resend"),
    path("letters/<int:pk>/settle/", mail.letter_settle, name="letter_settle"),
]
trail_pages = [
    path("trail/", trail.entries, name="trail"),
    path("trail/trail.csv", trail.entries_csv, name="trail_csv"),
]

urlpatterns = gated(
    policies.is_office,
    [
        *planning,
        *programme_pages,
        *kind_pages,
        *hour_pages,
        *year_pages,
        *clash_pages,
        *people_pages,
        *record_pages,
        *mail_pages,
        *trail_pages,
    ],
)
