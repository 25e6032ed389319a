"""Forms of the members pages: profile, a new person, the filters of the lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Administration, Gender, Group, Organisation, SubRegion, User
from members.models.bodies import AdministrationQuerySet
from members.models.people import UserQuerySet
from portal.kit.forms import Clean
from portal.kit.zones import zone_choices, zone_label

TWO_BODIES = _("Choose an administration or another organisation, not both.")
NO_BODY = _("Choose the administration or the organisation that this person works for.")


class ProfileForm(Clean):
    name = forms.CharField(
        label=_("Full name"), max_length=200, help_text=_("As on certificates: first name and family name.")
    )
    title = forms.CharField(label=_("Title"), max_length=20, required=False, help_text=_("For example Ms, Mr, Dr."))
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=120, required=False, help_text=_("Department or section."))
    gender = forms.ChoiceField(
        label=_("Gender"),
        choices=Gender.choices,
        required=False,
        help_text=_("For statistics only. You need not state it."),
    )
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("Letters and codes to sign in go to this address. Colleagues may share one address."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, at: datetime, person: User | None = None, with_email: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = cast(forms.ChoiceField, self.fields["time_zone"])
        zone.choices = [("", _usual_zone(person, at)), *zone_choices(at, always=person.time_zone if person else "")]
        if not with_email:
            del self.fields["email"]


class NewPersonForm(Clean):
    name = forms.CharField(
        label=_("Full name"), max_length=200, help_text=_("As on certificates: first name and family name.")
    )
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("Codes to sign in go to this address. Colleagues may share one address."),
    )
    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Administration"), required=False, empty_label=_("None")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Other organisation"), required=False, empty_label=_("None")
    )
    title = forms.CharField(label=_("Title"), max_length=20, required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("administration") and found.get("organisation"):
            self.add_error("organisation", TWO_BODIES)
        elif not found.get("administration") and not found.get("organisation") and not self.errors:
            self.add_error("administration", NO_BODY)
        return found


class DirectoryFilter(Clean):
    """The filters of the directory, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Name, old name or code"), max_length=100, required=False)
    sub_region = forms.ChoiceField(
        label=_("Sub-region"), choices=[("", _("All sub-regions")), *SubRegion.choices], required=False
    )
    group = forms.ModelChoiceField(
        Group.objects.all(), to_field_name="code", label=_("Group"), empty_label=_("All groups"), required=False
    )

    def narrow(self, rows: AdministrationQuerySet, *, on: date) -> AdministrationQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.matching(asked["q"])
        if asked.get("sub_region"):
            rows = rows.filter(sub_region=asked["sub_region"])
        if asked.get("group"):
            rows = rows.in_groups_on(Group.objects.filter(pk=asked["group"].pk), on)
        return rows


class PeopleFilter(Clean):
    """The filter of the list of people, from the address bar."""

    q = forms.CharField(label=_("Name, position or address"), max_length=100, required=False)
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("All"), required=False
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        mine = [row.pk for row in reader.represented]
        administration.queryset = (
            Administration.objects.all() if reader.is_office else Administration.objects.filter(pk__in=mine)
        )

    def narrow(self, rows: UserQuerySet) -> UserQuerySet:
        self.is_valid()
        if self.cleaned_data.get("q"):
            rows = rows.matching(self.cleaned_data["q"])
        if self.cleaned_data.get("administration"):
            rows = rows.filter(administration=self.cleaned_data["administration"])
        return rows


def _usual_zone(person: User | None, at: datetime) -> str:
    if person and person.administration:
        return gettext("As my administration: %(zone)s") % {"zone": zone_label(person.administration.time_zone, at)}
    return gettext("As the office: %(zone)s") % {"zone": zone_label(settings.OFFICE_TIME_ZONE, at)}
