"""Copy an event: a new draft on other days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from events.models import Event
from events.pages.office.desk import event_or_404
from events.pages.office.forms_programme import check_days
from events.services import copies
from members.pages.reader import reader
from portal.kit.clock import office_day
from portal.kit.forms import Clean, posted, refusals_on


class CopyForm(Clean):
    """What is new of the copy, and what comes along when asked for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=250)
    starts_on = forms.DateField(label=gettext_lazy("First day"))
    ordinal = forms.IntegerField(
        label=gettext_lazy("Number in the series"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=gettext_lazy("Leave it empty when the copy is no meeting of the series."),
    )
    with_agenda = forms.BooleanField(label=gettext_lazy("Copy the agenda, without papers and speakers"), required=False)
    with_chairs = forms.BooleanField(label=gettext_lazy("Copy the chairs"), required=False)

    def __init__(self, *args: Any, event: Event, today: date, **kwargs: Any) -> None:
        initial = {
            "title": copies.next_title(event),
            "ordinal": copies.next_ordinal(event),
            "with_agenda": event.is_meeting,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.today = today
        if event.series is None:
            del self.fields["ordinal"]
        else:
            self.fields["ordinal"].label = gettext("Number in the series “%(name)s”") % {"name": event.series}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        check_days(self, found, today=self.today)
        return found


def event_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft like this event; the sessions keep their hours and their distance from the first day."""
    row = event_or_404(request, pk)
    form = CopyForm(posted(request), event=row, today=office_day(timezone.now()))
    if form.is_valid():
        with refusals_on(form):
            made = copies.copy(row, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The copy is made as a draft. Nobody is told of it yet."))
            return redirect("office:event", pk=made.pk)
    return render(
        request,
        "office/event_copy.html",
        {
            "event": row,
            "form": form,
            "sessions": row.sessions.count(),
            "targets": row.targets.count(),
            "items": row.checklist.count(),
            "tab": "overview",
            "section": "events",
        },
    )
