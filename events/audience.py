"""Whom a letter of an event goes to, and whether it is still wanted: asked when it is sent, not when it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Certificate, Comment, Event, FollowUp, Invitation, Outcome, Registration, Revision, Signature
from events.models.followups import UNFINISHED
from events.states import EventState, InvitationState, OutcomeState, RegistrationState
from members.models import Administration, Appointment, User
from members.services.appointments import contact_point_of
from portal.kit import trail
from portal.kit.clock import today_in
from portal.mail import letters
from portal.mail.models import Message
from portal.mail.states import MessageState

Rule = Callable[[Message], str]
EVALUATION_STAYS_OPEN = timedelta(days=30)
# it left the house, or it may have: what it said must be taken back by another letter
GONE = (MessageState.SENDING, MessageState.SENT, MessageState.UNCLEAR)


class Reader(Protocol):
    """Whom a letter greets, and in whose zone it tells the time."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def zone(self) -> str: ...


@dataclass(frozen=True)
class Mailbox:
    """The shared mailbox of an administration: it reads the letters when no contact point is appointed."""

    name: str
    email: str
    zone: str
    pk: None = None

    def __str__(self) -> str:
        return self.name


def about(message: Message) -> Any:
    """The row that a letter is about. `all_of` stops a letter whose row is gone before anybody asks for it."""
    return message.about


def event_of(row: models.Model) -> Event:
    """The event that a row of any stage belongs to."""
    if isinstance(row, Event):
        return row
    if isinstance(row, Comment | Signature):
        return row.outcome.event
    if isinstance(row, Certificate):
        return row.registration.event
    event: Event = row.event  # type: ignore[attr-defined]  # every other stage has its event as a field
    return event


def outcome_of(row: models.Model) -> Outcome:
    """The outcome that a row is about: itself, the one it belongs to, or the one of its event."""
    if isinstance(row, Outcome):
        return row
    return row.outcome if isinstance(row, Comment | Signature) else event_of(row).outcome


# --- to whom ----------------------------------------------------------------------------------------


def reader(message: Message) -> Reader | None:
    """The person or mailbox that this letter goes to now."""
    letter = letters.get(message.purpose)
    return letter.recipient(message) if letter.recipient else message.to


def desk_of(administration: Administration) -> Reader:
    """The contact point of today, else the alternate, else the shared mailbox; its address may be empty."""
    person = contact_point_of(administration, on=today_in(settings.OFFICE_TIME_ZONE, timezone.now()))
    if person is not None and person.is_active and person.email:
        return person
    name = _("Customs contact point of %(administration)s") % {"administration": administration}
    return Mailbox(name, administration.email, administration.time_zone)


def contact_point(message: Message) -> Reader | None:
    """Whoever speaks for the administration of an invitation, registration, delegation or action on this day."""
    administration: Administration | None = about(message).administration
    return desk_of(administration) if administration else None


def owner(message: Message) -> Reader | None:
    """The owner of an action, else the contact point of its administration.

    An owner who spoke for the administration and handed that over has handed its actions over, too.
    """
    action: FollowUp = about(message)
    if action.owner is not None and action.owner.is_active and not _handed_over(action.owner, action.administration):
        return action.owner
    return contact_point(message)


def _handed_over(person: User, administration: Administration | None) -> bool:
    if administration is None:
        return False
    spoke = Appointment.objects.speaking_for(administration).filter(person=person)
    today = today_in(settings.OFFICE_TIME_ZONE, timezone.now())
    return spoke.filter(followed_by__from_on__lte=today).exists() and not spoke.on(today).exists()


# --- still wanted? ------------------------------------------------------------------------------------


def all_of(*rules: Rule) -> Rule:
    """The first reason against the letter; "" when no rule has one. Who has left gets none, whatever it says."""

    def wanted(message: Message) -> str:
        if about(message) is None:
            return _("What this letter is about does not exist any more.")
        if message.to is not None and not message.to.is_active and letters.get(message.purpose).recipient is None:
            return _("The account of this person is closed.")
        return next(filter(None, (rule(message) for rule in rules)), "")

    return wanted


def event_is(*states: EventState) -> Rule:
    def wanted(message: Message) -> str:
        event = event_of(about(message))
        return "" if event.state in states else _is_now(_("event"), event)

    return wanted


def registration_is(*states: RegistrationState) -> Rule:
    def wanted(message: Message) -> str:
        return "" if about(message).state in states else _is_now(_("registration"), about(message))

    return wanted


def invitation_stands(message: Message) -> str:
    return _is_now(_("invitation"), about(message)) if about(message).state == InvitationState.LIFTED else ""


def invitation_is_lifted(message: Message) -> str:
    """A postponed or cancelled event has its own letter."""
    if heard_otherwise(about(message)):
        return _("The letter about the change of the event says it.")
    return "" if about(message).state == InvitationState.LIFTED else _is_now(_("invitation"), about(message))


def nobody_answered(message: Message) -> str:
    """Reminders go only to those who have not answered."""
    return "" if about(message).state == InvitationState.OPEN else _is_now(_("invitation"), about(message))


def knows_of_it(message: Message) -> str:
    """Who never received the invitation needs no news of the event."""
    return "" if was_invited(about(message)) else _("The invitation was never sent.")


def evaluation_is_missing(message: Message) -> str:
    """Asks those who were there; before anybody's presence is recorded, everybody who was confirmed."""
    registration: Registration = about(message)
    if hasattr(registration, "evaluation"):
        return _("The evaluation was given.")
    recorded = registration.event.registrations.filter(attendances__isnull=False).exists()
    return _("This person was not present.") if recorded and not registration.attendances.exists() else ""


def still_chairs(message: Message) -> str:
    chairs = event_of(about(message)).chairings.filter(person=message.to)
    return "" if chairs.exists() else _("This person does not chair the event any more.")


def outcome_is(*states: OutcomeState) -> Rule:
    def wanted(message: Message) -> str:
        outcome = outcome_of(about(message))
        return "" if outcome.state in states else _is_now(_("outcome"), outcome)

    return wanted


def signature_holds(message: Message) -> str:
    return _("The signature is void now.") if about(message).voided_at else ""


def action_is_unfinished(message: Message) -> str:
    action: FollowUp = about(message)
    if not action.outcome.is_published:
        return _("The outcome is not published: a draft binds nobody.")
    return "" if action.state in UNFINISHED else _is_now(_("action"), action)


def owner_is_the_same(message: Message) -> str:
    return "" if message.occurrence == owner_key(about(message)) else _("The action has another owner now.")


def owner_key(action: FollowUp) -> str:
    """One letter for each owner that an action gets."""
    if action.owner_id:
        return f"person-{action.owner_id}"
    return f"administration-{action.administration_id}" if action.administration_id else ""


def _is_now(what: str, row: Any) -> str:
    return _("The %(what)s is %(state)s now.") % {"what": what, "state": row.get_state_display().lower()}


# --- until when it is of use ----------------------------------------------------------------------------


def until_deadline(message: Message) -> datetime | None:
    event = event_of(about(message))
    return event.nominate_by_at or event.starts_at


def until_end(message: Message) -> datetime | None:
    return event_of(about(message)).ends_at


def until_evaluation_closes(message: Message) -> datetime | None:
    return event_of(about(message)).ends_at + EVALUATION_STAYS_OPEN


def until_offer_lapses(message: Message) -> datetime | None:
    return offer_ends_at(message)


def offer_ends_at(message: Message) -> datetime:
    return datetime.fromisoformat(message.facts["until"]).astimezone(UTC)


# --- what happened before -------------------------------------------------------------------------------


def times_moved_to(row: models.Model, state: str) -> int:
    """How often a row came into a state: a second cancellation or invitation is a second letter."""
    return trail.history(row).filter(verb="moved", facts__after=state).count()


def was_confirmed(registration: Registration) -> bool:
    """Whether this person had a seat, and therefore an entry in the own calendar."""
    return times_moved_to(registration, RegistrationState.CONFIRMED) > 0


def was_invited(invitation: Invitation) -> bool:
    """Whether the invitation left the house, or was answered without it."""
    if invitation.state in (InvitationState.ANSWERED, InvitationState.DECLINED):
        return True
    return Message.objects.about(invitation).filter(purpose="invited", state__in=GONE).exists()


def heard_otherwise(invitation: Invitation) -> bool:
    """Whether the news that the event does not take place goes to this contact point anyway."""
    news: dict[str, str] = {
        EventState.POSTPONED: "postponed_administration",
        EventState.CANCELLED: "cancelled_administration",
    }
    purpose = news.get(invitation.event.state)
    return purpose is not None and Message.objects.about(invitation).filter(purpose=purpose).exists()


def chairs_but(event: Event, *without: int) -> Iterable[Any]:
    """The people who chair an event, except some (by number)."""
    return [row.person for row in event.chairings.select_related("person") if row.person_id not in without]


def revision_of(message: Message) -> Revision | None:
    """The numbered change that a letter tells of."""
    return event_of(about(message)).revisions.filter(number=message.facts.get("revision")).first()
