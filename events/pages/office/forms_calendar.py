"""The filters of the office's calendar."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Kind, Mode
from events.models.programme import EventQuerySet
from events.pages.office.forms_plan import officers
from events.states import EventState
from members.models import Group, User
from portal.kit.forms import Clean


class CalendarFilter(Clean):
    """From the address bar; what is not understood filters nothing."""

    view = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    when = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    month = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    week = forms.CharField(max_length=8, required=False, widget=forms.HiddenInput)
    year = forms.CharField(max_length=4, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Title, topic, host or place"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any state")), *EventState.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    group = forms.ModelChoiceField(
        label=_("Invited group"),
        queryset=Group.objects.none(),
        to_field_name="code",
        empty_label=_("All groups"),
        required=False,
    )
    officer = forms.ModelChoiceField(
        label=_("Officer"), queryset=User.objects.none(), empty_label=_("All officers"), required=False
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        cast("forms.ModelChoiceField[Group]", self.fields["group"]).queryset = Group.objects.order_by("name")
        cast("forms.ModelChoiceField[User]", self.fields["officer"]).queryset = officers(on, always=None)
        self.is_valid()
        self.asked = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("view", "when", "month", "week", "year"):
            if name not in self.asked:
                del self.fields[name]

    def narrow(self, rows: EventQuerySet) -> EventQuerySet:
        if "q" in self.asked:
            rows = rows.matching(self.asked["q"])
        if "group" in self.asked:
            rows = rows.for_group(self.asked["group"].code, self.on)
        equal = ("state", "kind", "mode", "officer")
        return rows.filter(**{name: self.asked[name] for name in equal if name in self.asked})

    @property
    def is_narrow(self) -> bool:
        return bool({"q", "state", "kind", "mode", "group", "officer"} & set(self.asked))
