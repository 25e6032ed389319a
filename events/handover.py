"""What a new contact point takes over: what waits for an administration, and what was done in the year before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import records
from events.models import Invitation, Registration
from events.models.registrations import RegistrationQuerySet
from events.states import EventState, InvitationState, RegistrationState
from members.models import Administration
from portal.kit.clock import spell, spell_day

WITHOUT_SEAT = (
    RegistrationState.NOMINATED,
    RegistrationState.ENDORSED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
)
A_YEAR = timedelta(days=365)
MOST = 50  # rows of history on one page
IN_LETTER = 10  # open invitations that a letter names


def nominees(administration: Administration, *, at: datetime) -> RegistrationQuerySet:
    """Nominees of coming events who have no seat yet, in the order of the administration."""
    return records.nominations_now(administration, at=at).filter(state__in=WITHOUT_SEAT)


def last_year(administration: Administration, *, at: datetime) -> list[Any]:
    """The invitations to events of the year before, latest first; `event.ours` are the people who stood for them."""
    ours = Registration.objects.of(administration).select_related("official").in_order()
    rows = Invitation.objects.filter(
        administration=administration,
        event__starts_at__gt=at - A_YEAR,
        event__starts_at__lte=at,
        event__state__in=(EventState.ANNOUNCED, EventState.HELD, EventState.REPORTED),
    )
    rows = rows.exclude(state=InvitationState.LIFTED).select_related("event").order_by("-event__starts_at", "pk")
    return list(rows[:MOST].prefetch_related(Prefetch("event__registrations", ours, to_attr="ours")))


def endorsements(administration: Administration) -> list[Any]:
    """The latest nominations and applications that somebody stood behind; `stood` says who, how and when."""
    rows = list(records.endorsements(administration)[:MOST])
    found = records.endorsed(rows)
    for row in rows:
        row.stood = found.get(row.pk)  # type: ignore[attr-defined]  # for the page
    return rows


def lines(administration: Administration, at: datetime) -> list[str]:
    """What waits, for a letter: counts, and each open invitation with its deadline. No name of a person."""
    waiting = list(records.unanswered_invitations(administration, at=at))
    found = [_invitation_line(row, administration.time_zone) for row in waiting[:IN_LETTER]]
    if len(waiting) > IN_LETTER:
        found.append(_("%(count)d more open invitations") % {"count": len(waiting) - IN_LETTER})
    applicants = records.applicants_waiting(administration, at=at).count()
    if applicants:
        words = ngettext("%(count)d applicant to endorse", "%(count)d applicants to endorse", applicants)
        found.append(words % {"count": applicants})
    without_seat = nominees(administration, at=at).count()
    if without_seat:
        words = ngettext("%(count)d nominee without a seat", "%(count)d nominees without a seat", without_seat)
        found.append(words % {"count": without_seat})
    actions = list(records.unfinished_actions(administration))
    if actions:
        words = ngettext("%(count)d open action", "%(count)d open actions", len(actions)) % {"count": len(actions)}
        due = actions[0].due_on
        found.append(words + (_(", the next is due on %(day)s") % {"day": spell_day(due)} if due else ""))
    return found


def _invitation_line(row: Invitation, zone: str) -> str:
    words = {"reference": row.reference, "title": " ".join(row.event.title.split())}
    if row.event.last_minute is None:
        return _("Invitation %(reference)s: %(title)s, no deadline") % words
    deadline = spell(row.event.last_minute, zone)
    return _("Invitation %(reference)s: %(title)s, nominate until %(deadline)s") % {**words, "deadline": deadline}
