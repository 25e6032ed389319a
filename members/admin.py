"""The technical administration: what no page changes yet; every change is in the trail."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from members.models import (
    Administration,
    AdministrationName,
    Appointment,
    Group,
    Membership,
    Organisation,
    User,
)
from portal.kit import trail

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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            rows = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
            for row in rows:
                trail.record(request.user, "changed", form.instance, **{row._meta.model_name: str(row)})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NameInline(admin.TabularInline):  # type: ignore[type-arg]
    model = AdministrationName
    extra = 0
    can_delete = False


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    can_delete = False


@admin.register(Administration)
class AdministrationAdmin(Traced):
    list_display = ["name", "iso2", "sub_region", "time_zone"]
    search_fields = ["name", "iso2"]
    inlines = [NameInline, MembershipInline]


@admin.register(Organisation)
class OrganisationAdmin(Traced):
    list_display = ["name", "kind"]
    search_fields = ["name"]


@admin.register(Group)
class GroupAdmin(Traced):
    list_display = ["name", "code"]


@admin.register(User)
class UserAdmin(Traced):
    """Closing an account, and the right to be here; profiles are changed on the members pages."""

    list_display = ["name", "username", "administration", "organisation", "is_active"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "username", "email"]
    fields = ["username", "name", "email", "administration", "organisation", "is_active", "is_staff", "last_login"]
    readonly_fields = ["username", "name", "email", "administration", "organisation", "last_login"]

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
