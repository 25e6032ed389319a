"""The people of one event: seats, who gets one, who waits; the list on paper and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events.models import Event, Registration
from events.pages.office.desk import event_or_404, refusals_told
from events.pages.office.forms_people import PeopleFilter, ReasonForm
from events.services import registrations as service
from events.states import ENDORSED, EventState, RegistrationState
from members.models import Administration, Appointment, Gender, User
from members.models.appointments import SPEAKING_ROLES
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import office_day
from portal.kit.exports import csv_response
from portal.kit.forms import refusals_on
from portal.kit.listing import Listing

R = RegistrationState
SORTS = {
    "administration": ("administration__name", "priority", "created_at"),
    "priority": ("priority", "created_at"),
    "name": "official__name",
    "state": ("state", "administration__name", "priority"),
}
TO_DECIDE = (R.NOMINATED, R.ENDORSED)
OVER = (EventState.HELD, EventState.REPORTED)


# --- what the page shows --------------------------------------------------------------------------


@dataclass
class Body:
    """One administration of the event: its seats, its people by state, the women among those with a seat."""

    administration: Administration
    own: int
    contact: User | None = None
    states: dict[str, int] = field(default_factory=dict)
    women: int = 0
    stated: int = 0

    def count(self, *states: str) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def to_decide(self) -> int:
        return self.count(*TO_DECIDE)

    @property
    def applied(self) -> int:
        return self.count(R.APPLIED)

    @property
    def confirmed(self) -> int:
        return self.count(R.CONFIRMED)

    @property
    def offered(self) -> int:
        return self.count(R.OFFERED)

    @property
    def waiting(self) -> int:
        return self.count(R.WAITING)

    @property
    def seated(self) -> int:
        return self.confirmed + self.offered

    @property
    def own_taken(self) -> int:
        return min(self.seated, self.own)

    @property
    def from_pool(self) -> int:
        return max(0, self.seated - self.own)

    @property
    def share(self) -> int | None:
        """Women in per cent of those who state their gender; None when nobody does."""
        return round(100 * self.women / self.stated) if self.stated else None


@dataclass(frozen=True)
class Line:
    """One person of the list."""

    registration: Registration
    attended: int
    same_topic: int
    place: int | None
    may: Mapping[str, bool]


def people(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    at = timezone.now()
    filters, listing = _listing(request, event)
    bodies = _bodies(event, at)
    chosen, rest = service.would_fill(event) if event.state == EventState.ANNOUNCED else ([], [])
    seats = service.seats_of(event)
    return render(
        request,
        "office/people.html",
        {
            "event": event,
            "filters": filters,
            "listing": listing,
            "lines": _lines(event, list(listing)),
            "bodies": bodies,
            "sums": _sums(bodies),
            "seats": seats,
            "own_offered": seats.own * event.targets.count(),
            "own_taken": seats.total_taken - seats.pool_taken,
            "fill": {"confirmed": len(chosen), "waiting": len(rest)},
            "query": request.GET.urlencode(),
            "export": f"{reverse('office:people_csv', args=[event.pk])}?{request.GET.urlencode()}",
            "tab": "people",
            "section": "events",
        },
    )


@require_safe
def people_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The people as filtered and sorted on the page; the trail keeps who took the list out of the portal."""
    event = event_or_404(request, pk)
    filters, listing = _listing(request, event)
    lines = _lines(event, list(listing.rows))
    header = [
        _("Administration"),
        _("Priority"),
        _("Name"),
        _("Title"),
        _("Position"),
        _("Unit"),
        _("Mail address"),
        _("State"),
        _("Place on the waiting list"),
        _("Events attended before"),
        _("Of these on the same topic"),
        _("Endorsed by"),
        _("Reason of the last decision"),
    ]
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "people", event, rows=len(lines), filters=asked)
    return csv_response(f"people-{event.slug}", header, [_cells(line) for line in lines])


@require_safe
def people_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who takes part, on paper: confirmed people by administration; the trail keeps who took the list."""
    event = event_or_404(request, pk)
    rows = list(
        event.registrations.confirmed()
        .select_related("official", "administration")
        .order_by("administration__name", "official__name", "pk")
    )
    trail.record_export(reader(request), "list of participants", event, rows=len(rows), filters={})
    return render(
        request,
        "office/people_list.html",
        {
            "event": event,
            "rows": rows,
            "administrations": len({row.administration_id for row in rows}),
            "today": office_day(timezone.now()),
            "section": "events",
        },
    )


def _listing(request: HttpRequest, event: Event) -> tuple[PeopleFilter, Listing]:
    filters = PeopleFilter(request.GET, event=event)
    rows = event.registrations.select_related("official", "administration", "endorsed_by")
    return filters, Listing(request.GET, filters.narrow(rows), sorts=SORTS, default="administration")


def _lines(event: Event, rows: list[Registration]) -> list[Line]:
    attended = _history(event, [row.official_id for row in rows])
    waiting = event.registrations.filter(state=R.WAITING).in_order().values_list("pk", flat=True)
    places = {pk: place for place, pk in enumerate(waiting, start=1)}
    return [Line(row, *attended.get(row.official_id, (0, 0)), places.get(row.pk), _acts(event, row)) for row in rows]


def _history(event: Event, officials: list[int]) -> dict[int, tuple[int, int]]:
    """Official -> how many earlier events the person was present at, and how many of these on the same topic."""
    earlier = Registration.objects.filter(
        official__in=officials, attendances__isnull=False, event__starts_at__lt=event.starts_at
    ).exclude(event=event)
    same = Count("event", filter=Q(event__topic__iexact=event.topic), distinct=True)
    counted = earlier.order_by().values("official").annotate(n=Count("event", distinct=True), same=same)
    return {row["official"]: (row["n"], row["same"] if event.topic else 0) for row in counted}


def _acts(event: Event, row: Registration) -> dict[str, bool]:
    """What the page offers; the services decide."""
    announced = event.state == EventState.ANNOUNCED
    return {
        "confirm": announced and row.state in ENDORSED,
        "wait": announced and row.state in TO_DECIDE,
        "decline": row.may_move_to(R.DECLINED),
        "withdraw": row.may_move_to(R.WITHDRAWN) and event.state not in OVER,
    }


def _bodies(event: Event, at: datetime) -> list[Body]:
    """Every target administration and every other one with people, by name."""
    counted = event.registrations.order_by().values("administration", "state").annotate(n=Count("pk"))
    seated = event.registrations.seated().order_by().exclude(official__gender=Gender.NOT_STATED)
    women = seated.values("administration").annotate(
        stated=Count("pk"), women=Count("pk", filter=Q(official__gender=Gender.FEMALE))
    )
    states: dict[int, dict[str, int]] = {}
    for row in counted:
        states.setdefault(row["administration"], {})[row["state"]] = row["n"]
    rows = Administration.objects.filter(Q(pk__in=event.targets.values("pk")) | Q(pk__in=list(states)))
    bodies = {
        row.pk: Body(row, event.seats_per_administration, states=states.get(row.pk, {}))
        for row in rows.order_by("name")
    }
    for counts in women:
        body = bodies[counts["administration"]]
        body.women, body.stated = counts["women"], counts["stated"]
    for appointment in _speaking(list(bodies), at):
        body = bodies[appointment.administration_id or 0]
        body.contact = body.contact or appointment.person
    return list(bodies.values())


def _speaking(administrations: list[int], at: datetime) -> Iterable[Appointment]:
    """The appointments that speak today, contact points before alternates."""
    rows = Appointment.objects.on(office_day(at)).filter(role__in=SPEAKING_ROLES, administration__in=administrations)
    return sorted(
        rows.select_related("person").order_by("from_on", "pk"),
        key=lambda row: SPEAKING_ROLES.index(row.role),
    )


def _sums(bodies: list[Body]) -> dict[str, int]:
    names = ("applied", "to_decide", "confirmed", "offered", "waiting", "from_pool", "women", "stated")
    sums: dict[str, int] = {name: sum(getattr(body, name) for body in bodies) for name in names}
    return sums | {"share": round(100 * sums["women"] / sums["stated"]) if sums["stated"] else -1}


def _cells(line: Line) -> list[Any]:
    row, official = line.registration, line.registration.official
    return [
        row.administration.name,
        row.priority,
        official.name,
        official.title,
        official.position,
        official.unit,
        official.email,
        row.get_state_display(),
        line.place or "",
        line.attended,
        line.same_topic,
        str(row.endorsed_by) if row.endorsed_by else "",
        row.reason,
    ]


# --- acts -----------------------------------------------------------------------------------------


@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm people up to the seats; the page said how many, and it is refused when that is not true any more."""
    event = event_or_404(request, pk)
    typed = request.POST.get("seen", "")
    seen = int(typed) if typed.isdecimal() and len(typed) < 7 else None
    with refusals_told(request):
        done = service.fill(event, by=reader(request), at=timezone.now(), seen=seen)
        if not any(done.values()):
            messages.info(request, _("Nothing to do: everybody has a seat or waits already."))
        else:
            messages.success(request, _filled(done))
    return _back(request, event)


@require_POST
def confirm(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    at = timezone.now()
    return _act(
        request,
        pk,
        registration,
        done=R.CONFIRMED,
        act=lambda row: service.confirm(row, by=reader(request), at=at),
        told=_("%(name)s has a seat. The letter is queued."),
    )


@require_POST
def wait(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    return _act(
        request,
        pk,
        registration,
        done=R.WAITING,
        act=lambda row: service.wait(row, by=reader(request)),
        told=_("%(name)s is on the waiting list. The letter is queued."),
    )


def decline(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Asks for the reason first; the act itself is a POST."""
    at = timezone.now()
    return _act_with_reason(
        request,
        pk,
        registration,
        done=R.DECLINED,
        act=lambda row, reason: service.decline(row, reason=reason, by=reader(request), at=at),
        told=_("%(name)s is not taken. The letter is queued."),
        template="office/people_decline.html",
    )


def withdraw(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Asks for the reason first; the act itself is a POST."""
    at = timezone.now()
    return _act_with_reason(
        request,
        pk,
        registration,
        done=R.WITHDRAWN,
        act=lambda row, reason: service.withdraw(row, reason=reason, by=reader(request), at=at),
        told=_("%(name)s is withdrawn. The letters are queued."),
        template="office/people_withdraw.html",
    )


def _act(
    request: HttpRequest,
    pk: int,
    registration: int,
    *,
    done: RegistrationState,
    act: Callable[[Registration], None],
    told: str,
) -> HttpResponse:
    """One act on one person; the second click of two finds it done."""
    event = event_or_404(request, pk)
    row = _registration(event, registration)
    if row.state == done:
        _say_done(request, row)
        return _back(request, event)
    with refusals_told(request):
        act(row)
        messages.success(request, told % {"name": row.official})
    return _back(request, event)


def _act_with_reason(
    request: HttpRequest,
    pk: int,
    registration: int,
    *,
    done: RegistrationState,
    act: Callable[[Registration, str], None],
    told: str,
    template: str,
) -> HttpResponse:
    event = event_or_404(request, pk)
    row = _registration(event, registration)
    if row.state == done:
        _say_done(request, row)
        return _back(request, event)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            act(row, form.cleaned_data["reason"])
            messages.success(request, told % {"name": row.official})
            return _back(request, event)
    return render(
        request,
        template,
        {
            "event": event,
            "row": row,
            "form": form,
            "back": _address(request, event),
            "frees_a_seat": row.state in (R.CONFIRMED, R.OFFERED),
            "section": "events",
        },
    )


def _registration(event: Event, pk: int) -> Registration:
    return get_object_or_404(event.registrations.select_related("official", "administration"), pk=pk)


def _say_done(request: HttpRequest, row: Registration) -> None:
    messages.info(
        request,
        _("%(name)s is %(state)s already.") % {"name": row.official, "state": row.get_state_display().lower()},
    )


def _filled(done: Mapping[str, int]) -> str:
    confirmed = ngettext("%(n)d person is confirmed.", "%(n)d people are confirmed.", done["confirmed"]) % {
        "n": done["confirmed"]
    }
    waiting = ngettext(
        "%(n)d person was put on the waiting list.", "%(n)d people were put on the waiting list.", done["waiting"]
    ) % {"n": done["waiting"]}
    return " ".join([confirmed, *([waiting] if done["waiting"] else []), _("Their letters are queued.")])


def _back(request: HttpRequest, event: Event) -> HttpResponse:
    return redirect(_address(request, event))


def _address(request: HttpRequest, event: Event) -> str:
    """The list as it was filtered when the person acted."""
    query = request.GET.urlencode()
    return reverse("office:people", args=[event.pk]) + (f"?{query}" if query else "")
