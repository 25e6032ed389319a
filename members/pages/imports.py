"""Imports: the list, the upload, the page that shows what will happen to each row and how far the work is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from members.models import Administration, Appointment, Import, ImportKind, ImportRow, User
from members.pages import history
from members.pages.forms_imports import ImportFilter, ImportForm
from members.pages.reader import reader
from members.services.imports import files, work
from members.services.imports.files import JUDGES, Counts
from members.states import ImportState, Verdict
from portal.kit import telling, trail
from portal.kit.exports import TABLES, csv_response
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.states import Refused

SORTS = {"file": "file_name", "kind": "kind", "rows": "total", "uploaded": "uploaded_at", "state": "state"}
RENEW = "4"  # seconds after which a browser asks again how far the work is
MODELS = {ImportKind.ADMINISTRATIONS: Administration, ImportKind.CONTACTS: Appointment, ImportKind.OFFICIALS: User}
NOUNS = {
    ImportKind.ADMINISTRATIONS: (gettext_lazy("administration"), gettext_lazy("administrations")),
    ImportKind.CONTACTS: (gettext_lazy("role"), gettext_lazy("roles")),
    ImportKind.OFFICIALS: (gettext_lazy("person"), gettext_lazy("people")),
}


@dataclass(frozen=True)
class Line:
    """One row of a file with its verdict, in words."""

    row: ImportRow
    name: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Heading:
    """A column as the page explains it."""

    label: str
    needed: bool
    help: str


def imports(request: HttpRequest) -> HttpResponse:
    """What was imported: by everybody for the office, of the own administration for a contact point."""
    filters = ImportFilter(request.GET)
    return render(
        request,
        "members/imports.html",
        {"filters": filters, "listing": _listing(request, filters), "section": "members"},
    )


def imports_table(request: HttpRequest, ending: str) -> HttpResponse:
    """The list as filtered and sorted on the page."""
    filters = ImportFilter(request.GET)
    listing = _listing(request, filters)
    asked = {name: str(value) for name, value in filters.cleaned_data.items() if value}
    trail.record_export(reader(request), "imports", reader(request), rows=listing.count, filters=asked)
    header = [_("File"), _("Kind"), _("Administration"), _("Rows"), _("Uploaded by"), _("Uploaded"), _("State")]
    rows = [
        [
            row.file_name,
            row.get_kind_display(),
            row.administration or "",
            row.total,
            row.by,
            f"{row.uploaded_at:%Y-%m-%d %H:%M} UTC",
            row.get_state_display(),
        ]
        for row in listing.rows
    ]
    return TABLES[ending]("imports", header, rows)


def new_import(request: HttpRequest) -> HttpResponse:
    """Upload a file; nothing changes before the verdicts are confirmed."""
    at, person = timezone.now(), reader(request)
    asked = request.GET.get("kind", "")
    kind = asked if person.is_office and asked in ImportKind.values else ImportKind.OFFICIALS
    form = ImportForm(posted(request), request.FILES or None, reader=person, initial={"kind": kind})
    if form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_on(form, "file"):
            row = files.upload(name=file.name, content=file.read(), by=person, at=at, **form.chosen())
            work.begin(row, at=at)
            return redirect("members:import", pk=row.pk)
    kinds = ImportKind.choices if person.is_office else [(ImportKind.OFFICIALS.value, ImportKind.OFFICIALS.label)]
    return render(
        request,
        "members/import_new.html",
        {"form": form, "kinds": [(value, label, _headings(value)) for value, label in kinds], "section": "members"},
    )


def import_sample(request: HttpRequest) -> HttpResponse:
    """A file with every column and a row or two, to be filled in: ?kind=officials."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in ImportKind.values else ImportKind.OFFICIALS
    form = JUDGES[kind].form()
    rows = [[example.get(name, "") for name in form.fields] for example in form.example]
    return csv_response(f"sample-{kind}", [form.heading(name) for name in form.fields], rows)


def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is and what happens to each row, or to those of one verdict; it renews itself while work goes on."""
    row = _load(request, pk)
    counts = files.counts(row)
    show = request.GET.get("show", "")
    listing = Listing(request.GET, _shown(row, show), sorts={"row": "number"}, default="row")
    response = render(
        request,
        "members/import.html",
        {
            "upload": row,
            "counts": counts,
            "verb": _verb(row, counts),
            "may_save": row.state == ImportState.CHECKED and counts.to_save and not counts.refused,
            "may_discard": row.may_move_to(ImportState.DISCARDED),
            "show": show if show in Verdict.values else "",
            "listing": listing,
            "lines": [_line(row, one) for one in listing],
            "history": history.lines(row),
            "section": "members",
        },
    )
    if row.is_working:
        response.headers["Refresh"] = RENEW
    return response


def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of one verdict with what is wrong, to be mended and uploaded again."""
    row = _load(request, pk)
    found = list(_shown(row, request.GET.get("show", "")))
    show = {"show": request.GET["show"]} if request.GET.get("show") in Verdict.values else {}
    trail.record_export(reader(request), "rows of an import", row, rows=len(found), filters=show)
    header = [*row.headings, _("Row"), _("Verdict"), _("What is wrong")]
    lines = [
        [*_padded(one.cells, len(row.headings)), one.number, one.get_verdict_display(), " ".join(one.faults)]
        for one in found
    ]
    return csv_response(f"import-{row.pk}", header, lines)


@require_POST
def save_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what is new or changed; the page shows how far it is."""
    row = _load(request, pk)
    try:
        files.accept(row, by=reader(request))
        work.begin(row, at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("members:import", pk=row.pk)


@require_POST
def discard_import(request: HttpRequest, pk: int) -> HttpResponse:
    row = _load(request, pk)
    try:
        files.discard(row, by=reader(request), at=timezone.now())
        messages.success(request, _("The file is discarded. Nothing of it was saved."))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("members:import", pk=row.pk)


def _listing(request: HttpRequest, filters: ImportFilter) -> Listing:
    rows = filters.narrow(Import.objects.visible_to(reader(request))).select_related("administration", "by")
    return Listing(request.GET, rows, sorts=SORTS, default="-uploaded")


def _load(request: HttpRequest, pk: int) -> Import:
    rows = Import.objects.visible_to(reader(request)).select_related("administration", "by")
    return get_object_or_404(rows, pk=pk)


def _shown(row: Import, show: str) -> QuerySet[ImportRow]:
    rows = row.rows.order_by("number")
    return rows.filter(verdict=show) if show in Verdict.values else rows


def _headings(kind: str) -> list[Heading]:
    form = JUDGES[kind].form()
    return [
        Heading(form.heading(name), name in form.needed, str(field.help_text)) for name, field in form.fields.items()
    ]


def _line(upload: Import, row: ImportRow) -> Line:
    cells = dict(zip(upload.columns, row.cells, strict=False))
    name = cells.get("name") or cells.get("iso2") or _("No name")
    model = MODELS[ImportKind(upload.kind)]
    changes = [(telling.label(model, field), old, new) for field, (old, new) in row.changes.items()]
    return Line(row, name, changes)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _verb(row: Import, counts: Counts) -> str:
    """The words of the button: "Save 312 new and 40 changed people"."""
    singular, plural = NOUNS[ImportKind(row.kind)]
    parts = [
        words % {"n": number_format(number, use_l10n=True, force_grouping=True)}
        for number, words in ((counts.new, _("%(n)s new")), (counts.changed, _("%(n)s changed")))
        if number
    ]
    return _("Save %(counts)s %(noun)s") % {
        "counts": _(" and ").join(parts),
        "noun": singular if counts.to_save == 1 else plural,
    }
