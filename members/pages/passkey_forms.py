"""Forms of passkeys: a name that the person knows again, and the answer of the browser as a hidden field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.services.second_factor import passkeys_of
from portal.kit.forms import Clean

LONGEST_ANSWER = 20_000  # characters; a passkey with its certificates takes a few thousand


NO_ANSWER = _("Your browser gave no passkey. Try again, or use a code.")
WRONG_ANSWER = _("This passkey does not fit. Try again, or use a code.")


class Answer(forms.Field):
    """What the browser says, an object in JSON. Nobody types it."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> dict[str, Any] | None:
        text = str(value or "")
        if not text:
            return None
        try:
            answer = json.loads(text) if len(text) <= LONGEST_ANSWER else None
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise ValidationError(NO_ANSWER)
        return answer


@contextmanager
def one_answer() -> Iterator[None]:
    """Whatever breaks while the library reads what a browser sent is a wrong answer, and no fault of the portal."""
    try:
        yield
    except ValidationError as error:
        if error.code != "incorrect_code":
            raise
        raise ValidationError(WRONG_ANSWER) from error
    except Exception as error:
        raise ValidationError(WRONG_ANSWER) from error


def name() -> forms.CharField:
    return forms.CharField(
        label=_("Name of this passkey"),
        max_length=60,
        help_text=_("So that you know it again in your list, for example: Work laptop."),
    )


class Named(Clean):
    """One person does not give two passkeys the same name."""

    def others(self) -> Any:
        raise NotImplementedError

    def clean_name(self) -> str:
        given: str = self.cleaned_data["name"]
        if any(other.wrap().name.casefold() == given.casefold() for other in self.others()):
            raise ValidationError(_("You have a passkey with this name. Choose another name."))
        return given


class AddPasskeyForm(Named, AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    name = name()
    credential = Answer(label=_("Passkey"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = ""  # the library would call it "Master key"

    def others(self) -> Any:
        return passkeys_of(self.user)

    def clean(self) -> dict[str, Any]:
        """Ask for the key only when all else is right: a key that the form refuses would lie idle on the device."""
        if self.errors:
            return self.cleaned_data
        if not self.cleaned_data["credential"]:
            raise ValidationError(NO_ANSWER)
        with one_answer():
            super().clean()
        return self.cleaned_data


class RenamePasskeyForm(Named, EditWebAuthnForm):  # type: ignore[misc]
    name = name()

    def others(self) -> Any:
        return passkeys_of(self.instance.user).exclude(pk=self.instance.pk)


class PasskeyForm(Clean, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The answer of a passkey at the second question; wrong ones count with the wrong codes."""

    credential = Answer(label=_("Passkey"), error_messages={"required": NO_ANSWER})

    def clean_credential(self) -> Any:
        with one_answer():
            return super().clean_credential()


class PasskeyAgainForm(PasskeyForm):
    """The same question to somebody who has signed in, before the factor is changed."""

    reauthenticated = True
