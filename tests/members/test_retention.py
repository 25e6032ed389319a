"""The retention rules: what stands on the page, for how long, and what goes after that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import retention as rules
from members import tasks
from members.models import Import, ImportRow, JoinRequest, Removal, Role, User
from members.retention import Rule
from members.services import appointments
from members.services import retention as service
from members.states import ImportState, JoinState, RemovalState
from portal.kit.models import Entry
from portal.mail.models import Message
from portal.mail.states import MessageState
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
YEAR = 365


def run(after: float = 0) -> None:
    service.run(at=NOW + days(after))


def removal(rule: str) -> Removal:
    return Removal.objects.get(rule=rule)


def old_request(state: str = JoinState.UNCONFIRMED, *, ago: int = 8, name: str = "Somebody") -> JoinRequest:
    return JoinRequest.objects.create(
        administration=make.administration("FJ"),
        name=name,
        email="somebody@fj.example",
        reason="I work there.",
        state=state,
        asked_at=NOW - days(ago),
    )


def unused(ago: int = 4 * YEAR, *, signed_in: int | None = None, **fields: Any) -> User:
    person = make.official("FJ", **fields)
    last = NOW - days(signed_in) if signed_in else None
    User.objects.filter(pk=person.pk).update(joined_at=NOW - days(ago), last_login=last)
    person.refresh_from_db()
    return person


# --- nothing goes that has not stood on the page --------------------------------------------------


@pytest.mark.parametrize("name", [rule.name for rule in rules.rules()])
def test_every_rule_shows_for_14_days_at_least_and_says_in_words_what_it_does(name):
    rule = rules.rule(name)
    assert rule is not None and rule.notice >= 14
    assert str(rule.words).endswith(".")


def test_a_rule_that_gives_no_time_is_refused():
    rule = rules.rules()[0]
    with pytest.raises(ValueError, match="time to look"):
        rules.sign_up(Rule("hasty", "", "", rule.rows, rule.due, rule.remove, notice=13))
    with pytest.raises(ValueError, match="there already"):
        rules.sign_up(rule)


def test_what_is_due_is_planned_first_and_goes_on_its_day_and_not_before():
    request = old_request()
    run()
    planned = removal("join-unconfirmed")
    assert (planned.about, planned.state) == (request, RemovalState.PLANNED)
    assert (planned.due_on - TODAY).days >= 13, "the office may have another day already"
    for after in (0, 1, 12):
        run(after)
        request.refresh_from_db()
        assert request.name == "Somebody"
    run(15)
    request.refresh_from_db()
    assert (request.state, request.name, request.email, request.reason) == (JoinState.LAPSED, "", "", "")
    assert removal("join-unconfirmed").state == RemovalState.DONE
    assert Entry.objects.about(planned).filter(verb="moved", by=None).count() == 1


def test_years_without_a_worker_remove_nothing_at_once():
    request = old_request(ago=900)
    run(500)
    request.refresh_from_db()
    assert request.name == "Somebody", "it was planned in this round, and stands on the page first"
    run(515)
    request.refresh_from_db()
    assert request.name == ""


def test_a_round_twice_a_day_plans_and_removes_once():
    old_request()
    run()
    run()
    assert Removal.objects.count() == 1
    run(15)
    run(15)
    assert Entry.objects.filter(facts__after="done").count() == 1


def test_what_is_no_longer_due_is_lifted_and_comes_again_with_the_whole_notice():
    person = unused()
    run()
    assert removal("accounts-never-used").state == RemovalState.PLANNED
    User.objects.filter(pk=person.pk).update(last_login=NOW)
    run(1)
    assert removal("accounts-never-used").state == RemovalState.LIFTED
    User.objects.filter(pk=person.pk).update(last_login=None)
    run(40)
    again = removal("accounts-never-used")
    assert again.state == RemovalState.PLANNED
    assert again.due_on >= TODAY + days(69)
    person.refresh_from_db()
    assert person.erased_at is None


def test_one_that_fails_does_not_stop_the_others(monkeypatch):
    broken, whole = old_request(name="Broken"), old_request(name="Whole")
    rule = rules.rule("join-unconfirmed")
    assert rule

    def remove(row: JoinRequest, at: datetime) -> None:
        if row == broken:
            raise RuntimeError("no")
        rule.remove(row, at)

    run()
    monkeypatch.setitem(rules._rules, rule.name, Rule(**{**rule.__dict__, "remove": remove}))
    run(15)
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.name, whole.name) == ("Broken", "")


def test_the_time_of_a_round_ends_and_the_rest_goes_on_in_the_next():
    old_request()
    run()
    assert not service.run(at=NOW + days(15), seconds=1e-9)
    assert service.run(at=NOW + days(15))
    assert JoinRequest.objects.get().name == ""


def test_the_task_runs_a_round():
    old_request()
    tasks.retain()
    assert Removal.objects.count() == 1


# --- the rules ------------------------------------------------------------------------------------


def due(name: str) -> set[Any]:
    rule = rules.rule(name)
    assert rule
    return set(rule.due(rule.rows(), NOW))


def test_requests_to_join_that_were_answered_stay_for_90_days():
    asked, fresh = old_request(JoinState.ASKED, ago=900), old_request(JoinState.LAPSED, ago=80)
    declined, lapsed = old_request(JoinState.DECLINED, ago=900), old_request(JoinState.LAPSED, ago=95)
    JoinRequest.objects.filter(pk=declined.pk).update(decided_at=NOW - days(91))
    assert due("join-answered") == {declined, lapsed}
    assert not {asked, fresh} & due("join-answered")
    JoinRequest.objects.filter(pk=declined.pk).update(decided_at=NOW - days(10))
    assert due("join-answered") == {lapsed}


def test_lines_of_imports_go_and_the_import_stays(office):
    def upload(state: str, ago: int, *, over: bool = True) -> Import:
        row = Import.objects.create(
            kind="officials",
            file_name="list.csv",
            by=office,
            state=state,
            uploaded_at=NOW - days(ago),
            finished_at=NOW - days(ago) if over else None,
        )
        ImportRow.objects.create(upload=row, number=2, cells=["Somebody"])
        return row

    saved, left = upload(ImportState.SAVED, 31), upload(ImportState.CHECKED, 31, over=False)
    upload(ImportState.SAVED, 20)
    upload(ImportState.SAVING, 31, over=False)
    assert due("import-rows") == {saved, left}
    run()
    run(15)
    assert not ImportRow.objects.filter(upload__in=[saved, left]).exists()
    left.refresh_from_db()
    assert left.state == ImportState.DISCARDED
    assert ImportRow.objects.count() == 2


def test_texts_of_letters_go_after_two_years_and_the_row_stays(office):
    old, fresh = (
        Message.objects.create(
            purpose="password_changed",
            about=office,
            to=office,
            recipient_key=str(ago),
            due_at=NOW - days(ago),
            next_try_at=NOW,
            message_id=f"<{ago}@x>",
            state=MessageState.SENT,
            subject="Subject",
            body="Text",
        )
        for ago in (731, 700)
    )
    run()
    run(15)
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.body, old.subject, old.state, old.to) == ("", "", MessageState.SENT, office)
    assert fresh.body == "Text"
    assert due("letter-texts") == set()


def test_accounts_that_nobody_uses_are_erased_and_others_stay(office):
    gone = unused()
    young, with_role, took_part = unused(2 * YEAR), unused(), unused()
    appointments.appoint(
        with_role, Role.ALTERNATE, administration=make.administration("FJ"), from_on=TODAY + days(300), by=office
    )
    make.confirmed(make.announced("FJ", by=office), person=took_part)
    assert due("accounts-never-used") == {gone}
    run()
    run(31)
    gone.refresh_from_db()
    assert gone.name == "Former official"
    assert not User.objects.filter(pk__in=[young.pk, with_role.pk, took_part.pk], erased_at__isnull=False).exists()


def test_people_who_left_are_erased_five_years_after_the_last_sign_in():
    gone, here = unused(9 * YEAR, signed_in=5 * YEAR + 1), unused(9 * YEAR, signed_in=4 * YEAR)
    assert due("accounts-left") == {gone}
    assert here not in due("accounts-never-used")


def test_a_letter_says_so_30_days_before_and_who_signs_in_keeps_the_account(post, client):
    person = unused(9 * YEAR, signed_in=5 * YEAR + 1)
    person.set_password(make.PASSWORD)
    person.save(update_fields=["password"])
    run()
    (letter,) = [letter for letter in post() if "ends on" in letter.subject]
    assert person.username in letter.body and "Sign in once" in letter.body
    assert client.login(username=person.username, password=make.PASSWORD)
    run(1)
    assert removal("accounts-left").state == RemovalState.LIFTED
    run(40)
    person.refresh_from_db()
    assert person.erased_at is None
    run(2)
    assert Message.objects.filter(purpose="account_ends").count() == 1


def test_a_letter_that_waits_does_not_go_to_somebody_who_signed_in_meanwhile(post):
    person = unused(9 * YEAR, signed_in=5 * YEAR + 1)
    run()
    User.objects.filter(pk=person.pk).update(last_login=NOW + days(1))
    assert [letter for letter in post() if "ends on" in letter.subject] == []


def test_devices_go_30_days_after_their_session_ran_out(fiji_official):
    old, fresh = (
        UserSession.objects.create(user=fiji_official, session_key=sign * 32, ip="198.51.100.7") for sign in "ab"
    )
    UserSession.objects.filter(pk=old.pk).update(last_seen_at=NOW - days(45))
    UserSession.objects.filter(pk=fresh.pk).update(last_seen_at=NOW - days(40))
    assert due("sessions") == {old}
    run()
    UserSession.objects.filter(pk=fresh.pk).update(last_seen_at=NOW)
    run(15)
    assert list(UserSession.objects.all()) == [fresh]


def test_texts_of_registrations_go_after_three_years_and_the_marks_stay(office):
    row = make.evaluated(make.attended(make.running("FJ", by=office, began=-days(3 * YEAR + 5))))
    type(row).objects.filter(pk=row.pk).update(motivation="I work on transit.")
    assert due("registration-texts") == {row}
    run()
    run(15)
    row.refresh_from_db()
    assert (row.motivation, row.evaluation.plans, row.evaluation.usefulness) == ("", "", 5)
    assert due("registration-texts") == set()


# --- keeping --------------------------------------------------------------------------------------


def keep(desk: Any, row: Removal, note: str = "An audit reads it.") -> Any:
    return desk.post(reverse("members:keep_removal", args=[row.pk]), {"note": note})


def test_the_office_keeps_a_row_for_a_year_with_a_reason_then_it_is_planned_again(office, as_user):
    request, desk = old_request(), as_user(office)
    run()
    assert keep(desk, removal("join-unconfirmed"), "").status_code == 200, "a reason is asked for"
    keep(desk, removal("join-unconfirmed"))
    kept = removal("join-unconfirmed")
    assert (kept.state, kept.note) == (RemovalState.KEPT, "An audit reads it.")
    assert "An audit reads it." in desk.get(reverse("members:retention")).content.decode()
    assert keep(desk, kept).status_code == 404, "it is kept already"
    for after in (15, 300, 364):
        run(after)
    request.refresh_from_db()
    assert request.name == "Somebody"
    run(367)
    assert removal("join-unconfirmed").state == RemovalState.PLANNED
    run(382)
    request.refresh_from_db()
    assert request.name == ""


# --- the page -------------------------------------------------------------------------------------


def test_the_page_says_every_rule_and_what_goes_when(office, as_user):
    person = unused(name="Nameless of Fiji")
    old_request()
    run()
    text = as_user(office).get(reverse("members:retention")).content.decode()
    for rule in rules.rules():
        assert str(rule.title) in text
    assert f"{person}, Fiji" in text
    text = as_user(office).get(reverse("members:retention") + "?rule=join-unconfirmed").content.decode()
    assert "Somebody, Fiji" in text
    assert f"{person}, Fiji" not in text


def test_a_row_that_is_gone_and_a_rule_that_is_no_more_break_no_page(office, as_user):
    Removal.objects.create(rule="of-old", about=old_request(), planned_at=NOW, due_on=TODAY)
    session = UserSession.objects.create(user=office, session_key="c" * 32, ip="198.51.100.7")
    Removal.objects.create(rule="sessions", about=session, planned_at=NOW, due_on=TODAY, state="done")
    session.delete()
    run()
    text = as_user(office).get(reverse("members:retention") + "?state=done").content.decode()
    assert "a row that is gone" in text
    assert as_user(office).get(reverse("members:retention")).status_code == 200


def test_the_list_costs_the_same_for_one_row_and_for_three(office, as_user):
    desk, page = as_user(office), reverse("members:retention")
    old_request()
    unused()
    run()
    desk.get(page)
    with CaptureQueriesContext(connection) as one:
        desk.get(page)
    old_request(name="Second")
    old_request(name="Third")
    unused()
    unused()
    run()
    with CaptureQueriesContext(connection) as three:
        desk.get(page)
    assert len(one) == len(three)


def test_the_file_has_the_rows_of_the_filter_and_is_a_line_of_the_trail(office, as_user):
    old_request()
    unused()
    run()
    answer = as_user(office).get(reverse("members:retention_csv") + "?rule=join-unconfirmed")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "Somebody, Fiji" in lines[1]
    entry = Entry.objects.get(verb="exported removals")
    assert entry.told == {"rows": 1, "filters": {"rule": "join-unconfirmed"}}


@pytest.mark.parametrize("who", ["fiji_contact", "fiji_official", None])
def test_nobody_else_sees_or_keeps_what_goes(who, as_user, request):
    old_request()
    run()
    stranger = as_user(request.getfixturevalue(who) if who else None)
    row = removal("join-unconfirmed")
    assert stranger.get(reverse("members:retention")).status_code == (403 if who else 302)
    assert keep(stranger, row).status_code == (403 if who else 302)
    row.refresh_from_db()
    assert row.state == RemovalState.PLANNED


def test_the_command_only_tells_when_it_is_asked_to(capsys):
    old_request()
    call_command("retention", dry_run=True)
    assert "join-unconfirmed: 0 planned; 1 more are due" in capsys.readouterr().out
    assert not Removal.objects.exists()
    call_command("retention")
    assert "join-unconfirmed: 1 planned, the next on" in capsys.readouterr().out
    assert timedelta(days=13) < removal("join-unconfirmed").due_on - TODAY
