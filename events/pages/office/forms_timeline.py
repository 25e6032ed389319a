"""The filters of the timeline and of the workload, from the address bar; what is not understood filters nothing."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Activity, Event, Mode, Pillar, WorkPlan
from events.states import EventState
from members.models import Organisation, User
from portal.kit.forms import Clean


class YearForm(Clean):
    """The fiscal year; what is not understood shows that of today."""

    year = forms.ModelChoiceField(
        WorkPlan.objects.all(), to_field_name="fiscal_year", label=_("Fiscal year"), empty_label=None, required=False
    )

    def plan_or(self, usual: WorkPlan | None) -> WorkPlan | None:
        self.is_valid()
        chosen: WorkPlan | None = self.cleaned_data.get("year")
        return chosen or usual


class TimelineFilter(YearForm):
    pillar = forms.ModelChoiceField(
        Pillar.objects.all(), to_field_name="number", label=_("Pillar"), empty_label=_("All pillars"), required=False
    )
    officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Officer"), empty_label=_("Everybody"), required=False
    )
    donor = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Donor"), empty_label=_("All donors"), required=False
    )
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    state = forms.ChoiceField(
        label=_("State of events"), choices=[("", _("Any state")), *EventState.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        responsible = Q(pk__in=Event.objects.order_by().values("officer")) | Q(
            pk__in=Activity.objects.order_by().values("officer")
        )
        officer = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        officer.queryset = User.objects.get_queryset().filter(responsible).order_by("name", "pk")

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "year"}

    def narrow(self, rows: Any) -> Any:
        """Events or activities: both have an officer, donors and a mode."""
        for name in ("officer", "mode"):
            if self.asked.get(name):
                rows = rows.filter(**{name: self.asked[name]})
        if self.asked.get("donor"):
            rows = rows.filter(pk__in=rows.model._default_manager.filter(donors=self.asked["donor"]).values("pk"))
        return rows
