"""The first page of the office: what needs somebody today, the year's progress, next events, the mail room's pulse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from events import reports
from events.models import Activity, CheckItem, Event, FollowUp, Invitation, Outcome, Registration
from events.pages.office.desk import Seats, seats_of
from events.pages.office.plan import plan_of_the_day
from events.states import EventState, OutcomeState, RegistrationState
from members.models import JoinRequest
from portal.kit.clock import end_of_day, office_day
from portal.mail.models import Heartbeat, Message

SOON = timedelta(days=7)
AT_MOST = 8  # lines of one kind on the first page; the rest is counted
WAITS_FOR_CHAIRS = (OutcomeState.CIRCULATED, OutcomeState.COMMENTED, OutcomeState.SIGNED)
TO_CONFIRM = (RegistrationState.NOMINATED, RegistrationState.ENDORSED)


@dataclass(frozen=True)
class EventLine:
    """An event that needs somebody, and how many rows of it do."""

    event: Event
    silent: int = 0
    people: int = 0


def dashboard(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    today = office_day(at)
    plan = plan_of_the_day(today)
    pulse = Message.objects.pulse(until=end_of_day(today, settings.OFFICE_TIME_ZONE))
    overdue = FollowUp.objects.overdue(today)
    late = plan.activities.overdue(at, today).order_by("planned_until", "pk") if plan else Activity.objects.none()
    needs: dict[str, Any] = _events_that_need(at) | {
        "late": list(late[:AT_MOST]),
        "late_count": late.count(),
        "pulse": pulse,
        "outcomes": list(_outcomes_that_wait()[:AT_MOST]),
        "overdue": list(
            overdue.select_related("outcome__event", "administration", "organisation", "owner").order_by("due_on")[
                :AT_MOST
            ]
        ),
        "overdue_count": overdue.count(),
        "checklist": CheckItem.objects.overdue(today).count(),
        "joining": JoinRequest.objects.for_the_office(today).count(),
    }
    told = ("over", "deadlines", "late", "silent", "to_confirm", "outcomes", "overdue", "checklist", "joining")
    needs["any"] = any(needs[name] for name in told) or pulse.failed + pulse.held + pulse.unclear > 0
    upcoming = list(Event.objects.upcoming(at)[:5])
    seats = seats_of(upcoming)
    return render(
        request,
        "office/dashboard.html",
        {
            "at": at,
            "today": today,
            "needs": needs,
            "plan": plan,
            "progress": reports.progress(plan, at=at) if plan else [],
            "upcoming": [(event, _seat_words(seats[event.pk])) for event in upcoming],
            "last_tick": Heartbeat.objects.last_beat("tick"),
            "stuck": Message.objects.stuck(at).count(),
            "section": "dashboard",
        },
    )


def _seat_words(seats: Seats) -> str:
    return _("%(taken)d of %(offered)d seats taken") % {"taken": seats.taken, "offered": seats.offered}


def _events_that_need(at: datetime) -> dict[str, list[EventLine]]:
    """Deadlines of the next seven days, other silent administrations, people to confirm; of events to come.

    And the events whose last session is over, which nobody has marked as held.
    """
    to_come = Q(event__state=EventState.ANNOUNCED, event__starts_at__gt=at)
    silent = _by_event(Invitation.objects.silent().filter(to_come))
    people = _by_event(Registration.objects.filter(to_come, state__in=TO_CONFIRM))
    soon = Q(state=EventState.ANNOUNCED, nominate_by_at__gt=at, nominate_by_at__lte=at + SOON)
    over = Q(state=EventState.ANNOUNCED, ends_at__lte=at)
    rows = Event.objects.filter(soon | over | Q(pk__in=[*silent, *people])).order_by("nominate_by_at", "pk")
    lines = [EventLine(event, silent.get(event.pk, 0), people.get(event.pk, 0)) for event in rows]

    def is_soon(event: Event) -> bool:
        return event.nominate_by_at is not None and at < event.nominate_by_at <= at + SOON

    return {
        "over": [line for line in lines if line.event.ends_at <= at],
        "deadlines": [line for line in lines if is_soon(line.event)],
        "silent": [line for line in lines if line.silent and not is_soon(line.event)],
        "to_confirm": [line for line in lines if line.people],
    }


def _by_event(rows: Any) -> dict[int, int]:
    return {row["event"]: row["n"] for row in rows.order_by().values("event").annotate(n=Count("pk"))}


def _outcomes_that_wait() -> Any:
    """Outcomes that go round, with the number of chairs and of valid signatures; oldest meeting first."""
    return (
        Outcome.objects.filter(state__in=WAITS_FOR_CHAIRS)
        .select_related("event")
        .annotate(
            n_chairs=Count("event__chairings", distinct=True),
            n_signed=Count("signatures", filter=Q(signatures__voided_at__isnull=True), distinct=True),
        )
        .order_by("event__starts_at", "pk")
    )
