"""The rows that lines of the trail are about: their names, and the pages of the office that show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Activity, Event, FollowUp, Invitation, Kind, KindTemplate, Outcome, Registration, WorkPlan
from members.models import Administration, Appointment, Group, Import, Organisation, Role, User
from members.pages import history
from portal.kit.models import Entry
from portal.kit.telling import Line
from portal.mail.models import Message

# said by the name of the row already
SAID: dict[Any, frozenset[str]] = {Invitation: frozenset({"administration"}), Registration: frozenset({"official"})}


@dataclass(frozen=True)
class Subject:
    """A row by name; `within` says of which event it is, where the page is not that event's own."""

    name: str
    link: str = ""
    within: str = ""

    @property
    def in_full(self) -> str:
        return f"{self.name}, {self.within}" if self.within else self.name


Name = Callable[..., Subject]


def _person(pk: int, name: str) -> Subject:
    return Subject(name, reverse("members:person", args=[pk]))


def _administration(pk: int, name: str) -> Subject:
    return Subject(name, reverse("members:administration", args=[pk]))


def _organisation(pk: int, name: str) -> Subject:
    return Subject(name, reverse("members:organisation", args=[pk]))


def _body(pk: int, name: str) -> Subject:
    return Subject(name)


def _appointment(pk: int, person: int, name: str, role: str) -> Subject:
    return Subject(f"{name}: {Role(role).label}", reverse("members:person", args=[person]))


def _import(pk: int, name: str) -> Subject:
    return Subject(_("import of %(file)s") % {"file": name}, reverse("members:import", args=[pk]))


def _plan(pk: int, year: str) -> Subject:
    return Subject(_("work plan %(year)s") % {"year": year}, f"{reverse('office:plan')}?year={year}")


def _activity(pk: int, number: str, title: str) -> Subject:
    return Subject(f"{number} {title}", reverse("office:activity", args=[pk]))


def _kind(pk: int, kind: str) -> Subject:
    return Subject(str(Kind(kind).label), reverse("office:kind", args=[pk]))


def _event(pk: int, title: str) -> Subject:
    return Subject(title, reverse("office:event", args=[pk]))


def _invitation(pk: int, body: str, event: int, title: str) -> Subject:
    name = _("invitation of %(name)s") % {"name": body}
    return Subject(name, reverse("office:invitations", args=[event]), title)


def _registration(pk: int, person: str, body: str, event: int, title: str) -> Subject:
    return Subject(f"{person} ({body})", reverse("office:people", args=[event]), title)


def _outcome(pk: int, number: str, event: int, title: str) -> Subject:
    name = _("outcome %(number)s") % {"number": number}
    return Subject(name, reverse("office:event_outcome", args=[event]), title)


def _action(pk: int, number: int, title: str) -> Subject:
    return Subject(_("action %(number)d") % {"number": number}, reverse("office:follow_up", args=[pk]), title)


def _letter(pk: int, purpose: str, to: str | None, address: str) -> Subject:
    words = {"title": Message(purpose=purpose).title, "to": to or address}
    name = _("letter “%(title)s” to %(to)s") if words["to"] else _("letter “%(title)s”")
    return Subject(name % words, reverse("office:letter", args=[pk]))


# one query for each kind, however many rows
KINDS: dict[Any, tuple[Sequence[str], Name]] = {
    User: (["name"], _person),
    Administration: (["name"], _administration),
    Organisation: (["name"], _organisation),
    Group: (["name"], _body),
    Appointment: (["person", "person__name", "role"], _appointment),
    Import: (["file_name"], _import),
    WorkPlan: (["fiscal_year"], _plan),
    Activity: (["number", "title"], _activity),
    KindTemplate: (["kind"], _kind),
    Event: (["title"], _event),
    Invitation: (["administration__name", "event", "event__title"], _invitation),
    Registration: (["official__name", "administration__name", "event", "event__title"], _registration),
    Outcome: (["number", "event", "event__title"], _outcome),
    FollowUp: (["number", "outcome__event__title"], _action),
    Message: (["purpose", "to__name", "address"], _letter),
}


def subjects_of(entries: Iterable[Entry]) -> dict[tuple[Any, int], Subject]:
    """What the entries are about: (model, number) -> its name; rows that are gone or of no known kind are not there."""
    numbers: dict[Any, set[int]] = {}
    for entry in entries:
        numbers.setdefault(entry.about_type.model_class(), set()).add(entry.about_id)
    found: dict[tuple[Any, int], Subject] = {}
    for model, wanted in numbers.items():
        columns, name = KINDS.get(model, ((), None))
        if name is not None:
            rows = model._base_manager.filter(pk__in=wanted).order_by()
            found |= {(model, values[0]): name(*values) for values in rows.values_list("pk", *columns)}
    return found


def kind_word(model: Any) -> str:
    """The kind of a row for people; a row whose model is no more has none."""
    if model in (User, Message):
        return _("person") if model is User else _("letter")
    return str(model._meta.verbose_name) if model else _("row")


def lines_in_full(entries: Sequence[Entry]) -> list[Line]:
    """The entries in words, each with its row and the page of it."""
    names = subjects_of(entries)
    found = []
    for entry in entries:
        model = entry.about_type.model_class()
        line = history.tell(entry, passed_over=SAID.get(model, frozenset()))
        subject = names.get((model, entry.about_id))
        if subject is None:
            word = f"{kind_word(model)} {entry.about_id}"
            subject = Subject(_("%(row)s, which is gone") % {"row": word} if model in KINDS else word)
        found.append(replace(line, subject=subject.in_full, link=subject.link))
    return found
