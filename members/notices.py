"""Letters about accounts and roles: welcome, requests to join, codes, news about password and address, handovers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import hooks
from members.models import Appointment, Import, JoinRequest, Proposal, User
from members.states import JoinState, ProposalState
from members.wording import proposed_changes
from portal.kit.clock import spell, spell_day, today_in
from portal.mail import letters, outbox
from portal.mail.models import Message

MORNING = time(9, 0)


def import_done(upload: Import, *, new: int, changed: int, same: int, refused: int) -> None:
    """To whoever uploaded the file: the work may have taken longer than the visit. Nobody in the file gets a letter."""
    if upload.by.email:
        counts = {"new": new, "changed": changed, "same": same, "refused": refused}
        outbox.queue("import_done", about=upload, to=upload.by, facts=counts)


def sign_in_code(person: User, code: str, *, at: datetime, made_at: datetime | None = None) -> None:
    """The code that signs one person in; each request is a letter of its own, though the code may be the same."""
    facts = _code(person, code, made_at or at)
    outbox.queue("sign_in_code", about=person, to=person, occurrence=at.isoformat(), facts=facts)


def password_reset_code(person: User, code: str, *, at: datetime, made_at: datetime | None = None) -> None:
    facts = _code(person, code, made_at or at)
    outbox.queue("password_reset_code", about=person, to=person, occurrence=at.isoformat(), facts=facts)


def sign_in_names(people: Sequence[User], *, at: datetime) -> None:
    """To a mailbox that several people share: which sign-in names belong to it, because a code is for one person."""
    first = people[0]
    outbox.queue("sign_in_names", about=first, address=first.email, occurrence=at.isoformat())


def password_changed(person: User, *, at: datetime) -> None:
    if person.email:
        outbox.queue(
            "password_changed",
            about=person,
            to=person,
            occurrence=at.isoformat(),
            facts={"at": spell(at, person.zone)},
        )


def erasure_declined(person: User, request: Any) -> None:
    """The office's no to a person who asked to be forgotten, with the reason."""
    if person.email:
        outbox.queue("erasure_declined", about=request, to=person)


def account_ends(person: User, *, on: str) -> None:
    """To a person who has not signed in for years: the account is erased on that day, unless the person signs in."""
    if person.email:
        outbox.queue("account_ends", about=person, to=person, occurrence=on, facts={"on": on})


def second_factor_changed(person: User, verb: str, *, at: datetime) -> None:
    """What became of the second factor, in the words of the trail; nobody changes it unseen."""
    if person.email:
        outbox.queue(
            "second_factor_changed",
            about=person,
            to=person,
            occurrence=at.isoformat(),
            facts={"at": spell(at, person.zone), "verb": verb},
        )


def single_sign_on_changed(person: User, verb: str, *, at: datetime) -> None:
    """What became of the link with the office's own sign-in, in the words of the trail."""
    if person.email:
        outbox.queue(
            "single_sign_on_changed",
            about=person,
            to=person,
            occurrence=at.isoformat(),
            facts={"at": spell(at, person.zone), "verb": verb, "provider": settings.OIDC.get("name", "")},
        )


def address_changed(person: User, before: str, *, change: int) -> None:
    """To the old address: codes go to another one from now on. `change` is the line of the trail."""
    outbox.queue("address_changed", about=person, address=before, occurrence=str(change))


def welcome(person: User, *, by: User | None, again: str = "") -> None:
    """To somebody who was added: by whom, the sign-in name, and how the first sign-in works. `again` tells a second
    letter from the first one.
    """
    if person.email:
        outbox.queue(
            "welcome", about=person, to=person, by=by, reply_to=by.email if by else "", occurrence=again or "first"
        )


def join_code(row: JoinRequest, code: str, *, at: datetime) -> None:
    """The code that shows that the typed address is the sender's; it repeats no text that a stranger typed."""
    until = at + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    facts = {"code": code, "until": spell(until, row.administration.time_zone), "ends_at": until.isoformat()}
    outbox.queue("join_code", about=row, address=row.email, occurrence=at.isoformat(), facts=facts)


def join_known(row: JoinRequest, person: User, *, at: datetime) -> None:
    """Instead of the code, to somebody who has an account; the page says nothing of it."""
    facts = {"username": person.username}
    outbox.queue("join_known", about=row, address=row.email, occurrence=at.isoformat(), facts=facts)


def join_asked(row: JoinRequest, people: Sequence[User]) -> None:
    """To everybody who speaks for the administration: an official waits for your answer."""
    for person in people:
        outbox.queue("join_asked", about=row, to=person, reply_to=row.email)


def join_linked(row: JoinRequest, *, by: User) -> None:
    """The contact point knows the person: there is an account already."""
    outbox.queue("join_linked", about=row, address=row.email, by=by, reply_to=by.email)


def join_declined(row: JoinRequest, *, by: User) -> None:
    outbox.queue("join_declined", about=row, address=row.email, by=by, reply_to=by.email)


def merged(kept: User, gone: User, *, by: User) -> None:
    """Two accounts are one: which sign-in name stays."""
    if kept.email:
        facts = {"closed": gone.username}
        outbox.queue("merged", about=kept, to=kept, by=by, reply_to=by.email, occurrence=str(gone.pk), facts=facts)


def took_over(appointment: Appointment, *, at: datetime, by: User) -> None:
    """To the successor, on the morning of the first day: then the pages of the role open, and the list is of today."""
    person = appointment.person
    morning = datetime.combine(appointment.from_on, MORNING, tzinfo=ZoneInfo(person.zone))
    outbox.queue("role_taken_over", about=appointment, to=person, due_at=max(morning, at), reply_to=by.email, by=by)


def thanked(appointment: Appointment, *, by: User) -> None:
    """To the predecessor: until when the role holds, who follows, and thanks. `appointment` is the one that ends."""
    outbox.queue("role_handed_over", about=appointment, to=appointment.person, reply_to=by.email, by=by)


def profile_proposed(proposal: Proposal) -> None:
    """To the person: what a contact point would change in the profile. The answer is given on the profile page."""
    if proposal.person.email:
        outbox.queue("profile_proposed", about=proposal, to=proposal.person)


def _code(person: User, code: str, at: datetime) -> dict[str, Any]:
    until = at + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    return {"code": code, "until": spell(until, person.zone), "ends_at": until.isoformat()}


def _first_sign_in(message: Message) -> dict[str, Any]:
    """What a new person needs; roles as they stand when the letter is sent."""
    person = message.about
    today = today_in(settings.OFFICE_TIME_ZONE, timezone.now())
    roles = Appointment.objects.from_day_on(today).filter(person_id=message.about_id)
    return {
        "by": message.created_by,
        "roles": roles.select_related("administration", "group").order_by("from_on", "pk"),
        "today": today,
        "body": person.body if isinstance(person, User) else None,
        "page": settings.PORTAL_URL + reverse("account_request_login_code"),
    }


def _request_to_join(message: Message) -> dict[str, Any]:
    row = message.about
    known = isinstance(row, JoinRequest) and row.administration.knows_address(row.email)
    return {
        "knows_address": known,
        # a text of a stranger stays apart from the words of the portal
        "reason": [f"    {line}" for line in row.reason.splitlines()] if isinstance(row, JoinRequest) else [],
        "page": settings.PORTAL_URL + reverse("members:join_request", args=[message.about_id]),
    }


def _sign_in_page(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("account_request_login_code")}


def _still_unconfirmed(message: Message) -> str:
    row = message.about
    waits = isinstance(row, JoinRequest) and row.state == JoinState.UNCONFIRMED
    return "" if waits else _("The address is confirmed already, or the request has lapsed.")


def _still_asked(message: Message) -> str:
    """Also asks whether the reader still speaks for the administration."""
    row, person = message.about, message.to
    if not isinstance(row, JoinRequest) or row.state != JoinState.ASKED:
        return _("The request is answered already.")
    return "" if person and person.speaks_for(row.administration) else _("This person no longer speaks for the body.")


def _import(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("members:import", args=[message.about_id])}


def _names(message: Message) -> dict[str, Any]:
    people = User.objects.filter(email=message.address, is_active=True).order_by("name", "username")
    return {"people": people, "page": settings.PORTAL_URL + reverse("account_request_login_code")}


def _my_data(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("members:profile_data")}


def _account_end(message: Message) -> dict[str, Any]:
    return {"on": message.facts["on"], "page": settings.PORTAL_URL + reverse("account_login")}


def _still_unused(message: Message) -> str:
    person = message.about
    if not isinstance(person, User) or not person.is_active:
        return _("The account is closed.")
    used = person.last_login and person.last_login > message.created_at
    return _("The person has signed in again.") if used else ""


def _reset(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("account_reset_password")}


def _profile(message: Message) -> dict[str, Any]:
    return {"page": settings.PORTAL_URL + reverse("mfa_index")}


def _handover(message: Message) -> dict[str, Any]:
    """What waits on the day that the letter is sent, and where it stands behind the sign-in."""
    appointment: Any = message.about
    waits: list[str] = []
    if appointment.speaks:
        now = timezone.now()
        waits = [line for told in hooks.handover for line in told(appointment.administration, now)]
    return {
        "appointment": appointment,
        "first_day": spell_day(appointment.from_on),
        "last_day": spell_day(appointment.to_on) if appointment.to_on else "",
        "waits": waits,
        "sign_in": settings.PORTAL_URL + reverse("account_request_login_code"),
        "page": settings.PORTAL_URL + reverse("delegation:handover" if appointment.speaks else "members:profile"),
        # who chairs a group comes from another administration, perhaps: only the office knows both
        "with_names": appointment.group is None,
    }


def _handover_stands(message: Message) -> str:
    """Nobody reads of a role that was called off before the letter left."""
    appointment = message.about
    if not isinstance(appointment, Appointment) or appointment.revoked:
        return _("This role was called off.")
    return "" if appointment.person.is_active else _("The account is closed.")


def _successor_stands(message: Message) -> str:
    appointment = message.about
    if not isinstance(appointment, Appointment) or not hasattr(appointment, "followed_by"):
        return _("The handover was called off.")
    return _handover_stands(message)


def _proposed(message: Message) -> dict[str, Any]:
    proposal: Any = message.about
    return {
        "changes": proposed_changes(proposal),
        "administration": proposal.person.administration,
        "page": settings.PORTAL_URL + reverse("members:profile"),
    }


def _still_proposed(message: Message) -> str:
    proposal: Any = message.about
    if not proposal.person.is_active:
        return _("The account is closed.")
    return "" if proposal.state == ProposalState.PROPOSED else _("The proposal is no longer open.")


def _still_active(message: Message) -> str:
    person = message.about
    return "" if isinstance(person, User) and person.is_active else _("The account is closed.")


def _while_code_lives(message: Message) -> datetime | None:
    return datetime.fromisoformat(message.facts["ends_at"]) if message.facts else None


letters.register("import_done", title=gettext_lazy("An import is saved"), context=_import)
letters.register(
    "sign_in_code",
    title=gettext_lazy("Code to sign in"),
    wanted=_still_active,
    useful_until=_while_code_lives,
    urgent=True,
    secret=True,
)
letters.register(
    "password_reset_code",
    title=gettext_lazy("Code to set a new password"),
    wanted=_still_active,
    useful_until=_while_code_lives,
    urgent=True,
    secret=True,
)
letters.register(
    "sign_in_names", title=gettext_lazy("Sign-in names of a shared mailbox"), context=_names, urgent=True, secret=True
)
letters.register("erasure_declined", title=gettext_lazy("Answer to a request to be forgotten"), context=_my_data)
letters.register(
    "account_ends",
    title=gettext_lazy("An account that is not used will be erased"),
    wanted=_still_unused,
    context=_account_end,
)
letters.register("password_changed", title=gettext_lazy("The password has changed"), context=_reset, urgent=True)
letters.register(
    "second_factor_changed", title=gettext_lazy("The second factor has changed"), context=_profile, urgent=True
)
letters.register("single_sign_on_changed", title=gettext_lazy("The single sign-on has changed"), urgent=True)
letters.register("address_changed", title=gettext_lazy("The mail address has changed"), urgent=True)
letters.register("welcome", title=gettext_lazy("Welcome"), wanted=_still_active, context=_first_sign_in)
letters.register(
    "join_code",
    title=gettext_lazy("Code to confirm a mail address"),
    wanted=_still_unconfirmed,
    useful_until=_while_code_lives,
    urgent=True,
    secret=True,
)
letters.register(
    "join_known",
    title=gettext_lazy("Asked to join, has an account"),
    context=_sign_in_page,
    urgent=True,
    secret=True,
)
letters.register(
    "join_asked", title=gettext_lazy("An official asks to join"), wanted=_still_asked, context=_request_to_join
)
letters.register("join_linked", title=gettext_lazy("Asked to join, is known"), context=_sign_in_page)
letters.register("join_declined", title=gettext_lazy("Request to join declined"))
letters.register("merged", title=gettext_lazy("Two accounts are one"), wanted=_still_active)
letters.register(
    "role_taken_over",
    title=gettext_lazy("Handover, to the successor"),
    wanted=_handover_stands,
    context=_handover,
)
letters.register(
    "role_handed_over",
    title=gettext_lazy("Handover, to the predecessor"),
    wanted=_successor_stands,
    context=_handover,
)
letters.register(
    "profile_proposed",
    title=gettext_lazy("A change of your profile is proposed"),
    context=_proposed,
    wanted=_still_proposed,
)
