"""The signed-in person of a request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from members.models import User


def reader(request: HttpRequest) -> User:
    """Behind the gates everybody has signed in; this says it to the reader of the code too."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
