"""Two accounts of one person become one: everything moves to the account that stays, and nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Count, Value
from django.db.models.functions import Concat, Lower
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members import hooks, notices
from members.models import Appointment, ErasureRequest, Identity, NotTheSame, Proposal, User
from members.services import devices, people, second_factor
from members.states import ErasureState, ProposalState
from portal.kit import trail
from portal.kit.states import Refused
from portal.mail.models import Message

# what may differ between the two; the sign-in name and the password are those of the account that stays
PROFILE = (
    "name",
    "title",
    "position",
    "unit",
    "gender",
    "email",
    "languages",
    "english",
    "customs_since",
    "experience",
    "mail_language",
    "time_zone",
)
# what belongs to the account and not to the person: the trail never changes, and no right to sign in is handed over
STAYS = frozenset(
    {
        "account.EmailAddress",
        "admin.LogEntry",
        "kit.Entry",
        "kit.Personal",
        "members.Identity",
        "members.User_groups",
        "members.User_user_permissions",
        "mfa.Authenticator",
        "usersessions.UserSession",
    }
)


@dataclass(frozen=True)
class Difference:
    """A field of the profile where two accounts differ, in words and as stored."""

    field: str
    label: str
    words: tuple[str, str]
    values: tuple[Any, Any]


def differences(one: User, other: User) -> list[Difference]:
    found = []
    for name in PROFILE:
        values = getattr(one, name), getattr(other, name)
        if values[0] != values[1]:
            words = _in_words(one, name), _in_words(other, name)
            label = capfirst(str(User._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
            found.append(Difference(name, label, words, values))
    return found


def relations() -> list[models.ForeignKey[Any, Any]]:
    """Every foreign key of the portal that names a person and moves with a merge, also those that are never read
    from the person's side.
    """
    found = [getattr(relation, "field", None) for relation in User._meta.get_fields(include_hidden=True)]
    return [
        field
        for field in found
        if isinstance(field, models.ForeignKey) and field.related_model is User and field.model._meta.label not in STAYS
    ]


def counts(people_: Collection[int]) -> dict[int, dict[str, int]]:
    """How many rows of each kind name each of the people: {person: {"registrations": 3}}; one query a kind."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    named: set[type[models.Model]] = set()
    for field in relations():
        words = str(field.model._meta.verbose_name_plural)
        if field.model in named:  # the first key of a table is the one that the row is about
            words = f"{words} ({field.verbose_name})"
        named.add(field.model)
        rows = field.model._base_manager.filter(**{f"{field.name}__in": people_}).order_by()
        for row in rows.values(field.name).annotate(n=Count("pk")):
            found[row[field.name]][words] = row["n"]
    return found


def check(gone: User, kept: User, *, by: User) -> None:
    """Raise `Refused` for accounts that must not become one, or not by this person."""
    if gone.pk == kept.pk:
        raise Refused(_("Choose two accounts."))
    if by.pk in (gone.pk, kept.pk):
        raise Refused(_("One of these accounts is your own. Ask a colleague to merge them."))
    for person in (gone, kept):
        if person.merged_into_id or person.erased_at:
            raise Refused(_("The account %(name)s is merged or erased already.") % {"name": person.username})
    if (gone.administration_id, gone.organisation_id) != (kept.administration_id, kept.organisation_id):
        raise Refused(_("The two accounts stand for different bodies. Only accounts of one body can be merged."))
    if not kept.is_active:
        raise Refused(_("The account that stays is closed. Let the other one stay."))
    if Identity.objects.filter(person=gone).exists():
        raise Refused(
            _("The account %(name)s has a single sign-on. Let it stay, or have the single sign-on removed first.")
            % {"name": gone.username}
        )
    if not by.is_head_of_office and any(map(is_guarded, (gone, kept))):
        raise Refused(
            _("An account of the office, of a keeper, or with a second factor is merged by the head of office only.")
        )


def is_guarded(person: User) -> bool:
    """Whether the account opens more than its own pages: a merge by a wrong hand would hand that over."""
    office = Appointment.objects.office().filter(person=person, revoked=False).exists()
    return office or person.is_staff or person.is_superuser or second_factor.has_one(person)


@transaction.atomic
def merge(gone: User, kept: User, *, by: User, at: datetime, values: Mapping[str, Any] | None = None) -> dict[str, int]:
    """Make two accounts one. `values` are fields of the profile that the account that stays takes over.

    Every row that names the person moves; a row that the account that stays has already in the same place remains
    where it is. The other account is closed for good, its sessions end, and its page leads here. Answers what moved.
    Raises `Refused` as `check` and as the apps do that signed up, for example when both accounts are registered for
    one event.
    """
    keys = sorted((gone.pk, kept.pk))
    locked = {person.pk: person for person in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    gone, kept = locked[gone.pk], locked[kept.pk]
    check(gone, kept, by=by)
    if set(values or {}) - set(PROFILE):
        raise ValueError("only fields of the profile are taken over")
    for make_ready in hooks.merging:
        make_ready(gone, kept)
    _leave_one_open(gone, kept, by=by)
    moved = counts([gone.pk])[gone.pk]
    for field in relations():
        if field.model is not NotTheSame:
            _move(field, gone, kept)
    _move_told_apart(gone, kept)
    _hold_each_role_once(kept, by=by)
    _close(gone, kept, by=by)
    if values:
        people.change(kept, by=by, **values)
    trail.record(by, "merged", kept, account=gone.pk, moved=moved)
    trail.record(by, "merged", gone, into=kept.pk, moved=moved)
    notices.merged(kept, gone, by=by)
    return moved


def _leave_one_open(gone: User, kept: User, *, by: User) -> None:
    """One proposal and one request for erasure may be open for a person: those of the account that stays."""
    pairs: list[tuple[type[Proposal] | type[ErasureRequest], str, str]] = [
        (Proposal, ProposalState.PROPOSED, ProposalState.REPLACED),
        (ErasureRequest, ErasureState.ASKED, ErasureState.WITHDRAWN),
    ]
    for model, is_open, over in pairs:
        if model._default_manager.filter(person=kept, state=is_open).exists():
            for row in model._default_manager.filter(person=gone, state=is_open):
                row.move_to(over, by=by)


def _move(field: models.ForeignKey[Any, Any], gone: User, kept: User) -> None:
    """Point the rows at the account that stays; at once, or one by one where some of them would stand twice."""
    changes: dict[str, Any] = {field.name: kept}
    if field.model is Message and field.name == "to":
        changes["recipient_key"] = Concat(Value(f"{kept.pk}:"), Lower("address"))  # as `Message.key_of`
    rows = field.model._base_manager.filter(**{field.name: gone})
    if not _kept_the_rules(lambda: rows.update(**changes)):
        for pk in list(rows.values_list("pk", flat=True)):
            row = field.model._base_manager.filter(pk=pk)
            _kept_the_rules(lambda row=row: row.update(**changes))  # type: ignore[misc]


def _kept_the_rules(act: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return False
    return True


def _move_told_apart(gone: User, kept: User) -> None:
    """People who are not the same as the one are not the same as the other; the lower key stands first."""
    NotTheSame.objects.filter(by=gone).update(by=kept)
    for row in NotTheSame.objects.filter(models.Q(first=gone) | models.Q(second=gone)):
        other = row.second_id if row.first_id == gone.pk else row.first_id
        first, second = sorted((other, kept.pk))
        if first != second and not NotTheSame.objects.filter(first=first, second=second).exists():
            NotTheSame.objects.filter(pk=row.pk).update(first=first, second=second)


def _hold_each_role_once(kept: User, *, by: User) -> None:
    """Where both accounts held one role at one time, the earlier row runs to the later end, and the other one is
    revoked; both stay as history.
    """
    standing: dict[tuple[str, int | None, int | None], Appointment] = {}
    for row in kept.appointments.select_for_update().filter(revoked=False).order_by("from_on", "pk"):
        key = (row.role, row.administration_id, row.group_id)
        first = standing.get(key)
        if first is None or (first.to_on is not None and first.to_on < row.from_on):
            standing[key] = row
            continue
        first.to_on = max(first.to_on, row.to_on) if first.to_on and row.to_on else None
        first.save(update_fields=["to_on"])
        row.revoked = True
        row.save(update_fields=["revoked"])
        trail.record(by, "revoked", kept, role=row.get_role_display(), body=row.body or "", from_on=row.from_on)


def _close(gone: User, kept: User, *, by: User) -> None:
    gone.is_active = False
    gone.merged_into = kept
    gone.set_unusable_password()
    gone.save(update_fields=["is_active", "merged_into", "password"])
    devices.end_all(gone, by=by)


def _in_words(person: User, name: str) -> str:
    shown = getattr(person, f"get_{name}_display", None)
    value = shown() if shown else getattr(person, name)
    return str(value) if value not in ("", None) else _("Not stated")
