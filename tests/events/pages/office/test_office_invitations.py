"""Invitations by page: letters, answers, the silent, one more invitation."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from events.models import Invitation
from events.services import invitations as service
from events.states import InvitationState
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def page_of(event):
    return f"/office/events/{event.pk}/invitations/"


def test_a_draft_has_no_invitations_and_says_when_they_come(read):
    event = make.event("FJ")
    assert "Nobody is invited yet." in read(page_of(event))
    assert "Invite one more" not in read(page_of(event))


def test_each_administration_shows_its_letter_its_answer_and_its_people(read):
    event = make.announced("FJ", "TO", "WS")
    make.confirmed(event, "FJ")
    make.applied(event, "TO")
    service.decline(make.invitation(event, "WS"), reason="Our year ends.", by=event.officer, at=NOW)
    letter = Message.objects.about(make.invitation(event, "FJ")).get(purpose="invited")
    Message.objects.filter(pk=letter.pk).update(state=MessageState.SENT, sent_at=NOW)
    text = read(page_of(event))
    for word in ("Fiji", "Sent", "Answered", "Tonga", "Queued", "Silent", "Samoa", "Declined", "Our year ends."):
        assert word in text
    assert "1 of 2" in text
    assert 'data-label="Applicants" class="num">1<' in text


def test_a_failed_letter_says_why(read):
    event = make.announced("FJ")
    Message.objects.filter(purpose="invited").update(state=MessageState.FAILED, error="550 no such mailbox")
    text = read(page_of(event))
    assert "Failed" in text
    assert "550 no such mailbox" in text


def test_the_next_reminder_is_the_first_that_still_waits(desk):
    event = make.announced("FJ", begin=TODAY + days(60))
    waiting = Message.objects.filter(purpose="nomination_reminder", state=MessageState.QUEUED).order_by("due_at")
    assert waiting.count() > 1
    Message.objects.filter(pk=waiting.first().pk).update(state=MessageState.SENT)
    line = desk.get(page_of(event)).context["lines"][0]
    assert line.next_reminder == waiting.first().due_at


def test_an_answer_ends_the_reminders_on_the_page(desk):
    event = make.announced("FJ")
    make.nominated(event)
    assert desk.get(page_of(event)).context["lines"][0].next_reminder is None


def test_only_the_silent_are_shown_when_asked(read):
    event = make.announced("FJ", "TO")
    make.nominated(event, "FJ")
    text = read(f"{page_of(event)}?show=silent")
    assert ">Tonga</a>" in text
    assert ">Fiji</a>" not in text
    assert ">Fiji</a>" in read(f"{page_of(event)}?show=nonsense")
    assert "No invitation is in this state." in read(f"{page_of(event)}?show=declined")


def test_the_export_holds_what_the_page_shows(desk):
    event = make.announced("FJ", "TO")
    make.nominated(event, "FJ")
    text = desk.get(f"/office/events/{event.pk}/invitations.csv?show=silent").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["ISO code"], row["Answer"], row["Letter"]) for row in rows] == [("TO", "Silent", "Queued")]


def test_a_reason_that_looks_like_a_formula_is_disarmed_in_the_export(desk):
    event = make.announced("FJ")
    service.decline(make.invitation(event), reason="=1+1", by=event.officer, at=NOW)
    assert "'=1+1" in desk.get(f"/office/events/{event.pk}/invitations.csv").content.decode()


def test_one_more_administration_is_invited_with_its_letter_and_its_seats(read):
    event = make.announced("FJ", seats=2)
    make.administration("WS")
    text = read(f"/office/events/{event.pk}/invite/", {"administration": make.administration("WS").pk})
    assert "The letter to Samoa is queued." in text
    invitation = make.invitation(event, "WS")
    assert invitation.state == InvitationState.OPEN
    assert Message.objects.about(invitation).filter(purpose="invited").count() == 1
    assert "0 of 4 taken" in read(f"/office/events/{event.pk}/")


@pytest.mark.parametrize("value", ["", "abc", "999999"])
def test_an_administration_that_is_none_is_not_invited(read, value):
    event = make.announced("FJ")
    assert "thing to correct" in read(f"/office/events/{event.pk}/invite/", {"administration": value})
    assert Invitation.objects.count() == 1


def test_who_is_invited_already_cannot_be_chosen(read):
    event = make.announced("FJ")
    text = read(f"/office/events/{event.pk}/invite/", {"administration": make.administration("FJ").pk})
    assert "Select a valid choice." in text


def test_nobody_is_invited_after_the_deadline(read):
    event = make.announced("FJ", begin=TODAY + days(10))
    text = read(f"/office/events/{event.pk}/invite/", {"administration": make.administration("WS").pk})
    assert "The nomination deadline has passed. Move it first, then invite." in text
    assert Invitation.objects.count() == 1


def test_inviting_needs_a_post(desk):
    assert desk.get(f"/office/events/{make.announced('FJ').pk}/invite/").status_code == 405


def test_the_page_asks_the_database_as_often_for_three_invitations_as_for_one(count_queries):
    one = count_queries(page_of(make.announced("FJ")))
    three = make.announced("FJ", "TO", "WS")
    make.confirmed(three, "TO")
    assert count_queries(page_of(three)) == one


def test_the_hour_of_a_reminder_is_told_in_the_zone_of_the_reader(desk, office):
    event = make.announced("FJ")
    reminder = Message.objects.filter(purpose="nomination_reminder").order_by("due_at").first()
    office.time_zone = "Asia/Bangkok"
    office.save(update_fields=["time_zone"])
    there = reminder.due_at + timedelta(hours=7)
    assert f"{there:%H:%M}" in desk.get(page_of(event)).content.decode()
