"""Forms of the work plan: its filters, and the upload of a file."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Activity, Kind, Mode, Pillar
from events.states import ActivityStatus
from members.models import Organisation, User
from portal.kit.forms import Clean
from portal.kit.tables import MAX_BYTES

# the months of each quarter of a fiscal year
QUARTERS = {"1": (7, 8, 9), "2": (10, 11, 12), "3": (1, 2, 3), "4": (4, 5, 6)}


class PlanFilter(Clean):
    """The filters of the plan, from the address bar; what is not understood filters nothing."""

    year = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number, title, topic or host"), max_length=100, required=False)
    pillar = forms.ModelChoiceField(
        Pillar.objects.all(), to_field_name="number", label=_("Pillar"), empty_label=_("All pillars"), required=False
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Any status")), *ActivityStatus.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    donor = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Donor"), empty_label=_("All donors"), required=False
    )

    quarter = forms.ChoiceField(
        label=_("Planned in"),
        choices=[
            ("", _("Any quarter")),
            ("1", _("July - September")),
            ("2", _("October - December")),
            ("3", _("January - March")),
            ("4", _("April - June")),
        ],
        required=False,
    )
    officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Responsible officer"), empty_label=_("Everybody"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = Activity.objects.exclude(officer=None).order_by().values("officer")
        officer = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        officer.queryset = User.objects.get_queryset().filter(pk__in=named).order_by("name", "pk")

    def narrow(self, rows: Any) -> Any:
        """Rows with a derived status; text is searched in number, title, topic and host."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            text = asked["q"]
            rows = rows.filter(
                Q(number__icontains=text)
                | Q(title__icontains=text)
                | Q(topic__icontains=text)
                | Q(host__icontains=text)
            )
        if asked.get("donor"):
            donated = Activity.donors.through._default_manager.filter(organisation=asked["donor"])
            rows = rows.filter(pk__in=donated.values("activity"))
        if asked.get("quarter"):
            rows = rows.filter(planned_start_on__month__in=QUARTERS[asked["quarter"]])
        for name in ("pillar", "status", "kind", "mode", "officer"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        return rows

    @property
    def is_used(self) -> bool:
        self.is_valid()
        return any(value for name, value in self.cleaned_data.items() if name != "year")


class UploadForm(Clean):
    fiscal_year = forms.CharField(
        label=_("Fiscal year"), max_length=7, help_text=_("For example 2020/21: 1 July 2020 to 30 June 2021.")
    )
    file = forms.FileField(
        label=_("Work plan"),
        max_length=200,
        allow_empty_file=False,
        help_text=_("A table as CSV or XLSX, at most 10 MB. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(gettext("The file is larger than 10 MB. Split it, then try again."))
        return file
