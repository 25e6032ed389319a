"""`manage.py seed_demo`: the demonstration year, brought in by the services that the pages use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone

from events.management.demonstration import (
    arrivals,
    bodies,
    calendars,
    consultation,
    history,
    imports,
    neighbours,
    people,
    preparation,
    present,
    revisions,
)
from events.management.demonstration.people import PASSWORD, PERSONAS
from events.services import workplan as plans
from members.models import User

__all__ = ["PASSWORD", "PERSONAS", "Command"]

SAMPLES = Path(__file__).resolve().parents[2] / "sample"
# left out of the plan, so that importing the same file on the page has something new to show
LEFT_OUT = ("RILO A/P Regional Seminar", "10th ASEAN")


class Command(BaseCommand):
    help = "Load the demonstration year: members, people, two plans of 2019-2021, and events at every stage today."

    @transaction.atomic  # a start that was stopped half-way begins anew the next time
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration is not loaded into a production database.")
        if User.objects.filter(username=PERSONAS[-1][-1]).exists():
            self.say("The demonstration year is there already.")
            return
        now = timezone.now()
        self.say("Members and people ...")
        call_command("load_members", verbosity=0)
        manager = people.settle()
        bodies.describe(manager, today=now.date())
        self.say("The work plans 2019/20 and 2020/21 ...")
        self.import_plan("2019/20", "workplan_2019_20.csv", manager)
        self.import_plan("2020/21", "workplan_2020_21.csv", manager, leave_out=LEFT_OUT)
        revisions.approve(manager)
        for title in history.hold_year(manager):
            self.say(f"  held: {title}")
        consultation.hold_ninth(manager)
        consultation.publish_joint_session(manager)
        self.say("The current year ...")
        plan = present.plan_year(manager, today=now.date())
        present.held_this_year(plan, manager, today=now.date())
        held = present.just_held(plan, manager, now=now)
        soon = present.about_to_begin(plan, manager, now=now)
        present.put_off(plan, manager, now=now)
        people.hand_out_roles(manager, at=now)
        call_command("lift_letters", reason="Written before this demonstration began.", verbosity=0)
        for event in (held, soon):
            present.relay(event, manager, now=now)
        announced = present.open_for_nominations(plan, manager, now=now)
        draft = present.in_preparation(plan, manager, now=now)
        neighbours.upload([announced, draft], manager, now=now)
        preparation.tick_what_is_due(manager, now=now)
        arrivals.arrive(manager, now=now)
        imports.waiting("FJ", now=now)
        calendars.subscribe(manager, now=now)
        self.say("The demonstration year is loaded.")

    def import_plan(self, year: str, name: str, manager: User, *, leave_out: tuple[str, ...] = ()) -> None:
        plan = plans.open_plan(year, by=manager)
        lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines(keepends=True)
        content = "".join(line for line in lines if not any(title in line for title in leave_out)).encode()
        upload = plans.upload(plan, name=name, content=content, by=manager)
        plans.confirm(upload, by=manager, at=timezone.now())

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
