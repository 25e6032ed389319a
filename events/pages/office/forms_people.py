"""Forms about the people of an event: the filter of the list, a reason, the filter of the attendance."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.states import LIVE, RegistrationState
from members.models import Administration
from portal.kit.forms import Clean

GONE = [state for state in RegistrationState if state not in LIVE]


class OfAdministration(Clean):
    """Base of the filters: text, and one of the administrations that have people in the event."""

    q = forms.CharField(label=_("Name, position or unit"), max_length=100, required=False)
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("All"), required=False
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = Administration.objects.filter(
            pk__in=event.registrations.order_by().values("administration")
        )

    def narrow(self, rows: Any) -> Any:
        """What is not understood filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            text = asked["q"]
            rows = rows.filter(
                Q(official__name__icontains=text)
                | Q(official__position__icontains=text)
                | Q(official__unit__icontains=text)
            )
        if asked.get("administration"):
            rows = rows.filter(administration=asked["administration"])
        return rows


class PeopleFilter(OfAdministration):
    """The filters of the people of an event; without a state those who may still take part."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("All who may take part")),
            ("gone", _("All who do not take part")),
            *RegistrationState.choices,
        ],
        required=False,
    )
    field_order = ("state", "administration", "q")

    def narrow(self, rows: Any) -> Any:
        rows = super().narrow(rows)
        state = self.cleaned_data.get("state")
        if state == "gone":
            return rows.filter(state__in=GONE)
        return rows.filter(state=state) if state else rows.filter(state__in=LIVE)


class AttendanceFilter(OfAdministration):
    """Whom the grid of the attendance shows."""

    field_order = ("administration", "q")


class ReasonForm(Clean):
    """Why somebody is not taken, or steps back; the person reads it in a letter."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads it in the letter. Write one or two short sentences."),
    )
