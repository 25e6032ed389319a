"""The columns of a file: headings, and cells read by the same rules as the fields of a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from portal.kit.clock import zones
from portal.kit.forms import Clean
from portal.kit.states import Refused

WORKING_LIFE = timedelta(days=50 * 365)
AHEAD = timedelta(days=2 * 365)
MOST_DAYS_OFF = 3


def simple(text: str) -> str:
    """How two headings or two choices are compared: small letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def same_name(text: str) -> str:
    """How two names of people are compared: without case and doubled spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class Choice(forms.CharField):
    """A choice by its value or its words, in any case; of “Basic: I follow simple talks” the first word is enough."""

    def __init__(self, choices: Any, *, none: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.none = none
        self.known = {
            simple(word): str(value)
            for value, label in choices.choices
            for word in (str(value), str(label), str(label).partition(":")[0])
        }
        self.told = ", ".join(str(label).partition(":")[0] for _value, label in choices.choices)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return self.none
        if not simple(text) or simple(text) not in self.known:
            raise ValidationError(
                _("“%(text)s” is not known. Write one of: %(choices)s."), params={"text": text, "choices": self.told}
            )
        return self.known[simple(text)]


class Zone(forms.CharField):
    """An IANA zone in any case."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        found = {zone.lower(): zone for zone in zones()}.get(text.lower(), "") if text else ""
        if text and not found:
            raise ValidationError(
                _("“%(name)s” is not a time zone. Write one, for example Asia/Bangkok."), params={"name": text}
            )
        return found


class Weekend(forms.CharField):
    """Days off by their names or first three letters: “Friday and Saturday”, “Fri Sat”."""

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        days = {str(name)[:3].lower(): number for number, name in WEEKDAYS.items()}
        words = [word for word in re.findall(r"\w+", text.lower()) if word not in ("and", str(_("and")).lower())]
        found = sorted({days[word[:3]] for word in words if word[:3] in days})
        if len(found) != len(words) or len(found) > MOST_DAYS_OFF:
            raise ValidationError(_("Write one to three days, for example: Friday and Saturday."))
        return found


class Day(forms.DateField):
    """A day as 2020-08-19 or 19 August 2020: no other way reads the same everywhere."""

    default_error_messages: ClassVar = {"invalid": gettext_lazy("Write the day as 2020-08-19.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d %B %Y", "%d %b %Y"], **kwargs)


class Address(forms.EmailField):
    def clean(self, value: Any) -> str:
        return User.objects.normalize_email(super().clean(value))


class RowForm(Clean):
    """The columns of one kind of file. One form reads every row: its fields clean cell by cell.

    `needed` must stand in the file; `also` holds more headings that people write.
    """

    needed: ClassVar[tuple[str, ...]] = ()
    also: ClassVar[Mapping[str, str]] = {}
    example: ClassVar[Sequence[Mapping[str, str]]] = ()

    def columns(self, headings: Sequence[str]) -> list[str]:
        """The fields that the headings mean, "" for one that is not known.

        Raises `Refused` when a needed one is missing, or when two headings mean the same.
        """
        known = {simple(name): name for name in self.fields} | {
            simple(self.heading(name)): name for name in self.fields
        }
        known |= self.also
        found = [known.get(simple(heading), "") for heading in headings]
        missing = [self.heading(name) for name in self.needed if name not in found]
        if missing:
            raise Refused(
                _("The first row must name the columns. Missing: %(names)s. Download the sample file to see them all.")
                % {"names": ", ".join(missing)}
            )
        twice = [self.heading(name) for name in self.fields if found.count(name) > 1]
        if twice:
            raise Refused(_("These columns stand twice in the file: %(names)s.") % {"names": ", ".join(twice)})
        return found

    def heading(self, name: str) -> str:
        return str(self.fields[name].label)

    def read(self, texts: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
        """The values of the cells, and a sentence for each cell that is not right, with its column in front."""
        values, faults = {}, []
        for name, text in texts.items():
            try:
                values[name] = self.fields[name].clean(text)
            except ValidationError as fault:
                faults += [f"{self.heading(name)}: {message}" for message in fault.messages]
        return values, faults


def near(day: date | None, today: date) -> bool:
    """A role begins within a working life before today and two years after; else it is a slip of typing."""
    return day is None or today - WORKING_LIFE <= day <= today + AHEAD


def told(model: type[models.Model], name: str, value: Any) -> str:
    """A value as the verdict shows it: the words of a choice, nothing for nothing."""
    field: Any = model._meta.get_field(name)
    words = dict(field.flatchoices).get(value, value) if field.flatchoices else value
    if isinstance(words, list):
        return _(" and ").join(str(WEEKDAYS[day]) for day in words)
    return "" if words in (None, "") else str(words)
