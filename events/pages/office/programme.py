"""The programme: the list of events, one event, its announcement, revisions and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import clashes
from events.models import Event, Revision
from events.pages.office.checklist import card_of
from events.pages.office.desk import Seats, event_or_404, refusals_told, seats_of
from events.pages.office.forms_programme import EventFilter, EventForm, NewEventForm, ReasonForm, RevisionForm
from events.services import lifecycle
from events.services import programme as service
from events.services.programme import REVISED
from events.states import LIVE, EventState, InvitationState, OutcomeState, RegistrationState
from members.pages.reader import reader
from portal.kit.clock import office_day, spell, spell_day, spell_days
from portal.kit.exports import csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.telling import label, words

SORTS = {"title": "title", "begin": "starts_at", "state": "state"}
OVER = (EventState.HELD, EventState.REPORTED, EventState.CANCELLED)


# --- the list -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An event of the list with its seats as counts of rows."""

    event: Event
    seats: Seats
    clashes: int = 0


def events(request: HttpRequest) -> HttpResponse:
    filters, listing = _listing(request)
    return render(
        request,
        "office/events.html",
        {
            "filters": filters,
            "listing": listing,
            "lines": _lines(list(listing)),
            "export": reverse("office:events_csv") + listing.link(),
            "section": "events",
        },
    )


def events_csv(request: HttpRequest) -> HttpResponse:
    """The list as filtered and sorted on the page."""
    _filters, listing = _listing(request)
    header = [
        _("Title"),
        _("Kind"),
        _("Mode"),
        _("Topic"),
        _("Host"),
        _("State"),
        _("First day"),
        _("Last day"),
        _("Time zone"),
        _("Nomination deadline"),
        _("Seats offered"),
        _("Seats taken"),
        _("Waiting"),
    ]
    rows = [
        [
            line.event.title,
            line.event.get_kind_display(),
            line.event.get_mode_display(),
            line.event.topic,
            line.event.host,
            line.event.get_state_display(),
            line.event.starts_on,
            line.event.ends_on,
            line.event.time_zone,
            line.event.nominate_by or "",
            line.seats.offered,
            line.seats.taken,
            line.seats.waiting,
        ]
        for line in _lines(list(listing.rows))
    ]
    return csv_response("events", header, rows)


def _listing(request: HttpRequest) -> tuple[EventFilter, Listing]:
    rows = Event.objects.visible_to(reader(request))
    span = rows.aggregate(first=Min("starts_on"), last=Max("starts_on"))
    years = [day.year - (day.month < 7) for day in span.values() if day]
    filters = EventFilter(request.GET, years=list(range(max(years), min(years) - 1, -1)) if years else [])
    return filters, Listing(request.GET, filters.narrow(rows), sorts=SORTS, default="-begin")


def _lines(rows: list[Event]) -> list[Line]:
    """Seats of these rows only: counting all events for one page would read the whole table."""
    seats = seats_of(rows)
    found = clashes.clashes_of(rows)
    return [Line(row, seats[row.pk], len(found[row.pk])) for row in rows]


def event_new(request: HttpRequest) -> HttpResponse:
    """An event that no line of the plan foresaw."""
    at = timezone.now()
    form = NewEventForm(posted(request), at=at, today=office_day(at), initial={"time_zone": settings.OFFICE_TIME_ZONE})
    if form.is_valid():
        with refusals_on(form):
            made = service.create(by=reader(request), **form.cleaned_data)
            messages.success(request, _("The draft is made. Add its sessions and choose whom to invite."))
            return redirect("office:event", pk=made.pk)
    return render(request, "office/event_new.html", {"form": form, "section": "events"})


# --- one event ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What comes next for an event: a sentence, the page or the act for it, and a page to look at before."""

    sentence: str
    url: str = ""
    verb: str = ""
    posts: bool = False
    first_url: str = ""
    first_verb: str = ""


def event(request: HttpRequest, pk: int) -> HttpResponse:
    return _event_page(request, event_or_404(request, pk))


def _event_page(
    request: HttpRequest, row: Event, *, postponing: ReasonForm | None = None, cancelling: ReasonForm | None = None
) -> HttpResponse:
    at = timezone.now()
    before = row.state in (EventState.DRAFT, EventState.POSTPONED)
    gaps = lifecycle.not_ready(row, at=at) if before else []
    people = row.registrations.filter(state__in=LIVE).count()
    told = row.invitations.exclude(state=InvitationState.LIFTED).count()
    return render(
        request,
        "office/event.html",
        {
            "event": row,
            "tab": "overview",
            "step": _next_step(row, gaps, at),
            "gaps": gaps,
            "clashes": clashes.of_event(row),
            "before": before,
            "deadline": row.nominate_by_at,
            "targets": list(row.targets.all()),
            "donors": list(row.donors.all()),
            "sessions": row.sessions.count(),
            "checklist": card_of(row, office_day(at)),
            "seats": seats_of([row])[row.pk],
            "chairings": list(row.chairings.select_related("person", "administration")),
            "revisions": revisions_of(row),
            "postponing": postponing or _reason_form("postpone"),
            "cancelling": cancelling or _reason_form("cancel"),
            "may_postpone": row.may_move_to(EventState.POSTPONED),
            "may_cancel": row.may_move_to(EventState.CANCELLED),
            "told": _told(people, told),
            "section": "events",
        },
    )


def _next_step(row: Event, gaps: list[str], at: datetime) -> Step:
    """One step, chosen by the state and the clock."""
    if row.state in (EventState.DRAFT, EventState.POSTPONED):
        if gaps:
            page = "office:sessions" if not row.sessions.exists() else "office:event_edit"
            verb = _("Add sessions") if page == "office:sessions" else _("Edit event")
            return Step(_("This is missing before it can be announced:"), reverse(page, args=[row.pk]), verb)
        return _announcing(row)
    if row.state == EventState.ANNOUNCED:
        return _while_announced(row, at)
    if row.state == EventState.HELD:
        return _when_held(row)
    if row.state == EventState.CANCELLED:
        return Step(_("This event was cancelled. Nothing more is sent about it."))
    return Step(_("The file of this event is closed."))


def _when_held(row: Event) -> Step:
    """Outcome first, where there is one to write; attendance and certificates first, where there is none."""
    outcome = getattr(row, "outcome", None)
    record = reverse("office:event_outcome", args=[row.pk])
    if outcome is not None and outcome.state != OutcomeState.PUBLISHED:
        return Step(
            _("The outcome is %(state)s. The chairs publish it; then report the event.")
            % {"state": outcome.get_state_display().lower()},
            record,
            _("See the outcome"),
        )
    close = reverse("office:report_event", args=[row.pk])
    if row.is_meeting and outcome is None:
        sentence = _("No outcome is drafted yet. Draft it before you close the file.")
        return Step(sentence, close, _("Mark as reported"), True, record, _("Draft the outcome"))
    sentence = _("When attendance and certificates are done, close the file: the event counts as reported.")
    tick_list = reverse("office:attendance", args=[row.pk])
    return Step(sentence, close, _("Mark as reported"), True, tick_list, _("Attendance and certificates"))


def _announcing(row: Event) -> Step:
    """Only who was not invited before gets an invitation; after a postponement that may be nobody."""
    new = row.targets.exclude(pk__in=row.invitations.values("administration")).count()
    page = reverse("office:announce", args=[row.pk])
    if row.state == EventState.POSTPONED:
        sentence = _("Set the new days, the sessions and the deadline, then announce them to everybody again.")
        verb = _("Announce %(days)s as the new days") % {"days": spell_days(row.starts_on, row.ends_on)}
        return Step(sentence, page, verb, posts=True)
    sentence = _("Everything is there. The contact point of each administration gets a letter.")
    verb = ngettext("Announce and queue %(n)d invitation", "Announce and queue %(n)d invitations", new) % {"n": new}
    return Step(sentence, page, verb, posts=True)


def _while_announced(row: Event, at: datetime) -> Step:
    if at >= row.ends_at:
        return Step(
            _("The last session is over."), reverse("office:hold", args=[row.pk]), _("Mark as held"), posts=True
        )
    if at >= row.starts_at:
        sentence = _("The event is under way until %(end)s.") % {"end": spell(row.ends_at, row.time_zone)}
        return Step(sentence, reverse("office:attendance", args=[row.pk]), _("Tick attendance"))
    undecided = row.registrations.filter(state__in=(RegistrationState.NOMINATED, RegistrationState.ENDORSED)).count()
    if undecided:
        sentence = ngettext(
            "%(n)d nominee waits for your decision.", "%(n)d nominees wait for your decision.", undecided
        )
        return Step(sentence % {"n": undecided}, reverse("office:people", args=[row.pk]), _("Decide on nominees"))
    silent = row.invitations.silent().count()
    if silent and row.nominate_by and not row.deadline_passed(at):
        sentence = ngettext(
            "%(n)d administration has not answered. Nominations are open until %(day)s.",
            "%(n)d administrations have not answered. Nominations are open until %(day)s.",
            silent,
        )
        page = reverse("office:invitations", args=[row.pk]) + "?show=silent"
        return Step(sentence % {"n": silent, "day": spell_day(row.nominate_by)}, page, _("See who is silent"))
    return Step(_("Nothing waits for you before %(begin)s.") % {"begin": spell(row.starts_at, row.time_zone)})


@dataclass(frozen=True)
class Change:
    """A numbered revision with its clauses in words."""

    revision: Revision
    clauses: list[tuple[str, str, str]]


def revisions_of(row: Event) -> list[Change]:
    """Newest first."""
    fields = {field.name for field in Event._meta.get_fields()}
    changes = []
    for revision in row.revisions.select_related("by").order_by("-number"):
        clauses = []
        for clause in revision.clauses:
            name = clause["clause"]
            if name in fields:
                clauses.append(
                    (label(Event, name), words(Event, name, clause["old"]), words(Event, name, clause["new"]))
                )
            else:
                clauses.append((_("Session"), clause["old"], clause["new"]))
        changes.append(Change(revision, clauses))
    return changes


def _told(people: int, administrations: int) -> str:
    """To how many a letter about a postponement or cancellation goes."""
    if not people and not administrations:
        return _("Nobody was invited yet: no letter goes out.")
    officials = ngettext("%(n)d person", "%(n)d people", people) % {"n": people}
    points = ngettext("%(n)d contact point", "%(n)d contact points", administrations) % {"n": administrations}
    who = _(" and ").join(word for word, count in ((officials, people), (points, administrations)) if count)
    return _("A letter with your reason goes to %(who)s.") % {"who": who}


def _reason_form(name: str, data: Any = None) -> ReasonForm:
    """Two of them stand on one page: each has its own ids."""
    return ReasonForm(data, auto_id=f"{name}_%s")


# --- changes --------------------------------------------------------------------------------------


def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft as a whole; of an announced event what needs no new letter."""
    row = event_or_404(request, pk)
    if row.state == EventState.CANCELLED:
        messages.error(request, _("This event was cancelled. It stays as it was."))
        return redirect("office:event", pk=row.pk)
    at = timezone.now()
    many = ("donors", "targets", "add_groups")
    initial = {name: getattr(row, name) for name in EventForm.base_fields if name not in many}
    initial |= {"donors": [other.pk for other in row.donors.all()], "officer": row.officer_id}
    initial |= {"targets": [other.pk for other in row.targets.all()]}
    form = EventForm(posted(request), event=row, at=at, today=office_day(at), initial=initial)
    if form.is_valid():
        with refusals_on(form):
            service.change(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The event is saved."))
            return redirect("office:event", pk=row.pk)
    fixed = [(label(Event, name), words(Event, name, str(getattr(row, name)))) for name in REVISED]
    return render(
        request,
        "office/event_edit.html",
        {
            "event": row,
            "form": form,
            "clashes": clashes.of_event(row),
            "fixed": [] if "starts_on" in form.fields else fixed,
            "may_revise": row.state == EventState.ANNOUNCED,
            "targets": [] if "targets" in form.fields else list(row.targets.all()),
            "tab": "overview",
            "section": "events",
        },
    )


def event_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """New days, deadline, zone or mode of an announced event, as a numbered revision with its reason."""
    row = event_or_404(request, pk)
    if row.state != EventState.ANNOUNCED:
        messages.error(request, _("Only an announced event is changed by a revision."))
        return redirect("office:event", pk=row.pk)
    at = timezone.now()
    form = RevisionForm(posted(request), event=row, at=at, today=office_day(at))
    if form.is_valid():
        with refusals_on(form):
            made = lifecycle.revise(row, by=reader(request), at=at, **form.cleaned_data)
            messages.success(
                request, _("Revision %(number)d is made and its letters are queued.") % {"number": made.number}
            )
            return redirect("office:event", pk=row.pk)
    confirmed = row.registrations.confirmed().count()
    told = row.invitations.exclude(state=InvitationState.LIFTED).count()
    return render(
        request,
        "office/event_revise.html",
        {
            "event": row,
            "form": form,
            "told": _told(confirmed, told),
            "clashes": clashes.of_event(row),
            "revisions": revisions_of(row),
            "next_number": row.revisions.count() + 1,
            "tab": "overview",
            "section": "events",
        },
    )


# --- acts -----------------------------------------------------------------------------------------


@require_POST
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    row = event_or_404(request, pk)
    with refusals_told(request):
        count = lifecycle.announce(row, by=reader(request), at=timezone.now())
        messages.success(
            request,
            ngettext(
                "The event is announced. %(n)d invitation is queued.",
                "The event is announced. %(n)d invitations are queued.",
                count,
            )
            % {"n": count},
        )
    return redirect("office:event", pk=row.pk)


@require_POST
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the event off without a new date, and tell everybody why."""
    row = event_or_404(request, pk)
    form = _reason_form("postpone", request.POST)
    if form.is_valid():
        with refusals_told(request):
            lifecycle.postpone(row, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The event is postponed. Set new days, then announce it again."))
        return redirect("office:event", pk=row.pk)
    return _event_page(request, event_or_404(request, pk), postponing=form)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel the event for good, and tell everybody why."""
    row = event_or_404(request, pk)
    form = _reason_form("cancel", request.POST)
    if form.is_valid():
        with refusals_told(request):
            lifecycle.cancel(row, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The event is cancelled."))
        return redirect("office:event", pk=row.pk)
    return _event_page(request, event_or_404(request, pk), cancelling=form)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    row = event_or_404(request, pk)
    with refusals_told(request):
        lifecycle.hold(row, by=reader(request), at=timezone.now())
        messages.success(request, _("The event is held."))
    return redirect("office:event", pk=row.pk)


@require_POST
def report_event(request: HttpRequest, pk: int) -> HttpResponse:
    row = event_or_404(request, pk)
    with refusals_told(request):
        lifecycle.report(row, by=reader(request), at=timezone.now())
        messages.success(request, _("The file of this event is closed: it counts as reported."))
    return redirect("office:event", pk=row.pk)
