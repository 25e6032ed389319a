"""What every page knows: the office's name and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "OFFICE_NAME": settings.OFFICE_NAME,
        "OFFICE_SHORT_NAME": settings.OFFICE_SHORT_NAME,
        "DEMO": settings.DEMO,
    }
