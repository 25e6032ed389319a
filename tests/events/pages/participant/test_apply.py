"""The application of an official: who may, until when, and what stands beside a wrong form."""

from __future__ import annotations

import pytest

from events.models import Registration
from events.services import lifecycle
from events.states import RegistrationState
from portal.mail.models import Message
from tests import make
from tests.events.pages.participant.conftest import text_of
from tests.make import NOW, TODAY, days

WORDS = {"motivation": "I work on transit at the border."}


def test_an_official_of_an_invited_administration_applies(as_user, fiji_official):
    event = make.announced("FJ")
    client = as_user(fiji_official)
    assert "Why do you want to take part?" in client.get(f"/events/{event.slug}/apply/").content.decode()
    response = client.post(f"/events/{event.slug}/apply/", WORDS)
    row = Registration.objects.get()
    assert response.url == f"/mine/{row.pk}/"
    assert (row.state, row.official, row.motivation) == (
        RegistrationState.APPLIED,
        fiji_official,
        "I work on transit at the border.",
    )
    assert Message.objects.about(row).exists()
    assert "It is the turn of your contact point" in client.get(response.url).content.decode()


def test_a_visitor_is_asked_to_sign_in_first(visitor):
    event = make.announced("FJ")
    response = visitor.get(f"/events/{event.slug}/apply/")
    assert response.status_code == 302 and "/account/login/" in response.url
    assert f"next=/events/{event.slug}/apply/" in response.url


def test_a_stranger_reads_why_there_is_no_form_and_cannot_post(as_user, tonga_official, expert):
    event = make.announced("FJ")
    for person in (tonga_official, expert):
        client = as_user(person)
        page = client.get(f"/events/{event.slug}/apply/").content.decode()
        assert "invited" in page and "<textarea" not in page
        assert client.post(f"/events/{event.slug}/apply/", WORDS).status_code == 403
    assert not Registration.objects.exists()


def test_an_invisible_event_takes_no_application(as_user, fiji_official, expert):
    draft, closed = make.event("FJ"), make.announced("FJ", access="customs")
    assert as_user(fiji_official).get(f"/events/{draft.slug}/apply/").status_code == 404
    assert as_user(fiji_official).post(f"/events/{draft.slug}/apply/", WORDS).status_code == 404
    assert as_user(expert).get(f"/events/{closed.slug}/apply/").status_code == 404
    assert as_user(fiji_official).get("/events/no-such-event/apply/").status_code == 404


def test_a_second_application_is_refused_with_a_sentence(as_user, fiji_official):
    event = make.announced("FJ")
    make.applied(event, person=fiji_official)
    client = as_user(fiji_official)
    assert "You are registered for this event already." in text_of(client.get(f"/events/{event.slug}/apply/"))
    page = text_of(client.post(f"/events/{event.slug}/apply/", WORDS))
    assert "is registered for this event already" in page
    assert "I work on transit at the border." in page  # what was typed stays
    assert Registration.objects.count() == 1


def test_who_stepped_back_may_apply_again(as_user, fiji_official):
    event = make.announced("FJ")
    row = make.applied(event, person=fiji_official)
    client = as_user(fiji_official)
    client.post(f"/mine/{row.pk}/withdraw/", {"reason": "I was ill."})
    assert client.post(f"/events/{event.slug}/apply/", WORDS).status_code == 302
    assert Registration.objects.live().count() == 1


def test_after_the_deadline_an_application_is_refused_with_a_sentence(as_user, fiji_official):
    event = make.announced("FJ", begin=TODAY + days(10))
    client = as_user(fiji_official)
    page = client.get(f"/events/{event.slug}/apply/").content.decode()
    assert "The nomination deadline has passed" in page and "<textarea" not in page
    page = client.post(f"/events/{event.slug}/apply/", WORDS).content.decode()
    assert "The nomination deadline has passed" in page and "I work on transit" in page
    assert not Registration.objects.exists()


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_an_event_that_was_called_off_takes_no_application(verb, as_user, fiji_official, office):
    event = make.announced("FJ", by=office)
    getattr(lifecycle, verb)(event, reason="Storm", by=office, at=NOW)
    client = as_user(fiji_official)
    assert "<textarea" not in client.get(f"/events/{event.slug}/apply/").content.decode()
    assert client.post(f"/events/{event.slug}/apply/", WORDS).status_code == 200
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("x" * 2001, "at most 2000 characters"),
        ("hidden \u202e sign", "hidden character (U+202E)"),
        ("null \x00 sign", "Null characters are not allowed."),
    ],
)
def test_a_wrong_application_gets_a_sentence_beside_the_field(words, sentence, as_user, fiji_official):
    event = make.announced("FJ")
    page = text_of(as_user(fiji_official).post(f"/events/{event.slug}/apply/", {"motivation": words}))
    assert sentence in page
    assert 'href="#id_motivation"' in page
    assert not Registration.objects.exists()


def test_an_application_cannot_name_somebody_else(as_user, fiji_official, tonga_official):
    event = make.announced("FJ")
    as_user(fiji_official).post(
        f"/events/{event.slug}/apply/", {**WORDS, "official": tonga_official.pk, "state": "confirmed"}
    )
    row = Registration.objects.get()
    assert row.official == fiji_official and row.state == RegistrationState.APPLIED
