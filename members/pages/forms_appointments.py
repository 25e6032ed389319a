"""Forms about roles: appointing, handing over, ending, and the filter of the list of roles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Administration, Appointment, Group, Role, User
from members.models.appointments import AppointmentQuerySet
from members.models.people import UserQuerySet
from portal.kit.forms import Clean

PERSON = ("name", "email", "title", "position", "unit")


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    """People by name and position: two people of one name are told apart; by administration where there are several."""

    several_bodies = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), empty_label=_("Choose a person"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        body = str(obj.administration) if self.several_bodies else ""
        return ", ".join(filter(None, (str(obj), obj.position, obj.unit, body)))

    def offer(self, people: UserQuerySet, *, several_bodies: bool = False) -> None:
        self.queryset, self.several_bodies = people, several_bodies


class FirstAndLast(Clean):
    """The days of a role; both ends included."""

    from_on = forms.DateField(label=_("First day"), help_text=_("The first day with this role."))
    to_on = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Leave it empty when the end is not known.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"from_on": today, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_from_on(self) -> date:
        return within_reason(self.cleaned_data["from_on"], self.today)

    def clean_to_on(self) -> date | None:
        last: date | None = self.cleaned_data["to_on"]
        return within_reason(last, self.today, years_ahead=10) if last else None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("from_on"), found.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", gettext("The last day is before the first day."))
        return found


class AppointmentForm(FirstAndLast):
    """One of the people of a body gets one of its roles."""

    person = PersonChoice(label=_("Person"))
    role = forms.ChoiceField(label=_("Role"))

    field_order = ("person", "role", "from_on", "to_on")

    def __init__(
        self, *args: Any, people: UserQuerySet, roles: Sequence[Role], several_bodies: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(PersonChoice, self.fields["person"]).offer(people, several_bodies=several_bodies)
        cast(forms.ChoiceField, self.fields["role"]).choices = [(role.value, role.label) for role in roles]


class ChosenOrNew(Clean):
    """A person chosen from a list, or a new one written below it; never both."""

    person = PersonChoice(label=_("Person"), required=False)
    name = forms.CharField(
        label=_("Full name"), max_length=200, required=False, help_text=_("First name and family name.")
    )
    email = forms.EmailField(
        label=_("Mail address"), max_length=254, required=False, help_text=_("Codes to sign in go to this address.")
    )
    title = forms.CharField(label=_("Title"), max_length=20, required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=120, required=False)

    def __init__(
        self, *args: Any, people: UserQuerySet, may_be_new: bool = True, several_bodies: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(PersonChoice, self.fields["person"]).offer(people, several_bodies=several_bodies)
        others = [name for name in self.fields if name not in ("person", *PERSON)]
        if not may_be_new:
            for name in PERSON:
                del self.fields[name]
            self.fields["person"].required = True
            return
        writing = any(self.data.get(name, "").strip() for name in PERSON) if self.is_bound else not people.exists()
        self.helper.layout = Layout(
            "person",
            HTML(
                f'<details class="new-person"{" open" if writing else ""}>'
                f"<summary>{gettext('Somebody who is not in this list')}</summary>"
                f'<fieldset><legend class="visually-hidden">{gettext("A new person")}</legend>'
            ),
            Div(Div("name", css_class="col-md-6"), Div("email", css_class="col-md-6"), css_class="row"),
            Div(
                Div("title", css_class="col-md-2"),
                Div("position", css_class="col-md-5"),
                Div("unit", css_class="col-md-5"),
                css_class="row",
            ),
            HTML("</fieldset></details>"),
            *others,
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "name" not in self.fields or "person" in self.errors:
            return found
        written = any(self.data.get(name, "").strip() for name in PERSON)
        if found.get("person") and written:
            self.add_error("person", gettext("Choose a person or write a new one, not both."))
        elif not found.get("person") and not written:
            self.add_error("person", gettext("Choose a person, or write name and address of a new one."))
        elif written:
            for name in ("name", "email"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, gettext("This is needed for a new person."))
        return found

    @property
    def new_person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PERSON}


class OfficeForm(FirstAndLast, ChosenOrNew):
    """Who works in the office, chosen or new."""

    role = forms.ChoiceField(label=_("Role"), choices=[(Role.OFFICE_STAFF.value, Role.OFFICE_STAFF.label)])

    field_order = ("person", *PERSON, "role", "from_on", "to_on")


class HandoverForm(ChosenOrNew):
    """The successor, the first day and a note."""

    first_day = forms.DateField(
        label=_("First day of the successor"),
        help_text=_("The role of the predecessor ends the day before. Today means: with the next click."),
    )
    note = forms.CharField(
        label=_("Note to the successor"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the letter and on the page of the handover. Write short sentences."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"first_day": today})
        super().__init__(*args, **kwargs)
        self.fields["person"].label = _("Successor")


class EndForm(Clean):
    on = forms.DateField(
        label=_("First day without this role"), help_text=_("Today means: the access ends with the next click.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": today})
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        return within_reason(self.cleaned_data["on"], self.today)


class RolesFilter(Clean):
    """The filters of the list of roles, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Name of the person"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("All roles")), *Role.choices], required=False)
    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Administration"), empty_label=_("All"), required=False
    )
    group = forms.ModelChoiceField(Group.objects.all(), label=_("Group"), empty_label=_("All"), required=False)
    on = forms.DateField(label=_("On the day"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def day(self) -> date:
        """The day that is asked about; today when none is written."""
        self.is_valid()
        return self.cleaned_data.get("on") or self.today

    def narrow(self, rows: AppointmentQuerySet) -> AppointmentQuerySet:
        rows = rows.on(self.day)
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.filter(person__name__icontains=asked["q"])
        for name in ("role", "administration", "group"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        return rows


def office_people() -> UserQuerySet:
    """Who may work in the office: people of no other body, and who has or had a role of the office."""
    known = Appointment.objects.office().values("person")
    rows = User.objects.get_queryset().filter(is_active=True)
    return rows.filter(Q(administration=None, organisation=None) | Q(pk__in=known)).order_by("name", "pk")


def people_of_group(group: Group, day: date) -> UserQuerySet:
    """The people of the administrations that are in a group on a day."""
    rows = User.objects.get_queryset().filter(is_active=True)
    members = group.memberships.on(day).values("administration")
    return rows.filter(administration__in=members).select_related("administration").order_by("name", "pk")


def within_reason(day: date, today: date, *, years_ahead: int = 2) -> date:
    """A role begins or ends within a working life before today and some years after; else it is a slip of typing."""
    if not today - timedelta(days=50 * 365) <= day <= today + timedelta(days=years_ahead * 365):
        raise ValidationError(gettext("This date is too far from today. Check the year."))
    return day
