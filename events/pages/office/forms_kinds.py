"""Forms of what is usual for a kind of event, and of the checklist of one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Duty, KindItem, KindTemplate
from events.services.kinds import FURTHEST_DAYS
from events.services.programme import MOST_SEATS
from portal.kit.forms import Clean

MOST_SESSIONS = 60
WHEN = [("before", _("Before the first day")), ("after", _("After the first day"))]


class KindForm(Clean):
    """The usual numbers of a kind; an empty field says nothing."""

    seats_per_administration = forms.IntegerField(
        label=_("Seats for each administration"), min_value=0, max_value=MOST_SEATS, required=False
    )
    pool_seats = forms.IntegerField(
        label=_("Seats in the common pool"),
        min_value=0,
        max_value=MOST_SEATS,
        required=False,
        help_text=_("A line of the plan with planned seats decides this by itself."),
    )
    sessions = forms.IntegerField(
        label=_("Number of sessions"),
        min_value=1,
        max_value=MOST_SESSIONS,
        required=False,
        help_text=_("One session a day."),
    )
    session_minutes = forms.IntegerField(
        label=_("Length of a session in minutes"), min_value=15, max_value=720, required=False
    )
    begins = forms.TimeField(
        label=_("Usual hour"), required=False, help_text=_("Wall time in the zone of the event, for example 13:00.")
    )
    deadline_days = forms.IntegerField(
        label=_("Nomination deadline: days before the first day"),
        min_value=0,
        max_value=FURTHEST_DAYS,
        required=False,
    )

    def __init__(self, *args: Any, template: KindTemplate, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(template, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)


class KindItemForm(Clean):
    """A line of the usual checklist."""

    text = forms.CharField(label=_("What is to be done"), max_length=200)
    number = forms.IntegerField(label=_("Days"), min_value=0, max_value=FURTHEST_DAYS)
    when = forms.ChoiceField(label=_("When"), choices=WHEN, help_text=_("0 days is the first day itself."))
    duty = forms.ChoiceField(label=_("Who"), choices=Duty.choices)

    def __init__(self, *args: Any, item: KindItem | None = None, **kwargs: Any) -> None:
        if item is not None:
            when = "after" if item.days > 0 else "before"
            initial = {"text": item.text, "number": abs(item.days), "when": when, "duty": item.duty}
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Number and direction become days from the first day, as the services count them."""
        found = super().clean() or {}
        number, when = found.pop("number", None), found.pop("when", None)
        if number is not None and when:
            found["days"] = -number if when == "before" else number
        return found


class CheckItemForm(Clean):
    """An item of one event alone."""

    text = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(label=_("Due"), help_text=_("When the event moves, this day moves with it."))
    duty = forms.ChoiceField(label=_("Who"), choices=Duty.choices)


class ChecklistFilter(Clean):
    """The filters of all checklists, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Item or event"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Open")), ("overdue", _("Overdue")), ("done", _("Done")), ("all", _("All"))],
        required=False,
    )
    duty = forms.ChoiceField(label=_("Who"), choices=[("", _("Everybody")), *Duty.choices], required=False)
    officer = forms.ChoiceField(label=_("Officer of the event"), required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officer = cast(forms.ChoiceField, self.fields["officer"])
        officer.choices = [("", gettext("All officers")), *((str(pk), name) for pk, name in people)]

    def narrow(self, rows: Any, *, on: date) -> Any:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.filter(Q(text__icontains=asked["q"]) | Q(event__title__icontains=asked["q"]))
        if asked.get("duty"):
            rows = rows.filter(duty=asked["duty"])
        if asked.get("officer"):
            rows = rows.filter(event__officer=asked["officer"])
        state = asked.get("state")
        if state == "overdue":
            return rows.overdue(on)
        if state == "done":
            return rows.filter(done_at__isnull=False)
        return rows if state == "all" else rows.open()
