"""Forms of the calendar: its filters, and a feed for the own calendar program."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.cache import cache
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import Access, Event, FeedKind, Kind, Mode
from events.models.programme import EventQuerySet
from members.models import Group
from portal.kit.forms import Clean

MOST_BARS = 200  # printed filter bars in the memory of a process
SORTS = [("", _("Soonest first")), ("-date", _("Latest first")), ("title", _("Title"))]
CHOICES_FRESH_SECONDS = 5 * 60
TOPICS, GROUPS = "participant.calendar.topics", "participant.calendar.groups"
HIDDEN = ("when", "view", "month", "week", "year")  # where the reader stands, kept when a filter changes
SQUARES = ("month", "week", "year")  # views that stand in the order of their days
Choice = tuple[str, str]


class CalendarFilter(Clean):
    """The filters of the calendar, from the address bar; what is not understood filters nothing."""

    when = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    view = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    month = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput)
    week = forms.CharField(max_length=8, required=False, widget=forms.HiddenInput)
    year = forms.CharField(max_length=4, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Title, topic, host or place"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    topic = forms.CharField(label=_("Topic"), max_length=120, required=False)
    group = forms.ChoiceField(label=_("Invited group"), required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    def __init__(self, *args: Any, topics: Iterable[str], groups: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = cast(forms.ChoiceField, self.fields["group"])
        group.choices = [("", _("All groups")), *groups]
        self.is_valid()
        self.asked = {name: value for name, value in self.cleaned_data.items() if value}
        # a choice for the eye only: the list may be some minutes old, and a newer topic still filters
        self.fields["topic"].widget = forms.Select(choices=[("", _("All topics")), *((name, name) for name in topics)])
        for name in HIDDEN:
            if name not in self.asked:
                del self.fields[name]
        if self.asked.get("view") in SQUARES:
            del self.fields["sort"]

    def narrow(self, rows: EventQuerySet, *, on: date) -> EventQuerySet:
        """A group is who belongs to it on a day."""
        if "q" in self.asked:
            rows = rows.matching(self.asked["q"])
        if "group" in self.asked:
            rows = rows.for_group(self.asked["group"], on)
        equal = {name: self.asked[name] for name in ("kind", "mode", "topic") if name in self.asked}
        return rows.filter(**equal)

    @property
    def is_narrow(self) -> bool:
        return bool({"q", "kind", "mode", "topic", "group"} & set(self.asked))

    @property
    def is_open(self) -> bool:
        """Whether the form stands open: something was asked, or something is wrong with it."""
        return self.is_narrow or "sort" in self.asked or bool(self.errors)


def filter_bar(query: QueryDict, topics: Iterable[str], groups: Iterable[Choice]) -> SafeString:
    """The form of the calendar, printed; to draw its six fields anew for every reader costs more than the list."""
    asked = urlencode([(name, query[name]) for name in CalendarFilter.base_fields if name in query])
    return _printed_bar(asked, tuple(topics), tuple(groups), get_language() or "")


@lru_cache(maxsize=MOST_BARS)
def _printed_bar(asked: str, topics: tuple[str, ...], groups: tuple[Choice, ...], language: str) -> SafeString:
    """Kept under all that it is printed from, so that an old one is never shown."""
    form = CalendarFilter(QueryDict(asked), topics=topics, groups=groups)
    return render_to_string("components/filters.html", {"form": form})


class FeedForm(Clean):
    """A new feed. The invitations of an administration are offered to those who speak for one."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Your calendar shows it, for example “Capacity building”.")
    )
    kind = forms.ChoiceField(label=_("What it holds"), widget=forms.RadioSelect, initial=FeedKind.MINE)
    event_kind = forms.ChoiceField(
        label=_("Only one kind of event"), choices=[("", _("All kinds")), *Kind.choices], required=False
    )
    topic = forms.ChoiceField(label=_("Only one topic"), required=False)

    def __init__(self, *args: Any, speaks: bool, topics: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast(forms.ChoiceField, self.fields["kind"])
        kind.choices = [
            (value, label) for value, label in FeedKind.choices if speaks or value != FeedKind.ADMINISTRATION
        ]
        topic = cast(forms.ChoiceField, self.fields["topic"])
        topic.choices = [("", _("All topics")), *((name, name) for name in topics)]


def topics_of_public_events() -> list[str]:
    """Read once in some minutes, because finding them reads every event."""
    topics: list[str] | None = cache.get(TOPICS)
    if topics is None:
        rows = Event.objects.published().filter(access=Access.PUBLIC).exclude(topic="")
        topics = list(rows.order_by("topic").values_list("topic", flat=True).distinct())
        cache.set(TOPICS, topics, CHOICES_FRESH_SECONDS)
    return topics


def groups_to_choose() -> list[Choice]:
    """The groups of administrations, kept for some minutes, too."""
    groups: list[Choice] | None = cache.get(GROUPS)
    if groups is None:
        groups = list(Group.objects.order_by("name").values_list("code", "name"))
        cache.set(GROUPS, groups, CHOICES_FRESH_SECONDS)
    return groups
