"""The technical administration: what no page changes yet; every change is in the trail."""

from __future__ import annotations

from typing import Any

import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  # both registered themselves; then they can be taken out
from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import (
    Administration,
    Appointment,
    Group,
    Organisation,
    User,
)
from members.services import second_factor, single_sign_on
from portal.kit import trail
from portal.kit.states import Refused

# the pages of the library would show keys, and delete without a line in the trail
admin.site.unregister([Authenticator, UserSession])
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door, one throttle


class Traced(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    """Writes the trail as a service would; nothing is deleted, because rows are history."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        before = {name: form.initial.get(name) for name in form.changed_data}
        super().save_model(request, obj, form, change)
        if change:
            trail.record_changes(request.user, obj, before, {name: form.cleaned_data[name] for name in before})
        else:
            trail.record(request.user, "added", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Administration)
class AdministrationAdmin(Traced):
    """A new member, or a wrong ISO code; names and groups over time have rules, which the members pages know."""

    list_display = ["name", "iso2", "sub_region", "time_zone"]
    search_fields = ["name", "iso2"]


@admin.register(Organisation)
class OrganisationAdmin(Traced):
    list_display = ["name", "kind"]
    search_fields = ["name"]


@admin.register(Group)
class GroupAdmin(Traced):
    list_display = ["name", "code"]


@admin.register(User)
class UserAdmin(Traced):
    """Closing an account, the right to be here, a lost second factor; profiles are changed on the members pages."""

    actions = ["remove_second_factor", "remove_single_sign_on"]

    list_display = ["name", "username", "administration", "organisation", "is_active"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "username", "email"]
    fields = ["username", "name", "email", "administration", "organisation", "is_active", "is_staff", "last_login"]
    readonly_fields = ["username", "name", "email", "administration", "organisation", "last_login"]

    @admin.action(description=_("Remove the second factor (lost telephone) and end all sessions"))
    def remove_second_factor(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        keeper = User.objects.get(username=request.user.get_username())
        for person in people:
            try:
                second_factor.remove(person, by=keeper, at=timezone.now())
            except Refused as refusal:
                self.message_user(request, str(refusal.message), messages.WARNING)
            else:
                self.message_user(request, _("%(person)s has no second factor any more.") % {"person": person})

    @admin.action(description=_("Remove the single sign-on (wrong link) and end all sessions"))
    def remove_single_sign_on(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        keeper = User.objects.get(username=request.user.get_username())
        for person in people:
            try:
                single_sign_on.unlink(person, by=keeper, at=timezone.now())
            except Refused as refusal:
                self.message_user(request, str(refusal.message), messages.WARNING)
            else:
                self.message_user(request, _("%(person)s has no single sign-on any more.") % {"person": person})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at only: roles are given and ended on the members pages."""

    list_display = ["person", "role", "administration", "from_on", "to_on", "revoked"]
    list_filter = ["role"]
    search_fields = ["person__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
