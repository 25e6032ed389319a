"""Outcomes: drafted, circulated, commented, signed by every chair, published; corrected by corrigenda."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from events import notices, reminders
from events.models import (
    AgendaItem,
    Chairing,
    Comment,
    Corrigendum,
    Event,
    Intervention,
    Outcome,
    Paragraph,
    Record,
    Signature,
)
from events.models.outcomes import hash_of
from events.states import EventState, OutcomeState
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused

IN_CIRCULATION = (OutcomeState.CIRCULATED, OutcomeState.COMMENTED)


@transaction.atomic
def draft(event: Event, *, by: User) -> Outcome:
    """Begin the record of a meeting.

    Raises `Refused` for a workshop, before the meeting is announced, and when the record exists.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    if not event.is_meeting:
        raise Refused(_("Only meetings and consultations have an outcome."))
    if event.state == EventState.DRAFT:
        raise Refused(_("Announce the meeting first."))
    if Outcome.objects.filter(event=event).exists():
        raise Refused(_("The outcome of this meeting is begun already."))
    outcome = Outcome.objects.create(event=event, number=f"OUT-{event.starts_on.year}-{event.pk:04}")
    trail.record(by, "began outcome", outcome)
    return outcome


@transaction.atomic
def change_text(outcome: Outcome, *, summary: str, members_text: str, next_meeting: str, by: User) -> None:
    """Change the summary, the text for members and the next meeting."""
    outcome = editable(outcome)
    before = {"summary": outcome.summary, "members_text": outcome.members_text, "next_meeting": outcome.next_meeting}
    after = {"summary": summary, "members_text": members_text, "next_meeting": next_meeting}
    if before == after:
        return
    for name, value in after.items():
        setattr(outcome, name, value)
    outcome.save(update_fields=list(after))
    trail.record_changes(by, outcome, before, after)
    edited(outcome, by=by)


@transaction.atomic
def add_paragraph(
    outcome: Outcome, *, item: AgendaItem | None, verb: str, text: str, members_only: bool = False, by: User
) -> Paragraph:
    """Add a paragraph with one operative verb at the end; the same one sent twice stands once."""
    outcome = editable(outcome)
    _same_meeting(item, outcome)
    twin = outcome.paragraphs.filter(item=item, verb=verb, text=text, members_only=members_only).first()
    if twin:
        return twin
    last = outcome.paragraphs.aggregate(last=Max("number"))["last"] or 0
    paragraph = Paragraph.objects.create(
        outcome=outcome, number=last + 1, item=item, verb=verb, text=text, members_only=members_only
    )
    trail.record(by, "added paragraph", outcome, paragraph=str(paragraph))
    edited(outcome, by=by)
    return paragraph


@transaction.atomic
def change_paragraph(paragraph: Paragraph, *, by: User, **values: Any) -> None:
    outcome = editable(paragraph.outcome)
    _same_meeting(values.get("item"), outcome)
    before = {name: getattr(paragraph, name) for name in values}
    for name, value in values.items():
        setattr(paragraph, name, value)
    if before == values:
        return
    paragraph.save(update_fields=list(values))
    trail.record_changes(by, outcome, before, values)
    edited(outcome, by=by)


@transaction.atomic
def remove_paragraph(paragraph: Paragraph, *, by: User) -> None:
    outcome = editable(paragraph.outcome)
    trail.record(by, "removed paragraph", outcome, paragraph=str(paragraph))
    paragraph.delete()
    edited(outcome, by=by)


@transaction.atomic
def add_intervention(outcome: Outcome, *, item: AgendaItem | None, speaker: str, text: str, by: User) -> Intervention:
    """Note who spoke, in one line; the same line sent twice stands once."""
    outcome = editable(outcome)
    _same_meeting(item, outcome)
    twin = outcome.interventions.filter(item=item, speaker=speaker, text=text).first()
    if twin:
        return twin
    last = outcome.interventions.aggregate(last=Max("number"))["last"] or 0
    row = Intervention.objects.create(outcome=outcome, number=last + 1, item=item, speaker=speaker, text=text)
    trail.record(by, "added intervention", outcome, personal=(None, {"speaker": speaker}))
    edited(outcome, by=by)
    return row


@transaction.atomic
def remove_intervention(intervention: Intervention, *, by: User) -> None:
    outcome = editable(intervention.outcome)
    trail.record(by, "removed intervention", outcome, personal=(None, {"speaker": intervention.speaker}))
    intervention.delete()
    edited(outcome, by=by)


def missing(outcome: Outcome) -> list[str]:
    """What a real record often lacks, asked for before anybody signs; empty when complete."""
    gaps = []
    if not outcome.summary:
        gaps.append(_("The public summary is empty."))
    if not outcome.paragraphs.exists():
        gaps.append(_("There is no outcome paragraph yet."))
    if outcome.event.chairings.count() < 1:
        gaps.append(_("No chair is named for this meeting."))
    for action in outcome.actions.select_related("administration", "organisation", "owner"):
        if action.body is None and action.owner is None:
            gaps.append(_("Action %(number)d has no owner.") % {"number": action.number})
        if action.due_on is None:
            gaps.append(_("Action %(number)d has no due date.") % {"number": action.number})
    return gaps


@transaction.atomic
def circulate(outcome: Outcome, *, by: User) -> None:
    """Send the draft to every chair.

    Raises `Refused` when nobody chairs the meeting or the draft is empty.
    """
    outcome = _locked(outcome)
    if not outcome.event.chairings.exists():
        raise Refused(_("No chair is named for this meeting. Name the chairs first."))
    if not outcome.paragraphs.exists() and not outcome.summary:
        raise Refused(_("The draft is empty. Write the summary or a paragraph first."))
    outcome.move_to(OutcomeState.CIRCULATED, by=by)
    notices.outcome_circulated(outcome, round=_round(outcome))


@transaction.atomic
def comment(outcome: Outcome, *, text: str, by: User) -> Comment:
    """Ask for a change while the draft goes round; valid signatures stay until the text itself changes."""
    outcome = _locked(outcome)
    if outcome.state not in IN_CIRCULATION:
        raise Refused(
            _("Comments are taken while the draft goes round. It is %(state)s now.")
            % {"state": outcome.get_state_display().lower()}
        )
    last = outcome.comments.last()
    if last and (last.by_id, last.text) == (by.pk, text):  # sent twice
        return last
    row = Comment.objects.create(outcome=outcome, by=by, text=text)
    if outcome.state == OutcomeState.CIRCULATED:
        outcome.move_to(OutcomeState.COMMENTED, by=by)
    notices.outcome_commented(row)
    return row


@transaction.atomic
def sign(outcome: Outcome, *, chairing: Chairing, text_hash: str, by: User, at: datetime) -> Signature:
    """Sign exactly the text that the chair has read; the last signature makes the outcome signed.

    Raises `Refused` when the text changed since it was shown (`text_hash`), when something is missing, or
    when this chair signed already. When a name in the record has changed since, the chair signs again.
    """
    outcome = _locked(outcome)
    if not outcome.event.chairings.filter(pk=chairing.pk).exists():
        raise Refused(_("You are not a chair of this meeting any more."))
    current = outcome.text_hash()
    held = outcome.signatures.filter(chairing=chairing, voided_at__isnull=True).first()
    stale = held is not None and held.text_hash != current
    if outcome.state not in IN_CIRCULATION and not (stale and outcome.state == OutcomeState.SIGNED):
        raise Refused(
            _("This outcome is %(state)s. It can be signed while it goes round.")
            % {"state": outcome.get_state_display().lower()}
        )
    gaps = missing(outcome)
    if gaps:
        raise Refused(" ".join([_("The record is not complete."), *gaps]))
    if text_hash != current:
        raise Refused(_("The text changed while you read it. Read it again, then sign."))
    if held is not None and not stale:
        raise Refused(_("You have signed this text already."))
    if held is not None:
        held.voided_at = at
        held.save(update_fields=["voided_at"])
        trail.record(by, "voided signatures", outcome, chairs=[str(chairing.administration)])
    signature = Signature.objects.create(outcome=outcome, chairing=chairing, text_hash=current, signed_at=at)
    trail.record(by, "signed", outcome, personal=(chairing.person, {"chair": chairing}), text_hash=current)
    notices.outcome_signed(outcome, signature)
    if outcome.state != OutcomeState.SIGNED and not _unsigned(outcome, current):
        outcome.move_to(OutcomeState.SIGNED, by=by)
    return signature


def unsigned(outcome: Outcome) -> list[Chairing]:
    """The chairs whose valid signature of the text as it stands is missing."""
    return _unsigned(outcome, outcome.text_hash())


def _unsigned(outcome: Outcome, current: str) -> list[Chairing]:
    signed = outcome.signatures.filter(voided_at__isnull=True, text_hash=current).values("chairing")
    return list(outcome.event.chairings.exclude(pk__in=signed).select_related("person", "administration"))


@transaction.atomic
def publish(outcome: Outcome, *, by: User, at: datetime) -> None:
    """Publish under a stable address, word for word as it was signed; from now on the text cannot change.

    Raises `Refused` unless every chair of today has signed exactly this text.
    """
    outcome = _locked(outcome)
    outcome.moves.check(outcome.state, OutcomeState.PUBLISHED, what=_("outcome"))
    content = outcome.words()
    current = hash_of(content)
    absent = _unsigned(outcome, current)
    if absent:
        raise Refused(
            _("Every co-chair signs this text before it is published. Missing: %(names)s.")
            % {"names": "; ".join(str(chairing.administration) for chairing in absent)}
        )
    Record.objects.create(outcome=outcome, content=content)
    outcome.published_at, outcome.published_hash = at, current
    outcome.save(update_fields=["published_at", "published_hash"])
    outcome.move_to(OutcomeState.PUBLISHED, by=by, text_hash=current)
    notices.outcome_published(outcome)
    for action in outcome.actions.all():
        notices.follow_up_assigned(action)
        reminders.lay_for_follow_up(action, at=at)


@transaction.atomic
def correct(outcome: Outcome, *, text: str, by: User, at: datetime) -> Corrigendum:
    """Publish a numbered corrigendum; only published text has one. The same one sent twice stands once."""
    outcome = _locked(outcome)
    if not outcome.is_published:
        raise Refused(_("Only a published outcome is corrected by a corrigendum. Change the draft itself."))
    twin = outcome.corrigenda.filter(text=text).first()
    if twin:
        return twin
    last = outcome.corrigenda.aggregate(last=Max("number"))["last"] or 0
    row = Corrigendum.objects.create(outcome=outcome, number=last + 1, text=text, published_at=at, by=by)
    trail.record(by, "published corrigendum", outcome, number=row.number)
    return row


def editable(outcome: Outcome) -> Outcome:
    """The outcome, locked for an edit; raises `Refused` once it is published."""
    outcome = _locked(outcome)
    if outcome.is_published:
        raise Refused(_("Published text cannot be edited. Publish a corrigendum instead."))
    return outcome


def edited(outcome: Outcome, *, by: User) -> None:
    """After every edit: valid signatures are void, and a signed text goes round again."""
    valid = list(
        outcome.signatures.filter(voided_at__isnull=True).select_related("chairing__person", "chairing__administration")
    )
    if not valid:
        return
    trail.record(by, "voided signatures", outcome, chairs=[str(row.chairing.administration) for row in valid])
    Signature.objects.filter(pk__in=[row.pk for row in valid]).update(voided_at=Now())
    if outcome.state == OutcomeState.SIGNED:
        outcome.move_to(OutcomeState.CIRCULATED, by=by)
    notices.signatures_voided(outcome, valid)


def _same_meeting(item: AgendaItem | None, outcome: Outcome) -> None:
    if item is not None and item.event_id != outcome.event_id:
        raise Refused(_("This agenda item belongs to another meeting."))


def _locked(outcome: Outcome) -> Outcome:
    return Outcome.objects.select_for_update().get(pk=outcome.pk)


def _round(outcome: Outcome) -> int:
    """How many times the draft has gone round, this time included."""
    return trail.history(outcome).filter(verb="moved", facts__after=OutcomeState.CIRCULATED.value).count()
