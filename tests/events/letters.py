"""The letters of the events for tests: a builder for each, and what the mail room would make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest

from events import notices
from events.services import certificates, lifecycle, outcomes, registrations
from events.states import InvitationState
from portal.mail import letters
from portal.mail.letters import Attachment
from portal.mail.models import Message
from portal.mail.states import MessageState
from portal.mail.writing import Recipient, Written, envelope, recipient_of, write
from tests import make
from tests.make import NOW

# the pages that letters lead to
SHOWING = {"home", "invitation", "my_event", "verify", "outcome", "follow_up"}
Build = Callable[[Any, Any], Any]
SECRETS = ("meet.example", "secret-room", "7890")


def the(purpose: str, about: Any = None) -> Any:
    rows = Message.objects.filter(purpose=purpose)
    if about is not None:
        rows = rows.about(about)
    return rows.order_by("pk").last() or pytest.fail(f"no letter {purpose}")


def reason_against(message: Message) -> str:
    wanted = letters.get(message.purpose).wanted
    return wanted(Message.objects.get(pk=message.pk)) if wanted else ""


def rendered(message: Message) -> tuple[Recipient, Written, list[Attachment]]:
    """The letter as the mail room would send it now."""
    message = Message.objects.get(pk=message.pk)
    letter = letters.get(message.purpose)
    recipient = recipient_of(letter, message)
    written = write(letter, message, recipient)
    files = letter.attach(message) if letter.attach else []
    envelope(message, recipient, written, files)
    return recipient, written, files


def text_of(message: Message) -> str:
    written = rendered(message)[1]
    return f"{written.subject}\n{written.body}"


def entries(files: list[Attachment]) -> list[Any]:
    (file,) = files
    calendar = icalendar.Calendar.from_ical(file.content)
    assert calendar["METHOD"] == file.method
    return calendar.events


def sent(message: Message) -> Message:
    """The letter has left the house."""
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT)
    return message


def _applied(event: Any, meeting: Any) -> Any:
    return the("applied", make.applied(event))


def _endorsed(event: Any, meeting: Any) -> Any:
    row = make.applied(event)
    registrations.endorse(row, by=event.officer, at=NOW)
    return the("endorsed", row)


def _not_taken(event: Any, meeting: Any) -> Any:
    row = make.nominated(event)
    registrations.decline(row, reason="The workshop is for risk managers.", by=event.officer, at=NOW)
    return the("not_taken", row)


def _waiting(event: Any, meeting: Any) -> Any:
    row = make.nominated(event)
    registrations.wait(row, by=event.officer)
    return the("waiting", row)


def _offered(event: Any, meeting: Any) -> Any:
    first, second = make.confirmed(event), make.nominated(event)
    registrations.wait(second, by=event.officer)
    registrations.withdraw(first, reason="Illness", by=event.officer, at=NOW)
    return the("offered", second)


def _withdrawn(event: Any, meeting: Any) -> Any:
    row = make.confirmed(event)
    registrations.withdraw(row, reason="Illness", by=event.officer, at=NOW)
    return the("withdrawn", row)


def _withdrawn_administration(event: Any, meeting: Any) -> Any:
    return the("withdrawn_administration", _withdrawn(event, meeting).about)


def _replaced(event: Any, meeting: Any) -> Any:
    row = make.confirmed(event)
    registrations.replace(row, official=make.official("FJ"), by=event.officer, at=NOW)
    return the("replaced", row)


def _lapsed(event: Any, meeting: Any) -> Any:
    row = make.nominated(event)
    lifecycle.hold(event, by=event.officer, at=event.ends_at)
    return the("lapsed", row)


def _lifted(event: Any, meeting: Any) -> Any:
    invitation = make.invitation(event)
    sent(the("invited", invitation))
    invitation.move_to(InvitationState.LIFTED, by=None)
    notices.invitation_lifted(invitation)
    return the("invitation_lifted", invitation)


def _evaluation(event: Any, meeting: Any) -> Any:
    return the("evaluation_request", make.confirmed(event))


def _changed(purpose: str, act: Callable[[Any], object]) -> Build:
    def build(event: Any, meeting: Any) -> Any:
        make.confirmed(event)
        for invitation in event.invitations.all():
            sent(the("invited", invitation))
        act(event)
        return the(purpose)

    return build


def revise(event: Any) -> None:
    values = {"starts_on": event.starts_on + timedelta(days=7), "ends_on": event.ends_on + timedelta(days=7)}
    lifecycle.revise(event, reason="The host asked for it.", by=event.officer, at=NOW, **values)


def postpone(event: Any) -> None:
    lifecycle.postpone(event, reason="The border is closed.", by=event.officer, at=NOW)


def cancel(event: Any) -> None:
    lifecycle.cancel(event, reason="There are no funds.", by=event.officer, at=NOW)


def certificate(event: Any, meeting: Any) -> Any:
    past = make.running(sessions=1, began=timedelta(days=-10), zone="Asia/Yangon")
    row = make.evaluated(make.attended(past))
    return the("certificate_ready", certificates.issue(row, by=None, at=NOW))


def _circulated(event: Any, meeting: Any) -> Any:
    outcome = make.drafted(meeting)
    outcomes.circulate(outcome, by=meeting.officer)
    return the("outcome_circulated", outcome)


def _commented(event: Any, meeting: Any) -> Any:
    outcome = _circulated(event, meeting).about
    row = outcomes.comment(outcome, text="Paragraph 1 needs a date.", by=meeting.chairings.first().person)
    return the("outcome_commented", row)


def _signed(event: Any, meeting: Any) -> Any:
    outcome, chairing = _circulated(event, meeting).about, meeting.chairings.first()
    row = outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=chairing.person, at=NOW)
    return the("outcome_signed", row)


def _voided(event: Any, meeting: Any) -> Any:
    signature = _signed(event, meeting).about
    outcomes.change_text(
        signature.outcome, summary="Another text.", members_text="", next_meeting="", by=meeting.officer
    )
    return the("signatures_voided", signature)


def _published(event: Any, meeting: Any) -> Any:
    return the("outcome_published", make.published(meeting))


def _published_administration(event: Any, meeting: Any) -> Any:
    meeting.delegations.create(administration=make.administration("TH"), head="Official 9 of Thailand")
    make.published(meeting)
    return the("outcome_published_administration")


def _action(purpose: str) -> Build:
    def build(event: Any, meeting: Any) -> Any:
        make.contact_point("ID")
        return the(purpose, make.published(meeting).actions.get())

    return build


BUILDERS: dict[str, Build] = {
    "invited": lambda event, meeting: the("invited", make.invitation(event)),
    "nomination_reminder": lambda event, meeting: the("nomination_reminder", make.invitation(event)),
    "invitation_lifted": _lifted,
    "nominated": lambda event, meeting: the("nominated", make.nominated(event)),
    "applied": _applied,
    "endorsed": _endorsed,
    "not_taken": _not_taken,
    "confirmed": lambda event, meeting: the("confirmed", make.confirmed(event)),
    "waiting": _waiting,
    "offered": _offered,
    "withdrawn": _withdrawn,
    "withdrawn_administration": _withdrawn_administration,
    "replaced": _replaced,
    "lapsed": _lapsed,
    "joining_information": lambda event, meeting: the("joining_information", make.confirmed(event)),
    "evaluation_request": _evaluation,
    "revised": _changed("revised", revise),
    "revised_administration": _changed("revised_administration", revise),
    "postponed": _changed("postponed", postpone),
    "postponed_administration": _changed("postponed_administration", postpone),
    "cancelled": _changed("cancelled", cancel),
    "cancelled_administration": _changed("cancelled_administration", cancel),
    "certificate_ready": certificate,
    "outcome_circulated": _circulated,
    "outcome_commented": _commented,
    "outcome_signed": _signed,
    "signatures_voided": _voided,
    "outcome_published": _published,
    "outcome_published_administration": _published_administration,
    "follow_up_assigned": _action("follow_up_assigned"),
    "follow_up_due": _action("follow_up_due"),
    "follow_up_overdue": _action("follow_up_overdue"),
}
