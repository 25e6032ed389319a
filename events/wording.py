"""What the letters of an event say: times in two zones, places, seats, changes, as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from events import audience
from events.models import Event, FollowUp, Invitation, Mode, Registration, Revision
from portal.kit.clock import spell, spell_day, spell_days, spell_span
from portal.mail import letters
from portal.mail.models import Message

Words = dict[str, Any]


# --- pieces -------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """A title is one line, whatever was stored: a second one would start a new header of the letter."""
    return " ".join(text.split())


def moment(instant: datetime, zone: str, readers_zone: str) -> str:
    """An instant in the event's zone and, on a second line, in the reader's."""
    return _beside(spell(instant, zone), spell(instant, readers_zone), zone, readers_zone)


def span(begin: datetime, end: datetime, zone: str, readers_zone: str) -> str:
    return _beside(spell_span(begin, end, zone), spell_span(begin, end, readers_zone), zone, readers_zone)


def _beside(there: str, here: str, zone: str, readers_zone: str) -> str:
    return there if zone == readers_zone else there + "\n" + _("Your time: %(time)s") % {"time": here}


def sittings(event: Event, readers_zone: str) -> str:
    """Every session with its title and its time in both zones; the days of the event while it has no session."""
    rows = list(event.sessions.all())
    if not rows:
        days = spell_days(event.starts_on, event.ends_on)
        return _("%(days)s (days in %(city)s). The hours will follow.") % {"days": days, "city": event.city}
    return "\n\n".join(
        f"{number}. {one_line(row.title)}\n" + _indent(span(row.starts_at, row.ends_at, event.time_zone, readers_zone))
        for number, row in enumerate(rows, start=1)
    )


def deadline(event: Event, readers_zone: str) -> str:
    """The last minute that counts: "23:59" of the day itself says more than "00:00" of the next."""
    if event.nominate_by_at is None:
        return ""
    return moment(event.nominate_by_at - timedelta(minutes=1), event.time_zone, readers_zone)


def place(event: Event) -> str:
    """Where it happens: the mode, the venue, the host, the meeting platform; never a joining address."""
    parts = [str(event.get_mode_display())]
    if event.mode != Mode.ONLINE and event.venue:
        parts.append(one_line(event.venue))
    if event.mode != Mode.IN_PERSON and event.platform:
        parts.append(str(event.get_platform_display()))
    if event.host:
        parts.append(_("host: %(host)s") % {"host": one_line(event.host)})
    return ", ".join(parts)


def seats(event: Event) -> str:
    words = []
    if event.seats_per_administration:
        words.append(_("%(count)d for your administration") % {"count": event.seats_per_administration})
    if event.pool_seats:
        words.append(_("%(count)d more for all administrations together") % {"count": event.pool_seats})
    return ", ".join(words)


def changes(revision: Revision | None) -> str:
    """The changed clauses of a revision, each with its new and its old value."""
    if revision is None:
        return ""
    return "\n".join(
        _("- %(clause)s: %(new)s (before: %(old)s)")
        % {
            "clause": _clause_name(clause["clause"]),
            "new": _clause_value(clause["clause"], clause["new"]),
            "old": _clause_value(clause["clause"], clause["old"]),
        }
        for clause in revision.clauses
    )


def _clause_name(clause: str) -> str:
    try:
        field = Event._meta.get_field(clause)
    except FieldDoesNotExist:  # a clause about a row beside the event: a session
        return clause
    return str(getattr(field, "verbose_name", clause))


def _clause_value(clause: str, value: str) -> str:
    """A stored value as a reader knows it: the day with its weekday, the mode by its name."""
    if clause == "mode" and value in Mode.values:
        return str(Mode(value).label)
    try:
        return spell_day(date.fromisoformat(value))
    except ValueError:
        return one_line(value)


def names(rows: Iterable[Registration]) -> str:
    return "\n".join(f"- {one_line(row.official.name)}" for row in rows)


def _indent(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


# --- words for the templates -----------------------------------------------------------------------------


def of_event(message: Message) -> Words:
    """The words that every letter of an event may use."""
    event = audience.event_of(audience.about(message))
    reader = audience.reader(message)
    zone = reader.zone if reader else settings.OFFICE_TIME_ZONE
    return {
        "event": event,
        "title": one_line(event.title),
        "dates": spell_days(event.starts_on, event.ends_on),
        "sittings": sittings(event, zone),
        "deadline": deadline(event, zone),
        "place": place(event),
        "seats": seats(event),
        "officer": event.officer,
        "readers_zone": zone,
    }


def of_invitation(message: Message) -> Words:
    invitation: Invitation = audience.about(message)
    return {
        **of_event(message),
        "page": _delegation_page(invitation),
        "reference": invitation.reference,
        "administration": invitation.administration,
        "donors": ", ".join(str(donor) for donor in invitation.event.donors.all()),
        "agenda": "\n".join(f"{item.number}. {one_line(item.title)}" for item in invitation.event.agenda.all()),
    }


def of_registration(message: Message) -> Words:
    registration: Registration = audience.about(message)
    words = of_event(message)
    to_desk = letters.get(message.purpose).recipient is audience.contact_point
    words |= {
        "registration": registration,
        "page": _delegation_page(registration.invitation)
        if to_desk
        else address("participant:my_event", registration.pk),
        "official": one_line(registration.official.name),
        "administration": registration.administration,
        "reference": registration.invitation.reference if registration.invitation else "",
        "reason": message.facts.get("reason") or registration.reason,
    }
    if "until" in message.facts:
        words["until"] = moment(audience.offer_ends_at(message), registration.event.time_zone, words["readers_zone"])
    return words


def of_revision(message: Message) -> Words:
    """A change of an announced event, told to a participant or to a contact point."""
    words = of_invitation(message) if isinstance(audience.about(message), Invitation) else of_registration(message)
    revision = audience.revision_of(message)
    return words | {
        "changes": changes(revision),
        "number": message.facts.get("revision", ""),
        "reason": message.facts.get("reason", ""),
        "nominees": names(_live_nominees(audience.about(message)))
        if isinstance(audience.about(message), Invitation)
        else "",
    }


def of_certificate(message: Message) -> Words:
    certificate = audience.about(message)
    return {
        **of_event(message),
        "certificate": certificate,
        "page": address("participant:my_event", certificate.registration_id),
        "address": certificate_address(certificate.number),
        "issued_on": spell_day(certificate.issued_on),
    }


def of_outcome(message: Message) -> Words:
    """The clearance of an outcome: who has signed, who has not, and what the public may read."""
    outcome = audience.outcome_of(audience.about(message))
    valid = {signature.chairing_id for signature in outcome.signatures.filter(voided_at__isnull=True)}
    clearance = [
        f"- {chairing.person} ({chairing.administration}): " + (_("signed") if chairing.pk in valid else _("to sign"))
        for chairing in outcome.event.chairings.select_related("person", "administration")
    ]
    return {
        **of_event(message),
        "outcome": outcome,
        "page": address("participant:outcome", outcome.number)
        if outcome.is_published
        else address("chair:outcome", outcome.pk),
        "round": message.facts.get("round", 1),
        "clearance": "\n".join(clearance),
        "summary": outcome.summary,
        "paragraphs": "\n\n".join(
            f"{row.number}. " + _("The meeting %(verb)s %(text)s") % {"verb": row.get_verb_display(), "text": row.text}
            for row in outcome.paragraphs.all()
            if not row.members_only
        ),
        "actions": "\n".join(action_line(action) for action in outcome.actions.all()),
    }


def of_action(message: Message) -> Words:
    action: FollowUp = audience.about(message)
    return {
        **of_event(message),
        "action": action,
        "page": address("participant:follow_up", action.pk),
        "due": spell_day(action.due_on) if action.due_on else "",
        "body": action.owner or action.body,
        "outcome": action.outcome,
        "state": str(action.get_state_display()),
    }


def action_line(action: FollowUp) -> str:
    who = str(action.owner or action.body or _("owner not named"))
    due = spell_day(action.due_on) if action.due_on else _("no due date")
    return f"{action.number}. {one_line(action.text)} ({who}, {due})"


def address(page: str, *key: object) -> str:
    """The full address of a page. It only shows something: mail scanners open every link."""
    return settings.PORTAL_URL + reverse(page, args=key)


def certificate_address(number: str) -> str:
    """The public page where anybody can verify a certificate."""
    return address("participant:certificate_verify", number)


def _delegation_page(invitation: Invitation | None) -> str:
    return address("delegation:invitation", invitation.pk) if invitation else address("delegation:home")


def _live_nominees(invitation: Invitation) -> Iterable[Registration]:
    rows = invitation.event.registrations.live().of(invitation.administration)
    return list(rows.select_related("official").in_order())
