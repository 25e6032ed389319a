"""Forms of the sign-in pages: who is meant by a name or an address, and codes in the digits of any script."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.services.sign_in import people_behind
from portal.kit.forms import Clean

PERIOD = 30  # seconds that a code of an authenticator stands
NAME_OR_ADDRESS = _("Sign-in name or mail address")


class NameOrAddress(forms.CharField):
    """Plain letters only, asked before anything is normalised: a Kelvin sign would become somebody's K."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        if not text.isascii():
            raise ValidationError(_("Write it in plain letters, as in your letter from the portal."))
        return text


def name_or_address() -> NameOrAddress:
    return NameOrAddress(
        label=NAME_OR_ADDRESS,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class SignInForm(Clean, LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = name_or_address()
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])


class RequestCodeForm(Clean, RequestLoginCodeForm):  # type: ignore[misc]
    """Whose code it is. Nobody learns from the answer whether the name is known."""

    email = name_or_address()
    _user: User | None = None  # the name that the library's view reads
    person: User | None = None
    sharing: tuple[User, ...] = ()

    def clean_email(self) -> str:
        text: str = self.cleaned_data["email"]
        if not ratelimit.consume(context.request, action="request_login_code", key=text.lower()):
            raise get_adapter().validation_error("too_many_login_attempts")
        self.person, self.sharing = one_or_several(text)
        self._user = self.person
        return text


class ForgottenPasswordForm(Clean, ResetPasswordForm):  # type: ignore[misc]
    email = name_or_address()
    person: User | None = None
    sharing: tuple[User, ...] = ()

    def clean_email(self) -> str:
        text: str = self.cleaned_data["email"]
        self.person, self.sharing = one_or_several(text)
        self.users = [self.person] if self.person else []
        return text


class TypedCodeForm(Clean, ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code of a letter: spaces and hyphens do not matter, and digits of every script count."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=_("Nine digits, as in the letter."),
    )

    def clean_code(self) -> str:
        self.cleaned_data["code"] = "".join(_plain(sign) for sign in self.cleaned_data["code"])
        code: str = super().clean_code()
        return code


def factor_code(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=help_text,
    )


class SetUpFactorForm(Clean, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator shows that it has the key."""

    code = factor_code(_("The six digits that the app shows now."))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = digits_of(self.cleaned_data["code"])
        code: str = super().clean_code()
        first_use(self.user, code)
        return code


class FactorCodeForm(Clean, AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator, or one of the recovery codes; each opens one time."""

    code = factor_code(_("Six digits of your authenticator, or one of your recovery codes."))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = digits_of(self.cleaned_data["code"])
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            first_use(self.user, code)
        return code


class FactorAgainForm(FactorCodeForm, ReauthenticateForm):  # type: ignore[misc]
    """The same question to somebody who has signed in, before the factor is changed."""


def first_use(person: User, code: str) -> None:
    """Refuse a code that was used already, as long as the clock would still take it; the library forgets sooner."""
    life = PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    if not cache.add(f"factor:{person.pk}:{code}", True, life):
        raise ValidationError(_("This code was used already. Wait for the next one."))


def digits_of(text: str) -> str:
    """The code without spaces and hyphens, in plain digits."""
    return "".join(_plain(sign) for sign in text if not sign.isspace() and sign != "-")


def one_or_several(text: str) -> tuple[User | None, tuple[User, ...]]:
    """The one person meant; or nobody, and those who share the mailbox."""
    people = people_behind(text)
    return (people[0], ()) if len(people) == 1 else (None, tuple(people))


def _plain(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    return sign if digit is None else str(digit)
