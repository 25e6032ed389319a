"""The trail of one event, of its invitations, people, outcome and actions, as lines for people; its revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from events.models import Event, FollowUp, Outcome
from events.pages.office.desk import event_or_404
from events.pages.office.forms_record import HistoryFilter
from events.pages.office.programme import revisions_of
from events.pages.office.subjects import SAID, subjects_of
from members.pages import history
from portal.kit import trail
from portal.kit.listing import Listing
from portal.kit.models import Entry, EntryQuerySet
from portal.kit.telling import LATEST, Line


def event_history(request: HttpRequest, pk: int) -> HttpResponse:
    event = event_or_404(request, pk)
    entries = entries_of(event)
    verbs = entries.order_by("verb").values_list("verb", flat=True).distinct()
    people = entries.order_by("by__name").values_list("by", "by__name").distinct()
    filters = HistoryFilter(
        request.GET,
        verbs=[(verb, verb.capitalize()) for verb in verbs],
        people=[(str(pk or "portal"), name or _("The portal")) for pk, name in people],
    )
    narrowed = filters.narrow(entries).in_full()
    listing = Listing(request.GET, narrowed, sorts={"at": "at"}, default="-at")
    return render(
        request,
        "office/history.html",
        {
            "event": event,
            "filters": filters,
            "listing": listing,
            "history": lines(list(listing), itself=event),
            "revisions": revisions_of(event),
            "tab": "history",
            "section": "events",
        },
    )


def entries_of(event: Event) -> EntryQuerySet:
    """Everything that was done to the event and to the rows of its stages."""
    about = Entry.objects.about_any
    return (
        Entry.objects.about(event)
        | about(event.invitations.all())
        | about(event.registrations.all())
        | about(Outcome.objects.filter(event=event))
        | about(FollowUp.objects.filter(outcome__event=event))
    )


def lines_about(row: models.Model) -> list[Line]:
    """The latest lines of one row, newest first."""
    return lines(list(trail.history(row).in_full()[:LATEST]), itself=row)


def lines(entries: Sequence[Entry], *, itself: models.Model) -> list[Line]:
    """The entries in words; `itself` is the row of the page, which needs no name."""
    own = (itself._meta.model, itself.pk)
    names = subjects_of(entry for entry in entries if (entry.about_type.model_class(), entry.about_id) != own)
    found = []
    for entry in entries:
        model = entry.about_type.model_class()
        about = (model, entry.about_id)
        line = history.tell(entry, passed_over=SAID.get(model, frozenset()))
        if about != own:
            line = replace(line, subject=names[about].name if about in names else _("a row that is gone"))
        found.append(line)
    return found
