"""Forms of the chair desk; choices are limited to the meeting at hand."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import AgendaItem, Event, FollowUp, Outcome, PaperAccess, Purpose, Verb
from events.models.followups import FollowUpQuerySet
from events.models.programme import EventQuerySet
from events.states import FOLLOW_UP, FollowUpState, OutcomeState
from members.models import Administration, Organisation, User
from portal.kit.forms import Clean

LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("zh", _("Chinese")),
    ("ja", _("Japanese")),
    ("ko", _("Korean")),
    ("ru", _("Russian")),
    ("ar", _("Arabic")),
]
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ItemForm(Clean):
    title = forms.CharField(label=_("Title"), max_length=250)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    speaker = forms.CharField(label=_("Speaker"), max_length=200, required=False)


class ItemChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number}. {obj.title}"


def _items(form: forms.Form, event: Event) -> None:
    cast(ItemChoice, form.fields["item"]).queryset = event.agenda.all()


class PaperForm(Clean):
    title = forms.CharField(
        label=_("Title"), max_length=250, help_text=_("The same title again makes the next version of that paper.")
    )
    item = ItemChoice(AgendaItem.objects.none(), label=_("Agenda item"), required=False, empty_label=_("None"))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    access = forms.ChoiceField(
        label=_("Who may read it"),
        choices=PaperAccess.choices,
        initial=PaperAccess.PARTICIPANTS,
        help_text=_("Who may not read a new version may not read the earlier ones any more."),
    )
    file = forms.FileField(label=_("PDF file"), help_text=_("At most 20 MB."), max_length=200)

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = "application/pdf,.pdf"
        _items(self, event)


class DelegationForm(Clean):
    """A body at the meeting; when a line is changed its body stays."""

    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Administration"), required=False, empty_label=_("None")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Other organisation"), required=False, empty_label=_("None")
    )
    head = forms.CharField(label=_("Head of delegation"), max_length=200, required=False)
    capacity = forms.CharField(
        label=_("Capacity"),
        max_length=200,
        required=False,
        help_text=_("For example delegate, observer, on behalf of the Director General."),
    )
    size = forms.IntegerField(
        label=_("Number of people"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("Leave it empty when it is not recorded."),
    )

    def __init__(self, *args: Any, with_body: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not with_body:
            del self.fields["administration"], self.fields["organisation"]


class TextForm(Clean):
    """Summary, members' text and next meeting; `seen` is the mark of the text that was read when writing began."""

    summary = forms.CharField(
        label=_("Public summary"), required=False, widget=_area(6), help_text=_("Everybody reads it when published.")
    )
    members_text = forms.CharField(
        label=_("Text for members only"), required=False, widget=_area(4), help_text=_("Officials of members read it.")
    )
    next_meeting = forms.CharField(
        label=_("Next meeting"), max_length=250, required=False, help_text=_("Date, host and chair, if known.")
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, current: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.current = current
        self.initial["seen"] = current

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.pop("seen", "") != self.current:
            # the next try is made knowingly: it carries the mark of the text that stands beside it now
            self.data = {**self.data.dict(), "seen": self.current} if isinstance(self.data, QueryDict) else self.data
            raise ValidationError(
                gettext(
                    "Somebody changed this text while you were writing. Your words are still in the form. "
                    "Compare them with the preview, then save again."
                )
            )
        return found


class ParagraphForm(Clean):
    item = ItemChoice(
        AgendaItem.objects.none(), label=_("Agenda item"), required=False, empty_label=_("The meeting as a whole")
    )
    verb = forms.ChoiceField(label=_("The meeting"), choices=Verb.choices)
    text = forms.CharField(
        label=_("What"), widget=_area(4), help_text=_("For example: “that cooperation should be deepened”.")
    )
    members_only = forms.BooleanField(label=_("For members only"), required=False)

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _items(self, outcome.event)


class InterventionForm(Clean):
    item = ItemChoice(
        AgendaItem.objects.none(), label=_("Agenda item"), required=False, empty_label=_("The meeting as a whole")
    )
    speaker = forms.CharField(label=_("Speaker"), max_length=200)
    text = forms.CharField(label=_("In one line"), max_length=400)

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _items(self, outcome.event)


class OwnerChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.body}" if obj.body else str(obj.name)


class ActionForm(Clean):
    """An action with its owner: a body, and if known a person who belongs to it."""

    text = forms.CharField(label=_("Action"), widget=_area(3), max_length=2000)
    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Owner: administration"), required=False, empty_label=_("None")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Owner: other organisation"), required=False, empty_label=_("None")
    )
    owner = OwnerChoice(
        User.objects.none(),
        label=_("Owner: person"),
        required=False,
        empty_label=_("Nobody by name"),
        help_text=_("The person who gets the reminders. People of this meeting stand in the list."),
    )
    due_on = forms.DateField(label=_("Due date"), required=False)

    def __init__(self, *args: Any, outcome: Outcome, keep: User | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        cast(OwnerChoice, self.fields["owner"]).queryset = people_of(outcome.event, keep)

    def clean_due_on(self) -> date | None:
        due: date | None = self.cleaned_data["due_on"]
        if due and not EARLIEST <= due <= LATEST:
            raise ValidationError(gettext("Write a year between 2000 and 2099."))
        return due

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        administration, organisation = found.get("administration"), found.get("organisation")
        if administration and organisation:
            self.add_error("organisation", gettext("Choose an administration or an organisation, not both."))
        owner, body = found.get("owner"), administration or organisation
        if owner and body and owner.body != body:
            self.add_error(
                "owner", gettext("%(name)s does not work for %(body)s.") % {"name": owner.name, "body": body}
            )
        return found


def people_of(event: Event, keep: User | None = None) -> Any:
    """Whom a chair may name: chairs, confirmed participants and the officer, not the whole register."""
    known = User.objects.filter(is_active=True, pk__in=event.chairings.values("person"))
    known |= User.objects.filter(is_active=True, pk__in=event.registrations.confirmed().values("official"))
    known |= User.objects.filter(pk__in=[pk for pk in (event.officer_id, keep.pk if keep else None) if pk])
    return known.select_related("administration", "organisation").order_by("name", "pk")


class CommentForm(Clean):
    text = forms.CharField(
        label=_("What should change?"), widget=_area(3), max_length=4000, help_text=_("Every chair gets it by letter.")
    )


class CorrigendumForm(Clean):
    text = forms.CharField(
        label=_("Correction"),
        widget=_area(4),
        max_length=4000,
        help_text=_("For example: “Paragraph 2: read 2021 for 2020.” The published text itself stays."),
    )


class ProgressForm(Clean):
    state = forms.ChoiceField(label=_("State"), choices=[])
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        widget=_area(4),
        max_length=4000,
        help_text=_("What was done, where it can be read, or why the action is dropped."),
    )

    def __init__(self, *args: Any, action: FollowUp, **kwargs: Any):
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["state"]).choices = [
            (state.value, state.label)
            for state in FollowUpState
            if state == action.state or FOLLOW_UP.allow(action.state, state)
        ]


class MeetingFilter(Clean):
    q = forms.CharField(label=_("Title"), max_length=100, required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("", _("All")), ("none", _("Not begun")), *OutcomeState.choices],
        required=False,
    )

    def narrow(self, rows: EventQuerySet) -> EventQuerySet:
        self.is_valid()
        if self.cleaned_data.get("q"):
            rows = rows.filter(title__icontains=self.cleaned_data["q"])
        outcome = self.cleaned_data.get("outcome")
        if outcome == "none":
            rows = rows.filter(outcome__isnull=True)
        elif outcome:
            rows = rows.filter(outcome__state=outcome)
        return rows


class FollowUpFilter(Clean):
    q = forms.CharField(label=_("Action"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *FollowUpState.choices], required=False)

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        self.is_valid()
        if self.cleaned_data.get("q"):
            rows = rows.filter(text__icontains=self.cleaned_data["q"])
        if self.cleaned_data.get("state"):
            rows = rows.filter(state=self.cleaned_data["state"])
        return rows
