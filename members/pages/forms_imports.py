"""Forms of the imports: the upload, and the filters of the list."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Administration, ImportKind, User
from members.models.imports import ImportQuerySet
from members.states import ImportState
from portal.kit.forms import Clean
from portal.kit.tables import MAX_BYTES


class ImportForm(Clean):
    """What a contact point may choose: the file, and the administration when there are several."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices)
    administration = forms.ModelChoiceField(Administration.objects.none(), label=_("Administration"), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        allow_empty_file=False,
        help_text=_("A table as CSV or XLSX, at most 10 MB and 10,000 rows. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        mine = reader.represented
        if reader.is_office:
            del self.fields["administration"]
            return
        del self.fields["kind"]
        if len(mine) == 1:
            del self.fields["administration"]
        else:
            administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
            administration.queryset = Administration.objects.filter(pk__in=[row.pk for row in mine])

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(gettext("The file is larger than 10 MB. Split it, then try again."))
        return file

    def chosen(self) -> dict[str, Any]:
        """The kind and the administration: the office imports for all, a contact point officials of its own."""
        if self.reader.is_office:
            return {"kind": self.cleaned_data["kind"], "administration": None}
        own = self.cleaned_data.get("administration") or self.reader.represented[0]
        return {"kind": ImportKind.OFFICIALS, "administration": own}


class ImportFilter(Clean):
    """The filters of the list of imports, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Name of the file"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *ImportKind.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All states")), *ImportState.choices], required=False)

    def narrow(self, rows: ImportQuerySet) -> ImportQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.filter(file_name__icontains=asked["q"])
        for name in ("kind", "state"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        return rows
