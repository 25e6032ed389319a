"""Adds a person of the office: the first one of a new portal, who then adds everybody else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from members.models import Role, User
from members.services import appointments, people
from portal.kit.clock import today_in
from portal.kit.forms import one_address
from portal.kit.states import Refused


class Command(BaseCommand):
    help = "Add a person of the office. The person signs in with a code that comes by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="full name, as on certificates")
        parser.add_argument("email", help="mail address that receives the codes")
        parser.add_argument("--head", action="store_true", help="head of the office")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        role = Role.HEAD_OF_OFFICE if options["head"] else Role.OFFICE_STAFF
        try:
            validate_email(options["email"])
            one_address(options["email"])
            person = self._add(options["name"], options["email"])
            appointments.appoint(person, role, from_on=today_in(settings.OFFICE_TIME_ZONE, timezone.now()), by=None)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{person.name} is {role.label.lower()}. Sign-in name: {person.username}")

    def _add(self, name: str, email: str) -> User:
        return people.add(name=name, email=email, by=None)
