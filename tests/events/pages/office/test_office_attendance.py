"""Attendance by page: the grid, what it refuses, and the certificates that follow."""

from __future__ import annotations

import pytest

from events.models import Attendance, Certificate
from events.services import attendance as service
from events.services import certificates, lifecycle
from portal.kit import trail
from portal.kit.states import Refused
from portal.mail.models import Message
from tests import make
from tests.make import NOW, days

pytestmark = pytest.mark.django_db


def page(event):
    return f"/office/events/{event.pk}/attendance/"


def sessions(event):
    return list(event.sessions.all())


def present(event):
    return service.present_at(event)


def ticks(event, *pairs, **more):
    """What the browser sends when the page was empty and these (session, person) are ticked."""
    data: dict = {}
    for session, row in pairs:
        data.setdefault(f"session-{session.pk}", []).append(str(row.pk))
    return data | more


def noted(event, *people):
    """The hidden words that say who was present when the page was drawn."""
    words = " ".join(str(row.pk) for row in people)
    return {f"noted-{session.pk}": words for session in sessions(event)}


# --- the grid -------------------------------------------------------------------------------------


def test_ticks_are_saved_for_each_session(read, office):
    event = make.running("FJ", began=days(-3), sessions=2)
    first, second = make.confirmed(event), make.confirmed(event)
    one, two = sessions(event)
    text = read(page(event), ticks(event, (one, first), (one, second), (two, second)))
    assert "Attendance of 2 sessions is saved." in text
    assert present(event) == {(first.pk, one.pk), (second.pk, one.pk), (second.pk, two.pk)}
    assert "2 of 2 present" in text
    assert "1 of 2 present" in text
    assert trail.history(event).filter(verb="ticked attendance", by=office).count() == 2


def test_a_tick_that_is_taken_away_is_an_absence(read):
    event = make.running("FJ", began=days(-3))
    row = make.attended(event)
    read(page(event), noted(event, row))
    assert present(event) == set()


def test_saving_without_a_change_writes_nothing(read):
    event = make.running("FJ", began=days(-3))
    row = make.attended(event)
    before = trail.history(event).count()
    (session,) = sessions(event)
    assert "Nothing was changed." in read(page(event), ticks(event, (session, row), **noted(event, row)))
    assert trail.history(event).count() == before


def test_two_people_who_tick_at_the_same_time_do_not_undo_each_other(read, office):
    event = make.running("FJ", began=days(-3))
    first, second = make.confirmed(event), make.confirmed(event)
    (session,) = sessions(event)
    service.tick(session, [first], by=office, at=NOW)  # after the page of the other one was drawn
    read(page(event), ticks(event, (session, second)))
    assert present(event) == {(first.pk, session.pk), (second.pk, session.pk)}


def test_mark_all_marks_everybody_who_is_confirmed(read):
    event = make.running("FJ", "TO", began=days(-3))
    people = [make.confirmed(event, code) for code in ("FJ", "FJ", "TO")]
    make.nominated(event, "TO")
    (session,) = sessions(event)
    text = read(page(event))
    assert "Mark all 3 present" in text
    text = read(page(event), {"all": session.pk})
    assert present(event) == {(row.pk, session.pk) for row in people}
    assert "Mark nobody" in text
    read(page(event), {"nobody": session.pk, **noted(event, *people)})
    assert present(event) == set()


def test_a_session_that_has_not_begun_is_closed_and_says_so(read):
    event = make.running("FJ", began=days(-1), sessions=4)
    row = make.confirmed(event)
    last = sessions(event)[-1]
    text = read(page(event))
    assert "Not begun yet. You can tick it when it begins." in text
    assert f'name="session-{last.pk}" value="{row.pk}"' in text
    assert "disabled" in text
    for data in (ticks(event, (last, row)), {"all": last.pk}):
        assert "Session 4: This session has not begun yet." in read(page(event), data)
    assert present(event) == set()


def test_a_refused_session_does_not_stop_the_others(read):
    event = make.running("FJ", began=days(-1), sessions=4)
    row = make.confirmed(event)
    first, last = sessions(event)[0], sessions(event)[-1]
    text = read(page(event), ticks(event, (first, row), (last, row)))
    assert "Attendance of 1 session is saved." in text
    assert "Session 4: This session has not begun yet." in text
    assert present(event) == {(row.pk, first.pk)}


def test_people_of_another_event_or_without_a_seat_cannot_be_present(read):
    event = make.running("FJ", began=days(-3))
    make.confirmed(event)
    stranger = make.confirmed(make.running("FJ", began=days(-3)))
    nominee = make.nominated(event)
    (session,) = sessions(event)
    for pk in (stranger.pk, nominee.pk, 0, 10**17):
        text = read(page(event), {f"session-{session.pk}": [str(pk)]})
        assert "Only confirmed participants can be present." in text
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"all": "x"},
        {"all": "9" * 30},
        {"session-999999": ["1"]},
        {"session-1": ["-1", "x", "9" * 40, "²", ""]},
        {"noted-1": "x y \x00 " + "9" * 50},
    ],
)
def test_forged_words_change_nothing(read, data):
    event = make.running("FJ", began=days(-3))
    make.confirmed(event)
    (session,) = sessions(event)
    data = {key.replace("-1", f"-{session.pk}"): value for key, value in data.items()}
    read(page(event), data)
    assert not Attendance.objects.exists()


def test_nobody_is_present_at_an_event_that_does_not_take_place(read, office):
    event = make.running("FJ", began=days(-1), sessions=4)
    row = make.confirmed(event)
    lifecycle.cancel(event, reason="No donor.", by=office, at=NOW)
    assert "This event is cancelled, so nobody can be present." in read(page(event))
    text = read(page(event), {"all": sessions(event)[0].pk})
    assert "This event does not take place, so nobody can be present." in text
    assert not row.attendances.exists()


def test_the_service_refuses_who_is_not_confirmed(office):
    event = make.running("FJ", began=days(-3))
    nominee = make.nominated(event)
    (session,) = sessions(event)
    with pytest.raises(Refused, match="Only confirmed participants"):
        service.correct(session, came={nominee.pk}, absent=set(), by=office, at=NOW)


def test_empty_pages_say_what_to_do_first(read):
    assert "Nobody is confirmed yet. Only confirmed people can be present." in read(page(make.announced("FJ")))
    assert "Attendance opens when the event is announced" in read(page(make.event("FJ")))


def test_the_grid_is_filtered_and_saved_without_touching_the_others(read, desk):
    event = make.running("FJ", "TO", began=days(-3))
    ana = make.attended(event, "FJ", person=make.official("FJ", "Ana of Fiji"))
    sione = make.confirmed(event, "TO", person=make.official("TO", "Sione of Tonga"))
    (session,) = sessions(event)
    query = f"?administration={sione.administration_id}"
    text = read(page(event) + query)
    assert "Sione of Tonga" in text
    assert "Ana of Fiji at" not in text
    answer = desk.post(page(event) + query, ticks(event, (session, sione)))
    assert answer["Location"] == page(event) + query
    assert present(event) == {(ana.pk, session.pk), (sione.pk, session.pk)}


def test_the_number_of_queries_does_not_grow_with_people(count_queries):
    event = make.running("FJ", "TO", "WS", began=days(-3), sessions=2)
    make.evaluated(make.attended(event, "FJ"))
    one = count_queries(page(event))
    for code in ("TO", "WS"):
        row = make.evaluated(make.attended(event, code))
        certificates.issue(row, by=None, at=NOW)
    assert count_queries(page(event)) == one


# --- certificates ---------------------------------------------------------------------------------


def test_the_page_counts_who_lacks_what(read):
    event = make.running("FJ", began=days(-5), sessions=2, seats=5)
    make.evaluated(make.attended(event))
    make.attended(event)
    make.confirmed(event)
    issued = make.evaluated(make.attended(event))
    number = certificates.issue(issued, by=None, at=NOW).number
    text = read(page(event))
    assert "<strong>1</strong> issued" in text
    assert "<strong>1</strong> due now" in text
    assert "<strong>1</strong> lack sessions" in text
    assert "<strong>2</strong> lack the evaluation" in text
    assert number in text
    assert "not enough sessions, no evaluation" in text
    assert "Issue 1 certificate</button>" in text


def test_issue_takes_the_due_ones_of_this_event_only_and_a_second_click_nothing(read, office):
    event, other = make.running("FJ", began=days(-5)), make.running("FJ", began=days(-5))
    row, elsewhere = make.evaluated(make.attended(event)), make.evaluated(make.attended(other))
    path = f"/office/events/{event.pk}/certificates/issue/"
    assert "1 certificate is issued. The letter is queued." in read(path, {})
    certificate = Certificate.objects.get()
    assert certificate.registration == row
    assert trail.history(row).get(verb="issued certificate").by == office
    assert Message.objects.about(certificate).filter(purpose="certificate_ready").count() == 1
    assert "No certificate is due now." in read(path, {})
    assert not Certificate.objects.filter(registration=elsewhere).exists()


def test_no_certificate_is_issued_before_the_last_session_is_over(read, desk):
    event = make.running("FJ", began=days(-1), sessions=4)
    make.confirmed(event)
    assert "Certificates open when the last session is over" in read(page(event))
    assert "No certificate is due now." in read(f"/office/events/{event.pk}/certificates/issue/", {})
    assert desk.get(f"/office/events/{event.pk}/certificates/issue/").status_code == 405


def test_standings_agree_with_the_rule_for_one_person():
    event = make.running("FJ", began=days(-7), sessions=5, seats=5)
    people = [make.evaluated(make.attended(event)), make.attended(event), make.confirmed(event)]
    found = {row.registration.pk: row for row in certificates.standings(event)}
    for person in people:
        assert found[person.pk].is_due == (certificates.missing(person, at=NOW) == "")


# --- evaluations ----------------------------------------------------------------------------------


def test_evaluations_are_summed_up_without_names(read):
    event = make.running("FJ", began=days(-3), seats=5)
    make.evaluated(make.attended(event))
    make.evaluated(make.attended(event))
    make.attended(event)
    text = read(page(event))
    assert "2 of 3 people gave their evaluation" in text
    assert 'data-label="Mark 5" class="num">2<' in text
    assert "<strong>5.00</strong>" in text
