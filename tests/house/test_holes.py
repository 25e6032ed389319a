"""The access matrix finds holes: each of these breaks one rule on purpose, and the matrix must say where."""

from __future__ import annotations

from collections.abc import Callable
from inspect import unwrap
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from events.models import Invitation, Registration
from events.models.certificates import CertificateQuerySet
from events.models.followups import FollowUpQuerySet
from events.models.outcomes import OutcomeQuerySet
from events.models.papers import PaperQuerySet
from events.models.programme import EventQuerySet
from events.pages.chair import rows as chair_rows
from events.pages.delegation import nominees
from events.pages.delegation import rows as delegation_rows
from events.pages.participant import registrations as own_registrations
from members.models import User
from members.models.appointments import AppointmentQuerySet
from members.models.people import UserQuerySet
from members.pages import devices
from tests.house import objects
from tests.house.test_access import fault, faults, signed_in
from tests.house.test_addresses import own
from tests.house.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.sweep, pytest.mark.once, pytest.mark.usefixtures("quiet")]

Patch = pytest.MonkeyPatch


def everything(queryset: type) -> Callable[[Patch], None]:
    """Rows without `visible_to`."""
    return lambda patch: patch.setattr(queryset, "visible_to", lambda rows, _user: rows.all())


def yes(module: Any, rule: str) -> Callable[[Patch], None]:
    """A policy that always says yes."""
    return lambda patch: patch.setattr(module, rule, lambda *_: True)


def without_gate(name: str) -> Callable[[Patch], None]:
    """A page that stands outside the gate of its desk."""

    def apply(patch: Patch) -> None:
        pattern = dict(own())[name]
        patch.setattr(pattern, "callback", unwrap(pattern.callback))

    return apply


def gate_for_get_only(name: str) -> Callable[[Patch], None]:
    """A page whose gate forgets that a form can be sent without looking at it."""

    def apply(patch: Patch) -> None:
        pattern = dict(own())[name]
        guarded, naked = pattern.callback, unwrap(pattern.callback)

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return (guarded if request.method == "GET" else naked)(request, *args, **kwargs)

        patch.setattr(pattern, "callback", view)

    return apply


def any_device(patch: Patch) -> None:
    """A row found by its number alone."""
    patch.setattr(devices, "get_object_or_404", lambda model, *, user, pk: get_object_or_404(model, pk=pk))


def any_registration(patch: Patch) -> None:
    patch.setattr(own_registrations, "own", lambda _request, pk: get_object_or_404(Registration, pk=pk))


def every_nominee(patch: Patch) -> None:
    """The filter and the question both: either alone keeps the nominee of another closed."""
    patch.setattr(delegation_rows, "my_registrations", lambda _user: Registration.objects.all())
    patch.setattr(nominees, "require", lambda _answer: None)


def every_invitation(patch: Patch) -> None:
    patch.setattr(delegation_rows, "my_invitations", lambda _user: Invitation.objects.all())


def ended_roles_count(patch: Patch) -> None:
    patch.setattr(AppointmentQuerySet, "on", lambda rows, _day: rows.all())


def everybody_is_office(patch: Patch) -> None:
    patch.setattr(User, "is_office", property(lambda _person: True))


def every_meeting(patch: Patch) -> None:
    """The filter and the question both: either alone keeps the meeting of another closed."""
    patch.setattr(EventQuerySet, "chaired_by", lambda rows, _user: rows.all())
    patch.setattr(chair_rows, "require", lambda _answer: None)


# what is broken, as whom the hole is looked for, the desk where it opens, and how it is broken
HOLES: list[tuple[str, str, str, Callable[[Patch], None]]] = [
    ("a registration of another person", "stranger", "participant:", any_registration),
    ("nominees of another administration", "contact_b", "delegation:", every_nominee),
    ("certificates of everybody", "stranger", "participant:", everything(CertificateQuerySet)),
    ("people of everybody", "stranger", "members:", everything(UserQuerySet)),
    ("papers of every access", "visitor", "participant:", everything(PaperQuerySet)),
    ("drafts of events", "visitor", "participant:", everything(EventQuerySet)),
    ("outcomes for customs officers only", "visitor", "participant:", everything(OutcomeQuerySet)),
    ("follow-ups of everybody", "official", "participant:", everything(FollowUpQuerySet)),
    ("invitations of another administration", "contact_b", "delegation:", every_invitation),
    ("a role that has ended", "ended", "delegation:", ended_roles_count),
    ("a device of another person", "stranger", "members:", any_device),
    ("everybody is the office", "official", "office:", everybody_is_office),
    ("a page of the office without its gate", "official", "office:", without_gate("office:trail")),
    ("an act of the office whose gate looks at GET only", "expert", "office:", gate_for_get_only("office:announce")),
    ("a page of the delegation desk without its gate", "ended", "delegation:", without_gate("delegation:people")),
    ("a chair at the meeting of another", "other_chair", "chair:", every_meeting),
]


def found(role: str, desk: str, world: World, cases: list[objects.Case]) -> list[str]:
    """What the matrix says about one desk as one person, by address and by kind of row."""
    client = signed_in(world.people[role])
    by_row = [
        fault(client, role, f"{case.name} ({case.words})", case.address, case.who)
        for case in cases
        if case.name.startswith(desk)
    ]
    return [*faults(role, world, asked=lambda name: name.startswith(desk)), *filter(None, by_row)]


def test_the_matrix_finds_every_hole(world: World) -> None:
    cases = objects.build(world)
    missed = []
    for words, role, desk, broken in HOLES:
        with pytest.MonkeyPatch.context() as patch:
            broken(patch)
            if not any(f"{role} is let in" in line for line in found(role, desk, world, cases)):
                missed.append(words)
    assert missed == []


def test_without_a_hole_the_same_questions_find_nothing(world: World) -> None:
    cases = objects.build(world)
    asked = {(role, desk) for _words, role, desk, _broken in HOLES}
    assert [line for role, desk in sorted(asked) for line in found(role, desk, world, cases)] == []
