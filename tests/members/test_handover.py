"""A role passes on in one step: no day without it, no day that two hold it, one letter each."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from members.models import Appointment, Role, User
from members.services import appointments
from portal.kit.clock import today_in
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail import delivery
from portal.mail.models import Message
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db
TODAY = today_in(settings.OFFICE_TIME_ZONE, NOW)
SOON = TODAY + days(20)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def text_of(answer) -> str:
    return answer.content.decode()


def spelled(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@pytest.fixture
def held(contact_point) -> Appointment:
    return contact_point.appointments.get()


@pytest.fixture
def hand(held, official, office):
    def over(successor: User = official, *, day: date = TODAY, row: Appointment = held, **more) -> Appointment:
        return appointments.hand_over(row, successor=successor, first_day=day, by=office, at=NOW, **more)

    return over


# --- the days ---------------------------------------------------------------------------------------------------


def test_today_means_at_the_next_request(as_user, hand, contact_point, official):
    old, new = as_user(contact_point), as_user(official)
    assert (old.get("/delegation/").status_code, new.get("/delegation/").status_code) == (200, 403)
    hand()
    assert (old.get("/delegation/").status_code, new.get("/delegation/").status_code) == (403, 200)


@pytest.mark.parametrize("wait", [0, 1, 20, 365])
def test_every_day_has_exactly_one_contact_point(hand, held, fiji, contact_point, official, wait):
    first = TODAY + days(wait)
    given = hand(day=first)
    rows = Appointment.objects.filter(administration=fiji, role=Role.CONTACT_POINT)
    around = [first + days(number) for number in range(-3, 4)]
    assert [rows.on(day).get().person for day in around] == [contact_point] * 3 + [official] * 4
    held.refresh_from_db()
    assert (given.follows, held.followed_by, held.to_on) == (held, given, first - days(1))


@pytest.mark.parametrize(
    ("day", "why"),
    [(TODAY - days(1), "This day is over"), (TODAY + days(367), "next twelve months"), (date.max, "twelve months")],
)
def test_a_day_in_the_past_or_far_away_changes_nothing(hand, held, official, day, why):
    with pytest.raises(Refused, match=why):
        hand(day=day)
    held.refresh_from_db()
    assert (held.to_on, official.appointments.count(), Message.objects.count()) == (None, 0, 0)


def test_a_role_that_begins_today_is_handed_over_from_tomorrow(hand, official, colleague, fiji):
    row = appointments.appoint(colleague, Role.HEAD, administration=fiji, from_on=TODAY, by=None)
    with pytest.raises(Refused, match="possible from the day after"):
        hand(row=row)
    assert hand(row=row, day=TODAY + days(1)).person == official


def test_a_role_that_ends_by_itself_leaves_no_gap_before_the_successor(hand, held):
    Appointment.objects.filter(pk=held.pk).update(to_on=SOON)
    with pytest.raises(Refused, match="no day stays empty"):
        hand(day=SOON + days(2))
    assert hand(day=SOON + days(1)).from_on == SOON + days(1)


def test_somebody_who_was_appointed_for_later_stands_in_the_way(hand, held, official, colleague, fiji):
    appointments.end(held, on=SOON, by=None)
    appointments.appoint(colleague, Role.CONTACT_POINT, administration=fiji, from_on=SOON, by=None)
    with pytest.raises(Refused, match="Official 2 of Fiji is contact point of Fiji, from"):
        hand()
    held.refresh_from_db()
    assert held.to_on == SOON - days(1)
    assert not official.appointments.exists()


def test_a_role_is_handed_over_once(hand, colleague):
    hand(day=SOON)
    with pytest.raises(Refused, match="handed over already"):
        hand(colleague, day=SOON)


def test_a_handover_that_is_called_off_can_be_made_again(hand, held, official, colleague, office):
    first = hand(day=SOON)
    appointments.end(first, on=TODAY, by=office)
    assert not Message.objects.filter(purpose="role_taken_over", state="sent").exists()
    again = hand(colleague, day=SOON - days(3))
    assert (again.follows, again.person) == (held, colleague)
    delivery.deliver_due(at=NOW + days(30))
    assert Message.objects.get(purpose="role_taken_over", to=official).state == "lifted"
    assert Message.objects.get(purpose="role_taken_over", to=colleague).state == "sent"


@pytest.mark.parametrize("kind", ["foreigner", "closed", "same"])
def test_the_successor_is_another_person_of_the_administration(hand, contact_point, foreigner, colleague, kind):
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    person, why = {
        "foreigner": (foreigner, "does not work for Fiji"),
        "closed": (colleague, "is closed"),
        "same": (contact_point, "Choose the successor"),
    }[kind]
    with pytest.raises(Refused, match=why):
        hand(person)
    assert contact_point.appointments.get().to_on is None


@pytest.mark.parametrize("role", [Role.ALTERNATE, Role.HEAD])
def test_the_alternate_and_the_head_hand_over_too(hand, contact_point, colleague, official, fiji, role):
    row = appointments.appoint(colleague, role, administration=fiji, from_on=make.LONG_AGO, by=None)
    assert hand(row=row).role == role
    assert [one.role for one in fresh(official).roles] == [role]
    assert not fresh(colleague).roles


def test_a_chair_of_a_group_hands_over_to_a_person_of_another_member(as_user, office):
    asean = make.group("asean", "ID", "MM")
    chair, successor = make.official("ID"), make.official("MM")
    row = appointments.appoint(chair, Role.CHAIR, group=asean, from_on=make.LONG_AGO, by=office)
    page, data = reverse("members:hand_over", args=[row.pk]), {"first_day": TODAY.isoformat(), "note": ""}
    client = as_user(office)
    assert 'name="email"' not in text_of(client.get(page))  # a new person has no administration yet
    assert client.post(page, {**data, "person": make.official("FJ").pk}).status_code == 200
    assert client.post(page, {**data, "person": successor.pk})["Location"] == reverse("members:roles")
    assert fresh(successor).roles[0].follows == row
    assert chair.name not in text_of(as_user(successor).get(reverse("members:profile")))
    assert chair.name in text_of(client.get(reverse("members:person", args=[successor.pk])))
    delivery.deliver_due()
    letters = {row.purpose: row.body for row in Message.objects.filter(purpose__startswith="role_")}
    assert chair.name not in letters["role_taken_over"]
    assert successor.name not in letters["role_handed_over"]


# --- letters and trail --------------------------------------------------------------------------------------------


def test_each_gets_one_letter_and_the_trail_says_so(hand, post, official, contact_point, office):
    event = make.announced("FJ")
    Message.objects.all().delete()
    hand(note="Ask me about the ພາສາ study.\nThe file is on the shelf.")
    letters = {letter.to[0].split("<")[-1].strip(">"): letter for letter in post()}
    assert set(letters) == {official.email, contact_point.email}
    text = letters[official.email].body
    assert "You take over from Contact point of Fiji." in text
    assert "Ask me about the ພາສາ study.\nThe file is on the shelf." in text
    assert f"Invitation {make.invitation(event).reference}: {event.title}, nominate until" in text
    assert "/delegation/handover/" in text
    assert official.username in text
    assert "Write your sign-in name" in text
    assert letters[official.email].reply_to == [office.email]
    thanks = letters[contact_point.email].body
    assert f"until {TODAY - days(1):%a} {spelled(TODAY - days(1))}" in thanks
    assert "Official 1 of Fiji holds this role" in thanks
    assert "ພາສາ" not in thanks
    assert post() == []
    verbs = Entry.objects.filter(by=office).exclude(about_type__model="event")
    assert verbs.about(contact_point).filter(verb="handed over").exists()
    assert verbs.about(official).filter(verb="took over").exists()
    assert "ພາສາ" not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_the_letter_to_the_successor_waits_for_the_morning_of_the_first_day(hand, official):
    hand(day=SOON)
    letter = Message.objects.get(purpose="role_taken_over")
    assert f"{letter.due_at:%Y-%m-%d %H:%M}" == f"{SOON - days(1)} 21:00"  # 09:00 in Fiji
    assert Message.objects.get(purpose="role_handed_over").due_at <= letter.due_at - days(19)
    assert official.email


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_office_hands_over_to_somebody_new_in_one_form(as_user, office, held, fiji):
    client, page = as_user(office), reverse("members:hand_over", args=[held.pk])
    assert page in text_of(client.get(reverse("members:administration", args=[fiji.pk])))
    assert client.get(page).status_code == 200
    data = {"first_day": TODAY.isoformat(), "note": "", "name": "ຂໍ້ມູນ Official", "email": "new@fiji.example"}
    answer = client.post(page, data, follow=True)
    person = User.objects.get(email="new@fiji.example")
    assert "is contact point of Fiji from" in text_of(answer)
    assert person.administration == fiji
    assert person.is_contact_point
    text = text_of(client.get(reverse("members:administration", args=[fiji.pk])))
    assert "took over from Contact point of Fiji" in text
    assert "handed over to ຂໍ້ມູນ Official" in text
    assert client.post(page, data).status_code == 404  # the role has ended


def test_a_second_click_adds_nobody(as_user, office, held):
    client, page = as_user(office), reverse("members:hand_over", args=[held.pk])
    data = {"first_day": SOON.isoformat(), "note": "", "name": "Official 9 of Fiji", "email": "nine@fiji.example"}
    assert client.post(page, data).status_code == 302
    assert "known already" in text_of(client.post(page, data))
    assert "handed over already" in text_of(client.post(page, {**data, "email": "ten@fiji.example"}))
    assert User.objects.filter(name="Official 9 of Fiji").count() == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", "Official\x00 9", "hidden character"),
        ("name", "Offi\u202ecial", "hidden character"),
        ("name", "x" * 201, "at most 200"),
        ("note", "x" * 2001, "at most 2000"),
        ("email", "no address", "valid email"),
        ("first_day", "soon", "valid date"),
        ("first_day", (TODAY - days(1)).isoformat(), "This day is over"),
        ("person", "99999", "valid choice"),
    ],
)
def test_what_cannot_be_is_a_sentence_on_the_form(as_user, office, held, name, value, sentence):
    data = {"first_day": TODAY.isoformat(), "note": "", "name": "Official 9", "email": "nine@fiji.example", name: value}
    answer = as_user(office).post(reverse("members:hand_over", args=[held.pk]), data)
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    held.refresh_from_db()
    assert held.to_on is None
    assert not User.objects.filter(email="nine@fiji.example").exists()


def test_a_person_of_another_administration_is_no_choice(as_user, office, held, foreigner):
    page = reverse("members:hand_over", args=[held.pk])
    assert "Official 1 of Tonga" not in text_of(as_user(office).get(page))
    answer = as_user(office).post(page, {"first_day": TODAY.isoformat(), "person": foreigner.pk})
    assert "valid choice" in text_of(answer)
    assert not foreigner.appointments.exists()


def test_the_person_page_names_who_came_before_and_after(as_user, hand, office, contact_point, official):
    hand()
    client = as_user(office)
    before = text_of(client.get(reverse("members:person", args=[contact_point.pk])))
    after = text_of(client.get(reverse("members:person", args=[official.pk])))
    assert "handed over to Official 1 of Fiji" in before
    assert "handed a role over to somebody else" in before
    assert "took over from Contact point of Fiji" in after
    assert "took over from Contact point of Fiji" in text_of(as_user(official).get(reverse("members:profile")))
