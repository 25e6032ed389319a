"""The text of the record: summary, paragraphs, interventions. Each edit voids signatures; the page says so first."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.models import Intervention, Outcome, Paragraph
from events.pages.chair import rows
from events.pages.chair.acts import button, form_page
from events.pages.chair.forms import InterventionForm, ParagraphForm, TextForm
from events.services import outcomes as service
from members.pages.reader import reader
from portal.kit.forms import posted

WITH_EVENT = "outcome__event__series"


def text_form(data: Any, outcome: Outcome) -> TextForm:
    kept = {
        "summary": outcome.summary,
        "members_text": outcome.members_text,
        "next_meeting": outcome.next_meeting,
    }
    mark = hashlib.sha256(json.dumps(kept).encode()).hexdigest()
    return TextForm(data, current=mark, initial=kept)


def text(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = rows.load_outcome(request, pk)
    return form_page(
        request,
        text_form(posted(request), outcome),
        lambda values: service.change_text(outcome, by=reader(request), **values),
        outcome=outcome,
        event=outcome.event,
        title=_("Summary and next meeting"),
        verb=_("Save the text"),
        done=_("The text is saved."),
        back=back(outcome),
    )


def paragraph_add(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = rows.load_outcome(request, pk)
    return form_page(
        request,
        ParagraphForm(posted(request), outcome=outcome, initial={"item": request.GET.get("item", "")}),
        lambda values: service.add_paragraph(outcome, by=reader(request), **values),
        outcome=outcome,
        event=outcome.event,
        title=_("Add a paragraph"),
        verb=_("Add the paragraph"),
        done=_("The paragraph is in the text."),
        back=back(outcome),
    )


def paragraph_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_part(request, Paragraph.objects.select_related(WITH_EVENT, "item"), pk, "outcome__event")
    kept = {"item": row.item, "verb": row.verb, "text": row.text, "members_only": row.members_only}
    return form_page(
        request,
        ParagraphForm(posted(request), outcome=row.outcome, initial=kept),
        lambda values: service.change_paragraph(row, by=reader(request), **values),
        outcome=row.outcome,
        event=row.outcome.event,
        title=_("Paragraph %(number)d") % {"number": row.number},
        verb=_("Save the paragraph"),
        done=_("The paragraph is saved."),
        back=back(row.outcome),
    )


@require_POST
def paragraph_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_part(request, Paragraph.objects.select_related(WITH_EVENT, "item"), pk, "outcome__event")
    return button(
        request,
        lambda: service.remove_paragraph(row, by=reader(request)),
        done=_("The paragraph is out of the text."),
        back=back(row.outcome),
    )


def intervention_add(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = rows.load_outcome(request, pk)
    return form_page(
        request,
        InterventionForm(posted(request), outcome=outcome, initial={"item": request.GET.get("item", "")}),
        lambda values: service.add_intervention(outcome, by=reader(request), **values),
        outcome=outcome,
        event=outcome.event,
        title=_("Add an intervention"),
        verb=_("Add the intervention"),
        done=_("The intervention is in the text."),
        back=back(outcome),
    )


@require_POST
def intervention_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_part(request, Intervention.objects.select_related(WITH_EVENT), pk, "outcome__event")
    return button(
        request,
        lambda: service.remove_intervention(row, by=reader(request)),
        done=_("The intervention is out of the text."),
        back=back(row.outcome),
    )


def back(outcome: Outcome) -> str:
    return reverse("chair:outcome", args=[outcome.pk])
