"""Documents of events as PDF files: the certificate, and the work plan as the annex of a report."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Certificate, WorkPlan
from events.wording import certificate_address, one_line
from portal.kit.clock import spell_days

FOLDER = Path(__file__).parent / "typst"


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as one A4 page, the same bytes for the same row.

    It shows what was kept when it was issued and nothing else. Every script of the region is drawn, except Chinese,
    Japanese and Korean: their fonts are too large to ship, and the office adds them with FONT_FOLDER.
    """
    return _render("certificate.typ", certificate_data(certificate))


def certificate_data(certificate: Certificate) -> dict[str, Any]:
    """What the page shows, as plain data."""
    issued = certificate.issued_on
    address = certificate_address(certificate.number)
    sessions = {"attended": certificate.sessions_attended, "held": certificate.sessions_held}
    return {
        "office": settings.OFFICE_NAME,
        "title": _("Certificate of participation"),
        "holder": one_line(certificate.holder or _("name erased")),
        "administration": one_line(certificate.administration_title),
        "event": one_line(certificate.event_title),
        "dates": certificate.event_dates,
        "number": certificate.number,
        "issued": [issued.year, issued.month, issued.day],
        "address": address,
        "qr": _qr(address),
        "words": {
            "presented": _("is presented to"),
            "took_part": _("who took part in"),
            "attended": _("Sessions attended: %(attended)d of %(held)d") % sessions,
            "issued": _("Issued on %(day)s") % {"day": spell_days(issued, issued)},
            "number": _("Certificate number %(number)s") % {"number": certificate.number},
            "verify": _("Anybody can verify this certificate on this page:"),
        },
    }


@dataclass(frozen=True)
class PlanLine:
    """One line of the plan in words, in the order of the columns."""

    number: str
    title: str
    objective: str
    kind: str
    planned: str
    actual: str
    host: str
    donors: str
    targets: str
    seats: str
    status: str


def plan_pdf(plan: WorkPlan, parts: Sequence[tuple[str, Sequence[PlanLine]]], *, note: str, today: date) -> bytes:
    """The plan as A4 pages in landscape, a table for each pillar with its heads on every page.

    `parts` are the pillars, each with its lines; `note` says what was left out. The same plan gives the same bytes
    all day.
    """
    return _render("plan.typ", plan_data(plan, parts, note=note, today=today))


def plan_data(
    plan: WorkPlan, parts: Sequence[tuple[str, Sequence[PlanLine]]], *, note: str, today: date
) -> dict[str, Any]:
    """What the pages show, as plain data."""
    approved, total = plan.approved_on, sum(len(lines) for _title, lines in parts)
    return {
        "office": settings.OFFICE_NAME,
        "title": _("Annual Work Plan %(year)s") % {"year": plan.fiscal_year},
        "days": spell_days(plan.starts_on, plan.ends_on),
        "note": one_line(note),
        "heads": [
            _("No."),
            _("Activity"),
            _("Kind and mode"),
            _("Planned"),
            _("Actual"),
            _("Host"),
            _("Donors"),
            _("For"),
            _("Seats used"),
            _("Status"),
        ],
        "parts": [{"title": title, "rows": [_plan_row(line) for line in lines]} for title, lines in parts],
        "words": {
            "approved": _("Approved on %(day)s") % {"day": spell_days(approved, approved)}
            if approved
            else _("Draft, not approved yet"),
            "lines": ngettext("%(n)d activity", "%(n)d activities", total) % {"n": total},
            "standing": _("As it stood on %(day)s") % {"day": spell_days(today, today)},
            "page": _("Page {n} of {total}"),
        },
    }


def _plan_row(line: PlanLine) -> list[Any]:
    """The cells of a line; the objective stands below the title."""
    number, title, objective, *others = map(one_line, astuple(line))
    return [number, {"title": title, "objective": objective}, *others]


def _qr(address: str) -> str:
    """The address as a square of dots, for a telephone."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", border=0, dark="#14213d", xmldecl=False)
    return drawing.getvalue().decode()


def _render(template: str, data: dict[str, Any]) -> bytes:
    import typst  # loaded by the first document only: a process that draws none saves its memory

    return typst.compile(
        FOLDER / template,
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,  # the same page on every host
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    folders = [FOLDER / "fonts", *([Path(settings.FONT_FOLDER)] if settings.FONT_FOLDER else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
