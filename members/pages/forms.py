"""The filter of the directory; forms about people stand in `forms_people`."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Group, SubRegion
from members.models.bodies import AdministrationQuerySet
from portal.kit.forms import Clean


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
