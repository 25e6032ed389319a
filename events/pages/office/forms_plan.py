"""Forms of one line of the work plan: the cells of the table, and the whole line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Activity, Kind, Mode, OfficeRole, Pillar, WorkPlan
from events.services.workplan import LONGEST
from members.models import Administration, Appointment, Group, Organisation, SubRegion, User
from members.models.people import UserQuerySet
from portal.kit.forms import Clean

MOST_SEATS = 5000


class RowForm(Clean):
    """The fields that stand in the table of the plan, in the order of its columns."""

    number = forms.CharField(label=_("Number"), max_length=12)
    pillar = forms.ModelChoiceField(Pillar.objects.all(), label=_("Pillar"), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices)
    planned_start_on = forms.DateField(label=_("Planned from"), required=False)
    planned_end_on = forms.DateField(label=_("Planned until"), required=False)
    host = forms.CharField(label=_("Host"), max_length=200, required=False)
    planned_seats = forms.IntegerField(label=_("Planned seats"), min_value=0, max_value=MOST_SEATS, required=False)
    officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Responsible officer"), empty_label=_("Nobody yet"), required=False
    )

    def __init__(self, *args: Any, activity: Activity, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activity = activity
        self.plan: WorkPlan = activity.plan
        officer = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        officer.queryset = officers(today, always=activity.officer)

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if self.plan.activities.filter(number=number).exclude(pk=self.activity.pk).exists():
            raise ValidationError(gettext("Another activity of this plan has this number."))
        return number

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("planned_start_on"), found.get("planned_end_on")
        if first and not self.plan.covers(first):
            self.add_error(
                "planned_start_on",
                gettext("This day is outside the fiscal year %(year)s.") % {"year": self.plan.fiscal_year},
            )
        if last and not first:
            self.add_error("planned_start_on", gettext("Give the first day too."))
        elif first and last and last < first:
            self.add_error("planned_end_on", gettext("The last day is before the first day."))
        elif first and last and last - first > LONGEST:
            self.add_error("planned_end_on", gettext("An activity runs for one year at most. Check the year."))
        elif first and not last and "planned_end_on" in found:
            found["planned_end_on"] = first
        return found


class ActivityForm(RowForm):
    """One whole line of the plan; its status is derived from its events and cannot be typed."""

    objective = forms.CharField(
        label=_("Objective"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    indicator = forms.CharField(label=_("Indicator"), max_length=250, required=False)
    target = forms.CharField(label=_("Target"), max_length=120, required=False)
    topic = forms.CharField(label=_("Topic"), max_length=120, required=False)
    office_role = forms.ChoiceField(
        label=_("Role of the office"), choices=[("", _("Not stated")), *OfficeRole.choices], required=False
    )
    donors = forms.ModelMultipleChoiceField(
        Organisation.objects.all(), label=_("Donors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    target_groups = forms.ModelMultipleChoiceField(
        Group.objects.all(), label=_("Target groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    target_administrations = forms.ModelMultipleChoiceField(
        Administration.objects.all(),
        label=_("Target administrations, beside the groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, activity: Activity, today: date, **kwargs: Any) -> None:
        super().__init__(*args, activity=activity, today=today, **kwargs)
        by_sub_region(
            self.fields["target_administrations"],
            activity.planned_start_on or self.plan.starts_on,
            always=activity.target_administrations.all() if activity.pk else (),
        )
        self.helper.layout = Layout(
            _part(gettext("What"), "number", "pillar", "title", "objective", "indicator", "target", "topic", "kind"),
            _part(gettext("When and where"), "mode", "planned_start_on", "planned_end_on", "host"),
            _part(gettext("Who"), "office_role", "officer", "planned_seats"),
            _part(gettext("With whom"), "donors", "target_groups", "target_administrations", css="checks"),
        )


class BeginForm(Clean):
    """What the next year takes over from this plan; the lines stand in a table of their own."""

    days = forms.ChoiceField(
        label=_("Planned days"),
        choices=[
            ("move", _("Move them to the same weekday one year later")),
            ("empty", _("Leave them empty")),
        ],
        widget=forms.RadioSelect,
    )
    lines = forms.ModelMultipleChoiceField(
        Activity.objects.none(), label=_("Lines"), error_messages={"required": _("Choose one line at least.")}
    )

    def __init__(self, *args: Any, plan: WorkPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelMultipleChoiceField[Activity]", self.fields["lines"]).queryset = plan.activities.all()
        self.helper.layout = Layout("days")


def _part(title: str, *names: str, css: str = "") -> Fieldset:
    return Fieldset(title, *names, css_class=f"form-part {css}")


def officers(today: date, *, always: User | None) -> UserQuerySet:
    """Who works in the office on a day; and who stands in the row already."""
    staff = Appointment.objects.on(today).office()
    rows = Q(appointments__in=staff.values("pk"), is_active=True) | Q(pk=always.pk if always else None)
    return User.objects.get_queryset().filter(pk__in=User.objects.filter(rows).values("pk")).order_by("name", "pk")


def by_sub_region(field: Any, day: date, *, always: Iterable[Administration] = ()) -> None:
    """Offer the members of a day, and who was chosen before, in boxes under their sub-region."""
    chosen = Q(pk__in=[row.pk for row in always])
    rows = list(Administration.objects.filter(Q(pk__in=Administration.objects.members_on(day).values("pk")) | chosen))
    field.choices = [
        (str(region.label), [(row.pk, row.name) for row in rows if row.sub_region == region]) for region in SubRegion
    ]
