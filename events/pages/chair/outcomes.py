"""The outcome of a meeting: its record beside the forms, and the way of clearance to publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import policies
from events.models import AgendaItem, Chairing, Intervention, Outcome, Paragraph, Signature
from events.pages.chair import history, record, rows
from events.pages.chair.acts import button, form_page, will_be_void
from events.pages.chair.forms import CommentForm, CorrigendumForm
from events.services import outcomes as service
from events.states import OutcomeState
from members.pages.reader import reader
from portal.kit.forms import posted
from portal.kit.gates import require
from portal.kit.states import Refused


@dataclass(frozen=True)
class Section:
    """One agenda item with what was said and what came out of it; without item: the meeting as a whole."""

    item: AgendaItem | None
    interventions: list[Intervention]
    paragraphs: list[Paragraph]


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the record of a meeting; a second click finds the one that was begun."""
    event = rows.load_event(request, pk)
    try:
        return redirect(record.back(service.draft(event, by=reader(request))))
    except Refused as refusal:
        messages.error(request, refusal.message)
    begun = Outcome.objects.filter(event=event).first()
    return redirect(record.back(begun) if begun else reverse("chair:meeting", args=[event.pk]))


def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """The record beside its preview, what is missing, who has signed, and the one next step."""
    row = rows.load_outcome(request, pk)
    # read before the text is loaded: a change in between makes the signature fail, never the reader
    text_hash = row.published_hash or row.text_hash()
    event, user = row.event, reader(request)
    chairings = list(event.chairings.select_related("person", "administration"))
    signatures = list(row.signatures.order_by("signed_at"))
    signed = {signature.chairing_id for signature in signatures if _holds(signature, text_hash)}
    own = next((chairing for chairing in chairings if chairing.person_id == user.pk), None)
    goes_round = row.state in service.IN_CIRCULATION
    may_be_signed = goes_round or row.state == OutcomeState.SIGNED  # again, when a name in the record has changed
    gaps = [] if row.is_published else service.missing(row)
    trail = history.lines(row, user)
    return render(
        request,
        "chair/outcome.html",
        {
            "outcome": row,
            "event": event,
            "text_hash": text_hash,
            "chairings": chairings,
            "delegations": event.delegations.select_related("administration", "organisation"),
            "sections": _sections(row),
            "actions": row.actions.select_related("administration", "organisation", "owner"),
            "corrigenda": row.corrigenda.select_related("by"),
            "comments": row.comments.select_related("by"),
            "steps": _steps(row, chairings, signatures, text_hash),
            "gaps": gaps,
            "void": will_be_void(row),
            "text_form": record.text_form(None, row),
            "comment_form": CommentForm() if goes_round else None,
            "correct_form": CorrigendumForm() if row.is_published else None,
            "may_circulate": row.may_move_to(OutcomeState.CIRCULATED) and row.state != OutcomeState.SIGNED,
            "circulate_verb": _circulate_verb(row, len(chairings)),
            "may_sign": own is not None and may_be_signed and own.pk not in signed and not gaps,
            "has_signed": own is not None and own.pk in signed,
            "may_publish": row.state == OutcomeState.SIGNED and all(chairing.pk in signed for chairing in chairings),
            "history": trail,
            "news": [line for line in trail if line.new],
            "section": "meetings",
        },
    )


@require_POST
def circulate(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_outcome(request, pk)
    return button(
        request,
        lambda: service.circulate(row, by=reader(request)),
        done=_("The draft goes round. Every chair gets a letter."),
        back=record.back(row),
    )


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a change while the draft goes round."""
    row = rows.load_outcome(request, pk)
    return form_page(
        request,
        CommentForm(posted(request)),
        lambda values: service.comment(row, by=reader(request), **values),
        event=row.event,
        title=_("Comment on the draft"),
        verb=_("Send the comment"),
        done=_("Your comment is sent to the other chairs."),
        back=record.back(row),
    )


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the text that the page has shown: its hash comes back with the click."""
    row = rows.load_outcome(request, pk)
    require(policies.may_sign(request.user, row))
    chairing = row.event.chairings.get(person=reader(request))
    text_hash = request.POST.get("text_hash", "")
    return button(
        request,
        lambda: service.sign(row, chairing=chairing, text_hash=text_hash, by=reader(request), at=timezone.now()),
        done=_("You have signed the outcome."),
        back=record.back(row),
    )


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    row = rows.load_outcome(request, pk)
    return button(
        request,
        lambda: service.publish(row, by=reader(request), at=timezone.now()),
        done=_("The outcome is published. Its text stays as it is."),
        back=record.back(row),
    )


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a numbered corrigendum beside the text that stays."""
    row = rows.load_outcome(request, pk)
    return form_page(
        request,
        CorrigendumForm(posted(request)),
        lambda values: service.correct(row, by=reader(request), at=timezone.now(), **values),
        event=row.event,
        title=_("Publish a corrigendum"),
        verb=_("Publish the corrigendum"),
        done=_("The corrigendum is published."),
        back=record.back(row),
    )


def _circulate_verb(row: Outcome, chairs: int) -> str:
    if row.state != OutcomeState.DRAFTED:
        return _("Circulate again")
    return ngettext("Circulate to %(count)d chair", "Circulate to %(count)d chairs", chairs) % {"count": chairs}


def _sections(row: Outcome) -> list[Section]:
    """The whole record by agenda item, in order; what belongs to no item comes last."""
    said = list(row.interventions.all())
    decided = list(row.paragraphs.all())
    return [
        Section(
            item,
            [line for line in said if line.item_id == (item.pk if item else None)],
            [paragraph for paragraph in decided if paragraph.item_id == (item.pk if item else None)],
        )
        for item in [*row.event.agenda.all(), None]
    ]


def _holds(signature: Signature, text_hash: str) -> bool:
    """Whether it is valid, and of the text as it stands."""
    return signature.voided_at is None and signature.text_hash == text_hash


def _steps(
    row: Outcome, chairings: list[Chairing], signatures: list[Signature], text_hash: str
) -> list[dict[str, Any]]:
    """The clearance strip: drafted > circulated > each chair > published."""
    drafted = row.state == OutcomeState.DRAFTED
    steps: list[dict[str, Any]] = [
        {"word": _("Drafted"), "state": "done"},
        {"word": _("To circulate") if drafted else _("Circulated"), "state": "now" if drafted else "done"},
    ]
    latest = {signature.chairing_id: signature for signature in signatures}  # in order of time: the last one stays
    next_one = row.state in service.IN_CIRCULATION
    for chairing in chairings:
        signature = latest.get(chairing.pk)
        name = chairing.administration
        if signature is not None and _holds(signature, text_hash):
            step = {"word": _("%(name)s signed") % {"name": name}, "state": "done", "note": _day(signature.signed_at)}
        elif signature is not None:
            step = {"word": _("%(name)s signed an earlier text") % {"name": name}, "state": "void"}
            step["note"] = _("to sign again")
        else:
            step = {"word": _("%(name)s to sign") % {"name": name}, "state": "now" if next_one else "todo"}
            next_one = False
        steps.append(step)
    if row.is_published:
        steps.append({"word": _("Published"), "state": "done", "note": _day(row.published_at)})
    else:
        now = row.state == OutcomeState.SIGNED
        steps.append({"word": _("To publish"), "state": "now" if now else "todo"})
    return steps


def _day(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "j F Y")
