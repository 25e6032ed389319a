"""The forms of the best-hour finder: what is looked for, and the hour that was chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from events import hours
from events.models import Event
from members.models import Administration, Group
from members.models.bodies import AdministrationQuerySet
from portal.kit.forms import Clean

LENGTHS = (30, 60, 90, 120, 150, 180, 210, 240, 300, 360, 420, 480)


class SearchForm(Clean):
    """From the address bar, so that a search can be kept and sent to a colleague."""

    group = forms.ModelChoiceField(
        Group.objects.all(),
        to_field_name="code",
        label=_("Administrations"),
        empty_label=_("All members"),
        required=False,
    )
    first = forms.DateField(label=_("From"))
    last = forms.DateField(label=_("Until"))
    minutes = forms.TypedChoiceField(label=_("Length of a session"), coerce=int)
    days = forms.TypedChoiceField(label=_("Days in a row"), coerce=int)

    def __init__(self, *args: Any, event: Event | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if event:
            del self.fields["group"]
        lengths = cast(forms.TypedChoiceField, self.fields["minutes"])
        lengths.choices = [(minutes, _length(minutes)) for minutes in LENGTHS]
        days = cast(forms.TypedChoiceField, self.fields["days"])
        days.choices = [
            (number, ngettext("%(n)d day", "%(n)d days", number) % {"n": number})
            for number in range(1, hours.MOST_DAYS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("The last day is before the first day."))
        elif first and last and last - first > hours.LONGEST_SPAN:
            self.add_error("last", gettext("Choose at most three months."))
        elif first and last and first + timedelta(days=found.get("days", 1) - 1) > last:
            self.add_error("last", gettext("There are fewer days from the first to the last day than the event has."))
        for name in ("first", "last"):
            day = found.get(name)
            if day and not date(2000, 1, 1) <= day <= date(2100, 1, 1):
                self.add_error(name, gettext("This date is too far from today. Check the year."))
        return found

    def targets(self, event: Event | None, on: date) -> AdministrationQuerySet:
        if event:
            return event.targets.all()
        rows = Administration.objects.members_on(on)
        group = self.cleaned_data.get("group")
        return rows.in_groups_on(Group.objects.filter(pk=group.pk), on) if group else rows


class PlaceForm(Clean):
    """The hour that was clicked."""

    first = forms.DateField(widget=forms.HiddenInput)
    begins = forms.TimeField(widget=forms.HiddenInput)
    minutes = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=max(LENGTHS))
    days = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=hours.MOST_DAYS)


def _length(minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    words = ngettext("%(n)d hour", "%(n)d hours", whole) % {"n": whole} if whole else ""
    return " ".join(filter(None, [words, gettext("%(n)d minutes") % {"n": rest} if rest else ""]))
