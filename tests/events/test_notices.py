"""Every letter of the events: who gets it, whether it is wanted, what it says, what goes with it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.urls import resolve
from django.utils import timezone

from events import notices
from events.models import Event, FollowUp
from events.services import followups, lifecycle, outcomes, registrations
from events.states import EventState, InvitationState
from members.models import User
from members.services import appointments
from portal.kit.clock import spell, spell_span
from portal.mail import delivery, letters, outbox
from portal.mail.models import Message
from portal.mail.states import MessageState
from portal.mail.writing import envelope
from tests import make
from tests.events.letters import (
    BUILDERS,
    SECRETS,
    SHOWING,
    cancel,
    certificate,
    entries,
    postpone,
    reason_against,
    rendered,
    revise,
    sent,
    text_of,
    the,
)
from tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(fiji_contact: User, tonga_contact: User) -> Event:
    """A workshop of two days in Yangon (UTC+6:30) for Fiji and Tonga."""
    return make.announced(zone="Asia/Yangon", sessions=2, seats=1)


@pytest.fixture
def meeting(indonesia_chair: User, myanmar_chair: User) -> Event:
    return make.meeting(chairs=(indonesia_chair, myanmar_chair), zone="Asia/Jakarta")


# --- every letter renders ---------------------------------------------------------------------------


def test_every_letter_of_the_events_is_tried_below() -> None:
    ours = {
        letter.purpose for letter in letters.known() if getattr(letter.context, "__module__", "") == "events.wording"
    }
    assert set(BUILDERS) == ours


@pytest.mark.parametrize("purpose", sorted(BUILDERS))
def test_every_letter_renders_for_real_rows(purpose: str, event: Any, meeting: Any) -> None:
    message = BUILDERS[purpose](event, meeting)
    assert reason_against(message) == ""
    recipient, written, files = rendered(message)
    assert recipient.address
    assert recipient.name in written.body
    assert settings.PORTAL_URL in written.body
    for leftover in ("{{", "{%", "None", "<", "&#", "gettext"):
        assert leftover not in written.subject + written.body
    assert "country" not in written.body.lower()
    assert len(written.subject) < 300
    assert "\n\n\n" not in written.body
    for page in re.findall(r"https?://\S+", written.body.replace("https://meet.example/secret-room", "")):
        assert page.startswith(settings.PORTAL_URL)
        view = resolve(page.removeprefix(settings.PORTAL_URL) or "/")
        assert view.func.__name__ in SHOWING, "a page that shows and does not act"
    if purpose != "joining_information":
        files_text = "".join(file.content.decode("latin-1") for file in files)
        assert not any(secret in written.subject + written.body + files_text for secret in SECRETS)


@pytest.mark.parametrize(
    "purpose", ["invited", "nomination_reminder", "confirmed", "waiting", "joining_information", "revised"]
)
def test_a_letter_tells_every_session_in_both_zones(purpose: str, event: Any, meeting: Any) -> None:
    message = BUILDERS[purpose](event, meeting)
    event.refresh_from_db()
    recipient, written, _files = rendered(message)
    assert recipient.zone == "Pacific/Fiji"
    for session in event.sessions.all():
        assert spell_span(session.starts_at, session.ends_at, "Asia/Yangon") in written.body
        assert f"Your time: {spell_span(session.starts_at, session.ends_at, 'Pacific/Fiji')}" in written.body
    assert "(Yangon, UTC+6:30)" in written.body
    assert "(Fiji, UTC+12)" in written.body


def test_a_reader_in_the_zone_of_the_event_reads_each_time_once() -> None:
    event = make.announced("MM", zone="Asia/Yangon")
    assert "Your time" not in text_of(the("invited", make.invitation(event, "MM")))


def test_a_meeting_without_sessions_tells_its_days(event: Any) -> None:
    event.sessions.all().delete()
    assert "The hours will follow." in text_of(the("invited", make.invitation(event)))


def test_an_invitation_tells_all_that_is_needed_to_answer(event: Any) -> None:
    text = text_of(the("invited", make.invitation(event)))
    last_minute = event.nominate_by_at - timedelta(minutes=1)
    for needed in (
        make.invitation(event).reference,
        event.title,
        "Seats: 1 for your administration",
        event.officer.email,
        spell(last_minute, "Asia/Yangon"),
        f"Your time: {spell(last_minute, 'Pacific/Fiji')}",
        f"Sign in at {settings.PORTAL_URL}",
    ):
        assert needed in text


# --- recipients ----------------------------------------------------------------------------------------


def test_an_invitation_goes_to_the_contact_point_of_the_day_it_is_sent(event: Any, fiji_contact: User) -> None:
    message = the("invited", make.invitation(event))
    assert rendered(message)[0].person == fiji_contact
    today = timezone.now().date()
    appointments.end(fiji_contact.appointments.get(), on=today - timedelta(days=1), by=None)
    successor = make.contact_point("FJ", "New contact point of Fiji")
    assert rendered(message)[0].person == successor


def test_without_a_contact_point_the_shared_mailbox_gets_the_invitation() -> None:
    event = make.announced("NP")
    recipient, written, _files = rendered(the("invited", make.invitation(event, "NP")))
    assert recipient.address == "customs@np.example"
    assert recipient.zone == "Asia/Kathmandu"
    assert "Dear Customs contact point of Nepal," in written.body
    assert "(Kathmandu, UTC+5:45)" in written.body
    delivery.deliver_due()
    gone = the("invited", make.invitation(event, "NP"))
    assert (gone.state, gone.to, gone.sent_to) == (MessageState.SENT, None, "customs@np.example")


def test_an_administration_without_any_address_fails_with_a_sentence(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    event = make.announced("NP")
    invitation = make.invitation(event, "NP")
    invitation.administration.email = ""
    invitation.administration.save()
    with pytest.raises(Exception, match=r"Customs contact point of Nepal has no mail address\."):
        rendered(the("invited", invitation))


def test_the_answer_goes_to_the_officer_of_the_event(event: Any) -> None:
    assert the("invited", make.invitation(event)).reply_to == event.officer.email
    row = make.nominated(event)
    row.event.officer = None
    notices.lapsed(row)
    assert the("lapsed", row).reply_to == ""


def test_a_commenting_chair_gets_no_letter_about_the_own_comment(event: Any, meeting: Any) -> None:
    message = BUILDERS["outcome_commented"](event, meeting)
    readers = Message.objects.filter(purpose="outcome_commented").values_list("to", flat=True)
    assert list(readers) == [meeting.chairings.last().person_id]
    assert message.about.by_id not in readers


def test_an_action_handed_over_goes_to_the_new_owner_and_not_to_the_old_one(event: Any, meeting: Any) -> None:
    old = BUILDERS["follow_up_assigned"](event, meeting)
    action: FollowUp = old.about
    owner = make.official("ID", "New owner of Indonesia")
    followups.hand_over(action, owner=owner, by=meeting.officer, at=NOW)
    new = the("follow_up_assigned", action)
    assert new != old
    assert rendered(new)[0].person == owner
    assert reason_against(new) == ""
    assert reason_against(old) == "The action has another owner now."


# --- still wanted? -----------------------------------------------------------------------------------------


def test_a_confirmation_is_not_wanted_after_a_withdrawal(event: Any) -> None:
    row = make.confirmed(event)
    message = the("confirmed", row)
    registrations.withdraw(row, reason="Illness", by=event.officer, at=NOW)
    assert reason_against(message) == "The registration is withdrawn now."
    assert reason_against(the("withdrawn", row)) == ""


def test_a_reminder_is_not_wanted_once_the_invitation_is_answered(event: Any) -> None:
    message = the("nomination_reminder", make.invitation(event))
    assert reason_against(message) == ""
    make.nominated(event)
    assert reason_against(message) == "The invitation is answered now."


@pytest.mark.parametrize("purpose", ["invited", "nominated", "confirmed", "waiting", "joining_information", "applied"])
def test_nothing_but_the_news_is_wanted_for_a_cancelled_event(purpose: str, event: Any, meeting: Any) -> None:
    message = BUILDERS[purpose](event, meeting)
    cancel(event)
    assert "cancelled now" in reason_against(message)


def test_nothing_is_wanted_for_a_draft(event: Any) -> None:
    message = the("invited", make.invitation(event))
    Event.objects.filter(pk=event.pk).update(state=EventState.DRAFT)
    assert reason_against(message) == "The event is draft now."


def test_a_contact_point_who_never_got_the_invitation_hears_nothing_of_a_cancelled_event(event: Any) -> None:
    cancel(event)
    for message in Message.objects.filter(purpose="cancelled_administration"):
        assert reason_against(message) == "The invitation was never sent."


def test_a_taken_back_invitation_that_was_never_sent_needs_no_letter(event: Any) -> None:
    invitation = make.invitation(event)
    invitation.move_to(InvitationState.LIFTED, by=None)
    notices.invitation_lifted(invitation)
    assert not Message.objects.filter(purpose="invitation_lifted").exists()
    assert the("invited", invitation).state == MessageState.LIFTED


def test_a_cancelled_event_gives_a_contact_point_one_letter(event: Any) -> None:
    invitation = make.invitation(event)
    sent(the("invited", invitation))
    cancel(event)
    invitation.refresh_from_db()
    notices.invitation_lifted(invitation)
    wanted = [m.purpose for m in Message.objects.about(invitation).exclude(state="sent") if not reason_against(m)]
    assert wanted == ["cancelled_administration"]


def test_an_evaluation_is_asked_of_those_who_were_there(event: Any) -> None:
    here, away = make.confirmed(event), make.confirmed(event, "TO")
    session = event.sessions.first()
    assert reason_against(the("evaluation_request", away)) == ""
    here.attendances.create(session=session, by=event.officer)
    assert reason_against(the("evaluation_request", here)) == ""
    assert reason_against(the("evaluation_request", away)) == "This person was not present."


def test_an_evaluation_that_was_given_is_not_asked_again() -> None:
    row = make.evaluated(make.attended(make.running(began=timedelta(days=-3))))
    message = notices._write("evaluation_request", row, to=row.official)
    assert reason_against(message) == "The evaluation was given."


def test_a_voided_signature_is_not_announced_to_the_other_chair(event: Any, meeting: Any) -> None:
    message = BUILDERS["outcome_signed"](event, meeting)
    outcomes.change_text(
        message.about.outcome, summary="Another text.", members_text="", next_meeting="", by=meeting.officer
    )
    assert reason_against(message) == "The signature is void now."


def test_a_former_chair_gets_no_letter_of_the_chairs(event: Any, meeting: Any) -> None:
    message = BUILDERS["outcome_circulated"](event, meeting)
    meeting.chairings.filter(person=message.to).delete()
    assert "does not chair" in reason_against(message)


def test_a_letter_whose_row_is_gone_is_not_wanted(event: Any, meeting: Any) -> None:
    message = BUILDERS["outcome_commented"](event, meeting)
    message.about.delete()
    assert reason_against(message) == "What this letter is about does not exist any more."


def test_an_action_of_a_draft_binds_nobody_until_it_is_published(meeting: Any) -> None:
    make.contact_point("ID")
    outcome = make.drafted(meeting)
    action = outcome.actions.get()
    notices.follow_up_assigned(action)
    message = the("follow_up_assigned", action)
    assert "a draft binds nobody" in reason_against(message)
    outbox.lift(action, by=None, reason="draft")
    outcomes.publish(make.signed(outcome), by=meeting.officer, at=NOW)
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert reason_against(message) == ""


# --- no second letter ------------------------------------------------------------------------------------------


def test_the_same_fact_gives_one_letter(event: Any) -> None:
    row = make.confirmed(event)
    notices.confirmed(row)
    assert Message.objects.filter(purpose="confirmed").count() == 1


def test_two_revisions_are_two_letters_and_two_postponements_too(event: Any) -> None:
    make.confirmed(event)
    revise(event)
    event.refresh_from_db()
    revise(event)
    assert Message.objects.filter(purpose="revised").count() == 2
    for _turn in range(2):
        event.refresh_from_db()
        postpone(event)
        event.refresh_from_db()
        lifecycle.announce(event, by=event.officer, at=NOW)
    assert Message.objects.filter(purpose="postponed").count() == 2


def test_an_invitation_opened_again_is_a_new_letter(event: Any) -> None:
    invitation = make.invitation(event)
    sent(the("invited", invitation))
    invitation.move_to(InvitationState.LIFTED, by=None)
    invitation.move_to(InvitationState.OPEN, by=None)
    notices.invited(invitation)
    assert Message.objects.about(invitation).filter(purpose="invited").count() == 2


# --- calendar files and certificates ------------------------------------------------------------------------------


def test_a_confirmed_official_gets_one_calendar_entry_for_each_session(event: Any) -> None:
    row = make.confirmed(event)
    _recipient, _written, files = rendered(the("confirmed", row))
    assert (files[0].mime, files[0].method) == ("text/calendar", "REQUEST")
    found = entries(files)
    assert [entry.start for entry in found] == [session.starts_at for session in event.sessions.all()]
    assert {entry["SEQUENCE"] for entry in found} == {0}
    assert {str(entry["ATTENDEE"]) for entry in found} == {f"mailto:{row.official.email}"}


def test_a_revision_moves_the_same_entries_with_a_higher_sequence(event: Any) -> None:
    row = make.confirmed(event)
    before = entries(rendered(the("confirmed", row))[2])
    revise(event)
    after = entries(rendered(the("revised", row))[2])
    assert [entry["UID"] for entry in before] == [entry["UID"] for entry in after]
    assert all(new["SEQUENCE"] > old["SEQUENCE"] for old, new in zip(before, after, strict=True))
    assert all(new.start - old.start == timedelta(days=7) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("purpose", ["withdrawn", "replaced", "postponed", "cancelled"])
def test_who_had_a_seat_gets_the_entries_removed(purpose: str, event: Any, meeting: Any) -> None:
    message = BUILDERS[purpose](event, meeting)
    row = message.about
    before = entries(rendered(the("confirmed", row))[2])
    after = entries(rendered(message)[2])
    assert rendered(message)[2][0].method == "CANCEL"
    assert [entry["UID"] for entry in before] == [entry["UID"] for entry in after]
    assert all(entry["STATUS"] == "CANCELLED" and entry["SEQUENCE"] >= 1 for entry in after)


def test_who_had_no_seat_gets_no_calendar_file(event: Any) -> None:
    row = make.nominated(event)
    registrations.withdraw(row, reason="Illness", by=event.officer, at=NOW)
    assert rendered(the("withdrawn", row))[2] == []


def test_a_certificate_goes_with_its_letter(event: Any, meeting: Any) -> None:
    message = certificate(event, meeting)
    (file,) = rendered(message)[2]
    assert file.name == f"{message.about.number}.pdf"
    assert file.content.startswith(b"%PDF-")
    assert f"{settings.PORTAL_URL}/certificates/{message.about.number}/" in text_of(message)


def test_only_the_joining_letter_holds_the_joining_information(event: Any) -> None:
    text = text_of(the("joining_information", make.confirmed(event)))
    assert all(secret in text for secret in SECRETS)


# --- what people write --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["invited", "confirmed", "revised", "cancelled", "joining_information"])
def test_a_line_break_in_a_title_starts_no_header(purpose: str, event: Any, meeting: Any) -> None:
    Event.objects.filter(pk=event.pk).update(title="Workshop\r\nBcc: everybody@example.org\n\nEvil text")
    event.refresh_from_db()
    message = BUILDERS[purpose](event, meeting)
    recipient, written, files = rendered(message)
    assert "\n" not in written.subject
    assert "Workshop Bcc: everybody@example.org Evil text" in written.subject
    header = envelope(message, recipient, written, files).message()
    assert header["Bcc"] is None


def test_a_name_with_a_line_break_stays_in_its_line(event: Any) -> None:
    row = make.applied(event)
    User.objects.filter(pk=row.official_id).update(name="Official\nBcc: everybody@example.org")
    assert "\n" not in rendered(the("applied", row))[1].subject


def test_a_changed_clause_reads_like_a_sentence(event: Any) -> None:
    row = make.confirmed(event)
    start = event.starts_on
    lifecycle.revise(
        event,
        reason="Travel is not possible.",
        by=event.officer,
        at=NOW,
        mode="hybrid",
        starts_on=start + timedelta(days=1),
        ends_on=event.ends_on + timedelta(days=1),
    )
    text = text_of(the("revised", row))
    assert "- mode: Hybrid (before: Online)" in text
    assert f"(before: {start:%a} {start.day} {start:%B %Y})" in text
    assert "Reason: Travel is not possible." in text


def test_a_reason_with_markup_is_plain_text(event: Any) -> None:
    row = make.nominated(event)
    registrations.decline(row, reason="Seats < nominees & <b>more</b>", by=event.officer, at=NOW)
    assert "Reason: Seats < nominees & <b>more</b>" in text_of(the("not_taken", row))


# --- through the mail room -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_mail_room_sends_the_letters_of_an_event(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make.contact_point("FJ")
    event = make.announced("FJ", zone="Asia/Yangon")
    row = make.confirmed(event)
    delivery.deliver_due()
    states = dict(Message.objects.filter(due_at__lte=timezone.now()).values_list("purpose", "state"))
    assert states == {"invited": "sent", "nominated": "lifted", "confirmed": "sent"}
    assert len(mail.outbox) == 2
    confirmation = mail.outbox[-1].message()
    kinds = [part.get_content_type() for part in confirmation.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/calendar"]
    assert row.official.email in str(confirmation["To"])
