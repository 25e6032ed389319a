"""The delegation desk: what was received, the letter, the answer that nobody comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from events.services import lifecycle
from events.states import InvitationState
from members.models import Role
from members.services import appointments
from portal.kit.clock import spell
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db


def page(client, path, status=200, **data):
    response = client.post(path, data) if data else client.get(path)
    assert response.status_code == status
    return response.content.decode()


# --- the list -------------------------------------------------------------------------------------


def test_a_desk_without_invitations_says_what_will_stand_there(as_user, fiji_contact):
    assert "No invitation yet" in page(as_user(fiji_contact), "/delegation/")


def test_invitations_stand_in_three_groups(as_user, fiji_contact, office):
    open_one = make.announced(title="Open one")
    answered = make.announced(title="Answered one")
    make.nominated(answered)
    make.running(title="Past one", began=-days(30))
    client = as_user(fiji_contact)
    to_answer = page(client, "/delegation/")
    assert open_one.title in to_answer
    assert "Answered one" not in to_answer
    assert "Answered one" in page(client, "/delegation/?show=answered")
    assert "Past one" in page(client, "/delegation/?show=past")
    assert "Open one" in page(client, "/delegation/?show=nonsense")


def test_the_next_deadline_stands_first(as_user, fiji_contact):
    make.announced(title="Later one", begin=TODAY + days(90))
    make.announced(title="Sooner one", begin=TODAY + days(50))
    text = page(as_user(fiji_contact), "/delegation/")
    assert text.index("Sooner one") < text.index("Later one")
    text = page(as_user(fiji_contact), "/delegation/?sort=-deadline")
    assert text.index("Later one") < text.index("Sooner one")


def test_the_deadline_is_told_in_the_zone_of_the_reader_with_its_distance(as_user, fiji_contact):
    event = make.announced(begin=TODAY + days(60))
    text = page(as_user(fiji_contact), "/delegation/")
    assert event.nominate_by_at
    assert spell(event.nominate_by_at - timedelta(minutes=1), "Pacific/Fiji") in text
    assert "in 39 days" in text or "in 38 days" in text


def test_the_filter_finds_by_title_and_reference(as_user, fiji_contact):
    make.announced(title="Workshop on Canines")
    other = make.announced(title="Workshop on Valuation")
    client = as_user(fiji_contact)
    assert "Valuation" not in page(client, "/delegation/?q=canines")
    reference = make.invitation(other).reference
    assert "Valuation" in page(client, f"/delegation/?q={reference}")
    assert "No invitation matches" in page(client, "/delegation/?q=nothing-like-this")


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 500, "page=999", "page=abc", "sort=password", "show=%E2%80%AE"]
)
def test_a_strange_address_of_the_list_is_served(as_user, fiji_contact, query):
    make.announced()
    page(as_user(fiji_contact), f"/delegation/?{query}")
    page(as_user(fiji_contact), f"/delegation/people/?{query}")


def test_the_list_as_a_file_has_the_same_rows(as_user, fiji_contact):
    event = make.announced(title="=1+1 Workshop")
    make.nominated(event)
    text = page(as_user(fiji_contact), "/delegation/invitations.csv?show=answered")
    assert "'=1+1 Workshop" in text
    assert make.invitation(event).reference in text
    assert make.invitation(event).reference not in page(as_user(fiji_contact), "/delegation/invitations.csv")


def test_applicants_of_us_alone_stand_on_top(as_user, fiji_contact):
    event = make.announced()
    mine = make.applied(event, "FJ")
    other = make.applied(event, "TO")
    text = page(as_user(fiji_contact), "/delegation/")
    assert mine.official.name in text
    assert "1 applicant waits for your endorsement" in text
    assert other.official.name not in text


def test_a_person_who_speaks_for_two_administrations_sees_both_by_name(as_user, fiji_contact):
    fiji_contact.administration = make.administration("TO")
    fiji_contact.save()
    appointments.appoint(
        fiji_contact, Role.ALTERNATE, administration=make.administration("TO"), from_on=make.LONG_AGO, by=None
    )
    make.announced()
    text = page(as_user(fiji_contact), "/delegation/")
    assert "2 invitations" in text
    assert 'data-label="Administration">Tonga' in text


def queries(client, path):
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_list_asks_as_much_for_three_rows_as_for_one(as_user, fiji_contact):
    client = as_user(fiji_contact)
    make.applied(make.announced())
    queries(client, "/delegation/")
    one = queries(client, "/delegation/")
    for _n in range(2):
        make.applied(make.announced())
    assert queries(client, "/delegation/") == one


# --- the letter -----------------------------------------------------------------------------------


def test_the_letter_says_what_when_and_how_many_seats(as_user, fiji_contact):
    event = make.announced(seats=2, pool=3, objective="Officers learn to value goods.")
    make.confirmed(event)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{make.invitation(event).pk}/")
    assert "Officers learn to value goods." in text
    assert make.invitation(event).reference in text
    assert "1 of 2 used" in text
    assert "3 of 3 left" in text
    assert "(Bangkok, UTC+7)" in text
    assert "your time (Fiji)" in text
    assert "secret-room" not in text


def test_nominees_of_other_administrations_are_not_shown(as_user, fiji_contact):
    event = make.announced()
    theirs = make.nominated(event, "TO")
    client = as_user(fiji_contact)
    pk = make.invitation(event).pk
    for path in (f"/delegation/invitations/{pk}/", f"/delegation/invitations/{pk}/list/"):
        assert theirs.official.name not in page(client, path)


def test_the_letter_asks_as_much_for_three_nominees_as_for_one(as_user, fiji_contact):
    event = make.announced(sessions=3)
    make.nominated(event)
    make.applied(event)
    client = as_user(fiji_contact)
    path = f"/delegation/invitations/{make.invitation(event).pk}/"
    queries(client, path)
    one = queries(client, path)
    for _n in range(2):
        make.nominated(event)
        make.applied(event)
    assert queries(client, path) == one


def test_the_printed_list_has_the_nominees_in_order(as_user, fiji_contact):
    event = make.announced()
    first, second = make.nominated(event), make.nominated(event)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{make.invitation(event).pk}/list/")
    assert text.index(first.official.name) < text.index(second.official.name)
    assert first.official.email in text


def test_after_the_deadline_a_sentence_stands_in_the_place_of_the_form(as_user, fiji_contact):
    event = make.announced(begin=TODAY + days(10))
    text = page(as_user(fiji_contact), f"/delegation/invitations/{make.invitation(event).pk}/")
    assert "Nominations closed at the end of" in text
    assert "Nominate an official" not in text


@pytest.mark.parametrize(
    ("verb", "sentence"), [("postpone", "This event is postponed"), ("cancel", "This invitation was taken back")]
)
def test_a_postponed_or_cancelled_event_takes_no_nominations(as_user, fiji_contact, office, verb, sentence):
    event = make.announced()
    getattr(lifecycle, verb)(event, reason="No room.", by=office, at=NOW)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{make.invitation(event).pk}/")
    assert sentence in text
    assert "Nominate an official" not in text


# --- nobody comes ---------------------------------------------------------------------------------


def test_a_contact_point_declines_with_a_reason(as_user, fiji_contact):
    event = make.announced()
    invitation = make.invitation(event)
    path = f"/delegation/invitations/{invitation.pk}/decline/"
    client = as_user(fiji_contact)
    page(client, path, 302, reason="All officers are at sea.")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.reason) == (InvitationState.DECLINED, "All officers are at sea.")
    assert "All officers are at sea." in page(client, f"/delegation/invitations/{invitation.pk}/")
    answered_at = invitation.answered_at
    assert "cannot become declined" in page(client, path, reason="Twice.")
    invitation.refresh_from_db()
    assert (invitation.answered_at, invitation.reason) == (answered_at, "All officers are at sea.")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001, "a\x00b", "a\u202eb"])
def test_a_bad_reason_is_refused_beside_the_field(as_user, fiji_contact, reason):
    invitation = make.invitation(make.announced())
    text = page(as_user(fiji_contact), f"/delegation/invitations/{invitation.pk}/decline/", reason=reason)
    assert "invalid-feedback" in text or "error_1_id_reason" in text
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.OPEN


def test_declining_is_refused_while_nominees_stand(as_user, fiji_contact):
    event = make.announced()
    make.nominated(event)
    invitation = make.invitation(event)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{invitation.pk}/decline/", reason="No.")
    assert "Withdraw them first" in text


def test_declining_is_refused_when_the_event_is_over(as_user, fiji_contact):
    event: Event = make.running(began=-days(5))
    invitation = make.invitation(event)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{invitation.pk}/decline/", reason="No.")
    assert "This event is over." in text
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.OPEN


# --- who ------------------------------------------------------------------------------------------


@pytest.fixture
def paths():
    event = make.announced()
    nominee, applicant = make.nominated(event), make.applied(event)
    invitation = make.invitation(event)
    return [
        f"/delegation/invitations/{invitation.pk}/",
        f"/delegation/invitations/{invitation.pk}/list/",
        f"/delegation/invitations/{invitation.pk}/decline/",
        f"/delegation/invitations/{invitation.pk}/nominate/",
        f"/delegation/registrations/{applicant.pk}/decline/",
        f"/delegation/registrations/{nominee.pk}/withdraw/",
        f"/delegation/registrations/{nominee.pk}/replace/",
    ], [
        f"/delegation/registrations/{applicant.pk}/endorse/",
        f"/delegation/registrations/{nominee.pk}/up/",
        f"/delegation/registrations/{nominee.pk}/down/",
    ]


def test_the_contact_point_of_another_administration_finds_nothing(as_user, paths, tonga_contact):
    pages, acts = paths
    client = as_user(tonga_contact)
    for path in pages:
        page(client, path, 404)
    for path in [*pages[2:], *acts]:
        page(client, path, 404, reason="x", official="1")


def test_acts_by_link_are_not_taken(as_user, paths, fiji_contact):
    for path in paths[1]:
        page(as_user(fiji_contact), path, 405)


@pytest.mark.parametrize("person", ["fiji_official", "office", "indonesia_chair"])
def test_who_is_no_contact_point_stands_before_the_gate(as_user, paths, request, person):
    client = as_user(request.getfixturevalue(person))
    pages, acts = paths
    for path in ["/delegation/", "/delegation/people/", "/delegation/people.csv", "/delegation/people/add/", *pages]:
        page(client, path, 403)
    for path in acts:
        page(client, path, 403, seen="1")


def test_a_visitor_is_asked_to_sign_in(as_user, paths):
    for path in ["/delegation/", *paths[0]]:
        response = as_user(None).get(path)
        assert response.status_code == 302
        assert "/account/login/" in response["Location"]


def test_an_ended_contact_point_loses_the_desk_at_the_next_click(as_user, fiji_contact):
    client = as_user(fiji_contact)
    page(client, "/delegation/")
    appointments.end(fiji_contact.appointments.get(), on=timezone.now().date(), by=None)
    page(client, "/delegation/", 403)


def test_an_office_person_who_speaks_for_one_administration_sees_that_one_here(as_user, fiji_contact):
    appointments.appoint(fiji_contact, Role.OFFICE_STAFF, from_on=make.LONG_AGO, by=None)
    event = make.announced()
    client = as_user(fiji_contact)
    page(client, f"/delegation/invitations/{make.invitation(event).pk}/")
    page(client, f"/delegation/invitations/{make.invitation(event, 'TO').pk}/", 404)


def test_the_names_of_states_are_words_on_the_page(as_user, fiji_contact):
    event = make.announced()
    make.confirmed(event)
    text = page(as_user(fiji_contact), f"/delegation/invitations/{make.invitation(event).pk}/")
    assert ">Confirmed</span>" in text
