"""The people of an event by page: seats, decisions, the list as a file and on paper."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils.html import escape

from events.models import Registration
from events.services import lifecycle, registrations
from events.states import EventState, RegistrationState
from portal.kit import trail
from portal.mail.models import Message
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db
R = RegistrationState


def page(event, tail=""):
    return f"/office/events/{event.pk}/people/{tail}"


def act(row, verb):
    return page(row.event, f"{row.pk}/{verb}/")


def state(row):
    row.refresh_from_db()
    return row.state


def letters(row):
    return set(Message.objects.about(row).values_list("purpose", flat=True))


# --- what the page shows --------------------------------------------------------------------------


def test_an_empty_page_leads_to_the_invitations(read):
    event = make.announced()
    text = read(page(event))
    assert "Nobody is nominated yet." in text
    assert f'href="/office/events/{event.pk}/invitations/"' in text


def test_seats_are_counted_from_rows(read, fiji_contact):
    event = make.announced("FJ", "TO", seats=1, pool=1)
    make.confirmed(event, "FJ")
    make.confirmed(event, "FJ")
    make.nominated(event, "TO")
    make.applied(event, "TO")
    text = read(page(event))
    assert "<strong>1 of 2</strong> own seats taken" in text
    assert "<strong>1 of 1</strong> pool seats taken" in text
    assert "<strong>2</strong> confirmed" in text
    assert "<strong>1</strong> to decide" in text
    assert "1 from the pool" in text
    assert "Contact point of Fiji" in text
    assert "Nobody appointed" in text


def test_the_share_of_women_counts_those_who_have_a_seat_and_state_their_gender(read):
    event = make.announced("FJ", seats=4)
    for gender in ("female", "male", ""):
        person = make.official("FJ")
        person.gender = gender
        person.save(update_fields=["gender"])
        make.confirmed(event, "FJ", person=person)
    waiting = make.official("FJ")
    waiting.gender = "female"
    waiting.save(update_fields=["gender"])
    make.nominated(event, "FJ", person=waiting)
    text = read(page(event))
    assert 'data-label="Women" class="num">50 %<br><span class="quiet small">1 of 2</span>' in text


def test_people_stand_in_the_order_of_priority_of_their_administration(read):
    event = make.announced("FJ", "TO")
    for code, name in (("TO", "Tonga first"), ("FJ", "Fiji first"), ("FJ", "Fiji second"), ("TO", "Tonga second")):
        make.nominated(event, code, person=make.official(code, name))
    text = read(page(event))
    order = [text.index(f">{name}</a>") for name in ("Fiji first", "Fiji second", "Tonga first", "Tonga second")]
    assert order == sorted(order)


def test_the_list_shows_what_a_person_attended_before(read):
    person = make.official("FJ", "Official of two events")
    past = make.running("FJ", began=days(-40), topic="Transit")
    make.attended(past, person=person)
    other = make.running("FJ", began=days(-30), topic="Valuation")
    make.attended(other, person=person)
    make.confirmed(make.running("FJ", began=days(-20), topic="Transit"), person=person)  # confirmed, never there
    event = make.announced("FJ", topic="transit")
    make.nominated(event, person=person)
    text = read(page(event))
    assert "2 events" in text
    assert "1 on this topic" in text


def test_the_waiting_list_has_places(read, office):
    event = make.announced("FJ", "TO", seats=1)
    rows = [make.nominated(event, code) for code in ("FJ", "FJ", "TO", "TO")]
    registrations.fill(event, by=office, at=make.before_deadline(event))
    assert [state(row) for row in rows] == [R.CONFIRMED, R.WAITING, R.CONFIRMED, R.WAITING]
    text = read(page(event))
    assert "place 1 on the waiting list" in text
    assert "place 2 on the waiting list" in text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("", "Ana of Fiji", "Gone of Fiji"),
        ("state=gone", "Gone of Fiji", "Ana of Fiji"),
        ("state=nominated", "Ana of Fiji", "Sione of Tonga"),
        ("state=confirmed", "Sione of Tonga", "Ana of Fiji"),
        ("q=sione", "Sione of Tonga", "Ana of Fiji"),
        ("state=nonsense&q=ana", "Ana of Fiji", "Sione of Tonga"),
    ],
)
def test_the_list_is_filtered_in_the_address_bar(read, office, query, shown, hidden):
    event = make.announced("FJ", "TO")
    make.nominated(event, person=make.official("FJ", "Ana of Fiji"))
    make.confirmed(event, "TO", person=make.official("TO", "Sione of Tonga"))
    gone = make.nominated(event, person=make.official("FJ", "Gone of Fiji"))
    registrations.decline(gone, reason="Too many.", by=office, at=NOW)
    text = read(f"{page(event)}?{query}")
    assert f">{shown}</a>" in text
    assert f">{hidden}</a>" not in text


def test_the_filter_of_administrations_offers_those_of_the_event_only(read):
    event = make.announced("FJ", "TO")
    row = make.nominated(event, "FJ")
    make.nominated(event, "TO")
    other = make.administration("JP")
    text = read(f"{page(event)}?administration={row.administration_id}")
    assert f">{row.official}</a>" in text
    assert "1 person" in text
    assert "2 people" in read(f"{page(event)}?administration={other.pk}")
    assert "2 people" in read(f"{page(event)}?administration=99999999999999999999&page=0&sort=x&q=%00")


def test_the_number_of_queries_does_not_grow_with_people(count_queries):
    event = make.announced("FJ", "TO", "WS", seats=1, pool=1)
    make.confirmed(event, "FJ")
    make.nominated(event, "FJ")
    one = count_queries(page(event))
    for code in ("TO", "WS"):
        make.contact_point(code)
        make.confirmed(event, code)
        make.nominated(event, code)
        make.applied(event, code)
    assert count_queries(page(event)) == one


# --- confirm up to the seats ----------------------------------------------------------------------


def test_the_button_says_how_many_get_a_seat_and_how_many_wait(read):
    event = make.announced("FJ", seats=2)
    for _number in range(3):
        make.nominated(event)
    assert "Confirm 2 people, 1 waits</button>" in read(page(event))


def test_fill_confirms_up_to_the_seats_and_the_next_ones_wait(read):
    event = make.announced("FJ", seats=2)
    rows = [make.nominated(event) for _number in range(3)]
    text = read(page(event, "fill/"), {"seen": "2"})
    assert "2 people are confirmed. 1 person was put on the waiting list. Their letters are queued." in text
    assert [state(row) for row in rows] == [R.CONFIRMED, R.CONFIRMED, R.WAITING]
    assert "confirmed" in letters(rows[0])
    assert "waiting" in letters(rows[2])


def test_a_second_click_on_fill_does_nothing(read):
    event = make.announced("FJ", seats=1)
    row = make.nominated(event)
    read(page(event, "fill/"), {"seen": "1"})
    assert "Nothing to do: everybody has a seat or waits already." in read(page(event, "fill/"), {"seen": "1"})
    assert state(row) == R.CONFIRMED
    assert Message.objects.about(row).filter(purpose="confirmed").count() == 1


def test_fill_refuses_when_the_list_changed_since_the_page_was_read(read):
    event = make.announced("FJ", seats=3)
    first, second = make.nominated(event), make.nominated(event)
    text = read(page(event, "fill/"), {"seen": "1"})
    assert "The list has changed since you opened the page. Now 2 people would be confirmed." in text
    assert [state(first), state(second)] == [R.NOMINATED, R.NOMINATED]


@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 40, "²"])
def test_fill_takes_any_count_without_a_fault(read, seen):
    event = make.announced("FJ", seats=3)
    make.nominated(event)
    assert "People in the order of priority" in read(page(event, "fill/"), {"seen": seen})


def test_fill_refuses_an_event_that_is_cancelled(read, office):
    event = make.announced("FJ")
    row = make.nominated(event)
    lifecycle.cancel(event, reason="No donor.", by=office, at=NOW)
    assert "Only an announced event can confirm people." in read(page(event, "fill/"), {"seen": "1"})
    assert state(row) == R.NOMINATED
    assert "Confirm up to the seats" not in read(page(event))


# --- one person -----------------------------------------------------------------------------------


def test_confirm_gives_a_seat_and_queues_the_letter(read):
    row = make.nominated(make.announced("FJ"), person=make.official("FJ", "Ana of Fiji"))
    assert "Ana of Fiji has a seat. The letter is queued." in read(act(row, "confirm"), {})
    assert state(row) == R.CONFIRMED
    assert "confirmed" in letters(row)


def test_confirm_refuses_when_the_seats_are_taken(read):
    event = make.announced("FJ", seats=1)
    make.confirmed(event)
    row = make.nominated(event)
    assert "All seats of Fiji and of the common pool are taken." in read(act(row, "confirm"), {})
    assert state(row) == R.NOMINATED


def test_confirm_refuses_an_applicant_whom_nobody_endorsed(read):
    row = make.applied(make.announced("FJ"))
    assert "The administration has not endorsed this official yet." in read(act(row, "confirm"), {})
    assert state(row) == R.APPLIED


def test_a_second_click_on_confirm_finds_it_done(read):
    row = make.confirmed(make.announced("FJ"), person=make.official("FJ", "Ana of Fiji"))
    assert "Ana of Fiji is confirmed already." in read(act(row, "confirm"), {})
    assert Message.objects.about(row).filter(purpose="confirmed").count() == 1


def test_the_act_comes_back_to_the_list_as_it_was_filtered(desk):
    row = make.nominated(make.announced("FJ"))
    answer = desk.post(act(row, "confirm") + "?state=nominated&sort=-name")
    assert answer["Location"] == page(row.event) + "?state=nominated&sort=-name"


def test_wait_puts_a_nominee_on_the_waiting_list(read):
    row = make.nominated(make.announced("FJ"), person=make.official("FJ", "Ana of Fiji"))
    assert "Ana of Fiji is on the waiting list." in read(act(row, "wait"), {})
    assert state(row) == R.WAITING
    assert "Ana of Fiji is waiting already." in read(act(row, "wait"), {})


def test_wait_refuses_who_is_confirmed(read):
    row = make.confirmed(make.announced("FJ"))
    assert "This registration is confirmed. It cannot become waiting." in read(act(row, "wait"), {})
    assert state(row) == R.CONFIRMED


@pytest.mark.parametrize(
    ("verb", "after", "letter"), [("decline", R.DECLINED, "not_taken"), ("withdraw", R.WITHDRAWN, "withdrawn")]
)
def test_decline_and_withdraw_ask_for_the_reason_first(read, verb, after, letter):
    row = make.nominated(make.announced("FJ"), person=make.official("FJ", "Ana of Fiji"))
    text = read(act(row, verb))
    assert "This cannot be undone" in text
    assert state(row) == R.NOMINATED
    assert "This field is required." in read(act(row, verb), {"reason": "  "})
    assert state(row) == R.NOMINATED
    read(act(row, verb), {"reason": "The office has too many nominees."})
    assert state(row) == after
    assert row.reason == "The office has too many nominees."
    assert letter in letters(row)
    assert "already." in read(act(row, verb), {"reason": "Again."})
    assert row.reason == "The office has too many nominees."


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("x" * 1001, "at most 1000 characters"),
        ("A hidden \x07 bell", "This text has a hidden character"),
        ("Turned \u202e round", "This text has a hidden character"),
        ("A null \x00 sign", "Null characters are not allowed."),
    ],
)
def test_a_bad_reason_is_answered_beside_the_field(read, reason, sentence):
    row = make.nominated(make.announced("FJ"))
    assert sentence in read(act(row, "decline"), {"reason": reason})
    assert state(row) == R.NOMINATED


def test_decline_refuses_who_has_a_seat(read):
    row = make.confirmed(make.announced("FJ"))
    text = read(act(row, "decline"), {"reason": "Too many."})
    assert "This registration is confirmed. It cannot become declined." in text
    assert state(row) == R.CONFIRMED


def test_withdraw_offers_the_seat_to_the_next_one_who_waits(read, office):
    event = make.announced("FJ", seats=1)
    row, next_one = make.nominated(event), make.nominated(event)
    registrations.fill(event, by=office, at=make.before_deadline(event))
    row.refresh_from_db()
    assert "The seat is offered to the next person who waits." in read(act(row, "withdraw"))
    read(act(row, "withdraw"), {"reason": "Ill."})
    assert [state(row), state(next_one)] == [R.WITHDRAWN, R.OFFERED]


def test_withdraw_refuses_when_the_event_is_over(read, office):
    event = make.running("FJ", began=days(-3))
    row = make.confirmed(event)
    lifecycle.hold(event, by=office, at=NOW)
    event.refresh_from_db()
    assert event.state == EventState.HELD
    assert "The event is over." in read(act(row, "withdraw"), {"reason": "Ill."})
    assert state(row) == R.CONFIRMED
    assert f'{row.pk}/withdraw/"' not in read(page(event))


@pytest.mark.parametrize("verb", ["confirm", "wait", "decline", "withdraw"])
def test_a_person_of_another_event_is_not_found(desk, verb):
    here, there = make.announced("FJ"), make.announced("FJ")
    row = make.nominated(there)
    for number in (row.pk, 0, 99999999999999999999):
        assert desk.post(page(here, f"{number}/{verb}/"), {"reason": "No."}).status_code == 404
    assert state(row) == R.NOMINATED


@pytest.mark.parametrize("verb", ["confirm", "wait"])
def test_acts_never_happen_on_get(desk, verb):
    row = make.nominated(make.announced("FJ"))
    assert desk.get(act(row, verb)).status_code == 405
    assert desk.get(page(row.event, "fill/")).status_code == 405
    assert state(row) == R.NOMINATED


# --- out of the portal ----------------------------------------------------------------------------


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_holds_the_list_as_filtered_and_leaves_a_line_in_the_trail(desk, office):
    event = make.announced("FJ", "TO")
    make.nominated(event, person=make.official("FJ", "Ana of Fiji"))
    make.confirmed(event, "TO", person=make.official("TO", "Sione of Tonga"))
    rows = rows_of(desk.get(f"/office/events/{event.pk}/people.csv?state=confirmed"))
    assert [row[2] for row in rows] == ["Name", "Sione of Tonga"]
    assert "Gender" not in rows[0]
    entry = trail.history(event).get(verb="exported people")
    assert entry.by == office
    assert entry.told == {"rows": 1, "filters": {"state": "confirmed"}}


def test_the_file_is_safe_against_formulas(desk):
    event = make.announced("FJ")
    person = make.official("FJ", "=HYPERLINK(1)")
    person.position, person.unit = "+1+1", "@SUM(A1)"
    person.save(update_fields=["position", "unit"])
    make.nominated(event, person=person)
    _head, row = rows_of(desk.get(f"/office/events/{event.pk}/people.csv"))
    assert row[2] == "'=HYPERLINK(1)"
    assert (row[4], row[5]) == ("'+1+1", "'@SUM(A1)")


def test_the_list_for_print_names_confirmed_people_only(read):
    event = make.announced("FJ", "TO")
    make.confirmed(event, "TO", person=make.official("TO", "Sione of Tonga"))
    make.confirmed(event, "FJ", person=make.official("FJ", "Ana of Fiji"))
    make.nominated(event, person=make.official("FJ", "Nominee of Fiji"))
    text = read(page(event, "list/"))
    assert "2 participants of 2 administrations" in text
    assert text.index("Ana of Fiji") < text.index("Sione of Tonga")
    assert "Nominee of Fiji" not in text


def test_names_are_shown_as_text_and_never_as_markup(read):
    event = make.announced("FJ")
    make.confirmed(event, person=make.official("FJ", "<b>Ana</b>"))
    for path in (page(event), page(event, "list/")):
        text = read(path)
        assert escape("<b>Ana</b>") in text
        assert "<b>Ana</b>" not in text
    assert Registration.objects.count() == 1
