"""Forms about people: a new person, the profile, a course, closing an account, and the filter of the list."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Administration, Appointment, English, Gender, MailLanguage, Organisation, Role, User
from members.models.appointments import OFFICE_ROLES
from members.models.people import UserQuerySet
from members.services import people
from members.services.people import Overtaken
from members.wording import value_in_words
from portal.kit.forms import Clean
from portal.kit.zones import zone_choices, zone_label

PERSON = ("name", "email", "title", "position", "unit")
WORKING_LIFE = 60  # years
LONGEST_EXPERIENCE = 1000
TWO_BODIES = _("Choose an administration or another organisation, not both.")
NO_BODY = _("Choose the administration or the organisation that this person works for.")


class LongText(forms.CharField):
    """A text of several lines; a browser sends two signs for a line break, and one is counted."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class PersonFields(Clean):
    """What every form about a person asks: the profile, a new person of the office, one of a contact point."""

    name = forms.CharField(
        label=_("Full name"), max_length=200, help_text=_("As on certificates: first name and family name.")
    )
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("Letters and codes to sign in go to this address. Colleagues may share one address."),
    )
    title = forms.CharField(label=_("Title"), max_length=20, required=False, help_text=_("For example Ms, Mr, Dr."))
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=120, required=False, help_text=_("Department or section."))


class ProfileForm(PersonFields):
    """The official profile. It carries marks of what it showed, so that it never undoes what somebody else wrote."""

    gender = forms.ChoiceField(
        label=_("Gender"),
        choices=Gender.choices,
        required=False,
        help_text=_("For statistics only. “Not stated” is a full answer."),
    )
    customs_since = forms.IntegerField(
        label=_("In customs since the year"), required=False, help_text=_("For example 2009.")
    )
    experience = LongText(
        label=_("Experience"),
        max_length=LONGEST_EXPERIENCE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Fields of work, and courses given or taken. At most 1,000 characters."),
    )
    languages = forms.CharField(
        label=_("Languages"), max_length=200, required=False, help_text=_("For example Fijian, Hindi, English.")
    )
    english = forms.ChoiceField(
        label=_("English"),
        choices=English.choices,
        required=False,
        help_text=_("It helps the office to plan interpretation. It is no condition."),
    )
    mail_language = forms.ChoiceField(
        label=_("Language of letters"),
        choices=MailLanguage.choices,
        help_text=_("Letters come in this language where the office has written them in it, else in English."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Pages and letters show times in this zone too.")
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, at: datetime, person: User, with_email: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.at = at
        zone = cast(forms.ChoiceField, self.fields["time_zone"])
        zone.choices = [("", _usual_zone(person, at)), *zone_choices(at, always=person.time_zone)]
        if not with_email:
            del self.fields["email"]
        self.initial["shown"] = json.dumps({k: v for k, v in people.marks(person).items() if k in self.fields})
        self.helper.layout = Layout(
            "shown",
            _part(gettext("On certificates"), "name", "title", "gender"),
            _part(gettext("Work"), "position", "unit", "customs_since", "experience"),
            _part(gettext("Languages"), "languages", "english"),
            _part(gettext("Letters and times"), *(["email"] if with_email else []), "mail_language", "time_zone"),
        )

    def clean_customs_since(self) -> int | None:
        year: int | None = self.cleaned_data["customs_since"]
        if year is not None and not self.at.year - WORKING_LIFE <= year <= self.at.year:
            raise ValidationError(
                gettext("Write a year from %(first)d to %(last)d."),
                params={"first": self.at.year - WORKING_LIFE, "last": self.at.year},
            )
        return year

    def clean_shown(self) -> dict[str, str]:
        """What is no longer readable says nothing: then all that was sent is written."""
        try:
            found = json.loads(self.cleaned_data["shown"])
        except (ValueError, RecursionError):
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def tell(self, overtaken: Overtaken) -> None:
        """Name each field that somebody else changed, and what it says now; saving again is then a decision."""
        for name, value in overtaken.values.items():
            self.add_error(
                name,
                gettext(
                    "Somebody else changed this while you wrote. It says now: “%(value)s”. "
                    "Save again to put your text in its place."
                )
                % {"value": value_in_words(name, value, at=self.at)},
            )
        shown = self.cleaned_data["shown"] | {name: people.mark(value) for name, value in overtaken.values.items()}
        self.data = {**self.data.dict(), "shown": json.dumps(shown)}  # type: ignore[attr-defined]  # a QueryDict


class NewPersonForm(PersonFields):
    """The office adds somebody of an administration or of another organisation."""

    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Administration"), required=False, empty_label=_("None")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Other organisation"), required=False, empty_label=_("None")
    )

    field_order = ("name", "email", "administration", "organisation", "title", "position", "unit")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("administration") and found.get("organisation"):
            self.add_error("organisation", TWO_BODIES)
        elif not found.get("administration") and not found.get("organisation") and not self.errors:
            self.add_error("administration", NO_BODY)
        return found


class CourseForm(Clean):
    course = forms.CharField(
        label=_("Course"), max_length=200, help_text=_("Its full title, for example “Harmonized System, level 1”.")
    )
    completed_on = forms.DateField(label=_("Completed on"))
    proof = forms.FileField(
        label=_("Proof"),
        max_length=200,
        required=False,
        help_text=_("The certificate as PDF, PNG or JPEG, at most 5 MB. You need not send one."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg,.pdf,.png,.jpg,.jpeg"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_completed_on(self) -> date:
        day: date = self.cleaned_data["completed_on"]
        if day > self.today:
            raise ValidationError(gettext("This day has not come yet. Add the course when it is completed."))
        if day.year < self.today.year - WORKING_LIFE:
            raise ValidationError(gettext("This date is too far from today. Check the year."))
        return day


class CloseForm(Clean):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("One sentence for the history, for example: left customs on 31 May 2026."),
    )


class PeopleFilter(Clean):
    """The filters of the list of people, from the address bar; what is not understood filters nothing.

    Each reader has the filters that can tell something: nobody chooses among administrations of which one is seen.
    """

    OPEN, CLOSED, ALL = "", "closed", "all"

    q = forms.CharField(label=_("Name, position, unit or mail address"), max_length=100, required=False)
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("All"), required=False
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Other organisation"), empty_label=_("All"), required=False
    )
    role = forms.ChoiceField(label=_("Role today"), required=False)
    english = forms.ChoiceField(
        label=_("English"),
        choices=[("", _("All")), *((row.value, row.label) for row in English if row)],
        required=False,
    )
    account = forms.ChoiceField(
        label=_("Account"),
        choices=[(OPEN, _("Open")), (CLOSED, _("Closed")), (ALL, _("All"))],
        required=False,
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        mine = reader.represented
        roles = [row for row in Role if reader.is_office or row not in OFFICE_ROLES]
        cast(forms.ChoiceField, self.fields["role"]).choices = [
            ("", gettext("All")),
            *((row.value, row.label) for row in roles),
        ]
        if reader.is_office:
            administration.queryset = Administration.objects.all()
            return
        administration.queryset = Administration.objects.filter(pk__in=[row.pk for row in mine])
        del self.fields["organisation"]
        if len(mine) < 2:
            del self.fields["administration"]
        if not mine:
            for name in ("role", "english", "account"):
                del self.fields[name]

    def narrow(self, rows: UserQuerySet, *, on: date) -> UserQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.matching(asked["q"])
        for name in ("administration", "organisation", "english"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        if asked.get("role"):
            rows = rows.filter(pk__in=Appointment.objects.on(on).filter(role=asked["role"]).values("person"))
        if asked.get("account") == self.CLOSED:
            return rows.standing().filter(is_active=False)
        # an open account is never merged: to ask for it once more would lead the database away from the index
        return rows.standing() if asked.get("account") == self.ALL else rows.open()


def _part(title: str, *names: str) -> Fieldset:
    return Fieldset(title, *names, css_class="form-part")


def _usual_zone(person: User, at: datetime) -> str:
    if person.administration:
        return gettext("As my administration: %(zone)s") % {"zone": zone_label(person.administration.time_zone, at)}
    return gettext("As the office: %(zone)s") % {"zone": zone_label(settings.OFFICE_TIME_ZONE, at)}
