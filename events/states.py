"""Every state of every stage and what may follow: data only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.states import Moves


class ActivityStatus(models.TextChoices):
    """Derived from the activity's events, never typed."""

    PLANNED = "planned", _("Planned")
    SCHEDULED = "scheduled", _("Scheduled")
    UNDER_WAY = "under_way", _("Under way")
    HELD = "held", _("Held")
    REPORTED = "reported", _("Reported")
    POSTPONED = "postponed", _("Postponed")
    DROPPED = "dropped", _("Dropped")


class EventState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    HELD = "held", _("Held")
    REPORTED = "reported", _("Reported")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


EVENT = Moves(
    {
        EventState.DRAFT: {EventState.ANNOUNCED, EventState.CANCELLED},
        EventState.ANNOUNCED: {EventState.HELD, EventState.POSTPONED, EventState.CANCELLED},
        EventState.POSTPONED: {EventState.ANNOUNCED, EventState.CANCELLED},
        EventState.HELD: {EventState.REPORTED},
        EventState.REPORTED: set(),
        EventState.CANCELLED: set(),
    }
)


class InvitationState(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Declined")
    LIFTED = "lifted", _("Lifted")


INVITATION = Moves(
    {
        InvitationState.OPEN: {InvitationState.ANSWERED, InvitationState.DECLINED, InvitationState.LIFTED},
        InvitationState.ANSWERED: {InvitationState.DECLINED, InvitationState.LIFTED},
        InvitationState.DECLINED: {InvitationState.ANSWERED, InvitationState.LIFTED},
        InvitationState.LIFTED: {InvitationState.OPEN},
    }
)


class RegistrationState(models.TextChoices):
    NOMINATED = "nominated", _("Nominated")
    APPLIED = "applied", _("Applied")
    ENDORSED = "endorsed", _("Endorsed")
    CONFIRMED = "confirmed", _("Confirmed")
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Offered")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced")
    LAPSED = "lapsed", _("Lapsed")


_R = RegistrationState
REGISTRATION = Moves(
    {
        _R.APPLIED: {_R.ENDORSED, _R.DECLINED, _R.WITHDRAWN, _R.LAPSED},
        _R.NOMINATED: {_R.CONFIRMED, _R.WAITING, _R.DECLINED, _R.WITHDRAWN, _R.REPLACED, _R.LAPSED},
        _R.ENDORSED: {_R.CONFIRMED, _R.WAITING, _R.DECLINED, _R.WITHDRAWN, _R.REPLACED, _R.LAPSED},
        _R.WAITING: {_R.OFFERED, _R.CONFIRMED, _R.DECLINED, _R.WITHDRAWN, _R.REPLACED, _R.LAPSED},
        _R.OFFERED: {_R.CONFIRMED, _R.DECLINED, _R.WITHDRAWN, _R.REPLACED, _R.LAPSED},
        _R.CONFIRMED: {_R.WITHDRAWN, _R.REPLACED},
        _R.DECLINED: set(),
        _R.WITHDRAWN: set(),
        _R.REPLACED: set(),
        _R.LAPSED: set(),
    }
)

# a person stands in at most one live registration for an event
LIVE = (_R.NOMINATED, _R.APPLIED, _R.ENDORSED, _R.CONFIRMED, _R.WAITING, _R.OFFERED)
# an offered seat is taken: nobody else may have it while the person decides
SEATED = (_R.CONFIRMED, _R.OFFERED)
# the administration stands behind them, so the office may give them a seat
ENDORSED = (_R.NOMINATED, _R.ENDORSED, _R.WAITING)


class OutcomeState(models.TextChoices):
    DRAFTED = "drafted", _("Drafted")
    CIRCULATED = "circulated", _("Circulated")
    COMMENTED = "commented", _("Commented")
    SIGNED = "signed", _("Signed by every chair")
    PUBLISHED = "published", _("Published")


OUTCOME = Moves(
    {
        OutcomeState.DRAFTED: {OutcomeState.CIRCULATED},
        OutcomeState.CIRCULATED: {OutcomeState.COMMENTED, OutcomeState.SIGNED, OutcomeState.DRAFTED},
        OutcomeState.COMMENTED: {OutcomeState.CIRCULATED, OutcomeState.SIGNED, OutcomeState.DRAFTED},
        # an edit after a signature voids the signatures and sends the text round again
        OutcomeState.SIGNED: {OutcomeState.CIRCULATED, OutcomeState.PUBLISHED},
        OutcomeState.PUBLISHED: set(),
    }
)


class FollowUpState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


FOLLOW_UP = Moves(
    {
        FollowUpState.OPEN: {FollowUpState.IN_PROGRESS, FollowUpState.DONE, FollowUpState.DROPPED},
        FollowUpState.IN_PROGRESS: {FollowUpState.OPEN, FollowUpState.DONE, FollowUpState.DROPPED},
        FollowUpState.DONE: {FollowUpState.IN_PROGRESS},
        FollowUpState.DROPPED: {FollowUpState.OPEN},
    }
)

# every machine by the name it has in the workflow diagram
MACHINES = {
    "Event": EVENT,
    "Invitation": INVITATION,
    "Registration": REGISTRATION,
    "Outcome": OUTCOME,
    "FollowUp": FOLLOW_UP,
}
