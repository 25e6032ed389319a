"""The correspondence of the office about its events: one function and one registration for each letter.

A function writes rows of the outbox in the transaction of the service that calls it. Who receives a letter, whether it
is still wanted and what it says are asked when it is sent (`audience`, `wording`, `templates/mail/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import audience, documents, wording
from events.models import (
    Certificate,
    Comment,
    Delegation,
    Event,
    FollowUp,
    Invitation,
    Outcome,
    Registration,
    Revision,
    Signature,
)
from events.states import LIVE, EventState, InvitationState, OutcomeState, RegistrationState
from portal.kit import calendar
from portal.mail import letters, outbox
from portal.mail.letters import Attachment
from portal.mail.models import Message
from portal.mail.states import NOT_SENT, MessageState
from portal.mail.writing import office_address

ANNOUNCED, POSTPONED, CANCELLED = EventState.ANNOUNCED, EventState.POSTPONED, EventState.CANCELLED
HELD, REPORTED = EventState.HELD, EventState.REPORTED
R = RegistrationState
runs = audience.event_is(ANNOUNCED)
stands = audience.all_of(runs, audience.invitation_stands)
took_place = audience.event_is(ANNOUNCED, HELD, REPORTED)


def _write(purpose: str, about: models.Model, **more: Any) -> Message:
    """One letter; the answer of its reader goes to the officer of the event."""
    return outbox.queue(purpose, about=about, reply_to=_answers_to(about), **more)


def _answers_to(about: models.Model) -> str:
    officer = audience.event_of(about).officer
    return officer.email if officer else ""


def _load(message: Message, rows: models.QuerySet[Any]) -> Any:
    """The row that a letter is about and its event, as it is now, in one query and one for the sessions."""
    found = rows.select_related("event__officer", "administration").prefetch_related("event__sessions")
    try:
        message.about = found.get(pk=message.about_id)
    except ObjectDoesNotExist:
        return None
    return message.about


def _load_invitation(message: Message) -> None:
    _load(message, Invitation.objects.all())


def _load_registration(message: Message) -> None:
    row = _load(message, Registration.objects.select_related("official__administration", "invitation"))
    if row is not None and row.official_id == message.to_id:
        message.to = row.official


# --- invitations: to the contact point of the day ----------------------------------------------------------

letters.register(
    "invited",
    title=_("Invitation"),
    wanted=stands,
    recipient=audience.contact_point,
    context=wording.of_invitation,
    load=_load_invitation,
    useful_until=audience.until_deadline,
)


def invited(invitation: Invitation, *, by: Any = None) -> None:
    """An invitation that was lifted and opened again is a new letter."""
    again = audience.times_moved_to(invitation, InvitationState.OPEN)
    _write("invited", invitation, occurrence=f"again-{again}" if again else "", by=by)


letters.register(
    "invitation_lifted",
    title=_("Invitation taken back"),
    wanted=audience.invitation_is_lifted,
    recipient=audience.contact_point,
    context=wording.of_invitation,
)


def invitation_lifted(invitation: Invitation, *, by: Any = None) -> None:
    """Only who received the invitation hears that it is taken back; a letter still in the house stays there."""
    outbox.lift(invitation, by=by, reason=str(_("The invitation was taken back.")), purposes=["invited"])
    if audience.was_invited(invitation):
        times = audience.times_moved_to(invitation, InvitationState.LIFTED)
        _write("invitation_lifted", invitation, occurrence=f"lifted-{times}", by=by)


letters.register(
    "nomination_reminder",
    title=_("Reminder to nominate"),
    wanted=audience.all_of(stands, audience.nobody_answered),
    recipient=audience.contact_point,
    context=wording.of_invitation,
    load=_load_invitation,
    useful_until=audience.until_deadline,
)

# --- registrations: to the official, and where it says so to the contact point -------------------------------


def _registration_letter(purpose: str, title: Any, state: RegistrationState, **more: Any) -> None:
    letters.register(
        purpose,
        title=title,
        wanted=audience.all_of(more.pop("event", runs), audience.registration_is(state)),
        context=wording.of_registration,
        load=_load_registration,
        **more,
    )


def _calendar(method: str, registration: Registration) -> list[Attachment]:
    """The sessions as entries of one person's calendar."""
    event = registration.event
    sessions = [
        calendar.Sitting(f"session-{row.pk}-registration-{registration.pk}", row.title, row.starts_at, row.ends_at)
        for row in event.sessions.all()
    ] or [calendar.Sitting(f"event-{event.pk}-registration-{registration.pk}", "", event.starts_at, event.ends_at)]
    file = calendar.invite(
        calendar.Meeting(
            title=event.title,
            sittings=sessions,
            # a registration that is over is never asked for again: its last word has the highest number
            sequence=event.calendar_sequence + (not registration.is_live),
            place=wording.place(event),
            text=str(_("Joining information: sign in at %(url)s")) % {"url": settings.PORTAL_URL},
            url=settings.PORTAL_URL,
        ),
        method="CANCEL" if method == "CANCEL" else "REQUEST",
        attendee=calendar.Party(registration.official.name, registration.official.email),
        organizer=calendar.Party(settings.OFFICE_NAME, office_address()),
        host=urlsplit(settings.PORTAL_URL).hostname or "localhost",
        at=timezone.now(),
    )
    return [Attachment("invitation.ics", file, "text/calendar", method)]


def _entry(message: Message) -> list[Attachment]:
    return _calendar("REQUEST", audience.about(message))


def _entry_removed(message: Message) -> list[Attachment]:
    """Only who had a seat has an entry to remove."""
    return _calendar("CANCEL", audience.about(message)) if audience.was_confirmed(audience.about(message)) else []


before_the_end = audience.until_end
_registration_letter("nominated", _("Nominated"), R.NOMINATED, useful_until=before_the_end)
_registration_letter(
    "applied",
    _("Application to endorse"),
    R.APPLIED,
    recipient=audience.contact_point,
    useful_until=before_the_end,
)
_registration_letter("endorsed", _("Application endorsed"), R.ENDORSED, useful_until=before_the_end)
_registration_letter("not_taken", _("Not selected"), R.DECLINED, event=took_place)
_registration_letter("confirmed", _("Seat confirmed"), R.CONFIRMED, attach=_entry, useful_until=before_the_end)
_registration_letter("waiting", _("On the waiting list"), R.WAITING, useful_until=before_the_end)
_registration_letter(
    "offered", _("A seat is offered"), R.OFFERED, urgent=True, useful_until=audience.until_offer_lapses
)
_registration_letter("withdrawn", _("Withdrawn"), R.WITHDRAWN, event=took_place, attach=_entry_removed)
_registration_letter(
    "withdrawn_administration",
    _("Withdrawn, to the contact point"),
    R.WITHDRAWN,
    event=took_place,
    recipient=audience.contact_point,
)
_registration_letter("replaced", _("Replaced"), R.REPLACED, event=took_place, attach=_entry_removed)
_registration_letter("lapsed", _("Place lapsed"), R.LAPSED, event=took_place)
_registration_letter(
    "joining_information", _("Joining information"), R.CONFIRMED, urgent=True, useful_until=before_the_end
)


def joining_changed(event: Event, *, change: int, by: Any = None) -> None:
    """Who was told how to join is told the new way at once; the others learn it in due time."""
    told = Message.objects.filter(purpose="joining_information", state__in=(MessageState.SENT, MessageState.UNCLEAR))
    kind = Message.kind_of(Registration())
    rows = event.registrations.confirmed().filter(pk__in=told.filter(about_type=kind).values("about_id"))
    for registration in rows.select_related("official"):
        _to_official("joining_information", registration, occurrence=f"change-{change}", by=by)


letters.register(
    "evaluation_request",
    title=_("Request for an evaluation"),
    wanted=audience.all_of(took_place, audience.registration_is(R.CONFIRMED), audience.evaluation_is_missing),
    context=wording.of_registration,
    load=_load_registration,
    useful_until=audience.until_evaluation_closes,
)


def _to_official(purpose: str, registration: Registration, **more: Any) -> None:
    _write(purpose, registration, to=registration.official, **more)


def nominated(registration: Registration, *, by: Any = None) -> None:
    _to_official("nominated", registration, by=by)


def applied(registration: Registration, *, by: Any = None) -> None:
    """To whoever may endorse on the day that the letter is sent."""
    _write("applied", registration, by=by)


def endorsed(registration: Registration, *, by: Any = None) -> None:
    _to_official("endorsed", registration, by=by)


def not_taken(registration: Registration, *, by: Any = None) -> None:
    _to_official("not_taken", registration, by=by)


def confirmed(registration: Registration, *, by: Any = None) -> None:
    _to_official("confirmed", registration, by=by)


def waiting(registration: Registration, *, by: Any = None) -> None:
    _to_official("waiting", registration, by=by)


def offered(registration: Registration, until: datetime, *, by: Any = None) -> None:
    """The seat is kept until an instant, which the letter names."""
    facts = {"until": until.isoformat()}
    _to_official("offered", registration, occurrence=f"until-{until:%Y-%m-%dT%H:%M}", facts=facts, by=by)


def withdrawn(registration: Registration, *, by: Any = None) -> None:
    _to_official("withdrawn", registration, by=by)
    _write("withdrawn_administration", registration, by=by)


def replaced(registration: Registration, *, by: Any = None) -> None:
    _to_official("replaced", registration, by=by)


def lapsed(registration: Registration, *, by: Any = None) -> None:
    _to_official("lapsed", registration, by=by)


# --- changes of an event: to everybody whom they touch -------------------------------------------------------


def _change_letter(
    purpose: str,
    title: Any,
    title_for_administrations: Any,
    *rules: audience.Rule,
    for_people: audience.Rule,
    **attach: Any,
) -> None:
    letters.register(
        purpose, title=title, wanted=audience.all_of(*rules, for_people), context=wording.of_revision, **attach
    )
    letters.register(
        f"{purpose}_administration",
        title=title_for_administrations,
        wanted=audience.all_of(*rules, audience.knows_of_it),
        recipient=audience.contact_point,
        context=wording.of_revision,
    )


_change_letter(
    "revised",
    _("Change of the event"),
    _("Change, to contact points"),
    runs,
    for_people=audience.registration_is(R.CONFIRMED),
    attach=_entry,
)
# a place that lapses with the event still hears why
_touched = audience.registration_is(*LIVE, R.LAPSED)
_change_letter(
    "postponed",
    _("Event postponed"),
    _("Postponed, to contact points"),
    audience.event_is(POSTPONED),
    for_people=_touched,
    attach=_entry_removed,
)
_change_letter(
    "cancelled",
    _("Event cancelled"),
    _("Cancelled, to contact points"),
    audience.event_is(CANCELLED),
    for_people=_touched,
    attach=_entry_removed,
)


def _tell_everybody(
    purpose: str, event: Event, registrations: Iterable[Registration], occurrence: str, facts: dict[str, Any], by: Any
) -> None:
    for registration in registrations:
        _to_official(purpose, registration, occurrence=occurrence, facts=facts, by=by)
    for invitation in event.invitations.exclude(state=InvitationState.LIFTED):
        _write(f"{purpose}_administration", invitation, occurrence=occurrence, facts=facts, by=by)


def revised(event: Event, revision: Revision, *, by: Any = None) -> None:
    """Confirmed people get a new calendar entry; contact points learn what their nominees face."""
    facts = {"revision": revision.number, "reason": revision.reason}
    people = event.registrations.filter(state=R.CONFIRMED).select_related("official")
    _tell_everybody("revised", event, people, f"revision-{revision.number}", facts, by)


def postponed(event: Event, reason: str, *, by: Any = None) -> None:
    times = audience.times_moved_to(event, POSTPONED)
    people = event.registrations.filter(state__in=LIVE).select_related("official")
    _tell_everybody("postponed", event, people, f"postponed-{times}", {"reason": reason}, by)


def cancelled(event: Event, reason: str, *, by: Any = None) -> None:
    people = event.registrations.filter(state__in=LIVE).select_related("official")
    _tell_everybody("cancelled", event, people, "", {"reason": reason}, by)


# --- certificates ------------------------------------------------------------------------------------------


def _certificate(message: Message) -> list[Attachment]:
    certificate: Certificate = audience.about(message)
    return [Attachment(f"{certificate.number}.pdf", documents.certificate_pdf(certificate), "application/pdf")]


letters.register(
    "certificate_ready",
    title=_("Certificate"),
    wanted=took_place,
    context=wording.of_certificate,
    attach=_certificate,
)


def certificate_ready(certificate: Certificate, *, by: Any = None) -> None:
    _write("certificate_ready", certificate, to=certificate.registration.official, by=by)


# --- outcomes: to the chairs, and when published to the delegations --------------------------------------------

took_place_or_moved = audience.event_is(ANNOUNCED, HELD, REPORTED, POSTPONED)


def _chair_letter(purpose: str, title: Any, *rules: audience.Rule) -> None:
    rule = audience.all_of(took_place_or_moved, audience.still_chairs, *rules)
    letters.register(purpose, title=title, wanted=rule, context=wording.of_outcome)


_draft = audience.outcome_is(OutcomeState.DRAFTED, OutcomeState.CIRCULATED, OutcomeState.COMMENTED)
_round = audience.outcome_is(OutcomeState.CIRCULATED, OutcomeState.COMMENTED)
_published = audience.outcome_is(OutcomeState.PUBLISHED)
_chair_letter("outcome_circulated", _("Outcome to read and sign"), _round)
_chair_letter("outcome_commented", _("Comment on an outcome"), _draft)
_chair_letter("outcome_signed", _("Signature on an outcome"), audience.signature_holds)
_chair_letter("signatures_voided", _("Signature void"), _draft)
_chair_letter("outcome_published", _("Outcome published"), _published)
letters.register(
    "outcome_published_administration",
    title=_("Outcome published, to the delegations"),
    wanted=_published,
    recipient=audience.contact_point,
    context=wording.of_outcome,
)


def outcome_circulated(outcome: Outcome, *, round: int, by: Any = None) -> None:
    """`round` counts the circulations of this outcome, 1 first."""
    for chair in audience.chairs_but(outcome.event):
        _write("outcome_circulated", outcome, to=chair, occurrence=f"round-{round}", facts={"round": round}, by=by)


def outcome_commented(comment: Comment, *, by: Any = None) -> None:
    for chair in audience.chairs_but(comment.outcome.event, comment.by_id):
        _write("outcome_commented", comment, to=chair, by=by)


def signatures_voided(outcome: Outcome, signatures: Iterable[Signature], *, by: Any = None) -> None:
    """Each signer learns that the text has changed and waits for a new signature."""
    for signature in signatures:
        _write("signatures_voided", signature, to=signature.chairing.person, by=by)


def outcome_signed(outcome: Outcome, signature: Signature, *, by: Any = None) -> None:
    for chair in audience.chairs_but(outcome.event, signature.chairing.person_id):
        _write("outcome_signed", signature, to=chair, by=by)


def outcome_published(outcome: Outcome, *, by: Any = None) -> None:
    for chair in audience.chairs_but(outcome.event):
        _write("outcome_published", outcome, to=chair, by=by)
    for delegation in Delegation.objects.filter(event=outcome.event, administration__isnull=False):
        _write("outcome_published_administration", delegation, by=by)


# --- follow-up actions -------------------------------------------------------------------------------------

letters.register(
    "follow_up_assigned",
    title=_("Action assigned"),
    wanted=audience.all_of(audience.action_is_unfinished, audience.owner_is_the_same),
    recipient=audience.owner,
    context=wording.of_action,
)
letters.register(
    "follow_up_due",
    title=_("Action due"),
    wanted=audience.action_is_unfinished,
    recipient=audience.owner,
    context=wording.of_action,
)
_overdue = audience.all_of(audience.still_chairs, audience.action_is_unfinished)
letters.register("follow_up_overdue", title=_("Action overdue"), wanted=_overdue, context=wording.of_action)


def follow_up_assigned(follow_up: FollowUp, *, by: Any = None) -> None:
    """To the owner, else to the administration; an action of another body has nobody to write to."""
    occurrence = audience.owner_key(follow_up)
    if occurrence:
        _write("follow_up_assigned", follow_up, occurrence=occurrence, by=by)


# --- letters with a later date, laid by `reminders` ------------------------------------------------------------


def keep(purpose: str, about: models.Model, due: Mapping[str, datetime], *, to: Any = None) -> None:
    """Let exactly these occurrences of a reminder wait, each until its time.

    A waiting one that is not named is lifted, one with another time is moved, one that was sent stays the only one.
    """
    rows = Message.objects.about(about).filter(purpose=purpose, state__in=NOT_SENT, **({"to": to} if to else {}))
    waiting = set(rows.values_list("occurrence", flat=True))
    if waiting - set(due):
        lift(about, by=None, reason=str(_("The date has changed.")), purposes=[purpose])
        waiting = set()
    for occurrence in waiting:
        outbox.move(about, purpose, occurrence, due[occurrence])
    if new := {occurrence: day for occurrence, day in due.items() if occurrence not in waiting}:
        outbox.queue_each(purpose, about=about, due=new, to=to, reply_to=_answers_to(about))


def lift(about: models.Model, *, by: Any, reason: str, purposes: Iterable[str]) -> int:
    """Stop the letters of these purposes about a row that have not left the house."""
    return outbox.lift(about, by=by, reason=reason, purposes=list(purposes))
