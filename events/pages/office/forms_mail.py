"""Filters of the letters: of the whole outbox, and of one event."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import end_of_day
from portal.kit.forms import Clean
from portal.mail import letters
from portal.mail.states import MessageState

ONE_DAY = timedelta(days=1)
WAITING = (MessageState.QUEUED, MessageState.HELD)


def _a_day_of_our_time(day: date) -> None:
    if not 2000 <= day.year <= 2100:
        raise ValidationError(gettext("Check the year of this date."))


class LetterFilter(Clean):
    """Base of both filters: state, kind of letter, person."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any state")), *MessageState.choices], required=False)
    purpose = forms.ChoiceField(label=_("Letter"), required=False)
    person = forms.CharField(label=_("To: name or address"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted(((letter.purpose, str(letter.title)) for letter in letters.known()), key=lambda pair: pair[1])
        cast(forms.ChoiceField, self.fields["purpose"]).choices = [("", gettext("All letters")), *known]

    def narrow(self, rows: Any) -> Any:
        """What is not understood filters nothing."""
        self.is_valid()
        for name in ("state", "purpose"):
            if self.cleaned_data.get(name):
                rows = rows.filter(**{name: self.cleaned_data[name]})
        if self.cleaned_data.get("person"):
            text = self.cleaned_data["person"]
            rows = rows.filter(Q(to__name__icontains=text) | Q(address__icontains=text) | Q(sent_to__icontains=text))
        return rows


class OutboxFilter(LetterFilter):
    """The filters of the whole outbox; days are days of the reader's zone."""

    q = forms.CharField(label=_("Subject or text, as sent"), max_length=100, required=False)
    due_from = forms.DateField(label=_("Due from"), required=False, validators=[_a_day_of_our_time])
    due_until = forms.DateField(label=_("Due until"), required=False, validators=[_a_day_of_our_time])

    def narrow(self, rows: Any) -> Any:
        rows = super().narrow(rows)
        asked, zone = self.cleaned_data, timezone.get_current_timezone_name()
        if asked.get("q"):
            rows = rows.filter(Q(subject__icontains=asked["q"]) | Q(body__icontains=asked["q"]))
        if asked.get("due_from"):
            rows = rows.filter(due_at__gte=end_of_day(asked["due_from"] - ONE_DAY, zone))
        if asked.get("due_until"):
            rows = rows.filter(due_at__lt=end_of_day(asked["due_until"], zone))
        return rows


class EventLetterFilter(LetterFilter):
    """The filters of the letters of one event; tomorrow is the day of the office."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("", _("Past and future")),
            ("tomorrow", _("Due tomorrow")),
            ("waiting", _("Waiting for their time")),
            ("over", _("Over")),
        ],
        required=False,
    )
    field_order = ("when", "state", "purpose", "person")

    def __init__(self, *args: Any, tomorrow: Q, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tomorrow = tomorrow

    def narrow(self, rows: Any) -> Any:
        rows = super().narrow(rows)
        when = self.cleaned_data.get("when")
        if when == "tomorrow":
            return rows.filter(self.tomorrow)
        if when == "waiting":
            return rows.filter(state__in=WAITING)
        return rows.exclude(state__in=WAITING) if when == "over" else rows
