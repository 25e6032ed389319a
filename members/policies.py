"""Who may, one line each; never when."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from members.models import Administration, JoinRequest
from members.models.appointments import OFFICE_ROLES


def is_office(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_office)


def is_head_of_office(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_head_of_office)


def may_appoint(user: Any, role: str) -> bool:
    """The head of office names the people of the office; the office names everybody else. The same for ending."""
    return is_head_of_office(user) if role in OFFICE_ROLES else is_office(user)


def is_keeper(user: Any) -> bool:
    """Keeps the portal running, on the pages of the technical administration."""
    return bool(user.is_authenticated and user.is_staff)


def is_contact_point(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_contact_point)


def may_import(user: Any) -> bool:
    """The office imports everything; a contact point the officials of its administration."""
    return is_office(user) or is_contact_point(user)


def may_see_people_of(user: Any, administration: Administration) -> bool:
    return is_office(user) or (user.is_authenticated and user.speaks_for(administration))


def may_see_appointments_of(user: Any, administration: Administration) -> bool:
    """Who speaks for an administration is known to the office and to the administration's own people."""
    return may_see_people_of(user, administration) or (
        user.is_authenticated and user.administration_id == administration.pk
    )


def may_edit_person(user: Any, person: Any) -> bool:
    return bool(user == person or is_office(user) or (person.administration and user.speaks_for(person.administration)))


def may_edit_address(user: Any, person: Any) -> bool:
    """Codes to sign in go to the mail address: a contact point who could change it could sign in as the person."""
    return bool(user == person or is_office(user))


def answers_requests(user: Any) -> bool:
    """Says whether an official who asks to join works for an administration."""
    return is_office(user) or is_contact_point(user)


def may_answer(user: Any, request_to_join: JoinRequest) -> bool:
    return may_see_people_of(user, request_to_join.administration)


def may_welcome(user: Any, person: Any) -> bool:
    """Send the letter of welcome once more: whoever may add such a person."""
    return bool(is_office(user) or (person.administration and user.speaks_for(person.administration)))


def writes_directly(user: Any, person: Any) -> bool:
    """Who has signed in keeps the last word on the own profile: from then on a contact point only proposes."""
    return bool(user == person or is_office(user) or person.last_login is None)


def may_answer_proposal(user: Any, proposal: Any) -> bool:
    return bool(user == proposal.person)


def may_withdraw(user: Any, proposal: Any) -> bool:
    """Whoever could have proposed it: a contact point may take back what the other one wrote."""
    return bool(user != proposal.person and may_edit_person(user, proposal.person))


def may_close(user: Any, person: Any) -> bool:
    """Nobody closes the own account: the office would lock itself out."""
    return is_office(user) and bool(user != person)


def may_keep_courses(user: Any, person: Any) -> bool:
    """What a person learned is for that person to say."""
    return bool(user == person)


def needs_second_factor(user: Any) -> bool:
    """Whoever may enter a desk where one wrong hand harms many; the rules of the desks stand in the settings."""
    return settings.REQUIRE_SECOND_FACTOR and any(import_string(rule)(user) for rule in settings.SECOND_FACTOR_FOR)
