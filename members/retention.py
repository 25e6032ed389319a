"""How long the portal keeps what: rules as data. Whoever stores more signs up more (the events do).

A rule says which rows are due, in words and as a query; `members.services.retention` shows them first, then acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members import hooks, notices
from members.models import Appointment, Import, ImportRow, JoinRequest, User
from members.services import devices, erasure
from members.states import ImportState, JoinState
from portal.kit.clock import spell_days, today_in
from portal.mail import forgetting
from portal.mail.models import Message
from portal.mail.states import OVER

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHORTEST_NOTICE = 14  # days that a row stands on the page of the office, at least
YEAR = 365


@dataclass(frozen=True)
class Rule:
    """What is removed, when, and how.

    `rows` reads all rows of the kind with what `label` needs; `due` narrows them to those that are due at an instant.
    `remove` takes one out and may raise `Refused`; `warn` writes to the person it is about, with the day.
    """

    name: str
    title: StrOrPromise
    words: StrOrPromise
    rows: Callable[[], QuerySet[Any]]
    due: Callable[[QuerySet[Any], datetime], QuerySet[Any]]
    remove: Callable[[Any, datetime], None]
    label: Callable[[Any], str] = str
    notice: int = SHORTEST_NOTICE
    warn: Callable[[Any, date], None] | None = None


_rules: dict[str, Rule] = {}


def sign_up(rule: Rule) -> None:
    """Make a rule known. Raises `ValueError` when its name is taken or its notice is too short."""
    if rule.name in _rules:
        raise ValueError(f"the rule {rule.name!r} is there already")
    if rule.notice < SHORTEST_NOTICE:
        raise ValueError(f"the rule {rule.name!r} removes what nobody had time to look at")
    _rules[rule.name] = rule


def rules() -> list[Rule]:
    return list(_rules.values())


def rule(name: str) -> Rule | None:
    """The rule of a removal; None when it is no more."""
    return _rules.get(name)


# --- requests to join -----------------------------------------------------------------------------


def _unconfirmed(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    return rows.filter(state=JoinState.UNCONFIRMED, asked_at__lt=at - timedelta(days=7))


def _lapse(request: JoinRequest, at: datetime) -> None:
    request.move_to(JoinState.LAPSED, by=None)
    erasure.forget_requests([request])


def _answered(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    over = rows.filter(state__in=(JoinState.DECLINED, JoinState.LAPSED)).exclude(name="", email="")
    long_ago = at - timedelta(days=90)
    return over.filter(Q(decided_at__lt=long_ago) | Q(decided_at=None, asked_at__lt=long_ago))


def _requests() -> QuerySet[Any]:
    return JoinRequest.objects.select_related("administration")


def _request_label(request: JoinRequest) -> str:
    day = request.asked_at.date()
    return f"{request.name or '-'}, {request.administration}, {spell_days(day, day)}"


sign_up(
    Rule(
        "join-unconfirmed",
        _("Requests to join without a confirmed address"),
        _("7 days after somebody asked to join and typed no code, the request lapses and what was typed is removed."),
        _requests,
        _unconfirmed,
        _lapse,
        _request_label,
    )
)
sign_up(
    Rule(
        "join-answered",
        _("Requests to join that were declined or lapsed"),
        _("90 days after a request to join was declined or lapsed, name, address and reasons are removed."),
        _requests,
        _answered,
        lambda request, at: erasure.forget_requests([request]),
        _request_label,
    )
)

# --- imports --------------------------------------------------------------------------------------


def _imports(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    has_rows = Exists(ImportRow.objects.filter(upload=OuterRef("pk")))
    long_ago = at - timedelta(days=30)
    return rows.filter(has_rows, Q(finished_at__lt=long_ago) | Q(finished_at=None, uploaded_at__lt=long_ago)).exclude(
        state__in=(ImportState.CHECKING, ImportState.SAVING)
    )


def _clear_import(upload: Import, at: datetime) -> None:
    if upload.may_move_to(ImportState.DISCARDED):
        upload.move_to(ImportState.DISCARDED, by=None)
    upload.rows.all().delete()


sign_up(
    Rule(
        "import-rows",
        _("Lines of imported files"),
        _("30 days after an import is over, or was left lying, the lines of its file are removed."),
        lambda: Import.objects.select_related("administration"),
        _imports,
        _clear_import,
    )
)

# --- letters --------------------------------------------------------------------------------------


def _letters(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    return rows.filter(due_at__lt=at - timedelta(days=2 * YEAR), state__in=OVER).exclude(subject="", body="", facts={})


def _letter_label(letter: Message) -> str:
    return f"{letter.title}: {letter.to or letter.address or letter.sent_to or '-'}"


sign_up(
    Rule(
        "letter-texts",
        _("Texts of letters"),
        _("2 years after a letter went, its text is removed. That it went, to whom and when, stays."),
        lambda: Message.objects.select_related("to").defer("body"),
        _letters,
        lambda letter, at: forgetting.empty(letter),
        _letter_label,
    )
)

# --- accounts -------------------------------------------------------------------------------------


def _nobody_needs(rows: QuerySet[Any], at: datetime, since: datetime) -> QuerySet[Any]:
    """No role today or later, took part in nothing since then, and not erased or merged already."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    roles = Appointment.objects.from_day_on(today)
    found = rows.filter(erased_at=None, merged_into=None, is_staff=False, joined_at__lt=since).exclude(
        pk__in=roles.values("person")
    )
    for took_part in hooks.took_part_since:
        found = found.exclude(pk__in=took_part(User.objects.order_by(), since).values("pk"))
    return found


def _never_used(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    return _nobody_needs(rows, at, at - timedelta(days=3 * YEAR)).filter(last_login=None)


def _left(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    since = at - timedelta(days=5 * YEAR)
    return _nobody_needs(rows, at, since).filter(last_login__lt=since)


def _people() -> QuerySet[Any]:
    return User.objects.select_related("administration", "organisation")


def _person_label(person: User) -> str:
    return f"{person}, {person.body}" if person.body else str(person)


def _erase(person: User, at: datetime) -> None:
    erasure.erase(person, by=None, at=at)


def _tell(person: User, on: date) -> None:
    if person.is_active:
        notices.account_ends(person, on=spell_days(on, on))


sign_up(
    Rule(
        "accounts-never-used",
        _("Accounts that were never used"),
        _(
            "3 years after an account was opened, when nobody ever signed in and the person took part in nothing in "
            "that time, the person is erased. A letter says so 30 days before."
        ),
        _people,
        _never_used,
        _erase,
        _person_label,
        notice=30,
        warn=_tell,
    )
)
sign_up(
    Rule(
        "accounts-left",
        _("Accounts of people who have left"),
        _(
            "5 years after the last sign-in, when the person took part in nothing in that time, the person is erased. "
            "A letter says so 30 days before: who signs in keeps the account."
        ),
        _people,
        _left,
        _erase,
        _person_label,
        notice=30,
        warn=_tell,
    )
)

# --- sessions -------------------------------------------------------------------------------------


def _old_sessions(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    return rows.filter(last_seen_at__lt=at - timedelta(seconds=settings.SESSION_COOKIE_AGE, days=30))


sign_up(
    Rule(
        "sessions",
        _("Devices that are no longer signed in"),
        _("30 days after a session ran out, its device and network address are removed."),
        lambda: UserSession.objects.select_related("user"),
        _old_sessions,
        lambda row, at: row.end(),
        lambda row: f"{row.user}: {devices.in_words(row.user_agent)}",
    )
)
