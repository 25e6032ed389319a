"""Forms of the record of an event: agenda, papers, follow-up actions, the filter of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import AgendaItem, Event, FollowUp, PaperAccess, Purpose
from events.services.papers import MAX_BYTES
from events.states import FollowUpState
from portal.kit.forms import Clean

LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("ar", _("Arabic")),
    ("fa", _("Persian")),
    ("hi", _("Hindi")),
    ("id", _("Indonesian")),
    ("ja", _("Japanese")),
    ("ko", _("Korean")),
    ("ru", _("Russian")),
    ("th", _("Thai")),
    ("vi", _("Vietnamese")),
    ("zh", _("Chinese")),
]


class AgendaItemForm(Clean):
    title = forms.CharField(label=_("Title"), max_length=250)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices, initial=Purpose.NOTE)
    speaker = forms.CharField(label=_("Speaker"), max_length=200, required=False)


class PaperForm(Clean):
    title = forms.CharField(
        label=_("Title"), max_length=250, help_text=_("The same title in the same language becomes the next version.")
    )
    item = forms.ModelChoiceField(
        AgendaItem.objects.none(), label=_("Agenda item"), empty_label=_("No item"), required=False
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="en")
    access = forms.ChoiceField(
        label=_("Who may read it"),
        choices=PaperAccess.choices,
        initial=PaperAccess.PARTICIPANTS,
        help_text=_("Who may not read a new version may not read the earlier ones any more."),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("A PDF, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[AgendaItem]", self.fields["item"]).queryset = event.agenda.all()

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(gettext("The file is larger than 20 MB."))
        return file


class FollowUpFilter(Clean):
    """The filters of the actions in force, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Action, meeting or owner"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Any state")), ("unfinished", _("Not closed")), *FollowUpState.choices],
        required=False,
    )
    body = forms.ChoiceField(label=_("Owner"), required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, *args: Any, bodies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["body"]).choices = [("", gettext("All owners")), *bodies]

    def narrow(self, rows: Any, *, on: date) -> Any:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            text = asked["q"]
            rows = rows.filter(
                Q(text__icontains=text) | Q(outcome__event__title__icontains=text) | Q(owner__name__icontains=text)
            )
        if asked.get("state") == "unfinished":
            rows = rows.unfinished()
        elif asked.get("state"):
            rows = rows.filter(state=asked["state"])
        if asked.get("body"):
            kind, _dash, pk = asked["body"].partition("-")
            rows = rows.filter(**{kind: pk})
        return rows.overdue(on) if asked.get("overdue") else rows


class ProgressForm(Clean):
    """What became of an action; the state may be any that can follow, or the one it has."""

    state = forms.ChoiceField(label=_("State"), choices=FollowUpState.choices)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was done, where it can be seen. For a dropped action: why. Others will read it years later."),
    )

    def __init__(self, *args: Any, action: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, initial={"state": action.state, "evidence": action.evidence}, **kwargs)
        cast(forms.ChoiceField, self.fields["state"]).choices = [
            (state.value, state.label) for state in FollowUpState if state == action.state or action.may_move_to(state)
        ]


class HistoryFilter(Clean):
    """What and whose lines of the trail to show; the choices are those that the event has."""

    verb = forms.ChoiceField(label=_("What"), required=False)
    person = forms.ChoiceField(label=_("Who"), required=False)

    def __init__(
        self, *args: Any, verbs: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["verb"]).choices = [("", gettext("Everything")), *verbs]
        cast(forms.ChoiceField, self.fields["person"]).choices = [("", gettext("Everybody")), *people]

    def narrow(self, rows: Any) -> Any:
        self.is_valid()
        if self.cleaned_data.get("verb"):
            rows = rows.filter(verb=self.cleaned_data["verb"])
        person = self.cleaned_data.get("person")
        if person:
            rows = rows.filter(by=None if person == "portal" else person)
        return rows
