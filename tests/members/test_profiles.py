"""The official profile: who writes what, what two writers do to each other, shared mailboxes, closed accounts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from members.models import Role, User
from members.services import accounts, appointments, people, proposals
from members.services.people import Overtaken
from members.states import ProposalState
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
THIS_YEAR = make.NOW.year
PROFILE = {
    "name": "Official 1 of Fiji",
    "title": "Ms",
    "gender": "",
    "position": "Principal Officer",
    "unit": "Valuation",
    "customs_since": "2009",
    "experience": "Transit.\r\nValuation of vehicles.",
    "languages": "Fijian, Hindi",
    "english": "working",
    "email": "official1@fiji.example",
    "mail_language": "fr",
    "time_zone": "Pacific/Fiji",
}


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


def text_of(answer) -> str:
    return answer.content.decode()


# --- the fields -------------------------------------------------------------------------------------


def test_the_whole_profile_is_written_and_read(as_user, official):
    client = as_user(official)
    assert client.post(url("edit_profile"), PROFILE).status_code == 302
    official.refresh_from_db()
    assert (official.customs_since, official.english, official.mail_language) == (2009, "working", "fr")
    assert official.experience == "Transit.\nValuation of vehicles."
    page = text_of(client.get(url("profile")))
    for shown in ("2009", "Fijian, Hindi", "Working: I take part in discussions", "French", "Valuation of vehicles."):
        assert shown in page
    changes = Entry.objects.about(official).filter(verb="changed").get()
    assert changes.by == official


def test_the_form_has_its_parts_and_says_in_which_language_letters_come(as_user, official):
    page = text_of(as_user(official).get(url("edit_profile")))
    for legend in ("On certificates", "Work", "Languages", "Letters and times"):
        assert f"<legend>{legend}</legend>" in page.replace('class=""', "").replace("<legend >", "<legend>")
    assert "where the office has written them in it, else in English" in page


@pytest.mark.parametrize(
    "bad",
    [
        {"customs_since": str(THIS_YEAR + 1)},
        {"customs_since": str(THIS_YEAR - 61)},
        {"customs_since": "20 09"},
        {"customs_since": "9" * 400},
        {"customs_since": "-1"},
        {"experience": "x" * 1001},
        {"experience": "a\x00"},
        {"experience": "\u202eabc"},
        {"languages": "x" * 201},
        {"languages": "English\nFrench"},
        {"english": "perfect"},
        {"mail_language": "tlh"},
        {"mail_language": ""},
    ],
)
def test_bad_input_gets_a_sentence_at_its_field(as_user, official, bad):
    before = User.objects.filter(pk=official.pk).values().get()
    answer = as_user(official).post(url("edit_profile"), PROFILE | bad)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == list(bad)
    before["last_login"] = User.objects.get(pk=official.pk).last_login
    assert User.objects.filter(pk=official.pk).values().get() == before


def test_a_line_break_counts_once(as_user, official):
    text = "\r\n".join(["x" * 99] * 10)  # 999 signs
    assert as_user(official).post(url("edit_profile"), PROFILE | {"experience": text}).status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "สมชาย ใจดี",
        "ສົມສັກ",
        "សុខ សាន",
        "မောင်မောင်",
        "བསོད་ནམས",
        "王小明",
        "முருகன்",
        "علی‌رضا",
        "Suharto",
        "Nguye\u0302\u0303n",
        "n" * 200,
        "O’Brien-Ní 'Mara\"",
    ],
)
def test_a_name_of_any_script_goes_through_every_form(as_user, office, contact_point, fiji, name):
    kept = "Nguy\u1ec5n" if name.startswith("Nguye") else name
    as_user(office).post(url("add_person"), {"name": name, "email": "a@fiji.example", "administration": fiji.pk})
    added = User.objects.get(email="a@fiji.example")
    assert added.name == kept
    client = as_user(added)
    client.post(url("edit_profile"), PROFILE | {"name": name, "email": added.email})
    added.refresh_from_db()
    assert added.name == kept
    assert added in as_user(office).get(url("people"), {"q": name[:100]}).context["listing"]
    as_user(contact_point).post(url("edit_person", added.pk), PROFILE | {"name": name, "unit": name[:120]})
    assert added.proposals.get().changes["unit"] == kept[:120]
    assert client.get(url("profile")).status_code == 200


# --- two people write -------------------------------------------------------------------------------


def shown_by(client, address: str) -> str:
    return client.get(address).context["form"]["shown"].value()


def test_what_somebody_else_wrote_in_another_field_stays(as_user, office, official):
    client = as_user(official)
    shown = shown_by(client, url("edit_profile"))
    people.change(official, by=office, position="Director")
    form = PROFILE | {"position": "", "shown": shown}  # the position as this form showed it
    assert client.post(url("edit_profile"), form).status_code == 302
    official.refresh_from_db()
    assert (official.position, official.unit) == ("Director", "Valuation")


def test_a_field_that_both_wrote_is_named_with_the_other_value_and_nothing_is_lost(as_user, office, official):
    client = as_user(official)
    shown = shown_by(client, url("edit_profile"))
    people.change(official, by=office, position="Director", languages="Rotuman")
    form = PROFILE | {"languages": "", "shown": shown}
    answer = client.post(url("edit_profile"), form)
    assert list(answer.context["form"].errors) == ["position"]
    assert "It says now: “Director”" in text_of(answer)
    official.refresh_from_db()
    assert (official.position, official.unit) == ("Director", "")
    # to save again is a decision; what was not in dispute still stays
    again = form | {"shown": answer.context["form"]["shown"].value()}
    assert client.post(url("edit_profile"), again).status_code == 302
    official.refresh_from_db()
    assert (official.position, official.unit, official.languages) == ("Principal Officer", "Valuation", "Rotuman")


def test_two_who_wrote_the_same_do_not_dispute(office, official):
    shown = people.marks(official)
    people.change(official, by=office, unit="Valuation")
    people.change(User.objects.get(pk=official.pk), by=official, shown=shown, unit="Valuation")
    assert User.objects.get(pk=official.pk).unit == "Valuation"


def test_the_service_refuses_what_was_overtaken(office, official):
    shown = people.marks(official)
    people.change(official, by=office, unit="Transit")
    with pytest.raises(Overtaken) as refused:
        people.change(User.objects.get(pk=official.pk), by=official, shown=shown, unit="Valuation")
    assert refused.value.values == {"unit": "Transit"}


@pytest.mark.parametrize(
    "shown", ["", "no json", "[]", "1", "null", '{"name": {"a": 1}}', '{"password": "x"}', "x" * 9000, "[" * 9000]
)
def test_a_form_whose_marks_cannot_be_read_is_written_as_sent(as_user, official, shown):
    answer = as_user(official).post(url("edit_profile"), PROFILE | {"shown": shown})
    official.refresh_from_db()
    assert (answer.status_code, official.unit) == (302, "Valuation")


def test_the_marks_tell_no_value(as_user, contact_point, official):
    shown = shown_by(as_user(contact_point), url("edit_person", official.pk))
    assert "Official" not in shown
    assert "email" not in json.loads(shown)


# --- shared mailboxes -------------------------------------------------------------------------------


def test_the_page_counts_the_colleagues_of_a_shared_mailbox(as_user, person, fiji, office, contact_point, official):
    for number in (7, 8):
        person(f"Official {number} of Fiji", "official1@fiji.example", administration=fiji)
    closed = person("Official 9 of Fiji", "official1@fiji.example", administration=fiji)
    accounts.close(closed, reason="Left.", by=office, on=TODAY)
    for reader in (office, contact_point):
        assert "2 colleagues use this address" in text_of(as_user(reader).get(url("person", official.pk)))
    assert "this address" not in text_of(as_user(official).get(url("profile")))


def test_a_contact_point_does_not_count_people_of_others(as_user, person, tonga, contact_point, official, office):
    person("Official 1 of Tonga", "official1@fiji.example", administration=tonga)
    assert "use" not in text_of(as_user(contact_point).get(url("person", official.pk))).split("Mail address")[1][:200]
    assert "1 colleague uses this address" in text_of(as_user(office).get(url("person", official.pk)))


def test_who_adds_a_person_to_a_known_mailbox_reads_how_that_person_signs_in(as_user, office, contact_point, official):
    data = {"name": "Official 3 of Fiji", "email": "Official1@Fiji.example"}
    added = as_user(office).post(url("add_person"), data | {"administration": official.administration_id}, follow=True)
    assert "1 colleague uses this mail address too. Each person signs in with the own sign-in name" in text_of(added)
    data["name"] = "Official 4 of Fiji"
    added = as_user(contact_point).post("/delegation/people/add/", data, follow=True)
    assert "2 colleagues use this mail address too." in text_of(added)
    alone = as_user(contact_point).post(
        "/delegation/people/add/", {"name": "Official 5 of Fiji", "email": "five@fiji.example"}, follow=True
    )
    assert "mail address too" not in text_of(alone)


# --- closing ----------------------------------------------------------------------------------------


def test_closing_ends_roles_sessions_and_the_open_proposal(as_user, office, contact_point, official, fiji):
    appointments.appoint(official, Role.ALTERNATE, administration=fiji, from_on=TODAY + timedelta(days=3), by=office)
    appointments.appoint(official, Role.HEAD, administration=fiji, from_on=make.LONG_AGO, by=office)
    proposal = proposals.propose(official, by=contact_point, at=make.NOW, unit="Valuation")
    session = as_user(official)
    session.get(url("profile"))
    as_user(office).post(url("close_person", official.pk), {"reason": "Left customs."})
    official = User.objects.get(pk=official.pk)
    proposal.refresh_from_db()
    assert (official.is_active, proposal.state) == (False, ProposalState.WITHDRAWN)
    assert not official.appointments.from_day_on(TODAY).exists()
    assert official.appointments.filter(to_on=TODAY - timedelta(days=1), role=Role.HEAD).exists()
    assert session.get(url("profile")).status_code == 302
    entry = Entry.objects.about(official).get(verb="closed the account")
    assert (entry.by, entry.facts, entry.personal.facts) == (office, {}, {"reason": "Left customs."})
    page = text_of(as_user(office).get(url("person", official.pk)))
    assert "This account is closed" in page
    assert "Reopen the account" in page


def test_closing_ends_each_tracked_session(client, office, official):
    client.post(reverse("account_login"), {"login": official.username, "password": make.PASSWORD})
    key = client.session.session_key
    assert Session.objects.filter(session_key=key).exists()
    accounts.close(official, reason="Left.", by=office, on=TODAY)
    assert not Session.objects.filter(session_key=key).exists()
    assert (
        client.post(reverse("account_login"), {"login": official.username, "password": make.PASSWORD}).status_code
        == 200
    )  # the sign-in page again


def test_an_account_is_closed_once_and_never_by_its_owner(office, official):
    with pytest.raises(Refused, match="own account"):
        accounts.close(office, reason="I leave.", by=office, on=TODAY)
    accounts.close(official, reason="Left.", by=office, on=TODAY)
    with pytest.raises(Refused, match="closed already"):
        accounts.close(User.objects.get(pk=official.pk), reason="Left.", by=office, on=TODAY)


def test_the_office_is_not_left_without_its_head(office, head_of_office):
    with pytest.raises(Refused, match="never without a head"):
        accounts.close(head_of_office, reason="Left.", by=office, on=TODAY)
    head = User.objects.get(pk=head_of_office.pk)
    assert (head.is_active, head.is_head_of_office) == (True, True)


def test_closing_asks_for_a_reason_and_says_what_ends(as_user, office, contact_point):
    client = as_user(office)
    page = text_of(client.get(url("close_person", contact_point.pk)))
    assert "contact point of Fiji" in page
    for bad in ("", "\x00", "x" * 301):
        assert client.post(url("close_person", contact_point.pk), {"reason": bad}).status_code == 200
    assert User.objects.get(pk=contact_point.pk).is_active


def test_only_the_office_closes_and_reopens(as_user, office, contact_point, official, colleague):
    for reader in (contact_point, official):
        for name in ("close_person", "reopen_person"):
            assert as_user(reader).post(url(name, colleague.pk), {"reason": "Left."}).status_code == 403
    assert as_user(office).post(url("close_person", office.pk), {"reason": "Left."}).status_code == 403
    assert as_user(office).get(url("reopen_person", colleague.pk)).status_code == 405
    assert User.objects.filter(is_active=False).count() == 0


def test_reopening_lets_the_person_in_without_the_earlier_roles(as_user, office, contact_point):
    accounts.close(contact_point, reason="Left.", by=office, on=TODAY)
    answer = as_user(office).post(url("reopen_person", contact_point.pk), follow=True)
    assert "Earlier roles stay ended" in text_of(answer)
    back = User.objects.get(pk=contact_point.pk)
    assert (back.is_active, back.is_contact_point) == (True, False)
    assert "is open already" in text_of(as_user(office).post(url("reopen_person", back.pk), follow=True))


def test_a_merged_and_an_erased_person_stay_closed(as_user, office, official, colleague):
    User.objects.filter(pk=official.pk).update(is_active=False, merged_into=colleague)
    with pytest.raises(Refused, match="part of another"):
        accounts.reopen(official, by=office)
    User.objects.filter(pk=official.pk).update(merged_into=None, erased_at=timezone.now())
    with pytest.raises(Refused, match="erased"):
        accounts.reopen(official, by=office)
    assert "Reopen" not in text_of(as_user(office).get(url("person", official.pk)))
