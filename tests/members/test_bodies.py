"""What the office edits of an administration: facts, full names and groups over time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from members.models import Administration, AdministrationName, Membership
from members.services import bodies
from portal.kit.models import Entry
from portal.kit.states import Refused
from tests import make
from tests.journeys.visitor import Page

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


def url(name: str, *args) -> str:
    return reverse(f"members:{name}", args=args)


def form_on(client, address: str) -> dict[str, Any]:
    """The form of a page as a browser would send it back."""
    forms = [form for form in Page(client.get(address).content.decode()).forms if "shown" in form.fields]
    return forms[0].data()


def latest(row) -> Entry:
    return Entry.objects.about(row).latest("pk")


# --- facts --------------------------------------------------------------------------------------------


def test_the_office_edits_every_fact_and_the_trail_keeps_both_values(as_user, office, fiji):
    client, page = as_user(office), url("edit_administration", fiji.pk)
    new = {
        "name": "Republic of Fiji", "sub_region": "far_east", "capital": "Nadi", "time_zone": "Asia/Dhaka",
        "weekend_days": ["4", "3", "5"], "languages": "English, Fijian", "email": "office@customs.example",
        "mail_domains": "FRCS.org.fj; @customs.gov.fj", "address": "Box 1\r\nSuva", "regional_entities": "RTC",
        "donor_fund": "CCF/Fiji", "member_since": "1997-07-01",
    }  # fmt: skip
    answer = client.post(page, form_on(client, page) | new)
    assert answer["Location"] == url("administration", fiji.pk)
    fiji.refresh_from_db()
    assert (fiji.weekend_days, fiji.mail_domains) == ([3, 4, 5], "frcs.org.fj, customs.gov.fj")
    assert fiji.address == "Box 1\nSuva"
    assert fiji.member_since == date(1997, 7, 1)
    line = latest(fiji)
    assert line.by == office
    assert set(line.facts["changes"]) == set(new)
    assert line.facts["changes"]["weekend_days"] == ["Saturday and Sunday", "Thursday, Friday and Saturday"]
    assert line.facts["changes"]["capital"] == ["", "Nadi"]
    shown = client.get(answer["Location"]).content.decode()
    assert "Weekend days: “Saturday and Sunday” became “Thursday, Friday and Saturday”" in shown
    assert "1 July 1997" in shown


def test_the_code_is_shown_and_never_changed(as_user, office, fiji):
    client, page = as_user(office), url("edit_administration", fiji.pk)
    assert "ISO code FJ" in client.get(page).content.decode()
    client.post(page, form_on(client, page) | {"iso2": "XX", "capital": "Suva"})
    fiji.refresh_from_db()
    assert (fiji.iso2, fiji.capital) == ("FJ", "Suva")


def test_saving_without_a_change_writes_no_line(as_user, office, fiji):
    Administration.objects.filter(pk=fiji.pk).update(address="Box 1\nSuva")
    client, page = as_user(office), url("edit_administration", fiji.pk)
    lines = Entry.objects.count()
    client.post(page, form_on(client, page) | {"address": "Box 1\r\nSuva"})
    assert Entry.objects.count() == lines


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"mail_domains": "customs"}, "is not a mail domain"),
        ({"mail_domains": "customs .gov.fj"}, "is not a mail domain"),
        ({"mail_domains": "a@customs.gov.fj"}, "is not a mail domain"),
        ({"mail_domains": "-a.fj"}, "is not a mail domain"),
        ({"mail_domains": "ກົມພາສີ.la"}, "is not a mail domain"),
        ({"mail_domains": "Gmail.com"}, "Everybody can have an address at gmail.com"),
        ({"mail_domains": ", ".join(f"d{n}.customs.example" for n in range(20))}, "at most 200"),
        ({"weekend_days": []}, "Choose at least one day."),
        ({"weekend_days": ["7"]}, "not one of the available choices"),
        ({"weekend_days": ["1", "2", "3", "4"]}, "Choose three days at most."),
        ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
        ({"sub_region": "mars"}, "not one of the available choices"),
        ({"name": ""}, "required"),
        ({"name": "a\u202eb"}, "hidden character"),
        ({"name": "x" * 121}, "at most 120"),
        ({"capital": "a\x00b"}, "Null characters"),
        ({"email": "no address"}, "valid email address"),
        ({"member_since": "0001-01-01"}, "Check the year"),
        ({"member_since": (TODAY + timedelta(days=2)).isoformat()}, "This day lies ahead"),
        ({"name": "tonga"}, "Another entry has the name “tonga”."),
        ({"shown": "junk"}, "no longer valid"),
        ({"shown": ""}, "no longer valid"),
    ],
)
def test_a_wrong_fact_is_refused_with_a_sentence(as_user, office, fiji, tonga, wrong, sentence):
    client, page = as_user(office), url("edit_administration", fiji.pk)
    before = Administration.objects.values().get(pk=fiji.pk)
    answer = client.post(page, form_on(client, page) | wrong)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Administration.objects.values().get(pk=fiji.pk) == before


@pytest.mark.parametrize("name", ["ປະເທດລາວ", "ราชอาณาจักรไทย", "မြန်မာ", "འབྲུག", "中国海关", "இலங்கை", "ایران", "e\u0301"])
def test_a_style_in_any_script_is_kept(as_user, office, fiji, name):
    client, page = as_user(office), url("edit_administration", fiji.pk)
    client.post(page, form_on(client, page) | {"name": name})
    fiji.refresh_from_db()
    assert fiji.name == {"e\u0301": "é"}.get(name, name)


def test_two_who_edit_the_same_field_see_both_values_and_decide(as_user, office, head_of_office, fiji):
    first, second, page = as_user(office), as_user(head_of_office), url("edit_administration", fiji.pk)
    mine = form_on(first, page) | {"capital": "Nadi"}
    second.post(page, form_on(second, page) | {"capital": "Suva", "weekend_days": ["4", "6"]})
    answer = first.post(page, mine)
    shown = answer.content.decode()
    assert "Somebody else changed this after you opened the page" in shown
    assert "It says now: “Suva”" in shown
    fiji.refresh_from_db()
    assert fiji.capital == "Suva"
    again = next(form for form in Page(shown).forms if "shown" in form.fields).data()
    assert again["capital"] == "Nadi"
    assert first.post(page, again).status_code == 302
    fiji.refresh_from_db()
    assert fiji.capital == "Nadi"


def test_what_a_colleague_saved_in_another_field_stays(as_user, office, head_of_office, fiji):
    first, second, page = as_user(office), as_user(head_of_office), url("edit_administration", fiji.pk)
    mine = form_on(first, page) | {"capital": "Suva"}
    second.post(page, form_on(second, page) | {"languages": "Fijian", "weekend_days": ["4", "5"]})
    assert first.post(page, mine).status_code == 302
    fiji.refresh_from_db()
    assert (fiji.capital, fiji.languages, fiji.weekend_days) == ("Suva", "Fijian", [4, 5])
    assert latest(fiji).facts["changes"] == {"capital": ["", "Suva"]}


def test_what_was_shown_of_another_row_is_not_taken(as_user, office, fiji, tonga):
    client = as_user(office)
    data = form_on(client, url("edit_administration", tonga.pk)) | {"name": "Fiji"}
    assert "no longer valid" in client.post(url("edit_administration", fiji.pk), data).content.decode()


def test_only_the_office_edits(as_user, fiji, contact_point, official, foreigner, client):
    title, membership = make.full_name("FJ"), make.group("oco", "FJ").memberships.get()
    pages = [
        url("edit_administration", fiji.pk), url("add_name", fiji.pk), url("edit_name", title.pk),
        url("remove_name", title.pk), url("join_group", fiji.pk), url("leave_group", membership.pk),
        url("edit_membership", membership.pk), url("remove_membership", membership.pk),
    ]  # fmt: skip
    for page in pages:
        for reader in (contact_point, official, foreigner):
            assert as_user(reader).post(page, {}).status_code == 403, (page, reader)
        assert client.post(page, {})["Location"].startswith("/account/login/")
    shown = as_user(contact_point).get(url("administration", fiji.pk)).content.decode()
    assert [page for page in pages if page in shown] == []


# --- full names ---------------------------------------------------------------------------------------


def spans(fiji) -> list[tuple[str, date | None, date | None]]:
    return list(fiji.titles.order_by("title").values_list("title", "from_on", "to_on"))


def test_a_new_full_name_ends_the_one_before_on_the_day_before(as_user, office, fiji):
    make.full_name("FJ", "A Customs")
    as_user(office).post(url("add_name", fiji.pk), {"title": "B Customs", "from_on": "2025-03-01"})
    assert spans(fiji) == [
        ("A Customs", None, date(2025, 2, 28)),
        ("B Customs", date(2025, 3, 1), None),
    ]
    assert fiji.title_on(date(2025, 2, 28)) == "A Customs"
    assert fiji.title_on(date(2025, 3, 1)) == "B Customs"
    facts = latest(fiji).facts
    assert (facts["full_name"], facts["earlier_name"], facts["earlier_name_until"]) == (
        "B Customs", "A Customs", "2025-02-28",
    )  # fmt: skip


def test_an_old_name_is_added_with_its_last_day(fiji, office):
    bodies.add_name(fiji, title="B Customs", from_on=date(2025, 3, 1), by=office)
    bodies.add_name(fiji, title="A Customs", from_on=None, to_on=date(2025, 2, 28), by=office)
    assert fiji.title_on(date(2000, 1, 1)) == "A Customs"


@pytest.mark.parametrize(
    ("from_on", "to_on", "sentence"),
    [
        ("2020-01-01", "", "overlap with “B Customs” (from 1 March 2025)"),  # it would go on over the later name
        ("2025-03-01", "", "overlap with “B Customs”"),  # begins on the same day
        ("", "", "overlap with “B Customs” (from 1 March 2025)"),
        ("2025-02-28", "2025-02-28", "overlap with “A Customs” (until 28 February 2025)"),
        ("2025-02-01", "2025-01-31", "The last day lies before the first day."),
        ("1066-01-01", "", "Check the year"),
        ("soon", "", "valid date"),
    ],
)
def test_names_neither_overlap_nor_run_backwards(as_user, office, fiji, from_on, to_on, sentence):
    make.full_name("FJ", "A Customs", to_on=date(2025, 2, 28))
    make.full_name("FJ", "B Customs", from_on=date(2025, 3, 1))
    before = spans(fiji)
    data = {"title": "C Customs", "from_on": from_on, "to_on": to_on}
    answer = as_user(office).post(url("add_name", fiji.pk), data)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert spans(fiji) == before


def test_a_name_is_corrected_and_removed(as_user, office, fiji):
    client = as_user(office)
    first = make.full_name("FJ", "A Custms", to_on=date(2025, 2, 28))
    make.full_name("FJ", "B Customs", from_on=date(2025, 3, 1))
    client.post(url("edit_name", first.pk), {"title": "A Customs", "from_on": "", "to_on": "2024-12-31"})
    assert spans(fiji)[0] == ("A Customs", None, date(2024, 12, 31))
    assert latest(fiji).facts["changes"]["full name"] == [
        "A Custms (until 28 February 2025)", "A Customs (until 31 December 2024)",
    ]  # fmt: skip
    answer = client.post(url("edit_name", first.pk), {"title": "A Customs", "from_on": "", "to_on": "2025-03-01"})
    assert "overlap with “B Customs”" in answer.content.decode()
    assert client.get(url("remove_name", first.pk)).status_code == 405
    client.post(url("remove_name", first.pk))
    assert [title for title, *_days in spans(fiji)] == ["B Customs"]
    assert (latest(fiji).verb, latest(fiji).facts["full_name"]) == ("removed a full name", "A Customs")


def test_a_name_that_is_gone_is_not_corrected(fiji, office):
    row = make.full_name("FJ", "A Customs")
    bodies.remove_name(AdministrationName.objects.get(), by=office)
    lines = Entry.objects.count()
    bodies.remove_name(row, by=office)
    assert Entry.objects.count() == lines
    with pytest.raises(Refused, match="removed a moment ago"):
        bodies.correct_name(row, title="B", from_on=None, to_on=None, by=office)


def test_the_directory_says_what_a_member_was_called_when_the_old_name_is_searched(as_user, foreigner, fiji):
    make.full_name("FJ", "Islands Customs", to_on=date(2020, 12, 31))
    make.full_name("FJ", "Revenue Service", from_on=date(2021, 1, 1))
    client = as_user(foreigner)
    assert "formerly Islands Customs" in client.get(url("directory"), {"q": "ISLANDS"}).content.decode()
    found = client.get(url("directory"), {"q": "revenue"}).content.decode()
    assert "Fiji" in found
    assert "formerly" not in found
    assert "formerly" not in client.get(url("directory")).content.decode()


# --- groups -------------------------------------------------------------------------------------------


def test_an_administration_joins_leaves_and_joins_again(as_user, office, fiji):
    client, group = as_user(office), make.group("oco")
    client.post(url("join_group", fiji.pk), {"group": group.pk, "from_on": "2020-01-01"})
    row = Membership.objects.get()
    client.post(url("leave_group", row.pk), {"last_day": "2022-12-31"})
    client.post(url("join_group", fiji.pk), {"group": group.pk, "from_on": "2025-01-01"})
    days = {date(2019, 12, 31): 0, date(2020, 1, 1): 1, date(2022, 12, 31): 1, date(2023, 1, 1): 0, TODAY: 1}
    for day, number in days.items():
        assert fiji.memberships.on(day).count() == number, day
    verbs = Entry.objects.about(fiji).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["joined a group", "left a group", "joined a group"]


def test_memberships_of_one_group_do_not_overlap_but_groups_do(fiji, office):
    group, other = make.group("oco"), make.group("sasec")
    first = bodies.join(fiji, group=group, from_on=date(2020, 1, 1), to_on=date(2021, 12, 31), by=office)
    with pytest.raises(Refused, match=r"overlap with “OCO” \(1 January 2020 - 31 December 2021\)"):
        bodies.join(fiji, group=group, from_on=date(2021, 12, 31), by=office)
    later = bodies.join(fiji, group=group, from_on=date(2022, 1, 1), by=office)
    bodies.join(fiji, group=other, from_on=date(2020, 1, 1), by=office)
    with pytest.raises(Refused, match="overlap"):
        bodies.correct_membership(later, from_on=None, to_on=None, by=office)
    with pytest.raises(Refused, match="lies before"):
        bodies.correct_membership(later, from_on=TODAY, to_on=TODAY - timedelta(days=1), by=office)
    bodies.correct_membership(first, from_on=None, to_on=date(2021, 12, 31), by=office)
    assert latest(fiji).facts["changes"] == {"OCO": ["(1 January 2020 - 31 December 2021)", "(until 31 December 2021)"]}


@pytest.mark.parametrize(
    ("last_day", "sentence"),
    [
        ("2019-12-31", "begins after this day"),
        ("2024-01-01", "ended on 31 December 2022"),
        ("9999-01-01", "Check the year"),
        ("", "required"),
    ],
)
def test_a_wrong_last_day_is_refused_with_a_sentence(as_user, office, fiji, last_day, sentence):
    row = bodies.join(fiji, group=make.group("oco"), from_on=date(2020, 1, 1), to_on=date(2022, 12, 31), by=office)
    answer = as_user(office).post(url("leave_group", row.pk), {"last_day": last_day})
    assert sentence in answer.content.decode()
    row.refresh_from_db()
    assert row.to_on == date(2022, 12, 31)


def test_a_wrong_membership_is_removed_and_a_second_click_changes_nothing(as_user, office, fiji):
    row = make.group("oco", "FJ").memberships.get()
    as_user(office).post(url("remove_membership", row.pk))
    assert not Membership.objects.exists()
    lines = Entry.objects.about(fiji).count()
    bodies.remove_membership(row, by=office)
    assert Entry.objects.about(fiji).count() == lines
    for act in (
        lambda: bodies.leave(row, last_day=TODAY, by=office),
        lambda: bodies.correct_membership(row, from_on=None, to_on=TODAY, by=office),
    ):
        with pytest.raises(Refused, match="removed a moment ago"):
            act()


# --- the list leaves the portal -------------------------------------------------------------------------


def test_taking_the_list_out_is_noted(as_user, contact_point, tonga):
    as_user(contact_point).get(url("directory_csv"), {"q": "fiji", "sub_region": "mars"})
    line = latest(contact_point)
    assert (line.verb, line.by) == ("exported administrations", contact_point)
    assert line.facts == {"rows": 1}
    assert line.personal.facts == {"filters": {"q": "fiji"}}
    assert as_user(contact_point).post(url("directory_csv")).status_code == 405
