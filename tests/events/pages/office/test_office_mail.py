"""The mail room by page: letters of an event, the outbox, one letter and what may be done to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from events.services import registrations
from members import notices as members_notices
from portal.kit import trail
from portal.mail import outbox
from portal.mail.models import Heartbeat, Message
from portal.mail.states import MessageState as S
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
OUTBOX = "/office/letters/"


def of_event(event):
    return f"/office/events/{event.pk}/letters/"


def letter_page(message, act=""):
    return f"{OUTBOX}{message.pk}/{act}"


def invitation_letter(event):
    return Message.objects.about(make.invitation(event)).get(purpose="invited")


def put(message, **values):
    """A row as the worker left it."""
    Message.objects.filter(pk=message.pk).update(**values)
    message.refresh_from_db()
    return message


def state(message):
    message.refresh_from_db()
    return message.state


# --- letters of one event -------------------------------------------------------------------------


def test_an_event_without_letters_says_when_they_come(read):
    assert "Announcing the event queues the invitations." in read(of_event(make.event("FJ")))


def test_the_letters_of_an_event_are_those_about_its_rows(read):
    event = make.announced("FJ", title="Workshop on dogs")
    row = make.confirmed(event, person=make.official("FJ", "Ana of Fiji"))
    make.confirmed(make.announced("TO"), "TO", person=make.official("TO", "Sione of Tonga"))
    text = read(of_event(event))
    assert "Contact point of Fiji" in text
    assert "Ana of Fiji" in text
    assert "Seat confirmed" in text
    assert "Joining information" in text
    assert "Sione of Tonga" not in text
    assert Message.objects.about(row).filter(state=S.QUEUED).exists()


def test_the_page_names_who_gets_a_letter_tomorrow(read):
    event = make.announced("FJ")
    message = invitation_letter(event)
    assert "Nobody." in read(of_event(event))
    put(message, due_at=timezone.now() + timedelta(days=1))
    text = read(of_event(event))
    assert f'<a href="/office/letters/{message.pk}/">Invitation</a> to Contact point of Fiji' in text
    text = read(of_event(event) + "?when=tomorrow")
    assert "1 letter<" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("when=waiting", True),
        ("when=over", False),
        ("state=queued", True),
        ("state=sent", False),
        ("purpose=invited", True),
        ("purpose=confirmed", False),
        ("purpose=nonsense&when=nonsense&state=%00", True),
    ],
)
def test_the_letters_of_an_event_are_filtered(read, query, found):
    event = make.announced("FJ")
    message = invitation_letter(event)
    text = read(f"{of_event(event)}?{query}")
    table = text[text.index("Letters, past and future") :]
    assert (f"/office/letters/{message.pk}/" in table) is found


def test_the_number_of_queries_does_not_grow_with_letters(count_queries, office):
    event = make.announced("FJ", "TO", "WS", seats=1)
    make.confirmed(event)
    one, outbox_one = count_queries(of_event(event)), count_queries(OUTBOX)
    for code in ("TO", "WS"):
        make.confirmed(event, code)
    assert count_queries(of_event(event)) == one
    assert count_queries(OUTBOX) == outbox_one


# --- the outbox -----------------------------------------------------------------------------------


def test_an_empty_outbox_says_so(read):
    assert "The outbox is empty." in read(OUTBOX)


def test_the_pulse_counts_what_needs_somebody(read):
    event = make.announced("FJ", "TO", "WS")
    letters = list(Message.objects.filter(purpose="invited"))
    put(letters[0], state=S.FAILED)
    put(letters[1], state=S.UNCLEAR)
    outbox.hold(letters[2], by=event.officer)
    Heartbeat.objects.beat("tick", timezone.now())
    text = read(OUTBOX)
    for word in ("held", "failed", "unclear"):
        assert f'<strong>1</strong> <a href="?state={word}">{word}</a>' in text
    assert "The mail room looked for due letters" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=sent", True),
        ("state=failed", False),
        ("purpose=invited", True),
        ("person=fj.example", True),
        ("person=nobody", False),
        ("q=dogs", True),
        ("q=cats", False),
        ("due_from=2020-01-01&due_until=2100-12-31", True),
        ("due_from=2100-01-01", False),
        ("due_until=2001-01-01", False),
        ("due_from=0001-01-01&due_until=9999-12-31", True),
        ("due_from=yesterday&q=%00&sort=x&page=-1&purpose=x", True),
    ],
)
def test_the_outbox_is_filtered(read, query, found):
    message = invitation_letter(make.announced("FJ"))
    put(message, state=S.SENT, sent_to="customs@fj.example", subject="Invitation", body="A workshop on dogs")
    Message.objects.exclude(pk=message.pk).delete()
    assert (f"/office/letters/{message.pk}/" in read(f"{OUTBOX}?{query}")) is found


def test_a_date_out_of_our_time_is_answered_beside_the_field(read):
    assert "Check the year of this date." in read(f"{OUTBOX}?due_until=9999-12-31")


# --- one letter -----------------------------------------------------------------------------------


def test_a_waiting_letter_is_shown_as_it_would_be_written_now(read, fiji_contact):
    event = make.announced("FJ", title="Workshop on dogs")
    text = read(letter_page(invitation_letter(event)))
    assert "As it would be written now" in text
    assert "Workshop on dogs" in text
    assert fiji_contact.email in text
    assert "It will not be sent as things stand" not in text


def test_the_preview_says_when_the_letter_is_not_wanted_any_more(read):
    event = make.announced("FJ")
    message = Message.objects.about(make.invitation(event)).filter(purpose="nomination_reminder").first()
    make.nominated(event)
    put(message, state=S.QUEUED)
    assert "It will not be sent as things stand. The invitation is answered now." in read(letter_page(message))


def test_the_preview_says_that_nobody_can_be_written_to(read):
    event = make.announced("FJ")
    invitation = make.invitation(event)
    invitation.administration.email = ""
    invitation.administration.save(update_fields=["email"])
    assert "has no mail address" in read(letter_page(invitation_letter(event)))


def test_a_letter_about_a_row_that_is_gone_is_still_shown(read):
    message = invitation_letter(make.announced("FJ"))
    put(message, about_id=999_999)
    assert "What this letter is about does not exist any more." in read(letter_page(message))
    assert "Nobody yet" in read(OUTBOX)


def test_a_letter_of_an_old_kind_is_still_shown(read):
    message = put(invitation_letter(make.announced("FJ")), purpose="telegram")
    assert "The portal does not know this kind of letter any more." in read(letter_page(message))


def test_a_sent_letter_is_shown_as_it_was_sent(read):
    event = make.announced("FJ", title="Workshop on dogs")
    message = put(
        invitation_letter(event), state=S.SENT, sent_at=NOW, sent_to="old@fj.example", subject="Old", body="<b>Old</b>"
    )
    text = read(letter_page(message))
    assert "As sent" in text
    assert "&lt;b&gt;Old&lt;/b&gt;" in text
    assert "old@fj.example" in text
    assert "As it would be written now" not in text


def test_a_lifted_letter_gives_its_reason_and_no_text(read, office):
    event = make.announced("FJ")
    outbox.lift(make.invitation(event), by=office, reason="It was a mistake.")
    text = read(letter_page(invitation_letter(event)))
    assert "This letter was not sent, so it has no text. It was a mistake." in text


def test_the_office_sees_the_joining_address_in_the_letter_that_holds_it(read):
    row = make.confirmed(make.announced("FJ"))
    message = Message.objects.about(row).filter(purpose="joining_information").first()
    assert message is not None
    assert "https://meet.example/secret-room" in read(letter_page(message))


def test_a_secret_letter_shows_nothing(read, fiji_official):
    members_notices.sign_in_code(fiji_official, "QX7-314", at=NOW)
    message = Message.objects.get(purpose="sign_in_code")
    for value in (S.QUEUED, S.UNCLEAR, S.FAILED, S.SENT):
        put(message, state=value)
        text = read(letter_page(message))
        assert "Its text is never shown" in text
        assert "QX7-314" not in text
        assert "Send it again" not in text
    assert "QX7-314" not in read(OUTBOX)


def test_an_unknown_letter_is_not_found(desk):
    assert desk.get(f"{OUTBOX}999/").status_code == 404
    assert desk.get(f"{OUTBOX}99999999999999999999/").status_code == 404
    for act in ("hold", "release", "resend"):
        assert desk.post(f"{OUTBOX}999/{act}/").status_code == 404
    assert desk.post(f"{OUTBOX}999/settle/", {"arrived": "yes"}).status_code == 404


# --- acts -----------------------------------------------------------------------------------------


def test_a_letter_is_held_and_released(read, office):
    message = invitation_letter(make.announced("FJ"))
    assert "The letter is held." in read(letter_page(message, "hold/"), {})
    assert state(message) == S.HELD
    assert "This letter is held already." in read(letter_page(message, "hold/"), {})
    assert "The letter is released." in read(letter_page(message, "release/"), {})
    assert state(message) == S.QUEUED
    assert [entry.by for entry in trail.history(message)] == [office, office]


@pytest.mark.parametrize(
    ("before", "act", "sentence"),
    [
        (S.SENT, "hold", "This letter is sent. It cannot become held."),
        (S.SENT, "release", "This letter is not held."),
        (S.SENT, "resend", "Only a letter that failed or that is unclear can be sent again."),
        (S.HELD, "resend", "Only a letter that failed or that is unclear can be sent again."),
        (S.FAILED, "settle", "This letter is not unclear any more."),
    ],
)
def test_an_act_that_does_not_fit_is_refused_with_a_sentence(read, before, act, sentence):
    message = put(invitation_letter(make.announced("FJ")), state=before)
    assert sentence in read(letter_page(message, f"{act}/"), {"arrived": "yes"})
    assert state(message) == before


def test_a_failed_letter_is_sent_again(read):
    message = put(invitation_letter(make.announced("FJ")), state=S.FAILED, error="550 no such user", attempts=3)
    assert "550 no such user" in read(letter_page(message))
    assert "The letter is queued again." in read(letter_page(message, "resend/"), {})
    assert state(message) == S.QUEUED
    assert message.attempts == 0


@pytest.mark.parametrize(("arrived", "after"), [("yes", S.SENT), ("no", S.QUEUED)])
def test_an_unclear_letter_is_settled_by_a_person(read, arrived, after):
    message = put(invitation_letter(make.announced("FJ")), state=S.UNCLEAR, transmission_began_at=NOW)
    assert "Did it arrive?" in read(letter_page(message))
    read(letter_page(message, "settle/"), {"arrived": arrived})
    assert state(message) == after
    read(letter_page(message, "settle/"), {"arrived": arrived})
    assert state(message) == after


@pytest.mark.parametrize("answer", [{}, {"arrived": ""}, {"arrived": "perhaps"}])
def test_settle_asks_for_an_answer(read, answer):
    message = put(invitation_letter(make.announced("FJ")), state=S.UNCLEAR)
    assert "Say whether the letter arrived: yes or no." in read(letter_page(message, "settle/"), answer)
    assert state(message) == S.UNCLEAR


@pytest.mark.parametrize("act", ["hold", "release", "resend", "settle"])
def test_a_link_never_acts(desk, act):
    message = invitation_letter(make.announced("FJ"))
    assert desk.get(letter_page(message, f"{act}/")).status_code == 405
    assert state(message) == S.QUEUED


def test_a_letter_to_a_role_names_the_role_until_it_is_sent(read, fiji_contact):
    event = make.announced("FJ")
    row = make.applied(event)
    registrations.endorse(row, by=fiji_contact, at=NOW)
    message = Message.objects.about(row).get(purpose="applied")
    assert "to Contact point of Fiji" in read(letter_page(message))
    put(message, to=fiji_contact, state=S.SENT)
    assert f"to {fiji_contact}" in read(letter_page(message))
