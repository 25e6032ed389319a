"""Follow-ups of one meeting, and who may open the chair desk."""

from __future__ import annotations

import pytest

from events.models import FollowUp
from events.services import outcomes, programme, registrations
from events.states import FollowUpState
from portal.kit.models import Entry
from tests import make
from tests.make import TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(event):
    return make.published(event).actions.get()


def test_a_chair_moves_an_action_with_evidence(client, event, action, text):
    path = f"/chair/follow-ups/{action.pk}/"
    assert "Others will read it years later." in text(client, path, {"state": "done", "evidence": ""})
    page = text(client, path, {"state": "done", "evidence": "Report of 2 March."})
    assert "Report of 2 March." in page
    action.refresh_from_db()
    assert (action.state, action.evidence) == (FollowUpState.DONE, "Report of 2 March.")
    text(client, path, {"state": "done", "evidence": "Report of 2 March."})
    assert "Select a valid choice." in text(client, path, {"state": "dropped", "evidence": "x"})
    assert "Select a valid choice." in text(client, path, {"state": "flown", "evidence": "x"})
    assert "hidden character" in text(client, path, {"state": "done", "evidence": "a\x07b"})


def test_an_action_of_a_draft_binds_nobody(client, outcome, text):
    action = outcome.actions.get()
    assert "bind nobody" in text(client, f"/chair/{outcome.event_id}/follow-ups/")
    page = text(client, f"/chair/follow-ups/{action.pk}/", {"state": "in_progress", "evidence": ""})
    assert "This action is a draft until the outcome is published." in page


def test_an_action_of_a_draft_is_not_late(client, event, outcome, text):
    outcome.actions.update(due_on=TODAY - days(5))
    page = text(client, f"/chair/{event.pk}/follow-ups/")
    assert "bind nobody" in page
    assert "Overdue" not in page.split("<tbody>")[1]


def test_the_list_filters_sorts_and_marks_what_is_overdue(client, event, action, text):
    FollowUp.objects.filter(pk=action.pk).update(due_on=TODAY - days(5))
    path = f"/chair/{event.pk}/follow-ups/"
    page = text(client, path + "?sort=-due")
    assert "Overdue" in page
    assert "No action matches." in text(client, path + "?state=done")
    assert action.text in text(client, path + "?q=online&state=open")
    for query in ("q=%00", "state=x", "sort=x", "page=99"):
        text(client, f"{path}?{query}")
    assert action.text in text(client, f"/chair/{event.pk}/follow-ups.csv")
    assert Entry.objects.about(event).get(verb="exported follow-ups").facts == {"rows": 1}


def test_the_list_asks_as_much_for_three_actions_as_for_one(client, action, queries):
    path = f"/chair/{action.outcome.event_id}/follow-ups/"
    one = queries(client, path)
    for number in (2, 3):
        FollowUp.objects.create(
            outcome=action.outcome, number=number, text="More.", administration=make.administration("MM")
        )
    assert queries(client, path) == one


# --- who ------------------------------------------------------------------------------------------


@pytest.fixture
def addresses(event, outcome, indonesia_chair):
    delegation = registrations.set_delegation(event, administration=make.administration("TH"), by=indonesia_chair)
    line = outcomes.add_intervention(outcome, item=None, speaker="A", text="x", by=indonesia_chair)
    item, paragraph, action = event.agenda.first(), outcome.paragraphs.get(), outcome.actions.get()
    record = f"/chair/outcomes/{outcome.pk}"
    pages = [
        f"/chair/{event.pk}/",
        f"/chair/{event.pk}/agenda/add/",
        f"/chair/agenda/{item.pk}/",
        f"/chair/{event.pk}/papers/add/",
        f"/chair/{event.pk}/delegations/add/",
        f"/chair/delegations/{delegation.pk}/",
        f"/chair/{event.pk}/follow-ups/",
        f"/chair/{event.pk}/follow-ups.csv",
        f"/chair/follow-ups/{action.pk}/",
        f"{record}/",
        f"{record}/comment/",
        f"{record}/correct/",
        f"{record}/text/",
        f"{record}/paragraphs/add/",
        f"{record}/interventions/add/",
        f"{record}/actions/add/",
        f"/chair/paragraphs/{paragraph.pk}/",
        f"/chair/actions/{action.pk}/",
    ]
    acts = [
        f"/chair/agenda/{item.pk}/remove/",
        f"/chair/delegations/{delegation.pk}/remove/",
        f"/chair/{event.pk}/outcome/begin/",
        f"{record}/circulate/",
        f"{record}/sign/",
        f"{record}/publish/",
        f"/chair/paragraphs/{paragraph.pk}/remove/",
        f"/chair/interventions/{line.pk}/remove/",
        f"/chair/actions/{action.pk}/remove/",
    ]
    return pages, acts


def test_the_chair_of_another_meeting_finds_nothing(as_user, addresses, outcome, fiji_official):
    other = make.meeting("FJ", chairs=(fiji_official,), begin=TODAY - days(4))
    client = as_user(fiji_official)
    assert client.get(f"/chair/{other.pk}/").status_code == 200
    before = outcome.text_hash()
    pages, acts = addresses
    for path in pages:
        assert client.get(path).status_code == 404, path
    for path in [*pages, *acts]:
        assert client.post(path, {"text": "x", "title": "x"}).status_code == 404, path
    assert outcome.text_hash() == before


def test_a_published_outcome_of_another_meeting_is_not_on_this_desk(as_user, event, fiji_official):
    outcome = make.published(event)
    make.meeting("FJ", chairs=(fiji_official,), begin=TODAY - days(4))
    client = as_user(fiji_official)
    assert client.get(f"/chair/outcomes/{outcome.pk}/").status_code == 404
    assert client.get(f"/chair/follow-ups/{outcome.actions.get().pk}/").status_code == 404


@pytest.mark.parametrize("person", ["fiji_official", "fiji_contact"])
def test_who_chairs_nothing_stands_before_the_gate(as_user, addresses, request, person):
    client = as_user(request.getfixturevalue(person))
    pages, acts = addresses
    for path in ["/chair/", *pages]:
        assert client.get(path).status_code == 403, path
    for path in acts:
        assert client.post(path).status_code == 403, path


def test_a_visitor_is_asked_to_sign_in(as_user, addresses):
    for path in ["/chair/", *addresses[0]]:
        assert "/account/login/" in as_user(None).get(path)["Location"]


def test_the_office_opens_every_page(as_user, addresses, office):
    client = as_user(office)
    for path in ["/chair/", *addresses[0]]:
        assert client.get(path).status_code == 200, path


def test_acts_by_link_are_not_taken(client, addresses):
    for path in addresses[1]:
        assert client.get(path).status_code == 405, path


def test_who_chairs_no_more_loses_the_desk_at_the_next_click(client, event, office):
    assert client.get(f"/chair/{event.pk}/").status_code == 200
    programme.remove_chair(event.chairings.get(administration__iso2="ID"), by=office)
    assert client.get(f"/chair/{event.pk}/").status_code == 403


def test_a_number_that_no_row_can_have_finds_nothing(client, event):
    huge = "9" * 40
    for path in (f"/chair/{huge}/", f"/chair/outcomes/{huge}/", f"/chair/papers/{huge}/", f"/chair/paragraphs/{huge}/"):
        assert client.get(path).status_code == 404
