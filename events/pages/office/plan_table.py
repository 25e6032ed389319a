"""The plan as a table to type in: what was changed is saved by itself, and two people at once lose nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from events.models import Activity
from events.pages.office.forms_plan import RowForm
from events.pages.office.forms_workplan import PlanFilter
from events.pages.office.plan import asked_plan
from events.services import planning
from events.services.planning import as_text
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import fiscal_year, office_day
from portal.kit.states import Refused
from portal.kit.telling import words

CELLS = tuple(RowForm.base_fields)
# a narrow column has a short head; the whole word is read out with each cell
SHORT = {
    "number": gettext_lazy("No."),
    "planned_start_on": gettext_lazy("From"),
    "planned_end_on": gettext_lazy("Until"),
    "planned_seats": gettext_lazy("Seats"),
    "officer": gettext_lazy("Officer"),
}


# --- the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One field of one line: a box to type in, or a list when `options` has them."""

    name: str
    label: str
    value: str
    kind: str
    longest: int | None
    options: SafeString | None


def plan_edit(request: HttpRequest) -> HttpResponse:
    """One row for each activity; the filters are those of the plan."""
    at = timezone.now()
    today = office_day(at)
    shown = asked_plan(request, today)
    filters = PlanFilter(request.GET)
    rows: list[Any] = []
    if shown:
        found = filters.narrow(shown.activities.with_status(at)).select_related("officer")
        rows = list(found.order_by("pillar__number", "planned_start_on", "number"))
    for row in rows:
        row.plan = shown
    return render(
        request,
        "office/plan_edit.html",
        {
            "year": shown.fiscal_year if shown else fiscal_year(today),
            "filters": filters,
            "heads": [(name, SHORT.get(name, field.label)) for name, field in RowForm.base_fields.items()],
            "lines": list(_lines(rows, at)),
            "section": "plan",
        },
    )


def _lines(rows: list[Any], at: datetime) -> Iterator[tuple[Any, list[Cell], str]]:
    """Each row with its cells, and what they show as one text that the form sends back."""
    if not rows:
        return
    form = RowForm(activity=rows[0], today=office_day(at))
    choices = {name: [(str(value), str(word)) for value, word in field.choices] for name, field in _lists(form)}
    choices["pillar"] = [(value, word.removeprefix("Pillar ")) for value, word in choices["pillar"]]

    @cache
    def options(name: str, value: str, officer: Any) -> SafeString:
        offered = choices[name]
        if officer and value not in dict(offered):  # who left the office still stands in the line
            offered = [*offered, (value, str(officer))]
        return format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((each, SafeString(" selected") if each == value else "", word) for each, word in offered),
        )

    for row in rows:
        texts = {name: as_text(row, name) for name in CELLS}
        cells = []
        for name, text in texts.items():
            field: Any = form.fields[name]
            listed = options(name, text, row.officer if name == "officer" else None) if name in choices else None
            kind = "date" if name.startswith("planned_") and name.endswith("_on") else "text"
            cells.append(Cell(name, field.label, text, kind, getattr(field, "max_length", None), listed))
        yield row, cells, json.dumps(texts, ensure_ascii=False)


def _lists(form: RowForm) -> Iterator[tuple[str, Any]]:
    return ((name, field) for name, field in form.fields.items() if hasattr(field, "choices"))


# --- what was typed -------------------------------------------------------------------------------


class Typed:
    """What somebody typed into one line, beside what they saw and what the line holds now."""

    def __init__(self, request: HttpRequest, row: Activity) -> None:
        self.now = {name: as_text(row, name) for name in CELLS}
        seen = _seen(request.POST.get("shown", ""))
        sent = {name: request.POST[name] for name in CELLS if name in request.POST}
        self.mine = {name: text for name, text in sent.items() if text != seen.get(name)}
        # whoever typed what stands there already has no quarrel
        self.changed = [name for name, text in self.mine.items() if text != self.now[name]]
        self.overtaken = [name for name in self.changed if self.now[name] != seen.get(name)]

    @property
    def whole(self) -> dict[str, str]:
        """The line as it would stand; a last day does not stay alone when the first day is taken out."""
        whole = {**self.now, **self.mine}
        if "planned_start_on" in self.changed and "planned_end_on" not in self.mine and not whole["planned_start_on"]:
            whole["planned_end_on"] = ""
        return whole

    def values(self, form: RowForm) -> dict[str, Any]:
        """What is to be saved: the fields that were changed, and a last day that follows its first day."""
        names = set(self.changed)
        if "planned_start_on" in names:
            names.add("planned_end_on")
        found = form.cleaned_data
        return {name: found[name] for name in CELLS if name in names and found[name] != getattr(form.activity, name)}


@dataclass(frozen=True)
class Conflict:
    """A field with two answers: what it holds now, and what this person wrote."""

    name: str
    label: str
    theirs: str
    yours: str
    theirs_words: str
    yours_words: str


@require_POST
def plan_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what was typed into one line: any of its fields, each beside what the page had shown.

    Nothing is saved when a field was changed by somebody else meanwhile: the answer holds both values. The script of
    the table gets JSON, and 409 or 422 with a refusal; a form gets a page.
    """
    at = timezone.now()
    row = _row(pk)
    typed = Typed(request, row)
    form = RowForm(typed.whole, activity=row, today=office_day(at))
    if not typed.overtaken and form.is_valid():
        values = typed.values(form)
        try:
            if values:
                planning.edit(row, shown=typed.now, by=reader(request), at=at, **values)
            return _saved(request, _row(pk), {*typed.mine, *values}, at)
        except planning.Overtaken as fault:
            row = _row(pk)
            typed = Typed(request, row)
            typed.overtaken = fault.names
        except Refused as refusal:
            form.add_error(None, refusal.message)
    if typed.overtaken:
        return _conflict(request, row, typed, at)
    if _is_script(request):
        told = " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
        return JsonResponse({"said": told}, status=422)
    return _row_page(request, row, form, typed)


def _saved(request: HttpRequest, row: Activity, names: set[str], at: datetime) -> HttpResponse:
    if _is_script(request):
        said = _("Saved %(time)s") % {"time": formats.time_format(timezone.localtime(at), "H:i")}
        return JsonResponse({"said": said, "cells": {name: as_text(row, name) for name in CELLS if name in names}})
    messages.success(request, _("Line %(number)s is saved.") % {"number": row.number})
    return redirect(f"{reverse('office:plan_edit')}?year={row.plan.fiscal_year}#line-{row.pk}")


def _conflict(request: HttpRequest, row: Activity, typed: Typed, at: datetime) -> HttpResponse:
    form = RowForm(initial={**typed.now, **typed.mine}, activity=row, today=office_day(at))
    conflicts = [_two_answers(form, name, typed) for name in typed.overtaken]
    if _is_script(request):
        cells = {
            one.name: {
                "theirs": one.theirs,
                "said": _("%(who)s: it is now “%(theirs)s”. You wrote “%(yours)s”.")
                % {"who": _who(row), "theirs": one.theirs_words, "yours": one.yours_words},
                "keep_theirs": _("Keep “%(value)s”") % {"value": one.theirs_words},
                "keep_yours": _("Write “%(value)s”") % {"value": one.yours_words},
            }
            for one in conflicts
        }
        return JsonResponse({"cells": cells}, status=409)
    for one in conflicts:
        del form.fields[one.name]  # it is asked for above the form
    return _row_page(request, row, form, typed, conflicts)


def _row_page(
    request: HttpRequest, row: Activity, form: RowForm, typed: Typed, conflicts: list[Conflict] | None = None
) -> HttpResponse:
    context = {
        "activity": row,
        "plan": row.plan,
        "form": form,
        "conflicts": conflicts or [],
        "who": _who(row) if conflicts else "",
        "shown": json.dumps(typed.now, ensure_ascii=False),
        "section": "plan",
    }
    return render(request, "office/plan_row.html", context)


def _two_answers(form: RowForm, name: str, typed: Typed) -> Conflict:
    theirs, yours = typed.now[name], typed.mine.get(name, typed.now[name])
    label = str(form.fields[name].label)
    return Conflict(name, label, theirs, yours, _in_words(form, name, theirs), _in_words(form, name, yours))


def _in_words(form: RowForm, name: str, text: str) -> str:
    field: Any = form.fields[name]
    if hasattr(field, "choices"):
        return next((str(word) for value, word in field.choices if str(value) == text), text)
    return words(Activity, name, text) or _("empty")


def _who(row: Activity) -> str:
    """Who changed the line last, and when: "Programme Manager 2 changed this line at 10:40"."""
    entry = trail.history(row).first()
    if entry is None:
        return _("Somebody changed this line")
    time = formats.time_format(timezone.localtime(entry.at), "H:i")
    return _("%(who)s changed this line at %(time)s") % {"who": entry.by or _("The portal"), "time": time}


def _seen(text: str) -> dict[str, str]:
    """What the page had shown; what cannot be read was never shown, so that nothing is written over blindly."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _row(pk: int) -> Activity:
    return get_object_or_404(Activity.objects.select_related("plan", "pillar", "officer"), pk=pk)
