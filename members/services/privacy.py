"""What the portal stores about a person, table by table: for the person to read, and to take along as one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from members import hooks
from members.hooks import Table
from members.models import Identity, JoinRequest, User
from members.services import devices
from portal.kit import telling, trail
from portal.kit.models import Entry, EntryQuerySet
from portal.mail.models import Message


def stored(person: User) -> list[Table]:
    """Every table about the person, also those without a row: "nothing" is an answer too."""
    return [*_of_members(person), *(table for found in hooks.stored for table in found(person))]


def as_data(person: User, *, at: datetime) -> dict[str, Any]:
    """The same as plain data: {title: [{column: value}]}."""
    return {
        "person": person.username,
        "written_at": at.isoformat(),
        "tables": {
            table.title: [
                {str(column): _plain(cell) for column, cell in zip(table.columns, row, strict=True)}
                for row in table.rows
            ]
            for table in stored(person)
        },
    }


def note_download(person: User, *, rows: int) -> Entry:
    return trail.record_export(person, "own data", person, rows=rows, filters={})


def _plain(cell: Any) -> Any:
    """A value that JSON knows; a row becomes its name."""
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    return cell.isoformat() if isinstance(cell, (date, datetime)) else str(cell)


def _of_members(person: User) -> Iterator[Table]:
    yield _profile(person)
    yield _appointments(person)
    yield _courses(person)
    yield _proposals(person)
    yield _join_requests(person)
    yield _erasure_requests(person)
    yield _sign_in(person)
    yield _sessions(person)
    yield _factors(person)
    yield _identities(person)
    yield _letters(person)
    yield _lines_about(person)
    yield _lines_by(person)


def _profile(person: User) -> Table:
    names = ("username", "name", "title", "position", "unit", "gender", "email", "languages", "english")
    more = ("customs_since", "experience", "mail_language", "time_zone")
    rows: list[list[Any]] = []
    for name in (*names, *more):
        field = person._meta.get_field(name)
        shown = getattr(person, f"get_{name}_display", None)
        rows.append([str(getattr(field, "verbose_name", name)), shown() if shown else getattr(person, name)])
    rows += [
        [_("works for"), person.body or ""],
        [_("account opened"), person.joined_at],
        [_("last sign-in"), person.last_login or ""],
    ]
    return Table(_("Profile"), [_("What"), _("Stored")], rows, ["members.User.merged_into"])


def _appointments(person: User) -> Table:
    rows = person.appointments.select_related("administration", "group").order_by("from_on", "pk")
    return Table(
        _("Roles"),
        [_("Role"), _("For"), _("From"), _("To"), _("Revoked")],
        [
            [row.get_role_display(), row.body or _("the office"), row.from_on, row.to_on or "", row.revoked]
            for row in rows
        ],
        ["members.Appointment.person"],
    )


def _courses(person: User) -> Table:
    return Table(
        _("E-learning"),
        [_("Course"), _("Completed"), _("Proof"), _("Added")],
        [
            [row.course, row.completed_on, _("a file") if row.proof else "", row.added_at]
            for row in person.courses.all()
        ],
        ["members.ELearning.person"],
    )


def _proposals(person: User) -> Table:
    return Table(
        _("Changes of your profile that others proposed"),
        [_("When"), _("By"), _("Proposed"), _("State")],
        [
            [row.proposed_at, row.by, telling.fact(row.changes), row.get_state_display()]
            for row in person.proposals.select_related("by")
        ],
        ["members.Proposal.person"],
    )


def _join_requests(person: User) -> Table:
    return Table(
        _("Requests to join"),
        [_("When"), _("Name"), _("Mail address"), _("Position"), _("Unit"), _("Reason"), _("State"), _("Answer")],
        [
            [row.asked_at, row.name, row.email, row.position, row.unit, row.reason, row.get_state_display(), row.answer]
            for row in JoinRequest.objects.filter(person=person)
        ],
        ["members.JoinRequest.person"],
    )


def _erasure_requests(person: User) -> Table:
    return Table(
        _("Requests to be forgotten"),
        [_("When"), _("Reason"), _("State"), _("Answer")],
        [[row.asked_at, row.reason, row.get_state_display(), row.answer] for row in person.erasure_requests.all()],
        ["members.ErasureRequest.person"],
    )


def _sign_in(person: User) -> Table:
    addresses = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    return Table(
        _("Ways to sign in"),
        [_("What"), _("Stored")],
        [
            [_("mailed code"), person.email],
            [
                _("password"),
                _("set, kept as a digest that nobody can read") if person.has_usable_password() else _("none"),
            ],
            *([_("address of the sign-in library"), address] for address in addresses),
        ],
        ["account.EmailAddress.user"],
    )


def _sessions(person: User) -> Table:
    return Table(
        _("Sessions"),
        [_("Device"), _("Network address"), _("Signed in"), _("Last seen")],
        [
            [devices.in_words(row.user_agent), row.ip, row.created_at, row.last_seen_at]
            for row in UserSession.objects.filter(user=person).order_by("pk")
        ],
        ["usersessions.UserSession.user"],
    )


def _factors(person: User) -> Table:
    return Table(
        _("Second factor"),
        [_("Kind"), _("Set up"), _("Last used")],
        [
            [row.get_type_display(), row.created_at, row.last_used_at or ""]
            for row in Authenticator.objects.filter(user=person).order_by("pk")
        ],
        ["mfa.Authenticator.user"],
    )


def _identities(person: User) -> Table:
    return Table(
        _("Single sign-on"),
        [_("Provider"), _("Your number there"), _("Linked")],
        [[row.issuer, row.subject, row.linked_at] for row in Identity.objects.filter(person=person)],
        ["members.Identity.person"],
    )


def _letters(person: User) -> Table:
    rows = (
        Message.objects.filter(to=person)
        .order_by("-due_at", "-pk")
        .only("purpose", "subject", "state", "due_at", "sent_at", "sent_to", "to")
    )
    return Table(
        _("Letters to you"),
        [_("Letter"), _("Subject"), _("State"), _("Due"), _("Sent"), _("Sent to")],
        [[row.title, row.subject, row.get_state_display(), row.due_at, row.sent_at or "", row.sent_to] for row in rows],
        ["mail.Message.to"],
    )


def _lines_about(person: User) -> Table:
    about = trail.history(person).order_by().values("pk")
    beside = Entry.objects.filter(personal__person=person).order_by().values("pk")
    return Table(
        _("Lines of the trail about you"),
        [_("When"), _("Who"), _("What"), _("Kind of row"), _("Details")],
        [
            [entry.at, telling.who(entry), *_told(entry), "; ".join(_details(entry))]
            for entry in _in_order(Entry.objects.filter(pk__in=about.union(beside)))
        ],
        ["kit.Personal.person"],
    )


def _lines_by(person: User) -> Table:
    return Table(
        _("Lines of the trail about what you did"),
        [_("When"), _("What"), _("Kind of row"), _("Number of the row")],
        [[entry.at, *_told(entry), entry.about_id] for entry in _in_order(Entry.objects.filter(by=person))],
        ["kit.Entry.by"],
    )


def _in_order(entries: EntryQuerySet) -> EntryQuerySet:
    return entries.in_full().order_by("-at", "-pk")


def _told(entry: Entry) -> Sequence[str]:
    model = entry.about_type.model_class()
    return telling.act(entry, model), str(model._meta.verbose_name if model else entry.about_type.model)


def _details(entry: Entry) -> list[str]:
    return telling.details(entry, entry.about_type.model_class(), named={}, passed_over=frozenset())
