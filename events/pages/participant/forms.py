"""Forms of officials and the public: an application, an evaluation, a report on an action, the filter of outcomes."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import FollowUp
from events.models.outcomes import OutcomeQuerySet
from events.states import FollowUpState
from portal.kit.forms import Clean

MARKS = [(5, _("5 - very good")), (4, _("4 - good")), (3, _("3 - fair")), (2, _("2 - weak")), (1, _("1 - poor"))]


class OutcomesFilter(Clean):
    """The filter of the list of outcomes, from the address bar."""

    q = forms.CharField(label=_("Title, text or number"), max_length=100, required=False)

    def narrow(self, rows: OutcomeQuerySet) -> OutcomeQuerySet:
        self.is_valid()
        text = self.cleaned_data.get("q")
        return rows.matching(text) if text else rows


class ApplicationForm(Clean):
    motivation = forms.CharField(
        label=_("Why do you want to take part?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Two or three sentences about your work. Your contact point and the office read them."),
    )


class WithdrawForm(Clean):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your contact point and the office read it."),
    )


class EvaluationForm(Clean):
    usefulness = forms.TypedChoiceField(
        label=_("Usefulness for my work"), choices=MARKS, coerce=int, widget=forms.RadioSelect
    )
    content = forms.TypedChoiceField(label=_("Content"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    organisation = forms.TypedChoiceField(label=_("Organisation"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    plans = forms.CharField(
        label=_("What will you use at work?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    remarks = forms.CharField(
        label=_("What should we do better?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class NumberForm(Clean):
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=60,
        help_text=_("It is printed on the certificate, for example 2021-7KQ4-MX9P. Small letters are fine."),
    )


class ProgressForm(Clean):
    """How far an action is: the states that may follow, and what was done."""

    state = forms.ChoiceField(label=_("State"))
    evidence = forms.CharField(
        label=_("What was done"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Dates, numbers, documents. For a dropped action: why it is dropped."),
    )

    def __init__(self, *args: Any, action: FollowUp, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"state": action.state, "evidence": action.evidence})
        super().__init__(*args, **kwargs)
        state = cast(forms.ChoiceField, self.fields["state"])
        state.choices = [
            (choice.value, choice.label)
            for choice in FollowUpState
            if choice == action.state or action.may_move_to(choice)
        ]
