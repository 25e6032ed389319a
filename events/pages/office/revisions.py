"""The revisions of an approved plan: their list, one with its clauses, and the reason that closes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Activity, PlanClause, PlanRevision
from events.models.baselines import MANY
from events.pages.office.forms_baseline import ClosingForm
from events.pages.office.years import plan_or_404
from events.services import baselines as service
from members.pages.reader import reader
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.telling import label, words

PEOPLE = ("old_officer", "new_officer", "by")


# --- in words -------------------------------------------------------------------------------------


def field_word(name: str) -> str:
    return _("Responsible officer") if name == "officer" else label(Activity, name)


def value_words(name: str, value: Any) -> str:
    """A value of a line as people read it; nothing is the empty text."""
    if name in MANY:
        return "; ".join(row for _key, row in value or ())
    return "" if value is None else words(Activity, name, str(value))


@dataclass(frozen=True)
class Clause:
    """One clause: "Planned from: 5 May 2021 became 12 May 2021"."""

    row: PlanClause
    field: str
    sentence: str


def clause_words(clause: PlanClause) -> Clause:
    if not clause.field:
        return Clause(clause, "", _("Added to the plan"))
    old, new = value_words(clause.field, clause.before), value_words(clause.field, clause.after)
    return Clause(clause, field_word(clause.field), became(old, new))


def became(old: str, new: str) -> str:
    if not old:
        return _("now %(new)s") % {"new": new}
    return (_("%(old)s became %(new)s") if new else _("%(old)s was removed")) % {"old": old, "new": new}


@dataclass(frozen=True)
class RevisedLine:
    """The clauses of one revision about one line of the plan."""

    revision: PlanRevision
    line: str
    activity: int | None
    clauses: list[Clause]

    @property
    def last(self) -> PlanClause:
        """The clause that was changed last."""
        return max((clause.row for clause in self.clauses), key=lambda row: row.at)


def by_line(clauses: Iterable[PlanClause]) -> list[RevisedLine]:
    """Clauses in the order of their revisions, those of one line together."""
    found: dict[tuple[int, int | str], RevisedLine] = {}
    for clause in clauses:
        key = (clause.revision_id, clause.activity_id or clause.line)
        line = RevisedLine(clause.revision, clause.line, clause.activity_id, [])
        found.setdefault(key, line).clauses.append(clause_words(clause))
    return list(found.values())


def of_activity(activity: Activity) -> list[RevisedLine]:
    """What the revisions changed of one line, the latest first."""
    rows = PlanClause.objects.filter(activity=activity).select_related("revision", *PEOPLE)
    return by_line(rows.order_by("-revision__number", "pk"))


# --- pages ----------------------------------------------------------------------------------------


def plan_revisions(request: HttpRequest, year: str) -> HttpResponse:
    """Every revision of a plan with its reason; the open one has none yet."""
    plan = plan_or_404(year)
    rows = plan.revisions.select_related("closed_by").annotate(n_clauses=Count("clauses"))
    sorts = {"number": "number", "closed": "closed_at", "changes": "n_clauses"}
    return render(
        request,
        "office/revisions.html",
        {"plan": plan, "listing": Listing(request.GET, rows, sorts=sorts, default="-number"), "section": "plan"},
    )


def plan_revision(request: HttpRequest, year: str, number: int) -> HttpResponse:
    """One revision; while it is open, its form asks for the reason and closes it."""
    plan = plan_or_404(year)
    row = get_object_or_404(plan.revisions.select_related("plan", "closed_by"), number=number)
    form = ClosingForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            service.close(row, by=reader(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Revision %(number)d is closed.") % {"number": row.number})
            return redirect("office:plan_revision", year=year, number=number)
    if form.errors:
        row.refresh_from_db()  # somebody may have closed it a moment ago
    clauses = list(row.clauses.select_related("revision", *PEOPLE))
    return render(
        request,
        "office/revision.html",
        {
            "plan": plan,
            "revision": row,
            "form": form,
            "lines": by_line(clauses),
            "changes": len(clauses),
            "section": "plan",
        },
    )
