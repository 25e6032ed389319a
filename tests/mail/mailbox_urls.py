"""The addresses of a portal that runs as demonstration."""

from __future__ import annotations

from django.urls import include, path

from portal.urls import urlpatterns as portal_urls

urlpatterns = [*portal_urls, path("mailbox/", include("portal.mail.urls"))]
