"""The audit trail of the whole portal: its filters, its pages, its file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.pages.office import forms_trail
from events.pages.office import trail as trail_page
from events.services import registrations
from members.services import people
from portal.kit import trail
from portal.kit.models import Entry
from tests import make

pytestmark = pytest.mark.django_db
PAGE, FILE = "/office/trail/", "/office/trail/trail.csv"


def log(text):
    """The lines, without the choices of the filters above."""
    assert "No line matches." not in text
    return text[text.index('<ol class="log">') : text.index("</main>")]


def lines(desk, **query):
    return desk.get(PAGE, query).context["history"]


def rows(desk, **query):
    answer = desk.get(FILE, query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def bulk(person, count, *, verb="seen", begin=datetime(2026, 1, 1, tzinfo=UTC), **facts):
    Entry.objects.bulk_create(
        Entry(by=person, verb=verb, about=person, at=begin + timedelta(seconds=number), facts=facts)
        for number in range(count)
    )


# --- the page -----------------------------------------------------------------------------------------


def test_every_kind_of_row_has_its_name_and_its_page(read, office):
    event = make.announced("FJ")
    row = make.nominated(event, "FJ", person=make.official("FJ", "Ana of Fiji"))
    registrations.confirm(row, by=office, at=make.before_deadline(event))
    meeting = make.meeting("ID", "MM", chairs=(make.official("ID", "Chair"),))
    outcome = make.published(meeting)
    text = "".join(log(read(f"{PAGE}?{query}")) for query in ("", "kind=members.user", "kind=events.event"))
    for name, link in (
        (f"Ana of Fiji (Fiji), {event.title}", reverse("office:people", args=[event.pk])),
        (f"outcome {outcome.number}, {meeting.title}", reverse("office:event_outcome", args=[meeting.pk])),
        ("Ana of Fiji", reverse("members:person", args=[row.official_id])),
        (event.title, reverse("office:event", args=[event.pk])),
    ):
        assert f'<a href="{link}">{name}</a>' in text, name
    assert "moved from “Nominated” to “Confirmed”" in text


def test_the_latest_line_stands_first_and_the_order_turns(desk, office):
    bulk(office, 3)
    times = [line.at for line in lines(desk, verb="seen")]
    assert times == sorted(times, reverse=True)
    assert [line.at for line in lines(desk, verb="seen", sort="at")] == times[::-1]


@pytest.mark.parametrize("sort", ["at", "-at"])
def test_pages_hold_every_line_once_forth_and_back_also_lines_of_one_moment(desk, office, sort):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(3):
        Entry.objects.bulk_create(
            Entry(by=office, verb="seen", about=office, at=moment + timedelta(days=number)) for _turn in range(45)
        )
    wanted = list(
        Entry.objects.filter(verb="seen").order_by(sort, sort.replace("at", "pk")).values_list("pk", flat=True)
    )
    forth, address = [], f"?verb=seen&sort={sort}"
    while address:
        page = desk.get(PAGE + address).context["listing"]
        forth.append([entry.pk for entry in page])
        last, address = page, page.next
    assert [pk for page in forth for pk in page] == wanted
    assert [len(page) for page in forth] == [50, 50, 35]
    back = [[entry.pk for entry in last]]
    while last.previous:
        last = desk.get(PAGE + last.previous).context["listing"]
        back.insert(0, [entry.pk for entry in last])
    assert back == forth
    assert not last.has_previous


def test_nothing_is_counted_to_show_a_page(desk, office):
    bulk(office, 60)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.get(PAGE)
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"]]


def test_each_filter_leaves_its_lines(desk, office, fiji_contact, fiji_official):
    fiji = fiji_official.administration
    trail.record(fiji_contact, "painted", fiji, colour="Grün =1+1")
    trail.record(None, "painted", fiji_official, colour="blue")
    everything = {(line.who, line.subject) for line in lines(desk, verb="painted")}
    assert everything == {("Contact point of Fiji", "Fiji"), ("The portal", "Official A of Fiji")}
    contact, portal = {("Contact point of Fiji", "Fiji")}, {("The portal", "Official A of Fiji")}
    for query, found in (
        ({"who": "Contact point of Fiji"}, contact),
        ({"who": "contact POINT"}, contact),
        ({"who": fiji_contact.username}, contact),
        ({"who": fiji_contact.email.upper()}, contact),
        ({"who": "Portal"}, portal),
        ({"who": "nobody has this name"}, set()),
        ({"kind": "members.administration"}, contact),
        ({"kind": "members.user"}, portal),
        ({"kind": "members.user", "row": fiji_official.pk}, portal),
        ({"kind": "members.user", "row": fiji_contact.pk}, set()),
        ({"text": "blue"}, portal),
        ({"text": "grün"}, contact),
        ({"text": "=1+1"}, contact),
        ({"text": "_"}, set()),
        ({"text": "%"}, set()),
        ({"first": timezone.localdate().isoformat(), "text": "BLUE"}, portal),
        ({"last": "2020-01-01"}, set()),
        ({"first": "2090-01-01"}, set()),
    ):
        assert {(line.who, line.subject) for line in lines(desk, verb="painted", **query)} == found, query


def test_days_begin_and_end_in_the_zone_of_the_reader(desk, office):
    people.change(office, by=office, time_zone="Pacific/Tongatapu")  # UTC+13
    bulk(office, 1, begin=datetime(2026, 3, 1, 10, 59, 59, tzinfo=UTC))  # still 1 March in Tonga
    bulk(office, 1, begin=datetime(2026, 3, 1, 11, tzinfo=UTC))
    for first, last, hours in (
        ("", "2026-03-01", [23]),
        ("2026-03-02", "", [0]),
        ("2026-03-01", "2026-03-02", [0, 23]),
    ):
        found = lines(desk, verb="seen", first=first, last=last)
        assert [(line.at + timedelta(hours=13)).hour for line in found] == hours


def test_a_text_is_looked_for_in_the_latest_lines_only_and_the_page_says_so(desk, office, monkeypatch):
    monkeypatch.setattr(forms_trail, "SEARCHED", 3)
    bulk(office, 2, begin=datetime(2020, 1, 1, tzinfo=UTC), colour="blue")
    bulk(office, 3, begin=datetime(2021, 1, 1, tzinfo=UTC), colour="red")
    assert lines(desk, verb="seen", text="blue") == []
    assert len(lines(desk, verb="seen", text="blue", last="2020-12-31")) == 2
    assert "A text is looked for in the latest" in desk.get(PAGE, {"text": "blue"}).content.decode()


def test_a_row_that_is_gone_and_a_kind_that_nobody_named_keep_their_lines(desk, office):
    event = make.announced("FJ")
    session = event.sessions.first()
    trail.record(office, "moved", session, before="a", after="b")
    kind = Entry.objects.about(office).model(about=office).about_type
    Entry.objects.create(by=office, verb="seen", about_type=kind, about_id=999_999)
    assert lines(desk, verb="seen")[0].subject == "person 999999, which is gone"
    assert any(line.subject == f"session {session.pk}" for line in lines(desk, verb="moved"))


@pytest.mark.parametrize(
    "query",
    [
        "verb=nonsense", "verb=%00", "kind=auth.user", "kind=x", "first=31+February", "first=0001-01-01",
        "last=9999-12-31", "first=2026-02-01&last=2026-01-01", "row=5", "row=x", "row=99999999999999999999",
        "row=-1", "text=%00", "text=" + "x" * 101, "text=%E2%80%AE", "who=a%0Ab", "after=x", "after=1-", "before=%00",
        "after=9999999999999999-999999999999999999", "before=0-0", "after=-1--1", "after=1%C2%B2-1", "sort=verb",
        "page=7", "after=0-0&before=0-0",
    ],
)  # fmt: skip
def test_what_is_not_understood_filters_nothing_on_the_page(desk, office, query):
    trail.record(office, "painted", office)
    answer = desk.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert "painted" in log(answer.content.decode())


def test_a_name_of_too_many_people_asks_for_more_of_it(desk, office):
    for number in range(21):
        make.official("FJ", f"Ana {number} of Fiji")
    assert "Write more of it" in desk.get(PAGE, {"who": "ana"}).content.decode()
    assert desk.get(FILE, {"who": "ana"}).status_code == 302


def test_markup_in_facts_and_names_stays_text(read, office):
    trail.record(office, "painted", make.official("FJ", "<b>Ana</b>"), colour="<script>alert(1)</script>")
    text = read(PAGE)
    assert "<script>alert" not in text
    assert "<b>Ana" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("sign", ["", "?sort=at", "?kind=events.registration", "?text=a"])
def test_the_number_of_queries_is_the_same_for_1_3_and_60_lines(count_queries, office, sign):
    event = make.announced("FJ", seats=70)
    make.nominated(event, "FJ")
    one = count_queries(PAGE + sign)
    for _number in range(2):
        make.nominated(event, "FJ")
    assert count_queries(PAGE + sign) == one
    one_of_each_kind = {entry.about_type_id: entry.about for entry in Entry.objects.order_by("pk")}
    for row in list(one_of_each_kind.values()) * 20:
        trail.record(office, "seen", row, colour="a")
    assert count_queries(PAGE + sign) == one


# --- the file -----------------------------------------------------------------------------------------


def test_the_file_holds_the_lines_of_the_filter_safe_against_formulas(desk, office, fiji_official):
    trail.record(office, "=cmd()", fiji_official, colour="@SUM(A1)")
    trail.record(office, "painted", fiji_official)
    found = rows(desk, verb="=cmd()")
    assert [(row["What"], row["Who"], row["Sign-in name"]) for row in found] == [
        ("'=cmd()", str(office), office.username)
    ]
    assert found[0]["Row"] == "Official A of Fiji"
    assert found[0]["Number"] == str(fiji_official.pk)
    assert json.loads(found[0]["Facts"]) == {"colour": "@SUM(A1)"}
    made = Entry.objects.get(verb="=cmd()")
    assert found[0]["When (UTC)"] == f"{made.at:%Y-%m-%d %H:%M:%S}"


def test_who_takes_the_file_is_a_line_of_the_trail(desk, office, fiji_official):
    bulk(fiji_official, 3)
    assert len(rows(desk, verb="seen", who="Official A of Fiji")) == 3
    entry = Entry.objects.get(verb="exported trail")
    assert (entry.by, entry.about) == (office, office)
    assert entry.facts == {"rows": 3}, "what was asked for may be a name"
    assert entry.told == {"rows": 3, "filters": {"verb": "seen", "who": "Official A of Fiji"}}
    assert rows(desk, who="nobody has this name") == []
    assert Entry.objects.filter(verb="exported trail").latest("pk").told["filters"] == {"who": "nobody has this name"}


def test_the_file_ends_at_its_limit_and_crosses_its_pieces(desk, office, monkeypatch):
    monkeypatch.setattr(trail_page, "MOST_EXPORTED", 8)
    monkeypatch.setattr(trail_page, "PIECE", 3)
    bulk(office, 10)
    found = rows(desk, verb="seen")
    wanted = Entry.objects.filter(verb="seen").order_by("-at")[:8]
    assert [row["When (UTC)"] for row in found] == [f"{row.at:%Y-%m-%d %H:%M:%S}" for row in wanted]
    assert Entry.objects.get(verb="exported trail").facts["rows"] == 8


def test_a_filter_that_is_not_understood_lets_nothing_out(desk, office):
    answer = desk.get(f"{FILE}?verb=nonsense")
    assert answer["Location"] == f"{PAGE}?verb=nonsense"
    assert not Entry.objects.filter(verb="exported trail").exists()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_trail_is_only_read(desk, method):
    for address in (PAGE, FILE):
        assert getattr(desk, method)(address).status_code == 405


# --- who, and the histories of rows -------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["fiji_official", "fiji_contact", "indonesia_chair"])
def test_only_the_office_reads_it(request, as_user, persona):
    browser = as_user(request.getfixturevalue(persona))
    assert [browser.get(address).status_code for address in (PAGE, FILE)] == [403, 403]
    assert not Entry.objects.filter(verb="exported trail").exists()


def test_the_head_of_the_office_reads_it_too(as_user, head_of_office):
    assert as_user(head_of_office).get(PAGE).status_code == 200


def test_histories_of_people_administrations_and_activities_lead_to_their_lines(desk, as_user, office, fiji_official):
    activity = make.activity("FJ")
    fiji = fiji_official.administration
    for address, kind, row in (
        (reverse("members:person", args=[fiji_official.pk]), "members.user", fiji_official),
        (reverse("members:administration", args=[fiji.pk]), "members.administration", fiji),
        (reverse("office:activity", args=[activity.pk]), "events.activity", activity),
    ):
        trail.record(office, "painted", row)
        text = desk.get(address).content.decode()
        assert "painted" in text
        assert f'href="{PAGE}?kind={kind}&amp;row={row.pk}"' in text
        assert lines(desk, kind=kind, row=row.pk)[0].act == "painted"
    mine = as_user(fiji_official)
    assert PAGE not in mine.get(reverse("members:profile")).content.decode()
    assert "painted" not in mine.get(reverse("members:administration", args=[fiji.pk])).content.decode()
