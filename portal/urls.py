"""Hangs the desks under their addresses."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("members.pages.account_urls")),
    path("members/", include("members.pages.urls")),
    path("delegation/", include("events.pages.delegation.urls")),
    path("office/", include("events.pages.office.urls")),
    path("chair/", include("events.pages.chair.urls")),
    # for who keeps the portal running, not for the office's work; its sign-in is the portal's own
    path("technical/", admin.site.urls),
]
if settings.DEMO_MAILBOX:
    urlpatterns.append(path("mailbox/", include("portal.mail.urls")))
urlpatterns.append(path("", include("events.pages.participant.urls")))
