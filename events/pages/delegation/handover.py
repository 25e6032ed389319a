"""The successor's page: since when, from whom, what waits, and what was done in the year before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from events import handover as taking_over
from events import records
from members.models import Administration, Appointment, User
from members.pages.reader import reader
from portal.kit.clock import today_in

NEW_FOR = timedelta(days=60)


def new_roles(user: User, at: datetime) -> list[Appointment]:
    """The speaking roles that began in the last 60 days."""
    since = today_in(settings.OFFICE_TIME_ZONE, at) - NEW_FOR
    return [role for role in user.roles if role.speaks and role.from_on > since]


def handover(request: HttpRequest) -> HttpResponse:
    """Everybody who speaks may read it again, later too; one part for each administration."""
    at, user = timezone.now(), reader(request)
    pks = [role.pk for role in user.roles if role.speaks]
    roles = Appointment.objects.filter(pk__in=pks).select_related("administration", "follows__person")
    return render(
        request,
        "delegation/handover.html",
        {
            "parts": [
                _part(role, role.administration, at) for role in roles.order_by("role", "pk") if role.administration
            ],
            "now": at,
            "section": "invitations",
        },
    )


def _part(role: Appointment, body: Administration, at: datetime) -> dict[str, Any]:
    return {
        "role": role,
        "invitations": records.unanswered_invitations(body, at=at),
        "nominees": taking_over.nominees(body, at=at),
        "applicants": records.applicants_waiting(body, at=at).select_related("administration", "invitation"),
        "actions": records.unfinished_actions(body),
        "year": taking_over.last_year(body, at=at),
        "endorsements": taking_over.endorsements(body),
    }
