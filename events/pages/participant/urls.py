"""The public pages, and the pages of officials about themselves."""

from __future__ import annotations

from django.urls import path

from events.pages.participant import (
    calendar,
    certificates,
    evaluations,
    feeds,
    followups,
    home,
    outcomes,
    own_feeds,
    papers,
    programme,
    registrations,
)
from portal.kit.gates import public, signed_in

app_name = "participant"
urlpatterns = public(
    [
        path("", home.home, name="home"),
        path("calendar/", calendar.calendar, name="calendar"),
        path("calendar.ics", feeds.calendar_ics, name="calendar_ics"),
        # a calendar program cannot sign in: the address is the key
        path("calendar/feeds/<slug:token>.ics", feeds.personal_ics, name="personal_ics"),
        path("events/<slug:slug>/", programme.event, name="event"),
        path("events/<slug:slug>/event.ics", feeds.event_ics, name="event_ics"),
        path("papers/<int:pk>/", papers.paper, name="paper"),
        path("outcomes/", outcomes.outcomes, name="outcomes"),
        path("outcomes/<slug:number>/", outcomes.outcome, name="outcome"),
        path("certificates/", certificates.check, name="certificates"),
        path("certificates/<str:number>/", certificates.verify, name="certificate_verify"),
    ]
) + signed_in(
    [
        path("calendar/feeds/", own_feeds.feeds, name="feeds"),
        path("calendar/feeds/<int:pk>/revoke/", own_feeds.revoke_feed, name="revoke_feed"),
        path("events/<slug:slug>/apply/", registrations.apply, name="apply"),
        path("mine/", home.mine, name="mine"),
        path("mine/<int:pk>/", registrations.my_event, name="my_event"),
        path("mine/<int:pk>/accept/", registrations.accept, name="accept"),
        path("mine/<int:pk>/withdraw/", registrations.withdraw, name="withdraw"),
        path("mine/<int:pk>/joining/", registrations.joining, name="joining"),
        path("mine/<int:pk>/evaluation/", evaluations.evaluate, name="evaluate"),
        path("mine/<int:pk>/certificate/", certificates.issue, name="certificate"),
        path("certificates/<str:number>/certificate.pdf", certificates.pdf, name="certificate_pdf"),
        path("follow-ups/<int:pk>/", followups.follow_up, name="follow_up"),
    ]
)
