"""Files of officials: who is meant, what differs, and what an import may not touch.

An import sends no letter. So it never changes the mail address of somebody who has signed in: a letter to the old
address has to say so. And a contact point never writes into the profile of somebody who has signed in.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Administration, English, Gender, MailLanguage, Organisation, User
from members.services import people
from members.services.imports.columns import Address, Choice, RowForm, Zone, same_name, told
from members.services.imports.judging import Bodies, Judge, Known, Opinion, People, place

WORKING_LIFE = 60  # years
PROFILE = (
    "name", "title", "position", "unit", "gender", "email", "languages", "english", "customs_since", "mail_language",
    "time_zone",
)  # fmt: skip


class OfficialRow(RowForm):
    """The columns of a file of officials, as the list of people writes them."""

    needed = ("name",)
    also: ClassVar = {
        "fullname": "name",
        "administrationororganisation": "administration",
        "isocode": "administration",
        "email": "email",
        "emailaddress": "email",
        "incustomssincetheyear": "customs_since",
        "customssince": "customs_since",
        "username": "username",
    }
    example: ClassVar = (
        {
            "administration": "FJ",
            "name": "Official 1 of Fiji",
            "title": "Ms",
            "position": "Senior Customs Officer",
            "unit": "Border",
            "gender": "female",
            "email": "official1@customs.example",
            "languages": "English, Fijian",
            "english": "fluent",
            "customs_since": "2012",
            "mail_language": "English",
            "time_zone": "Pacific/Fiji",
        },
        {"administration": "Samoa", "name": "Official 2 of Samoa", "email": "official2@customs.example"},
    )

    username = forms.CharField(
        label=gettext_lazy("Sign-in name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Of a person whom the portal knows. Leave it empty for a new person."),
    )
    administration = forms.CharField(
        label=gettext_lazy("Administration"),
        required=False,
        help_text=gettext_lazy("Its name or its ISO code: Fiji, or FJ."),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        required=False,
        help_text=gettext_lazy("For people of no administration: the name of the organisation."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("The full name, as on certificates.")
    )
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=20, required=False, help_text=gettext_lazy("For example Ms, Mr, Dr.")
    )
    position = forms.CharField(label=gettext_lazy("Position"), max_length=120, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=120, required=False)
    gender = Choice(
        Gender, label=gettext_lazy("Gender"), required=False, help_text=gettext_lazy("female, male, other.")
    )
    email = Address(
        label=gettext_lazy("Mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("A new person needs it. An empty cell leaves it as it was."),
    )
    languages = forms.CharField(label=gettext_lazy("Languages"), max_length=200, required=False)
    english = Choice(
        English, label=gettext_lazy("English"), required=False, help_text=gettext_lazy("basic, working, fluent.")
    )
    customs_since = forms.IntegerField(
        label=gettext_lazy("In customs since"), required=False, help_text=gettext_lazy("A year, for example 2012.")
    )
    mail_language = Choice(
        MailLanguage,
        none=MailLanguage.ENGLISH,
        label=gettext_lazy("Language of letters"),
        required=False,
        help_text=gettext_lazy("English or French."),
    )
    time_zone = Zone(
        label=gettext_lazy("Time zone"), required=False, help_text=gettext_lazy("Empty: as the administration.")
    )


class Officials(Judge):
    form = OfficialRow

    def look_up(self, rows: list[dict[str, str]]) -> None:
        self.bodies = Bodies()
        self.people = People(self.upload.administration)
        for texts in rows:
            self.people.claim(*self._named(texts))

    def key(self, texts: dict[str, str]) -> Hashable | None:
        username, name, email, body = self._named(texts)
        found = self.people.meant(username, name, email, body)
        if len(found) == 1:
            return found[0].pk
        return None if found or username or not name else (same_name(name), email, body)

    def compare(self, opinions: list[Opinion]) -> None:
        meant = [self._meant(opinion) for opinion in opinions]
        numbers = {known.pk for known in meant if known}
        persons = User.objects.select_related("administration", "organisation").in_bulk(numbers)
        for opinion, known in zip(opinions, meant, strict=True):
            if opinion.faults:
                continue
            opinion.target = persons[known.pk] if known else None
            if opinion.target is None:
                self._new(opinion)
            else:
                self._differ(opinion, opinion.target)

    def save(self, opinion: Opinion, *, by: User, at: datetime) -> None:
        profile = {name: value for name, value in opinion.values.items() if name in PROFILE}
        if opinion.target is None:
            body = opinion.values["body"]
            people.add(
                administration=body if isinstance(body, Administration) else None,
                organisation=body if isinstance(body, Organisation) else None,
                by=by,
                **profile,
            )
        else:
            changed = {name: value for name, value in profile.items() if name in opinion.changes}
            people.change(opinion.target, by=by, letter=False, **changed)

    def _named(self, texts: dict[str, str]) -> tuple[str, str, str, tuple[str, int] | None]:
        """Sign-in name, name, address and body of a row, before its cells are checked."""
        word = texts.get("administration", "") or texts.get("organisation", "")
        body = self.upload.administration or (self.bodies.named(word) if word else None)
        email = User.objects.normalize_email(texts.get("email", ""))
        return texts.get("username", "").strip(), texts.get("name", "").strip(), email, place(body)

    def _meant(self, opinion: Opinion) -> Known | None:
        """Whom the row means; None for a new person, and when a sentence says what is wrong."""
        values = opinion.values
        body = values["body"] = self._body(opinion)
        username = values.get("username", "")
        if opinion.faults:
            return None
        if body is None and not username:
            opinion.faults.append(_("Administration: Write the administration or the organisation of this person."))
            return None
        found = self.people.meant(username, values["name"], values.get("email", ""), place(body))
        if username and not found:
            opinion.faults.append(_("Sign-in name: Nobody here has it. Leave it empty for a new person."))
        elif len(found) > 1:
            opinion.faults.append(
                _("Name: %(n)d people of %(body)s have this name. Write the sign-in name of the one you mean.")
                % {"n": len(found), "body": body}
            )
        elif found and body is not None and found[0].body != place(body):
            opinion.faults.append(_("Administration: This person does not work there. An import moves nobody."))
        return found[0] if found and not opinion.faults else None

    def _body(self, opinion: Opinion) -> Administration | Organisation | None:
        words = [opinion.values.get(name, "") for name in ("administration", "organisation")]
        own = self.upload.administration
        named = [self.bodies.named(word) for word in words if word]
        if own and any(body != own for body in named):
            opinion.faults.append(_("Administration: You can import people of %(body)s only.") % {"body": own})
        elif None in named:
            word = next(word for word in words if word and self.bodies.named(word) is None)
            opinion.faults.append(_("Administration: “%(word)s” is not known.") % {"word": word})
        elif len(set(named)) > 1:
            opinion.faults.append(_("Organisation: A person works for one body. Leave one of the two cells empty."))
        return own or (named[0] if named else None)

    def _new(self, opinion: Opinion) -> None:
        if not opinion.values.get("email"):
            opinion.faults.append(_("Mail address: A new person needs one."))
        self._check_year(opinion)

    def _differ(self, opinion: Opinion, person: User) -> None:
        """The columns that the file has; a column that it does not have changes nothing."""
        if not opinion.values.get("email"):  # nobody loses the address: an empty cell says nothing about it
            opinion.values.pop("email", None)
        for name in PROFILE:
            if name in opinion.values and getattr(person, name) != opinion.values[name]:
                old, new = getattr(person, name), opinion.values[name]
                opinion.changes[name] = [told(User, name, old), told(User, name, new)]
        if "customs_since" in opinion.changes:
            self._check_year(opinion)
        if "email" in opinion.changes:
            self._check_address(opinion, person)
        if opinion.changes and not person.is_active:
            opinion.faults.append(_("Name: The account of this person is closed. Open it on the page of the person."))
        if opinion.changes and self.upload.administration and person.last_login and person.pk != self.upload.by_id:
            opinion.faults.append(
                _("%(person)s has signed in and keeps the own profile. Propose the change on the page of this person.")
                % {"person": person}
            )

    def _check_address(self, opinion: Opinion, person: User) -> None:
        if person.last_login:
            opinion.faults.append(
                _("Mail address: %(person)s signs in with another one. Change it on the page of this person.")
                % {"person": person}
            )
        elif self.upload.administration and person.email:
            opinion.faults.append(_("Mail address: The office changes it. Ask the office, or leave it as it was."))

    def _check_year(self, opinion: Opinion) -> None:
        year: Any = opinion.values.get("customs_since")
        if year is not None and not self.today.year - WORKING_LIFE <= year <= self.today.year:
            opinion.faults.append(
                _("In customs since: Write a year from %(first)d to %(last)d.")
                % {"first": self.today.year - WORKING_LIFE, "last": self.today.year}
            )
