"""Forms about forgetting and keeping."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members import retention
from members.states import ErasureState, RemovalState
from portal.kit.forms import Clean


class ForgetForm(Clean):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You need not give one."),
    )


class DeclineForm(Clean):
    answer = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads it in a letter."),
    )


class ErasureFilter(Clean):
    """The filter of the list of requests; what is not understood filters nothing."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Every state")), *ErasureState.choices])
    q = forms.CharField(label=_("Name"), max_length=100, required=False)

    def narrow(self, rows: Any) -> Any:
        self.is_valid()
        if self.cleaned_data.get("state"):
            rows = rows.filter(state=self.cleaned_data["state"])
        if self.cleaned_data.get("q"):
            rows = rows.filter(person__name__icontains=self.cleaned_data["q"])
        return rows


class KeepForm(Clean):
    note = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why is it still needed? The office reads this in a year."),
    )


class RemovalFilter(Clean):
    """The filter of the list of removals; what is not understood filters nothing."""

    rule = forms.ChoiceField(label=_("Rule"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Every state")), *RemovalState.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [(rule.name, rule.title) for rule in retention.rules()]
        cast(forms.ChoiceField, self.fields["rule"]).choices = [("", _("Every rule")), *rules]

    def narrow(self, rows: Any) -> Any:
        self.is_valid()
        for name in ("rule", "state"):
            if self.cleaned_data.get(name):
                rows = rows.filter(**{name: self.cleaned_data[name]})
        return rows
