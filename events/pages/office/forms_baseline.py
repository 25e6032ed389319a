"""Forms of the baseline: the approval, the reason of a revision, the filters of the comparison."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Pillar, WorkPlan
from members.models import User
from portal.kit.forms import Clean


class ApprovalForm(Clean):
    """The day and the note of an approval; whether the day can be is answered by the service."""

    on = forms.DateField(label=_("Day of the approval"))
    note = forms.CharField(
        label=_("Note"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who decided it, and in which meeting or letter. It stands beside the baseline."),
    )


class ClosingForm(Clean):
    """Why the plan was changed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Why the plan was changed. Write one or two sentences.")
    )


class BaselineFilter(Clean):
    """Which lines of the comparison are shown; what is not understood filters nothing."""

    pillar = forms.ModelChoiceField(
        Pillar.objects.all(), to_field_name="number", label=_("Pillar"), empty_label=_("All pillars"), required=False
    )
    officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Responsible officer"), empty_label=_("Everybody"), required=False
    )
    changed = forms.BooleanField(label=_("Changed lines only"), required=False)

    def __init__(self, *args: Any, plan: WorkPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        then = plan.baseline.exclude(officer=None).values("officer")
        now = plan.activities.exclude(officer=None).values("officer")
        people = User.objects.get_queryset()
        officer = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        officer.queryset = (people.filter(pk__in=then) | people.filter(pk__in=now)).order_by("name", "pk")
