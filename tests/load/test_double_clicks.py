"""Every form sent many times in one moment: one row, one letter, and a sentence instead of an error."""

from __future__ import annotations

from typing import Any

import pytest

from events.models import (
    Activity,
    BaselineLine,
    Chairing,
    Evaluation,
    Event,
    Invitation,
    Outcome,
    PlanClause,
    PlanImport,
    PlanRevision,
    Registration,
    Session,
)
from events.services import baselines, evaluations, invitations, lifecycle, outcomes, programme, registrations
from events.services import workplan as plans
from members.models import Appointment, Role, User
from members.services import appointments, people
from portal.kit.models import Entry
from portal.mail.models import Message
from tests import make
from tests.load.test_last_seats import at_once
from tests.make import NOW, TODAY, days

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]

CLICKS = 6


def test_a_person_added_many_times_at_once_stands_once(office: User) -> None:
    body = make.administration("FJ")
    ends = at_once(
        [lambda: people.add(name="Official N", email="n@fj.example", administration=body, by=office)] * CLICKS
    )
    assert ends == {"done": 1, "refused": CLICKS - 1}
    assert User.objects.filter(email="n@fj.example").count() == 1


def test_of_many_contact_points_appointed_at_once_one_stands(office: User) -> None:
    body, rivals = make.administration("FJ"), [make.official("FJ") for _number in range(CLICKS)]
    acts = [
        lambda person=person: appointments.appoint(
            person, Role.CONTACT_POINT, administration=body, from_on=TODAY, by=office
        )
        for person in rivals
    ]
    assert at_once(acts) == {"done": 1, "refused": CLICKS - 1}
    assert Appointment.objects.filter(administration=body).count() == 1


def test_a_role_handed_over_to_many_at_once_passes_to_one(office: User) -> None:
    row = make.contact_point("FJ").appointments.get()
    rivals = [make.official("FJ") for _number in range(CLICKS)]
    acts = [
        lambda person=person: appointments.hand_over(
            Appointment.objects.get(pk=row.pk), successor=person, first_day=TODAY + days(1), by=office, at=NOW
        )
        for person in rivals
    ]
    assert at_once(acts) == {"done": 1, "refused": CLICKS - 1}
    assert Appointment.objects.filter(follows=row).count() == 1
    assert Message.objects.filter(purpose="role_taken_over").count() == 1


def test_the_office_gets_one_head_when_two_are_named_at_once(office: User) -> None:
    rivals = [make.office_person() for _number in range(CLICKS)]
    acts = [
        lambda person=person: appointments.appoint(person, Role.HEAD_OF_OFFICE, from_on=TODAY, by=None)
        for person in rivals
    ]
    assert at_once(acts) == {"done": 1, "refused": CLICKS - 1}


def test_people_of_one_name_added_at_once_get_a_sign_in_name_each(office: User) -> None:
    body = make.administration("FJ")

    def add(number: int) -> Any:
        return people.add(name="Official N", email=f"n{number}@fj.example", administration=body, by=office)

    assert at_once([lambda number=number: add(number) for number in range(CLICKS)]) == {"done": CLICKS}  # type: ignore[misc]
    assert User.objects.filter(name="Official N").values("username").distinct().count() == CLICKS


def test_an_administration_invited_many_times_at_once_gets_one_letter(office: User) -> None:
    event, body = make.announced("FJ"), make.administration("TO")
    ends = at_once([lambda: invitations.invite(Event.objects.get(pk=event.pk), body, by=office, at=NOW)] * CLICKS)
    assert ends == {"done": 1, "refused": CLICKS - 1}
    invitation = Invitation.objects.get(event=event, administration=body)
    assert Message.objects.about(invitation).filter(purpose="invited").count() == 1


def test_nobody_is_invited_to_an_event_that_is_cancelled_in_this_moment(office: User) -> None:
    event, body = make.announced("FJ"), make.administration("TO")
    stale = Event.objects.get(pk=event.pk)
    at_once(
        [
            lambda: lifecycle.cancel(event, reason="Storm.", by=office, at=NOW),
            lambda: invitations.invite(stale, body, by=office, at=NOW),
        ]
    )
    assert not Invitation.objects.filter(event=event).exclude(state="lifted").exists()


def test_an_administration_cannot_nominate_and_decline_at_once(office: User) -> None:
    event = make.announced("FJ")
    registrations.withdraw(make.nominated(event), reason="Not free.", by=office, at=NOW)
    pk, person = make.invitation(event).pk, make.official("FJ")
    at_once(
        [
            lambda: registrations.nominate(Invitation.objects.get(pk=pk), official=person, by=office, at=NOW),
            lambda: invitations.decline(Invitation.objects.get(pk=pk), reason="Nobody.", by=office, at=NOW),
        ]
    )
    live = Registration.objects.live().filter(event=event).exists()
    assert Invitation.objects.get(pk=pk).state == ("answered" if live else "declined")


def test_an_evaluation_sent_many_times_at_once_is_given_once() -> None:
    row = make.attended(make.running(began=-days(2)))
    marks: dict[str, Any] = {"usefulness": 5, "content": 5, "organisation": 5, "plans": "", "remarks": ""}
    ends = at_once(
        [lambda: evaluations.give(Registration.objects.get(pk=row.pk), by=row.official, at=NOW, **marks)] * CLICKS
    )
    assert ends == {"done": 1, "refused": CLICKS - 1}
    assert Evaluation.objects.count() == 1


def test_an_outcome_begun_many_times_at_once_is_begun_once(office: User, indonesia_chair: User) -> None:
    event = make.meeting(chairs=(indonesia_chair,))
    assert at_once([lambda: outcomes.draft(event, by=office)] * CLICKS) == {"done": 1, "refused": CLICKS - 1}
    assert Outcome.objects.count() == 1


def test_a_chair_named_many_times_at_once_is_named_once(office: User, indonesia_chair: User) -> None:
    event, body = make.event("ID"), make.administration("ID")
    ends = at_once(
        [lambda: programme.add_chair(event, person=indonesia_chair, administration=body, by=office)] * CLICKS
    )
    assert ends == {"done": 1, "refused": CLICKS - 1}
    assert Chairing.objects.count() == 1


def test_a_draft_event_made_many_times_at_once_is_one_event(office: User) -> None:
    values: dict[str, Any] = {"kind": "visit", "mode": "online", "time_zone": "Asia/Bangkok"}
    day = TODAY + days(30)
    ends = at_once(
        [lambda: programme.create(by=office, title="Study visit", starts_on=day, ends_on=day, **values)] * CLICKS
    )
    assert ends == {"done": CLICKS}
    assert Event.objects.filter(title="Study visit").count() == 1


def test_one_title_of_two_officers_at_once_makes_two_events(office: User, head_of_office: User) -> None:
    values: dict[str, Any] = {"kind": "visit", "mode": "online", "time_zone": "Asia/Bangkok"}
    day = TODAY + days(30)

    def create(by: User) -> Any:
        return programme.create(by=by, title="Study visit", starts_on=day, ends_on=day, **values)

    assert at_once([lambda: create(office), lambda: create(head_of_office)] * 3) == {"done": 6}
    assert Event.objects.filter(title="Study visit").count() == 2


def test_an_event_made_many_times_at_once_from_one_line_is_one_event(office: User) -> None:
    line = make.activity("FJ")
    acts = [lambda: programme.create_from(Activity.objects.get(pk=line.pk), by=office, on=TODAY)] * CLICKS
    assert at_once(acts) == {"done": CLICKS}
    assert line.events.count() == 1


def test_a_session_that_is_removed_while_it_is_changed_stays_removed(office: User) -> None:
    event = make.event("FJ")
    session = event.sessions.get()
    at_once(
        [
            lambda: programme.remove_session(session, by=office),
            lambda: programme.change_session(
                Session.objects.get(pk=session.pk),
                title="Other",
                day=session.day,
                begins=session.begins,
                ends=session.ends,
                by=office,
            ),
        ]
    )
    assert not Session.objects.filter(event=event).exists()


def test_one_plan_confirmed_from_two_uploads_at_once_is_imported_once(office: User) -> None:
    make.pillars()
    plan = make.work_plan("2031/32")
    content = b"number,pillar,title,kind,mode\n1.1,1,Title,visit,online\n1.2,1,Other,visit,online\n"
    uploads = [plans.upload(plan, name="plan.csv", content=content, by=office) for _turn in range(3)]
    at_once([lambda pk=row.pk: _confirm(pk, office) for row in uploads for _turn in range(2)])  # type: ignore[misc]
    assert plan.activities.count() == 2
    assert Entry.objects.about_any(plan.activities.all()).count() == 2


def test_a_plan_approved_many_times_at_once_is_frozen_once(head_of_office: User) -> None:
    plan = make.activity().plan
    act = {"on": TODAY, "note": "Approved by the meeting.", "by": head_of_office, "today": TODAY}
    ends = at_once([lambda: baselines.approve(plan, **act)] * CLICKS)  # type: ignore[arg-type]
    assert ends == {"done": 1, "refused": CLICKS - 1}
    assert BaselineLine.objects.count() == 1


def test_many_who_change_an_approved_plan_at_once_open_one_revision(office: User) -> None:
    plan = make.approved_plan(lines=CLICKS)
    keys = list(plan.activities.values_list("pk", flat=True))
    acts = [lambda pk=pk: plans.change(Activity.objects.get(pk=pk), by=office, host="Fiji") for pk in keys]
    assert at_once(acts) == {"done": CLICKS}
    assert plan.revisions.get().clauses.count() == CLICKS


def test_a_revision_closed_many_times_at_once_is_closed_once_and_loses_no_change(office: User) -> None:
    plan = make.approved_plan(lines=2)
    first, second = plan.activities.order_by("pk")
    plans.change(first, by=office, host="Fiji")
    revision = plan.revisions.get()
    close = [lambda: baselines.close(revision, reason="Borders.", by=office, at=NOW)] * (CLICKS - 1)
    ends = at_once([*close, lambda: plans.change(second, by=office, host="Fiji")])
    assert ends == {"done": 2, "refused": CLICKS - 2}
    assert PlanClause.objects.count() == 2
    assert PlanRevision.objects.filter(closed_at__isnull=False).count() == 1


def _confirm(pk: int, by: User) -> None:
    plans.confirm(PlanImport.objects.get(pk=pk), by=by, at=NOW)
