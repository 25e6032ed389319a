"""Files of contact points, alternates and heads: a person gets a role for an administration from a day on."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Administration, Appointment, Role, User
from members.models.appointments import SINGLE_ROLES
from members.services import appointments, people
from members.services.imports.columns import Address, Choice, Day, RowForm, near, same_name, simple
from members.services.imports.judging import Bodies, Judge, Opinion, People, place
from portal.kit.clock import spell_days


class BodyRoles:
    """The roles that stand for an administration."""

    choices = tuple((role.value, role.label) for role in (Role.CONTACT_POINT, Role.ALTERNATE, Role.HEAD))


ROLES = Choice(BodyRoles).known


class ContactRow(RowForm):
    needed = ("administration", "role", "name", "from_on")
    also: ClassVar = {
        "isocode": "administration",
        "fullname": "name",
        "email": "email",
        "emailaddress": "email",
        "fromday": "from_on",
    }
    example: ClassVar = (
        {
            "administration": "FJ",
            "role": "contact point",
            "name": "Official 1 of Fiji",
            "email": "official1@customs.example",
            "position": "Senior Customs Officer",
            "from_on": "2026-01-01",
        },
        {
            "administration": "Samoa",
            "role": "alternate contact point",
            "name": "Official 2 of Samoa",
            "email": "official2@customs.example",
            "from_on": "2026-01-01",
        },
    )

    administration = forms.CharField(
        label=gettext_lazy("Administration"), help_text=gettext_lazy("Its name or its ISO code: Fiji, or FJ.")
    )
    role = Choice(
        BodyRoles,
        label=gettext_lazy("Role"),
        help_text=gettext_lazy("contact point, alternate contact point, or head of administration."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("The full name. Somebody whom the portal does not know yet is added."),
    )
    email = Address(
        label=gettext_lazy("Mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("A new person needs it."),
    )
    position = forms.CharField(
        label=gettext_lazy("Position"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Of a new person only; a known profile stays as it is."),
    )
    from_on = Day(label=gettext_lazy("From"), help_text=gettext_lazy("The first day with the role: 2026-01-01."))


class Contacts(Judge):
    form = ContactRow

    def look_up(self, rows: list[dict[str, str]]) -> None:
        self.bodies = Bodies()
        self.people = People(None)
        for texts in rows:
            self.people.claim(*self._named(texts))

    def key(self, texts: dict[str, str]) -> Hashable | None:
        """A role that one person holds stands once for an administration; any other once for a person."""
        role = ROLES.get(simple(texts.get("role", "")), "")
        _username, name, email, body = self._named(texts)
        if body is None or not name or not role:
            return None
        if role in SINGLE_ROLES:
            return (role, body)
        found = self.people.meant("", name, email, body)
        return (role, body, found[0].pk if len(found) == 1 else (same_name(name), email))

    def repeated(self, number: int) -> str:
        return _("Row %(number)d gives this role already. Leave one of the two rows out.") % {"number": number}

    def compare(self, opinions: list[Opinion]) -> None:
        for opinion in opinions:
            self._find(opinion)
        held = self._held(opinions)
        persons = User.objects.in_bulk({o.values["person"] for o in opinions if o.values.get("person")})
        for opinion in opinions:
            if opinion.faults:
                continue
            opinion.values["person"] = persons.get(opinion.values["person"])
            self._weigh(opinion, held.get((opinion.values["body"].pk, opinion.values["role"]), []))

    def save(self, opinion: Opinion, *, by: User, at: datetime) -> None:
        values = opinion.values
        person = values["person"] or people.add(
            name=values["name"],
            email=values["email"],
            position=values.get("position", ""),
            administration=values["body"],
            by=by,
        )
        appointments.appoint(person, values["role"], administration=values["body"], from_on=values["from_on"], by=by)

    def _named(self, texts: dict[str, str]) -> tuple[str, str, str, tuple[str, int] | None]:
        email = User.objects.normalize_email(texts.get("email", ""))
        return "", texts.get("name", "").strip(), email, place(self.bodies.named(texts.get("administration", "")))

    def _find(self, opinion: Opinion) -> None:
        """The administration and the person that the row means."""
        values = opinion.values
        body = values["body"] = self.bodies.named(values.get("administration", ""))
        if values.get("administration") and not isinstance(body, Administration):
            opinion.faults.append(_("Administration: “%(word)s” is not known.") % {"word": values["administration"]})
        if not near(values.get("from_on"), self.today):
            opinion.faults.append(_("From: This date is too far from today. Check the year."))
        if opinion.faults:
            return
        found = self.people.meant("", values["name"], values.get("email", ""), place(body))
        values["person"] = found[0].pk if found else None
        if len(found) > 1:
            opinion.faults.append(
                _("Name: %(n)d people of %(body)s have this name. Write the mail address of the one you mean.")
                % {"n": len(found), "body": body}
            )
        elif found and not found[0].is_active:
            opinion.faults.append(_("Name: The account of this person is closed. Open it on the page of the person."))
        elif found and values.get("email") and found[0].email != values["email"]:
            opinion.faults.append(
                _("Mail address: %(name)s has another one. Leave the cell empty, or change it on the page first.")
                % {"name": found[0].name}
            )
        elif not found and not values.get("email"):
            opinion.faults.append(_("Mail address: A new person needs one."))

    def _held(self, opinions: list[Opinion]) -> dict[tuple[int, str], list[Appointment]]:
        """Who holds or held the roles of these administrations, in one query."""
        bodies = {opinion.values["body"].pk for opinion in opinions if not opinion.faults}
        rows = Appointment.objects.filter(administration__in=bodies, revoked=False).select_related("person")
        found: dict[tuple[int, str], list[Appointment]] = {}
        for row in rows:
            found.setdefault((row.administration_id or 0, row.role), []).append(row)
        return found

    def _weigh(self, opinion: Opinion, held: list[Appointment]) -> None:
        """A role that stands there already is the same; one that would overlap it is refused."""
        person, first = opinion.values["person"], opinion.values["from_on"]
        own = [row for row in held if person and row.person_id == person.pk]
        if same := [row for row in own if row.from_on == first]:
            opinion.target = same[0]
            return
        others = held if opinion.values["role"] in SINGLE_ROLES else own
        for row in others:
            if row.to_on is None or row.to_on >= first:
                opinion.faults.append(
                    _("Role: %(person)s holds it from %(day)s. End that role or hand it over first.")
                    % {"person": row.person, "day": spell_days(row.from_on, row.from_on)}
                )
                return
        opinion.changes["role"] = ["", str(Role(opinion.values["role"]).label)]
        if person is None:
            opinion.changes["person"] = ["", opinion.values["name"]]
