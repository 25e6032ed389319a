"""Forms of officials and the public: an application, an evaluation, a report on an action, the filters of lists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import FollowUp, Kind, Mode
from events.models.outcomes import OutcomeQuerySet
from events.models.programme import EventQuerySet
from events.states import FollowUpState
from portal.kit.forms import Clean

MOST_BARS = 200  # printed filter bars in the memory of a process
SORTS = [("", _("Soonest first")), ("-date", _("Latest first")), ("title", _("Title"))]
MARKS = [(5, _("5 - very good")), (4, _("4 - good")), (3, _("3 - fair")), (2, _("2 - weak")), (1, _("1 - poor"))]


class CalendarFilter(Clean):
    """The filters of the calendar, from the address bar; what is not understood filters nothing."""

    when = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    view = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    month = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Title, topic, host or place"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    topic = forms.CharField(label=_("Topic"), max_length=120, required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    def __init__(self, *args: Any, topics: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_valid()
        self.asked = {name: value for name, value in self.cleaned_data.items() if value}
        # a choice for the eye only: the list may be some minutes old, and a newer topic still filters
        self.fields["topic"].widget = forms.Select(choices=[("", _("All topics")), *((name, name) for name in topics)])
        for name in ("when", "view", "month"):
            if name not in self.asked:
                del self.fields[name]
        if self.asked.get("view") == "month":
            del self.fields["sort"]

    def narrow(self, rows: EventQuerySet) -> EventQuerySet:
        if "q" in self.asked:
            rows = rows.matching(self.asked["q"])
        equal = {name: self.asked[name] for name in ("kind", "mode", "topic") if name in self.asked}
        return rows.filter(**equal)

    @property
    def is_narrow(self) -> bool:
        return bool({"q", "kind", "mode", "topic"} & set(self.asked))

    @property
    def is_open(self) -> bool:
        """Whether the form stands open: something was asked, or something is wrong with it."""
        return self.is_narrow or "sort" in self.asked or bool(self.errors)


def filter_bar(query: QueryDict, topics: Iterable[str]) -> SafeString:
    """The form of the calendar, printed; to draw its five fields anew for every reader costs more than the list."""
    asked = urlencode([(name, query[name]) for name in CalendarFilter.base_fields if name in query])
    return _printed_bar(asked, tuple(topics), get_language() or "")


@lru_cache(maxsize=MOST_BARS)
def _printed_bar(asked: str, topics: tuple[str, ...], language: str) -> SafeString:
    """Kept under all that it is printed from, so that an old one is never shown."""
    form = CalendarFilter(QueryDict(asked), topics=topics)
    return render_to_string("components/filters.html", {"form": form})


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
