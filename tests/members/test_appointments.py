"""Who may hold which role beside whom, from which day to which; and who may give it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from members.models import Appointment, Role, User
from members.services import appointments
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make
from tests.make import LONG_AGO, TODAY, days

pytestmark = pytest.mark.django_db
SOON = TODAY + days(30)


def url(name: str, *args: int) -> str:
    return reverse(f"members:{name}", args=args)


def text_of(answer) -> str:
    return answer.content.decode()


def appoint(person, role, **more) -> Appointment:
    return appointments.appoint(person, role, **{"from_on": TODAY, "by": None, **more})


# --- periods and overlap ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.CONTACT_POINT, Role.HEAD])
def test_an_administration_has_one_of_them_at_a_time(official, colleague, fiji, role):
    appoint(official, role, administration=fiji, from_on=LONG_AGO)
    with pytest.raises(Refused, match=r"Official 1 of Fiji is .* of Fiji, from 1 July 2019. Hand the role over"):
        appoint(colleague, role, administration=fiji)


def test_a_future_contact_point_counts_too(official, colleague, fiji):
    appoint(official, Role.CONTACT_POINT, administration=fiji, from_on=SOON)
    with pytest.raises(Refused, match="Hand the role over"):
        appoint(colleague, Role.CONTACT_POINT, administration=fiji)
    appoint(colleague, Role.CONTACT_POINT, administration=fiji, to_on=SOON - days(1))
    assert appointments.contact_point_of(fiji, on=SOON - days(1)) == colleague
    assert appointments.contact_point_of(fiji, on=SOON) == official


def test_one_day_that_both_hold_is_refused(official, colleague, fiji):
    appoint(official, Role.CONTACT_POINT, administration=fiji, to_on=SOON)
    with pytest.raises(Refused, match=r"from .* to .*\. Hand the role over"):
        appoint(colleague, Role.CONTACT_POINT, administration=fiji, from_on=SOON)
    appoint(colleague, Role.CONTACT_POINT, administration=fiji, from_on=SOON + days(1))


def test_a_revoked_role_stands_in_nobodys_way(official, colleague, fiji, office):
    appointments.end(appoint(official, Role.HEAD, administration=fiji), on=TODAY, by=office)
    assert appoint(colleague, Role.HEAD, administration=fiji).pk


def test_two_administrations_have_a_contact_point_each(official, foreigner, fiji, tonga):
    appoint(official, Role.CONTACT_POINT, administration=fiji)
    assert appoint(foreigner, Role.CONTACT_POINT, administration=tonga).pk


def test_several_alternates_may_share_the_days_but_nobody_is_one_twice(official, colleague, fiji):
    appoint(official, Role.ALTERNATE, administration=fiji, to_on=SOON)
    appoint(colleague, Role.ALTERNATE, administration=fiji)
    with pytest.raises(Refused, match="Official 1 of Fiji holds this role already, from"):
        appoint(official, Role.ALTERNATE, administration=fiji, from_on=SOON)
    appoint(official, Role.ALTERNATE, administration=fiji, from_on=SOON + days(1))


def test_a_period_never_runs_backwards(official, fiji):
    with pytest.raises(Refused, match="The last day is before the first day"):
        appoint(official, Role.ALTERNATE, administration=fiji, to_on=TODAY - days(1))


def test_nobody_with_a_closed_account_is_appointed(official, fiji):
    User.objects.filter(pk=official.pk).update(is_active=False)
    with pytest.raises(Refused, match="account of Official 1 of Fiji is closed"):
        appoint(official, Role.ALTERNATE, administration=fiji)


@pytest.mark.parametrize("role", [Role.CONTACT_POINT, Role.CHAIR])
def test_a_role_stands_for_its_own_kind_of_body(official, fiji, role):
    group = make.group("oceania", "FJ")
    with pytest.raises(Refused, match="Office roles stand for the office"):
        appoint(official, role)
    with pytest.raises(Refused, match="Office roles stand for the office"):
        appoint(official, Role.OFFICE_STAFF, administration=fiji)
    with pytest.raises(Refused, match="Office roles stand for the office"):
        appoint(official, role, administration=fiji, group=group)


def test_letters_pass_a_contact_point_with_a_closed_account(official, contact_point, fiji):
    appoint(official, Role.ALTERNATE, administration=fiji)
    assert appointments.contact_point_of(fiji, on=TODAY) == contact_point
    User.objects.filter(pk=contact_point.pk).update(is_active=False)
    assert appointments.contact_point_of(fiji, on=TODAY) == official


# --- groups ---------------------------------------------------------------------------------------------------


def test_a_group_has_two_chairs_at_most_on_every_day():
    asean = make.group("asean", "ID", "MM", "TH")
    first, second, third = (make.official(code) for code in ("ID", "MM", "TH"))
    appoint(first, Role.CHAIR, group=asean, to_on=SOON)
    appoint(second, Role.CHAIR, group=asean, from_on=SOON - days(5))
    with pytest.raises(Refused, match="ASEAN has two chairs on"):
        appoint(third, Role.CHAIR, group=asean)  # two already on the days before SOON
    with pytest.raises(Refused, match="ASEAN has two chairs on"):
        appoint(third, Role.CHAIR, group=asean, from_on=SOON)
    appoint(third, Role.CHAIR, group=asean, to_on=SOON - days(6))
    assert appoint(third, Role.CHAIR, group=asean, from_on=SOON + days(1)).pk
    assert appoint(third, Role.VICE_CHAIR, group=asean).pk


def test_chairs_of_a_group_come_from_its_members_of_that_day(official):
    oceania = make.group("oceania", "FJ")
    oceania.memberships.update(from_on=SOON)
    with pytest.raises(Refused, match="works for no administration that is in OCEANIA on"):
        appoint(official, Role.CHAIR, group=oceania)
    assert appoint(official, Role.CHAIR, group=oceania, from_on=SOON).in_words == "chair of OCEANIA"
    with pytest.raises(Refused, match="works for no administration"):
        appoint(make.expert(), Role.CHAIR, group=oceania, from_on=SOON)


# --- the office -----------------------------------------------------------------------------------------------


def test_the_office_has_one_head_at_a_time(head_of_office, office):
    with pytest.raises(Refused, match="Head of office is head of office, from 1 July 2019"):
        appoint(office, Role.HEAD_OF_OFFICE)
    with pytest.raises(CommandError, match="Head of office is head of office"):
        call_command("add_office_person", "Head 2", "head2@office.example", "--head")
    assert not User.objects.filter(email="head2@office.example").exists()


def test_the_last_head_of_office_leaves_by_a_handover_only(head_of_office, office):
    row = head_of_office.appointments.get()
    with pytest.raises(Refused, match="never without a head"):
        appointments.end(row, on=TODAY, by=head_of_office)
    with pytest.raises(Refused, match="never without a head"):
        appoint(office, Role.HEAD_OF_OFFICE, from_on=SOON, to_on=SOON)
    new = appointments.hand_over(row, successor=office, first_day=SOON, by=head_of_office, at=make.NOW)
    with pytest.raises(Refused, match="never without a head"):
        appointments.end(new, on=SOON + days(9), by=head_of_office)
    with pytest.raises(Refused, match="never without a head"):
        appointments.end(row, on=SOON - days(1), by=head_of_office)
    held = Appointment.objects.filter(role=Role.HEAD_OF_OFFICE)
    assert [held.on(day).get().person for day in (SOON - days(1), SOON)] == [head_of_office, office]


@pytest.mark.parametrize("name", ["end_appointment", "hand_over"])
def test_only_the_head_of_office_ends_a_role_of_the_office(as_user, office, head_of_office, name):
    row = make.office_person().appointments.get()
    assert as_user(office).get(url(name, row.pk)).status_code == 403
    assert as_user(office).post(url(name, row.pk), {"on": TODAY}).status_code == 403
    assert as_user(head_of_office).get(url(name, row.pk)).status_code == 200


def test_the_head_of_office_appoints_office_staff_chosen_or_new(as_user, office, head_of_office):
    client, page = as_user(head_of_office), url("appoint_office")
    assert as_user(office).get(page).status_code == 403
    ended = office.appointments.get()
    appointments.end(ended, on=TODAY, by=head_of_office)
    data = {"role": "office_staff", "from_on": TODAY.isoformat()}
    assert client.post(page, {**data, "person": office.pk}).status_code == 302
    assert User.objects.get(pk=office.pk).is_office
    new = {"name": "Programme Manager 9", "email": "manager9@office.example"}
    assert "not both" in text_of(client.post(page, {**data, **new, "person": office.pk}))
    assert "This is needed for a new person" in text_of(client.post(page, {**data, "name": "Programme Manager 9"}))
    assert "Choose a person, or write" in text_of(client.post(page, data))
    assert client.post(page, {**data, **new}).status_code == 302
    assert User.objects.get(email="manager9@office.example").is_office
    assert "known already" in text_of(client.post(page, {**data, **new}))
    assert User.objects.filter(email="manager9@office.example").count() == 1
    assert "valid choice" in text_of(client.post(page, {**data, **new, "role": "head_of_office"}))


def test_officials_of_members_are_no_choice_for_the_office(as_user, head_of_office, official):
    answer = as_user(head_of_office).post(
        url("appoint_office"), {"person": official.pk, "role": "office_staff", "from_on": TODAY.isoformat()}
    )
    assert "valid choice" in text_of(answer)
    assert not official.appointments.exists()


# --- pages ----------------------------------------------------------------------------------------------------


def test_a_last_day_can_be_given_and_is_shown(as_user, office, fiji, official):
    client = as_user(office)
    last = TODAY + days(364)
    data = {"person": official.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    backwards = client.post(url("appoint", fiji.pk), {**data, "to_on": (TODAY - days(1)).isoformat()})
    assert "The last day is before the first day" in text_of(backwards)
    assert client.post(url("appoint", fiji.pk), {**data, "to_on": last.isoformat()}).status_code == 302
    assert f"to {last.day} {last:%B %Y}" in text_of(client.get(url("administration", fiji.pk)))
    assert Entry.objects.about(official).filter(verb="appointed").get().facts["to_on"] == last.isoformat()


def test_a_role_that_is_taken_is_refused_with_a_way_to_hand_it_over(as_user, office, fiji, contact_point, official):
    answer = as_user(office).post(
        url("appoint", fiji.pk), {"person": official.pk, "role": "contact_point", "from_on": TODAY.isoformat()}
    )
    text = text_of(answer)
    assert "Contact point of Fiji is contact point of Fiji, from 1 July 2019. Hand the role over" in text
    assert url("hand_over", contact_point.appointments.get().pk) in text
    assert not official.appointments.exists()


def test_the_office_names_the_chairs_of_a_group(as_user, office):
    asean = make.group("asean", "ID")
    chair, stranger = make.official("ID"), make.official("FJ")
    client, data = as_user(office), {"role": "chair", "from_on": TODAY.isoformat()}
    assert "valid choice" in text_of(client.post(url("appoint_group", asean.pk), {**data, "person": stranger.pk}))
    answer = client.post(url("appoint_group", asean.pk), {**data, "person": chair.pk}, follow=True)
    assert "is chair of ASEAN from" in text_of(answer)
    assert chair.appointments.get().group == asean
    assert client.get(url("appoint_group", 987654)).status_code == 404


@pytest.mark.parametrize("bad", ["x", "0001-01-01", "9999-12-31", "\x00", ""])
def test_a_day_that_is_none_or_far_away_is_a_sentence_at_the_field(as_user, office, fiji, official, bad):
    client = as_user(office)
    data = {"person": official.pk, "role": "alternate", "from_on": bad}
    assert client.post(url("appoint", fiji.pk), data).status_code == 200
    assert client.post(url("appoint", fiji.pk), {**data, "from_on": TODAY, "to_on": bad or "x"}).status_code == 200
    assert not official.appointments.exists()


def test_nobody_but_the_office_gives_or_takes_a_role(as_user, contact_point, official, foreigner, tonga_contact, fiji):
    asean, row = make.group("asean", "FJ"), contact_point.appointments.get()
    pages = [
        url("appoint", fiji.pk), url("appoint_group", asean.pk), url("appoint_office"), url("roles"), url("roles_csv"),
        url("end_appointment", row.pk), url("hand_over", row.pk),
    ]  # fmt: skip
    for page in pages:
        for person in (contact_point, official, foreigner, tonga_contact):
            client = as_user(person)
            assert client.get(page).status_code == 403, (page, person)
            assert client.post(page, {"on": TODAY}).status_code == 403, (page, person)
        assert as_user(None).get(page)["Location"].startswith("/account/login/")
    assert Appointment.objects.get(pk=row.pk).to_on is None


# --- access ends ----------------------------------------------------------------------------------------------


def test_an_open_session_of_a_contact_point_is_out_at_the_next_click(as_user, contact_point, office):
    client = as_user(contact_point)
    assert client.get("/delegation/").status_code == 200
    appointments.end(contact_point.appointments.get(), on=make.NOW.date(), by=office)
    assert client.get("/delegation/").status_code == 403
    assert client.get("/delegation/handover/").status_code == 403


def test_an_open_session_of_the_office_is_out_at_the_next_click(as_user, office, head_of_office):
    client = as_user(office)
    assert client.get("/office/").status_code == 200
    appointments.end(office.appointments.get(), on=TODAY, by=head_of_office)
    for page in ("/office/", url("roles"), url("add_person")):
        assert client.get(page).status_code == 403


def test_a_chair_of_a_group_opens_no_desk_before_and_after(as_user, office):
    chair = make.official("ID")
    row = appoint(chair, Role.CHAIR, group=make.group("asean", "ID"))
    client = as_user(chair)
    assert [client.get(page).status_code for page in ("/chair/", "/delegation/", "/office/")] == [403] * 3
    assert "Chair of ASEAN" in text_of(client.get(url("profile")))
    appointments.end(row, on=TODAY, by=office)
    assert not User.objects.get(pk=chair.pk).roles
    assert client.get("/chair/").status_code == 403


def test_a_role_with_a_last_day_ends_by_itself(official, fiji, monkeypatch):
    appoint(official, Role.CONTACT_POINT, administration=fiji, from_on=LONG_AGO, to_on=date(2026, 6, 30))
    for instant, speaks in (
        (datetime(2026, 6, 30, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 17, 0, tzinfo=UTC), False),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda instant=instant: instant)
        assert User.objects.get(pk=official.pk).is_contact_point is speaks
