"""How the sign-in library meets the house: its own way to find a person, and letters through the outbox."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members import notices
from members.models import User
from members.services.sign_in import person_with
from portal.kit import trail

PROVIDER = "single_sign_on"  # how the library's list of the session names a sign-in at the office's provider
PASSWORD_NEWS = ("account/email/password_changed", "account/email/password_set", "account/email/password_reset")


class Backend(ModelBackend):
    """Sign-in name or mail address, with password; several people may share one address."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        return person_with(username, password)

    def get_user(self, user_id: int) -> User | None:
        """The reader of a page, with the administration: its zone and its name stand on every page."""
        person = User.objects.select_related("administration", "organisation").filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """People are added by the office or by a contact point, so there is no sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The sign-in name or the password is not right. Check both, then try again."),
        "too_many_login_attempts": _("Too many wrong tries. Wait five minutes, or ask for a code by mail."),
        "incorrect_code": _("This code is not right. Use the code of the newest letter."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def generate_login_code(self) -> str:
        return str(current.request.code.text)  # put there by `members.pages.mailed_codes`

    def generate_password_reset_code(self) -> str:
        return str(current.request.code.text)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: the library writes to whom it knows only. Codes are written by `members.pages.mailed_codes`."""

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the person that the password changed, whoever did it."""
        if template_prefix in PASSWORD_NEWS:
            with transaction.atomic():
                notices.password_changed(user, at=timezone.now())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago has just shown it; later, acts on the second factor ask once more."""
        records = get_authentication_records(current.request, current.request.user)
        return not records or time.time() - records[-1]["at"] >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {"mfa_reauthenticate": _("Use a code"), "mfa_reauthenticate:webauthn": _("Use a passkey")}
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words.get(way["id"], way["description"])} for way in ways]

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "members.adapter.FactorStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            user.set_password(password)
            user.save(update_fields=["password"])
            trail.record(user, "set the password", user)


class FactorStage(AuthenticateStage):  # type: ignore[misc]
    """The second question; not asked again where the office trusts its provider to ask it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not provider_vouches(request, self.login.user) and bool(super()._should_handle(request))


def provider_vouches(request: HttpRequest, person: Any) -> bool:
    """Whether this session was opened at the office's provider, and the settings leave the second factor to it."""
    trusted = settings.OIDC.get("second_factor") == "provider"
    return trusted and any(record["method"] == PROVIDER for record in get_authentication_records(request, person))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Second factors: their keys are sealed, and an authenticator names the person, not a shared mailbox."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next one, or check the time of your device."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to the public address of the portal, whatever the request says of its host."""
        return {"id": urlsplit(settings.PORTAL_URL).hostname or "", "name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """`id` is kept by the device and handed to whoever asks: a number without meaning, no address."""
        return {"id": str(user.pk).encode(), "name": user.username, "display_name": user.name}

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The key; when no key of the portal opens it any more, a text that fits no code of anybody."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(get_random_string(20).encode()).decode()


def _seal() -> MultiFernet:
    """The newest key of the portal seals; older ones of SECRET_KEY_FALLBACKS still open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"second factor {key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
