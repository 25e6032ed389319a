"""The sign-in pages: of the library only those that the portal needs, each by name; there is no sign-up."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as factor_views
from django.conf import settings
from django.urls import path

from members.pages import joining, mailed_codes, passkeys, recovery, second_factor, single_sign_on
from portal.kit.gates import public, signed_in


class SignIn(views.LoginView):  # type: ignore[misc]  # the library has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words: dict[str, Any] = super().get_context_data(**kwargs)
        words["provider"] = settings.OIDC.get("name", "")
        return words


urlpatterns = public(
    [
        path("login/", SignIn.as_view(), name="account_login"),
        path("login/office/", single_sign_on.begin, name="account_single_sign_on"),
        path("login/office/back/", single_sign_on.back, name="account_single_sign_on_back"),
        path("login/code/", mailed_codes.RequestCode.as_view(), name="account_request_login_code"),
        path("login/code/confirm/", mailed_codes.ConfirmCode.as_view(), name="account_confirm_login_code"),
        path("login/second-factor/", second_factor.Ask.as_view(), name="mfa_authenticate"),
        path("logout/", views.logout, name="account_logout"),
        path("join/", joining.join, name="account_join"),
        path("join/code/", joining.join_code, name="account_join_code"),
        path("inactive/", views.account_inactive, name="account_inactive"),
        path("password/reset/", mailed_codes.ForgottenPassword.as_view(), name="account_reset_password"),
        path(
            "password/reset/confirm/",
            mailed_codes.ConfirmResetCode.as_view(),
            name="account_confirm_password_reset_code",
        ),
        path("password/reset/complete/", views.complete_password_reset, name="account_complete_password_reset"),
        path("password/reset/done/", views.password_reset_from_key_done, name="account_password_reset_completed"),
    ]
) + signed_in(
    [
        path("password/change/", views.password_change, name="account_change_password"),
        path("password/set/", views.password_set, name="account_set_password"),
        path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
        path("second-factor/", factor_views.index, name="mfa_index"),
        path("second-factor/again/", factor_views.reauthenticate, name="mfa_reauthenticate"),
        path("second-factor/set-up/", second_factor.SetUp.as_view(), name="mfa_activate_totp"),
        path("second-factor/switch-off/", second_factor.SwitchOff.as_view(), name="mfa_deactivate_totp"),
        path("second-factor/passkeys/new/", passkeys.Add.as_view(), name="mfa_add_webauthn"),
        path("second-factor/passkeys/again/", passkeys.Again.as_view(), name="mfa_reauthenticate_webauthn"),
        path("second-factor/passkeys/<int:pk>/rename/", passkeys.Rename.as_view(), name="mfa_edit_webauthn"),
        path("second-factor/passkeys/<int:pk>/remove/", passkeys.Remove.as_view(), name="mfa_remove_webauthn"),
        path("second-factor/codes/", recovery.codes, name="mfa_view_recovery_codes"),
        path("second-factor/codes.txt", recovery.codes_file, name="mfa_download_recovery_codes"),
        path("second-factor/codes/saved/", recovery.saved, name="mfa_saved_recovery_codes"),
        path("second-factor/codes/new/", recovery.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    ]
)
