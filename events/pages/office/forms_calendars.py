"""Forms of clashes and of the calendars of other bodies."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import OtherCalendar
from portal.kit.calendar_reading import MAX_BYTES
from portal.kit.forms import Clean


class OtherDayForm(Clean):
    """The day on which an event would begin."""

    first = forms.DateField(label=_("If it began on"))

    def clean_first(self) -> date:
        day: date = self.cleaned_data["first"]
        if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
            raise ValidationError(gettext("This date is too far from today. Check the year."))
        return day


class OtherMeetingFilter(Clean):
    """The filters of the meetings of other bodies; what is not understood filters nothing."""

    q = forms.CharField(label=_("Title or place"), max_length=100, required=False)
    calendar = forms.ModelChoiceField(
        OtherCalendar.objects.all(), label=_("Calendar"), empty_label=_("All calendars"), required=False
    )
    first = forms.DateField(label=_("From"), required=False)
    last = forms.DateField(label=_("Until"), required=False)

    def narrow(self, rows: Any) -> Any:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.filter(Q(title__icontains=asked["q"]) | Q(place__icontains=asked["q"]))
        if asked.get("calendar"):
            rows = rows.filter(calendar=asked["calendar"])
        if asked.get("first"):
            rows = rows.filter(ends_on__gte=asked["first"])
        if asked.get("last"):
            rows = rows.filter(starts_on__lte=asked["last"])
        return rows

    @property
    def is_used(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())


class OtherCalendarForm(Clean):
    name = forms.CharField(
        label=_("Whose calendar it is"),
        max_length=120,
        help_text=_("For example WCO Secretariat. A second file with the same name replaces the first one."),
    )
    file = forms.FileField(
        label=_("Calendar file"),
        max_length=200,
        allow_empty_file=False,
        help_text=_("An iCalendar file (.ics), at most 2 MB and 5,000 entries."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(gettext("The file is larger than 2 MB. Export fewer months, then try again."))
        return file
