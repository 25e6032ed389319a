"""What a contact point proposes about somebody who has signed in, and what the person answers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from members.models import Proposal, User
from members.services import accounts, people, proposals
from members.states import ProposalState
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Official 1 of Fiji", "title": "", "gender": "", "position": "Principal Officer", "unit": "Valuation",
    "customs_since": "2009", "experience": "", "languages": "", "english": "", "mail_language": "en", "time_zone": "",
}  # fmt: skip


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def seen(official) -> User:
    """The official has signed in once."""
    User.objects.filter(pk=official.pk).update(last_login=make.NOW)
    return User.objects.get(pk=official.pk)


@pytest.fixture
def proposal(seen, contact_point) -> Proposal:
    return proposals.propose(seen, by=contact_point, at=make.NOW, unit="Valuation", customs_since=2009)


def test_who_never_signed_in_is_written_by_the_contact_point(as_user, contact_point, official):
    answer = as_user(contact_point).post(url("edit_person", official.pk), FORM)
    assert answer["Location"] == url("person", official.pk)
    official.refresh_from_db()
    assert official.unit == "Valuation"
    assert not Proposal.objects.exists()


def test_who_has_signed_in_gets_a_proposal_of_what_differs_and_one_letter(as_user, contact_point, seen, post):
    client = as_user(contact_point)
    page = text_of(client.get(url("edit_person", seen.pk)))
    assert "Propose the change" in page
    client.post(url("edit_person", seen.pk), FORM | {"email": "contact@fiji.example"})
    seen.refresh_from_db()
    assert (seen.unit, seen.email) == ("", "official1@fiji.example")
    row = Proposal.objects.get()
    assert row.changes == {"position": "Principal Officer", "unit": "Valuation", "customs_since": 2009}
    (letter,) = post()
    assert letter.to == ['"Official 1 of Fiji" <official1@fiji.example>']
    assert "Unit\n  now: Not stated\n  proposed: Valuation" in letter.body
    assert url("profile") in letter.body
    assert url("accept_proposal", row.pk) not in letter.body


def test_the_office_writes_directly(as_user, office, seen):
    as_user(office).post(url("edit_person", seen.pk), FORM | {"email": seen.email})
    assert User.objects.get(pk=seen.pk).unit == "Valuation"
    assert not Proposal.objects.exists()


def test_the_person_accepts_and_the_trail_shows_both(as_user, seen, contact_point, proposal):
    client = as_user(seen)
    page = text_of(client.get(url("profile")))
    assert "proposes a change" in page
    assert "Valuation" in page
    client.post(url("accept_proposal", proposal.pk))
    seen.refresh_from_db()
    proposal.refresh_from_db()
    assert (seen.unit, seen.customs_since, proposal.state) == ("Valuation", 2009, ProposalState.ACCEPTED)
    acts = Entry.objects.about(seen).order_by("pk").values_list("by", "verb")
    assert list(acts)[-3:] == [
        (contact_point.pk, "proposed a change"),
        (seen.pk, "accepted a proposal"),
        (seen.pk, "changed"),
    ]
    page = text_of(client.get(url("profile")))
    assert "proposed to change the profile" in page
    assert "proposes a change" not in page


def test_the_person_declines_and_nothing_changes(as_user, seen, contact_point, proposal):
    as_user(seen).post(url("decline_proposal", proposal.pk))
    seen.refresh_from_db()
    assert seen.unit == ""
    page = text_of(as_user(contact_point).get(url("person", seen.pk)))
    assert "The last proposal" in page
    assert "Declined" in page
    assert "The last proposal" not in text_of(as_user(seen).get(url("profile")))


def test_a_newer_proposal_replaces_the_older_and_begins_with_its_values(as_user, seen, contact_point, proposal):
    client = as_user(contact_point)
    form = client.get(url("edit_person", seen.pk)).context["form"]
    assert form["unit"].value() == "Valuation"
    client.post(url("edit_person", seen.pk), FORM | {"position": "", "unit": "Transit", "shown": form["shown"].value()})
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.REPLACED
    newer = seen.proposals.open().get()
    assert newer.changes == {"unit": "Transit", "customs_since": 2009}
    answer = as_user(seen).post(url("accept_proposal", proposal.pk), follow=True)
    assert "cannot become accepted" in text_of(answer)
    seen.refresh_from_db()
    assert seen.unit == ""


def test_the_same_proposal_sent_twice_stands_once(seen, contact_point, proposal):
    again = proposals.propose(seen, by=contact_point, at=make.NOW, unit="Valuation", customs_since=2009)
    assert again == proposal
    assert Message.objects.filter(purpose="profile_proposed").count() == 1


def test_a_proposal_of_nothing_is_refused_on_the_form(as_user, seen, contact_point):
    answer = as_user(contact_point).post(
        url("edit_person", seen.pk), FORM | {"position": "", "unit": "", "customs_since": ""}
    )
    assert "Nothing differs" in text_of(answer)
    assert not Proposal.objects.exists()


def test_an_address_is_never_proposed(seen, contact_point):
    with pytest.raises(ValueError, match="address"):
        proposals.propose(seen, by=contact_point, at=make.NOW, email="contact@fiji.example")


def test_a_closed_account_gets_no_proposal(seen, contact_point, office):
    accounts.close(seen, reason="Left.", by=office, on=make.TODAY)
    with pytest.raises(Refused, match="closed"):
        proposals.propose(seen, by=contact_point, at=make.NOW, unit="Valuation")


def test_the_contact_point_withdraws_and_the_letter_is_not_sent(as_user, seen, contact_point, proposal, post):
    client = as_user(contact_point)
    assert "Withdraw the proposal" in text_of(client.get(url("person", seen.pk)))
    client.post(url("withdraw_proposal", proposal.pk))
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WITHDRAWN
    assert post() == []
    assert Message.objects.get(purpose="profile_proposed").state == "lifted"
    with pytest.raises(Refused):
        proposals.accept(proposal, by=seen)


def test_who_may_answer_and_who_may_withdraw(
    as_user, seen, proposal, contact_point, office, colleague, foreigner, tonga_contact
):
    for name in ("accept_proposal", "decline_proposal"):
        for reader, answer in ((contact_point, 403), (office, 403), (colleague, 404), (foreigner, 404)):
            assert as_user(reader).post(url(name, proposal.pk)).status_code == answer, reader
        assert as_user(seen).get(url(name, proposal.pk)).status_code == 405
        assert as_user(None).post(url(name, proposal.pk))["Location"].startswith("/account/login/")
    for reader, answer in ((seen, 403), (colleague, 404), (tonga_contact, 404)):
        assert as_user(reader).post(url("withdraw_proposal", proposal.pk)).status_code == answer, reader
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.PROPOSED


def test_a_proposal_does_not_undo_what_was_changed_while_the_form_was_open(as_user, seen, contact_point):
    client = as_user(contact_point)
    shown = client.get(url("edit_person", seen.pk)).context["form"]["shown"].value()
    people.change(seen, by=seen, unit="Transit")
    answer = client.post(url("edit_person", seen.pk), FORM | {"shown": shown})
    assert list(answer.context["form"].errors) == ["unit"]
    assert not Proposal.objects.exists()
