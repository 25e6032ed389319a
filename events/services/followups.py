"""Follow-up actions: drafted with the outcome, in force when it is published, done with evidence."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from events import notices, reminders
from events.models import FollowUp, Outcome
from events.services import outcomes
from events.states import FollowUpState
from members.models import Administration, Organisation, User
from portal.kit import trail
from portal.kit.clock import today_in
from portal.kit.states import Refused


@transaction.atomic
def add(
    outcome: Outcome,
    *,
    text: str,
    administration: Administration | None = None,
    organisation: Organisation | None = None,
    owner: User | None = None,
    due_on: date | None = None,
    by: User,
) -> FollowUp:
    """Draft an action as part of the outcome's text; owner and due date are asked for before signing.

    The same action sent twice stands once.
    """
    outcome = outcomes.editable(outcome)
    _one_body(administration, organisation)
    twin = outcome.actions.filter(
        text=text, administration=administration, organisation=organisation, owner=owner, due_on=due_on
    ).first()
    if twin:
        return twin
    last = outcome.actions.aggregate(last=Max("number"))["last"] or 0
    action = FollowUp.objects.create(
        outcome=outcome,
        number=last + 1,
        text=text,
        administration=administration,
        organisation=organisation,
        owner=owner,
        due_on=due_on,
    )
    trail.record(by, "added action", outcome, action=str(action))
    outcomes.edited(outcome, by=by)
    return action


@transaction.atomic
def change(
    action: FollowUp,
    *,
    text: str,
    administration: Administration | None,
    organisation: Organisation | None,
    owner: User | None,
    due_on: date | None,
    by: User,
) -> None:
    """Change a drafted action; a published one only moves and is handed over."""
    outcome = outcomes.editable(action.outcome)
    _one_body(administration, organisation)
    after = {
        "text": text,
        "administration": administration,
        "organisation": organisation,
        "owner": owner,
        "due_on": due_on,
    }
    before = {name: getattr(action, name) for name in after}
    if before == after:
        return
    for name, value in after.items():
        setattr(action, name, value)
    action.save(update_fields=list(after))
    trail.record_changes(by, outcome, before, after)
    outcomes.edited(outcome, by=by)


@transaction.atomic
def remove(action: FollowUp, *, by: User) -> None:
    outcome = outcomes.editable(action.outcome)
    trail.record(by, "removed action", outcome, action=str(action))
    action.delete()
    outcomes.edited(outcome, by=by)


@transaction.atomic
def progress(action: FollowUp, *, state: str, evidence: str, by: User, at: datetime) -> None:
    """Report on an action of a published outcome; one that is taken up again gets its reminders back.

    Raises `Refused` when it is called done without evidence, or dropped without a reason.
    """
    action = FollowUp.objects.select_for_update().get(pk=action.pk)
    if not action.outcome.is_published:
        raise Refused(_("This action is a draft until the outcome is published."))
    if state in (FollowUpState.DONE, FollowUpState.DROPPED) and not evidence:
        raise Refused(_("Write what was done, or why it is dropped. Others will read it years later."))
    was_closed = not action.is_unfinished
    if state != action.state:
        action.move_to(state, by=by)
        action.done_on = today_in(settings.OFFICE_TIME_ZONE, at) if state == FollowUpState.DONE else None
        action.save(update_fields=["done_on"])
    if evidence != action.evidence:
        trail.record_changes(by, action, {"evidence": action.evidence}, {"evidence": evidence})
        action.evidence = evidence
        action.save(update_fields=["evidence"])
    if not action.is_unfinished:
        reminders.lift_for(action, by=by, reason=_("The action is closed."))
    elif was_closed:
        reminders.lay_for_follow_up(action, at=at)


@transaction.atomic
def hand_over(action: FollowUp, *, owner: User, by: User, at: datetime) -> None:
    """Give an action to another person of the body that owns it."""
    if action.administration_id and owner.administration_id != action.administration_id:
        raise Refused(_("%(name)s does not belong to %(body)s.") % {"name": owner, "body": action.administration})
    trail.record_changes(by, action, {"owner": action.owner}, {"owner": owner})
    action.owner = owner
    action.save(update_fields=["owner"])
    notices.follow_up_assigned(action)
    if action.is_unfinished:
        reminders.lay_for_follow_up(action, at=at)


def _one_body(administration: Administration | None, organisation: Organisation | None) -> None:
    if administration and organisation:
        raise Refused(_("Choose an administration or an organisation, not both."))
