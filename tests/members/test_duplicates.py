"""People who stand in the portal twice: found, told apart, made one; nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.services import registrations
from members.models import Appointment, ELearning, ErasureRequest, Identity, JoinRequest, NotTheSame, Proposal, User
from members.services import duplicates, merging, people
from portal.kit.models import Entry
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.events.letters import text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pairs() -> list[tuple[str, str]]:
    found = duplicates.find(User.objects.get_queryset())
    names = dict(User.objects.values_list("pk", "name"))
    return [(names[pair.first], names[pair.second]) for pair in found]


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


@pytest.fixture
def twins(db: None) -> tuple[User, User]:
    """The account that goes, and the one that stays."""
    return make.official("FJ", "Alan Official"), make.official("FJ", "Mr. OFFICIAL, Alan")


def merge(gone: User, kept: User, by: User, **values: Any) -> dict[str, int]:
    return merging.merge(gone, kept, by=by, at=make.NOW, values=values)


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alan Official", "OFFICIAL Alan"),
        ("Dr. Alan Official", "Alan Official"),
        ("Nguyễn Thị Ánh", "NGUYEN THI ANH"),
        ("Đặng Văn Lâm", "Dang Van Lam"),
        ("Siōsaia Tuʻipulotu", "Siosaia Tu'ipulotu"),
        ("e\u0301lise", "Élise"),
        ("Ａｌａｎ Official", "Alan Official"),
        ("علي رضايي", "علی رضایی"),
        ("김민수", "\u1100\u1175\u11b7민수"),
        ("O’Official, Alan", "Alan OOfficial"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert duplicates.same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alan Official", "Alan Officer"),
        ("สมชาย", "สมชีย"),  # the vowel of a Thai word is a mark and belongs to the letter
        ("សុខ", "សខ"),
        ("முருகன்", "மருகன"),
        ("Official 1 of Fiji", "Official 2 of Fiji"),
        ("Al\u0430n", "Alan"),  # a Cyrillic a is another letter; the page says so
    ],
)
def test_names_that_are_not_the_same(one: str, other: str) -> None:
    assert not duplicates.same_name(one, other)


@pytest.mark.parametrize("name", ["Mr", "...", "", "Dr. Ms."])
def test_a_name_of_titles_or_signs_only_does_no_harm(name: str) -> None:
    assert isinstance(duplicates.key_of(name), str)
    assert duplicates.key_of("Mr") == "mr"


def test_same_and_nearly_the_same_names_of_one_body_are_a_pair_the_same_first() -> None:
    make.official("FJ", "Christopher Oficial")
    make.official("FJ", "Christopher Official")
    make.official("FJ", "Alan Official")
    make.official("FJ", "ALAN official")
    make.official("TO", "Alan Official")
    make.official("FJ", "Somebody Else")
    assert pairs() == [("Alan Official", "ALAN official"), ("Christopher Oficial", "Christopher Official")]


def test_numbers_make_another_person_and_a_shared_mailbox_alone_makes_none() -> None:
    for number in (1, 2, 11):
        make.official("FJ", f"Official {number} of Fiji", email="customs@fj.example")
    make.official("FJ", "Another Person", email="customs@fj.example")
    assert pairs() == []


def test_another_first_letter_needs_the_same_address() -> None:
    make.official("FJ", "Kristopher Officialname", email="one@fj.example")
    make.official("FJ", "Christopher Officialname", email="two@fj.example")
    assert not [pair for pair in pairs() if "Kristopher Officialname" in pair]
    row = make.official("FJ", "Jristopher Officialname", email="one@fj.example")
    assert any(row.name in pair for pair in pairs())


def test_the_quick_way_finds_what_comparing_everybody_finds() -> None:
    """The blocks and the masks leave out no pair that the rule wants."""
    stems = ["Christopher Official", "Siosaia Ofisi Long", "Alan B Official", "Official 7 of Fiji", "สมชาย ใจดี มาก"]
    for stem in stems:
        for place in (3, len(stem) - 1):
            make.official("FJ", stem[:place] + stem[place + 1 :])
            make.official("FJ", stem[:place] + "x" + stem[place:])
        make.official("FJ", stem)
    rows = [duplicates.named(row.pk, row.name, row.email) for row in User.objects.all()]
    every = {pair for place, one in enumerate(rows) for other in rows[:place] if (pair := duplicates._pair(one, other))}
    assert set(duplicates.find(User.objects.get_queryset())) == every
    assert len(every) > 20


def test_who_was_told_apart_or_merged_or_erased_is_no_pair(office: User, twins: tuple[User, User]) -> None:
    assert len(pairs()) == 1
    duplicates.tell_apart(*twins, by=office, at=make.NOW)
    duplicates.tell_apart(*reversed(twins), by=office, at=make.NOW)
    assert pairs() == []
    assert NotTheSame.objects.count() == 1
    assert Entry.objects.filter(verb="told apart").count() == 2
    NotTheSame.objects.all().delete()
    User.objects.filter(pk=twins[0].pk).update(erased_at=make.NOW)
    assert pairs() == []
    with pytest.raises(Refused):
        duplicates.tell_apart(twins[0], twins[0], by=office, at=make.NOW)


def test_letters_of_two_scripts_in_one_word_are_a_hint() -> None:
    assert duplicates.mixed_words("Al\u0430n Official") == ["Al\u0430n"]
    for name in ("Alan Официал", "田中さん ミホ", "สมชาย", "김 田中", "Tuʻipulotu O’Official", "ｱﾗﾝ"):
        assert duplicates.mixed_words(name) == [], name


# --- merging --------------------------------------------------------------------------------------


def laden(gone: User, kept: User, office: User) -> None:
    """Rows of many kinds for both."""
    for person in (gone, kept):
        make.confirmed(make.announced("FJ"), person=person)
        ELearning.objects.create(person=person, course="Valuation", completed_on=make.TODAY)
        Proposal.objects.create(person=person, by=office, changes={"unit": "A"}, proposed_at=make.NOW)
        ErasureRequest.objects.create(person=person, asked_at=make.NOW)
        people.change(person, by=person, unit=f"Unit of {person.pk}")
    make.meeting(chairs=(gone,), by=office)
    JoinRequest.objects.update_or_create(pk=make.join_request("FJ").pk, defaults={"person": gone, "decided_by": gone})
    third = make.official("FJ", "Third Person")
    for other in (kept, third):
        duplicates.tell_apart(gone, other, by=office, at=make.NOW)
    duplicates.tell_apart(kept, third, by=office, at=make.NOW)
    before = make.official("FJ", "Merged Before")
    User.objects.filter(pk=before.pk).update(is_active=False, merged_into=gone)
    UserSession.objects.create(user=gone, session_key="of-another-browser", ip="198.51.100.7")


def test_nothing_is_lost_and_everything_moves(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    laden(gone, kept, office)
    models = {field.model for field in merging.relations()} - {Message}
    before = {model: model._base_manager.count() for model in models}
    letters = set(Message.objects.values_list("pk", flat=True))
    lines = list(Entry.objects.filter(by=gone).values_list("pk", flat=True))
    moved = merge(gone, kept, office)
    assert moved["registrations"] == 1
    assert {model: model._base_manager.count() for model in models} == before
    assert letters <= set(Message.objects.values_list("pk", flat=True))
    for field in merging.relations():
        left = field.model._base_manager.filter(**{field.name: gone})
        assert field.model is NotTheSame or not left.exists(), field
    assert list(Entry.objects.filter(by=gone).values_list("pk", flat=True)) == lines
    assert kept.registrations.count() == 2
    assert kept.courses.count() == 2
    assert sorted(kept.proposals.values_list("state", flat=True)) == ["proposed", "replaced"]
    assert sorted(kept.erasure_requests.values_list("state", flat=True)) == ["asked", "withdrawn"]
    assert kept.merged_from.count() == 2


def test_every_key_that_names_a_person_moves_or_stays_for_a_reason() -> None:
    """A new table with a person is merged without a word; what stays is a list that somebody wrote down."""
    moving = {f"{field.model._meta.label}.{field.name}" for field in merging.relations()}
    assert {
        "events.Registration.official",
        "events.Registration.endorsed_by",
        "events.Revision.by",
        "mail.Message.to",
        "members.Import.by",
        "members.User.merged_into",
    } <= moving
    keys = {
        relation.field.model._meta.label
        for relation in User._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    assert keys >= merging.STAYS


def test_the_other_account_is_closed_for_good(as_user: Any, office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    gone.set_password(make.PASSWORD)
    gone.save()
    client = as_user(gone)
    assert client.get("/members/profile/").status_code == 200
    merge(gone, kept, office)
    gone = fresh(gone)
    assert (gone.is_active, gone.merged_into, gone.has_usable_password()) == (False, kept, False)
    assert client.get("/members/profile/").status_code == 302
    visitor = as_user(None)
    visitor.post("/account/login/", {"login": gone.username, "password": make.PASSWORD})
    visitor.post("/account/login/code/", {"email": gone.username})
    assert "_auth_user_id" not in visitor.session
    assert not Message.objects.filter(purpose="sign_in_code").exists()
    [letter] = Message.objects.filter(purpose="merged")
    assert letter.to == kept
    assert gone.username in text_of(letter)


def test_values_are_taken_over_field_by_field(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    address, username = kept.email, kept.username
    merge(gone, kept, office, name="Alan Official", email=gone.email, customs_since=2004)
    kept = fresh(kept)
    assert (kept.name, kept.email, kept.customs_since, kept.username) == (
        "Alan Official",
        gone.email,
        2004,
        username,
    )
    assert Message.objects.get(purpose="address_changed").address == address
    with pytest.raises(ValueError, match="profile"):
        merge(make.official("FJ"), make.official("FJ"), office, is_staff=True)


def test_two_live_registrations_for_one_event_are_refused_by_its_title(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    event = make.announced("FJ")
    rows = [make.nominated(event, person=person) for person in twins]
    before = Entry.objects.count()
    with pytest.raises(Refused, match=event.title):
        merge(gone, kept, office)
    assert fresh(gone).is_active
    assert Entry.objects.count() == before
    registrations.withdraw(rows[0], reason="Registered twice.", by=office, at=make.NOW)
    merge(gone, kept, office)
    assert kept.registrations.filter(event=event).count() == 2


def test_a_role_that_both_held_is_held_once_and_both_rows_stay(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    body = make.administration("FJ")
    for person, begin, end in ((gone, make.TODAY - 9 * DAY, None), (kept, make.TODAY - 20 * DAY, make.TODAY - DAY)):
        Appointment.objects.create(person=person, role="alternate", administration=body, from_on=begin, to_on=end)
    Appointment.objects.create(person=gone, role="head", administration=body, from_on=make.TODAY)
    merge(gone, kept, office)
    rows = kept.appointments.filter(role="alternate").order_by("from_on")
    assert [(row.to_on, row.revoked) for row in rows] == [(None, False), (None, True)]
    assert kept.appointments.on(make.TODAY).count() == 2
    assert fresh(kept).speaks_for(body)


def test_letters_that_wait_go_to_the_account_that_stays_and_not_twice(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    make.nominated(make.announced("FJ"), person=gone)
    waiting = Message.objects.filter(to=gone)
    keys = list(waiting.values_list("pk", flat=True))
    assert keys
    merge(gone, kept, office)
    moved = Message.objects.filter(pk__in=keys)
    assert set(moved.values_list("to", "recipient_key")) == {(kept.pk, Message.key_of(kept, ""))}


def test_a_letter_that_both_have_already_stays_where_it_is(office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    event = make.announced("FJ")
    for person in twins:
        Message.objects.create(
            purpose="confirmed",
            about=event,
            to=person,
            recipient_key=Message.key_of(person, ""),
            due_at=make.NOW,
            next_try_at=make.NOW,
            message_id=f"<{person.pk}@office.example>",
        )
    merge(gone, kept, office)
    assert Message.objects.filter(purpose="confirmed").count() == 2
    assert Message.objects.filter(purpose="confirmed", to=gone).count() == 1


@pytest.mark.parametrize("which", [0, 1])
def test_what_must_not_become_one(which: int, office: User, twins: tuple[User, User]) -> None:
    ordered = twins if which == 0 else tuple(reversed(twins))
    gone, kept = ordered
    with pytest.raises(Refused, match="Choose two"):
        merge(gone, gone, office)
    with pytest.raises(Refused, match="your own"):
        merge(gone, kept, gone)
    with pytest.raises(Refused, match="different bodies"):
        merge(gone, make.official("TO", gone.name), office)
    User.objects.filter(pk=kept.pk).update(is_active=False)
    with pytest.raises(Refused, match="closed"):
        merge(gone, kept, office)
    User.objects.filter(pk=kept.pk).update(is_active=True)
    merge(gone, kept, office)
    with pytest.raises(Refused, match="already"):
        merge(gone, kept, office)


def test_guarded_accounts_are_merged_by_the_head_of_office_only(
    office: User, head_of_office: User, twins: tuple[User, User]
) -> None:
    first, second = make.office_person("Officer Twin"), make.office_person("Officer Twin")
    with pytest.raises(Refused, match="head of office"):
        merge(first, second, office)
    merge(first, second, head_of_office)
    gone, kept = twins
    Authenticator.objects.create(user=gone, type="totp", data={})
    with pytest.raises(Refused, match="head of office"):
        merge(gone, kept, office)
    merge(gone, kept, head_of_office)
    assert not Authenticator.objects.filter(user=kept).exists()


def test_a_single_sign_on_is_never_handed_over(head_of_office: User, twins: tuple[User, User]) -> None:
    gone, kept = twins
    Identity.objects.create(person=gone, issuer="https://provider.example", subject="1", linked_at=make.NOW)
    with pytest.raises(Refused, match="single sign-on"):
        merge(gone, kept, head_of_office)
    merge(kept, gone, head_of_office)
    assert gone.identities.count() == 1


# --- pages ----------------------------------------------------------------------------------------


def test_the_page_shows_pairs_side_by_side(as_user: Any, office: User, twins: tuple[User, User]) -> None:
    make.nominated(make.announced("FJ"), person=twins[0])
    client = as_user(office)
    text = client.get("/members/duplicates/").content.decode()
    assert "1 pair" in text
    assert "registrations: 1" in text
    assert twins[0].email in text
    assert "No pair matches" in client.get("/members/duplicates/?kind=near").content.decode()
    other = make.administration("TO")
    assert "No pair matches" in client.get(f"/members/duplicates/?administration={other.pk}").content.decode()
    for query in ("?administration=x", "?kind=x", "?page=99"):
        assert "1 pair" in client.get(f"/members/duplicates/{query}").content.decode()


def test_the_page_asks_as_much_for_three_pairs_as_for_one(as_user: Any, office: User, twins: Any) -> None:
    client = as_user(office)
    client.get("/members/duplicates/")
    with CaptureQueriesContext(connection) as one:
        client.get("/members/duplicates/")
    for name in ("Berta Official", "Carla Official"):
        make.official("FJ", name)
        make.official("FJ", name)
    with CaptureQueriesContext(connection) as three:
        client.get("/members/duplicates/")
    assert len(three) == len(one)


def test_not_the_same_is_one_click_of_the_office(as_user: Any, office: User, twins: tuple[User, User]) -> None:
    address = f"/members/people/{twins[1].pk}/apart/{twins[0].pk}/"
    assert as_user(office).get(address).status_code == 405
    assert as_user(make.contact_point("FJ")).post(address).status_code == 403
    text = as_user(office).post(address, follow=True).content.decode()
    assert "are not the same" in text
    assert "Nobody seems to stand here twice" in text


def test_the_page_of_the_merge_asks_for_account_and_values_and_does_it(
    as_user: Any, office: User, twins: tuple[User, User]
) -> None:
    first, second = twins
    client = as_user(office)
    address = f"/members/people/{first.pk}/merge/{second.pk}/"
    text = client.get(address).content.decode()
    for part in ("Which account stays?", "Mr. OFFICIAL, Alan", "This cannot be undone"):
        assert part in text
    assert as_user(make.contact_point("FJ")).get(address).status_code == 403
    assert client.get(f"/members/people/{first.pk}/merge/999999/").status_code == 404
    assert "things to correct" in client.post(address, {}).content.decode()
    answer = client.post(address, {"kept": "second", "name": "first", "email": "second"})
    assert answer["Location"] == f"/members/people/{second.pk}/"
    assert fresh(second).name == "Alan Official"
    assert fresh(second).email == second.email
    assert fresh(first).merged_into == second


def test_a_refusal_stands_on_the_page_of_the_merge(as_user: Any, office: User, twins: tuple[User, User]) -> None:
    event = make.announced("FJ")
    for person in twins:
        make.nominated(event, person=person)
    address = f"/members/people/{twins[0].pk}/merge/{twins[1].pk}/"
    answer = as_user(office).post(address, {"kept": "first", "name": "first", "email": "first"})
    assert f"Both accounts are registered for “{event.title}”" in answer.content.decode()
    assert fresh(twins[1]).is_active


def test_the_old_page_leads_to_the_account_that_stays_and_its_history_is_told_there(
    as_user: Any, office: User, twins: tuple[User, User]
) -> None:
    gone, kept = twins
    people.change(gone, by=gone, unit="Valuation of the old account")
    merge(gone, kept, office)
    client = as_user(make.contact_point("FJ"))
    for address in ("/members/people/", f"/members/administrations/{gone.administration_id}/", "/delegation/people/"):
        page = client.get(address).content.decode()
        assert f"/members/people/{kept.pk}/" in page
        assert f"/members/people/{gone.pk}/" not in page
    assert client.get(f"/members/people/{gone.pk}/")["Location"] == f"/members/people/{kept.pk}/"
    assert as_user(make.official("TO")).get(f"/members/people/{gone.pk}/").status_code == 404
    text = client.get(f"/members/people/{kept.pk}/").content.decode()
    assert "Valuation of the old account" in text
    assert "merged two accounts" in text
