"""Forms: one look, clean text, refusals shown as errors."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from portal.kit.states import Refused

LONGEST = 20_000  # characters of a text without a limit of its own
MOST_DIGITS = 18  # of a key that fits into 64 bits
BREAKS = {"\n", "\r", "\t"}
# they turn the reading direction of what follows, so that a name can hide another
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when every field was left empty; nothing when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def no_control_characters(text: str) -> None:
    """Refuse what no keyboard types: escape codes, line separators, direction overrides."""
    for sign in text:
        category = unicodedata.category(sign)
        if sign not in BREAKS and (category in ("Cc", "Zl", "Zp", "Cs") or sign in BIDI_CONTROLS):
            raise ValidationError(
                _("This text has a hidden character (U+%(code)04X). Type the text again without copying it."),
                params={"code": ord(sign)},
            )


def one_line(text: str) -> None:
    """A line break in a title or a name would start a new line of a letter."""
    if "\n" in text or "\r" in text:
        raise ValidationError(_("Write this on one line."))


def one_address(text: str) -> None:
    """One mail address in plain letters, which no mail program reads as another one."""
    if not text.isascii() or text.startswith("-") or "[" in text:
        raise ValidationError(_("Write one mail address in plain letters, for example name@customs.example."))


class Clean(forms.Form):
    """Base of every form: text is trimmed, in Unicode normal form C, without hidden characters.

    A mail address is not normalised: normal form C turns a Kelvin sign into the K of somebody else's address.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                _clean_text(field)
            elif isinstance(field, forms.ModelMultipleChoiceField):
                _clean_keys(field)
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            elif isinstance(field, forms.TimeField):
                field.widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def _clean_text(field: forms.CharField) -> None:
    if isinstance(field, forms.EmailField):
        field.validators.append(one_address)
        return
    normalise = field.to_python
    field.to_python = lambda value: unicodedata.normalize("NFC", str(normalise(value)).lstrip("\ufeff").strip())  # type: ignore[method-assign]
    field.validators.append(no_control_characters)
    if isinstance(field.widget, forms.Textarea):
        if field.max_length is None:  # a field reads its own limit once, when it is made: this one is ours
            field.max_length = LONGEST
            field.validators.append(MaxLengthValidator(LONGEST))
    else:
        field.validators.append(one_line)


def _clean_keys(field: forms.ModelMultipleChoiceField[Any]) -> None:
    """A number that no row can have is an invalid choice; the database would raise a fault."""
    plain = field.clean

    def clean(values: Any) -> Any:
        for key in values or ():
            if len(str(key)) > MOST_DIGITS:
                raise ValidationError(field.error_messages["invalid_pk_value"], params={"pk": str(key)[:MOST_DIGITS]})
        return plain(values)

    field.clean = clean  # type: ignore[method-assign, assignment]


@contextmanager
def refusals_on(form: forms.Form, field: str | None = None) -> Iterator[None]:
    """Show the no of a service on the form: `with refusals_on(form): service(...); return redirect(...)`."""
    try:
        yield
    except Refused as refusal:
        form.add_error(field, refusal.message)
