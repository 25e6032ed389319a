"""The chair desk: my meetings, their papers and delegations, the outcome from draft to publication, follow-ups."""

from __future__ import annotations

from django.urls import path

from events import policies
from events.pages.chair import actions, meetings, outcomes, papers, record
from portal.kit.gates import gated

app_name = "chair"

meeting_pages = [
    path("", meetings.home, name="home"),
    path("<int:pk>/", meetings.meeting, name="meeting"),
    path("<int:pk>/agenda/add/", papers.item_add, name="item_add"),
    path("agenda/<int:pk>/", papers.item_edit, name="item_edit"),
    path("agenda/<int:pk>/remove/", papers.item_remove, name="item_remove"),
    path("<int:pk>/papers/add/", papers.paper_add, name="paper_add"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("<int:pk>/delegations/add/", meetings.delegation_add, name="delegation_add"),
    path("delegations/<int:pk>/", meetings.delegation_edit, name="delegation_edit"),
    path("delegations/<int:pk>/remove/", meetings.delegation_remove, name="delegation_remove"),
]
outcome_pages = [
    path("<int:pk>/outcome/begin/", outcomes.begin, name="begin"),
    path("outcomes/<int:pk>/", outcomes.outcome, name="outcome"),
    path("outcomes/<int:pk>/circulate/", outcomes.circulate, name="circulate"),
    path("outcomes/<int:pk>/comment/", outcomes.comment, name="comment"),
    path("outcomes/<int:pk>/sign/", outcomes.sign, name="sign"),
    path("outcomes/<int:pk>/publish/", outcomes.publish, name="publish"),
    path("outcomes/<int:pk>/correct/", outcomes.correct, name="correct"),
    path("outcomes/<int:pk>/text/", record.text, name="text"),
    path("outcomes/<int:pk>/paragraphs/add/", record.paragraph_add, name="paragraph_add"),
    path("paragraphs/<int:pk>/", record.paragraph_edit, name="paragraph_edit"),
    path("paragraphs/<int:pk>/remove/", record.paragraph_remove, name="paragraph_remove"),
    path("outcomes/<int:pk>/interventions/add/", record.intervention_add, name="intervention_add"),
    path("interventions/<int:pk>/remove/", record.intervention_remove, name="intervention_remove"),
]
action_pages = [
    path("outcomes/<int:pk>/actions/add/", actions.action_add, name="action_add"),
    path("actions/<int:pk>/", actions.action_edit, name="action_edit"),
    path("actions/<int:pk>/remove/", actions.action_remove, name="action_remove"),
    path("<int:pk>/follow-ups/", actions.follow_ups, name="follow_ups"),
    path("<int:pk>/follow-ups.csv", actions.follow_ups_csv, name="follow_ups_csv"),
    path("follow-ups/<int:pk>/", actions.follow_up, name="follow_up"),
]

urlpatterns = gated(policies.is_chair, [*meeting_pages, *outcome_pages, *action_pages])
