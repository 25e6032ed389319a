"""The filter of the audit trail, from the address bar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.pages.office.subjects import kind_word
from members.models import User
from portal.kit.forms import Clean
from portal.kit.models import Entry, EntryQuerySet
from portal.kit.trail import EXPORTED

SEARCHED = 20_000  # lines in which a text is looked for: no index holds the facts
MOST_PEOPLE = 20
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]
PORTAL = "portal"
EXPORTS = "every-export"


class TrailFilter(Clean):
    """What, whose and when; a word that is not understood filters nothing on the page and stops the download."""

    who = forms.CharField(label=_("Who (name, mail address or “portal”)"), max_length=200, required=False)
    verb = forms.ChoiceField(label=_("What"), required=False)
    kind = forms.ChoiceField(label=_("Kind of row"), required=False)
    first = forms.DateField(label=_("From"), required=False, validators=DAYS)
    last = forms.DateField(label=_("Until"), required=False, validators=DAYS)
    text = forms.CharField(label=_("Text in the details"), max_length=100, required=False)
    row = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, verbs: Sequence[str], kinds: Sequence[ContentType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {f"{kind.app_label}.{kind.model}": capfirst(kind_word(kind.model_class())) for kind in kinds}
        cast(forms.ChoiceField, self.fields["verb"]).choices = [
            ("", gettext("Everything")),
            (EXPORTS, gettext("Every list and file that was taken")),
            *((verb, capfirst(verb)) for verb in verbs),
        ]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [
            ("", gettext("Every kind")),
            *sorted(words.items(), key=lambda choice: str(choice[1])),
        ]
        self.verbs = verbs
        self.kinds = {f"{kind.app_label}.{kind.model}": kind for kind in kinds}

    def clean_who(self) -> list[int] | str:
        """The people, by their numbers; one person when the whole name, sign-in name or address is typed."""
        asked = self.cleaned_data["who"]
        if not asked or asked.lower() == PORTAL:
            return PORTAL if asked else ""
        people = User.objects.order_by("pk")
        exact = Q(name=asked) | Q(username=asked.lower()) | Q(email=asked.lower())
        part = Q(name__icontains=asked) | Q(email__icontains=asked)
        for question in (exact, part):
            found = list(people.filter(question).values_list("pk", flat=True)[: MOST_PEOPLE + 1])
            if len(found) > MOST_PEOPLE:
                raise ValidationError(_("Too many people have this in their name. Write more of it."))
            if found:
                return found
        return []

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        if asked.get("first") and asked.get("last") and asked["last"] < asked["first"]:
            self.add_error("last", gettext("The last day is before the first one."))
        if asked.get("row") and not asked.get("kind"):
            self.add_error("kind", gettext("A number alone names no row. Choose its kind too."))
        return asked

    def narrow(self, rows: EntryQuerySet) -> EntryQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("who") == PORTAL:
            rows = rows.filter(by=None)
        elif (who := asked.get("who", "")) != "":
            rows = rows.filter(by=who[0]) if len(who) == 1 else rows.filter(by__in=who)
        if asked.get("verb"):
            taken = [verb for verb in self.verbs if verb.startswith(EXPORTED)]
            rows = rows.filter(verb__in=taken) if asked["verb"] == EXPORTS else rows.filter(verb=asked["verb"])
        if asked.get("kind"):
            rows = rows.filter(about_type=self.kinds[asked["kind"]])
            if asked.get("row"):
                rows = rows.filter(about_id=asked["row"])
        if asked.get("first"):
            rows = rows.filter(at__gte=_midnight(asked["first"]))
        if asked.get("last"):
            rows = rows.filter(at__lt=_midnight(asked["last"] + timedelta(days=1)))
        return _holding(rows, asked["text"]) if asked.get("text") else rows


def _midnight(day: date) -> datetime:
    """The instant at which a day begins for the reader."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def _holding(rows: EntryQuerySet, text: str) -> EntryQuerySet:
    """Those of the latest lines whose facts hold the text; facts are JSON, which SQLite keeps in plain letters only.

    All lines with the text are sorted before a page is cut off them: their people and kinds are read after that.
    """
    oldest = rows.order_by("-at", "-pk").values_list("at", flat=True)[SEARCHED : SEARCHED + 1]
    for at in oldest:
        rows = rows.filter(at__gt=at)
    spelt = {json.dumps(text, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    condition = Q()
    for spelling in sorted(spelt):
        condition |= Q(facts_text__icontains=spelling) | Q(personal_text__icontains=spelling)
    texts = {"facts_text": Cast("facts", TextField()), "personal_text": Cast("personal__facts", TextField())}
    found: EntryQuerySet = rows.alias(**texts).filter(condition)
    return found.select_related(None).prefetch_related("by", "about_type", "personal")


def everything() -> EntryQuerySet:
    return Entry.objects.order_by().in_full()
