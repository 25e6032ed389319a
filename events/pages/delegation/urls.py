"""The delegation desk, for contact points: invitations received, nominees, our people."""

from __future__ import annotations

from django.urls import path

from events import policies
from events.pages.delegation import handover, invitations, nominees, people, record
from portal.kit.gates import gated

app_name = "delegation"

urlpatterns = gated(
    policies.is_contact_point,
    [
        path("", invitations.home, name="home"),
        path("invitations.csv", invitations.home_csv, name="home_csv"),
        path("invitations/<int:pk>/", invitations.invitation, name="invitation"),
        path("invitations/<int:pk>/list/", invitations.printable, name="printable"),
        path("invitations/<int:pk>/decline/", invitations.decline, name="decline"),
        path("invitations/<int:pk>/nominate/", nominees.nominate, name="nominate"),
        path("registrations/<int:pk>/endorse/", nominees.endorse, name="endorse"),
        path("registrations/<int:pk>/decline/", nominees.decline, name="decline_applicant"),
        path("registrations/<int:pk>/up/", nominees.up, name="up"),
        path("registrations/<int:pk>/down/", nominees.down, name="down"),
        path("registrations/<int:pk>/withdraw/", nominees.withdraw, name="withdraw"),
        path("registrations/<int:pk>/replace/", nominees.replace, name="replace"),
        path("handover/", handover.handover, name="handover"),
        path("people/", people.people, name="people"),
        path("people.csv", people.people_csv, name="people_csv"),
        path("record/", record.record, name="record"),
        path("record.csv", record.record_csv, name="record_csv"),
        path("people/add/", people.add, name="add_person"),
    ],
)
