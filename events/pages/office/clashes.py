"""What clashes with an event on its days, or on other days that the office thinks of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events import clashes
from events.pages.office.desk import event_or_404
from events.pages.office.forms_calendars import OtherDayForm


@require_safe
def event_clashes(request: HttpRequest, pk: int) -> HttpResponse:
    """Every clash with its names; `?first=` shows them as if the event began on that day. Nothing is changed."""
    row = event_or_404(request, pk)
    form = OtherDayForm({"first": row.starts_on, **request.GET.dict()})
    first = form.cleaned_data["first"] if form.is_valid() else row.starts_on
    return render(
        request,
        "office/clashes.html",
        {
            "event": row,
            "form": form,
            "first": first,
            "last": first + (row.ends_on - row.starts_on),
            "is_other_day": first != row.starts_on,
            "clashes": clashes.of_event(row, first=first),
            "is_judged": row.state in clashes.JUDGED,
            "tab": "overview",
            "section": "events",
        },
    )
