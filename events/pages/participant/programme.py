"""The public page of one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Mode, Outcome, Revision
from events.pages.participant.papers import papers_of
from events.pages.participant.registrations import way_in
from events.states import EventState
from members.models import Administration
from portal.kit import trail
from portal.kit.clock import spell_days


@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """What everybody who may know of an event reads: never a joining address, never who takes part."""
    at = timezone.now()
    row = get_object_or_404(Event.objects.visible_to(request.user).select_related("series"), slug=slug)
    return render(
        request,
        "participant/event.html",
        {
            "event": row,
            "sessions": row.sessions.all(),
            "agenda": row.agenda.order_by("number"),
            "papers": papers_of(row, request.user),
            "donors": list(row.donors.values_list("name", flat=True)),
            "invited": _invited(row),
            "chairs": list(
                Administration.objects.filter(chairings__event=row).values_list("name", flat=True).distinct()
            ),
            "changes": _changes(row),
            "reason": _reason(row) if request.user.is_authenticated else "",
            "outcome": Outcome.objects.visible_to(request.user).published().filter(event=row).only("number").first(),
            "deadline": row.last_minute,
            "deadline_open": row.state == EventState.ANNOUNCED and not row.deadline_passed(at),
            "way_in": way_in(request.user, row, at),
            "now": at,
        },
    )


def _invited(event: Event) -> list[str]:
    """Whose contact points have a letter; those who will, while the event is a draft."""
    return _names(Administration.objects.filter(invitations__event=event)) or _names(event.targets.all())


def _names(administrations: QuerySet[Administration]) -> list[str]:
    return list(administrations.values_list("name", flat=True))


def _reason(event: Event) -> str:
    """Why an event was postponed or cancelled, as everybody concerned was told."""
    if event.state not in (EventState.POSTPONED, EventState.CANCELLED):
        return ""
    entry = trail.history(event).filter(verb="moved", facts__after=event.state).first()
    return str(entry.facts.get("reason", "")) if entry else ""


@dataclass(frozen=True)
class Change:
    """A revision in words."""

    number: int
    made_at: datetime
    reason: str
    clauses: list[tuple[str, str, str]]


def _changes(event: Event) -> list[Change]:
    """Every revision counts one up in the calendars; without one there is nothing to ask for."""
    return [_in_words(row) for row in event.revisions.order_by("number")] if event.calendar_sequence else []


def _in_words(revision: Revision) -> Change:
    clauses = [
        (_label(clause["clause"]), _value(clause["clause"], clause["old"]), _value(clause["clause"], clause["new"]))
        for clause in revision.clauses
    ]
    return Change(revision.number, revision.made_at, revision.reason, clauses)


def _label(clause: str) -> str:
    try:
        return capfirst(str(getattr(Event._meta.get_field(clause), "verbose_name", clause)))
    except FieldDoesNotExist:
        return capfirst(_("session") if clause == "session" else clause)


def _value(clause: str, text: str) -> str:
    """A date or a mode as the pages write it; everything else as it was noted."""
    if clause == "mode":
        return str(dict(Mode.choices).get(text, text))
    if clause.endswith(("_on", "_by")):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return _("not set") if text == "None" else text
        return spell_days(day, day)
    return text
