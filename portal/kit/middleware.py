"""Headers of every answer, requests that are no text, and the reader's time zone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Next = Callable[[HttpRequest], HttpResponse]

REPLACED = "\N{REPLACEMENT CHARACTER}"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its check marks and chevrons as data: images
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def headers(get_response: Next) -> Next:
    """A strict policy for pages; pages of signed-in people are never kept by a shared cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def readable(get_response: Next) -> Next:
    """Answer 400 to bytes that are no text, in the address bar or a form: else a row would keep replacement signs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        parts = [request.META.get("QUERY_STRING", "").encode("latin-1", "replace")]
        if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
            parts.append(request.body)
        try:
            for part in parts:
                unquote_to_bytes(part).decode()
        except UnicodeDecodeError as error:
            raise BadRequest("These bytes are no text in UTF-8.") from error
        if request.method == "POST" and request.content_type == "multipart/form-data":
            _refuse_replaced(request)
        return get_response(request)

    return middleware


def _refuse_replaced(request: HttpRequest) -> None:
    """A form with a file is read with a sign in the place of what is no text; nobody types that sign.

    What a file holds is left alone. A part whose own name is no text is left out when the form is read.
    """
    if any(REPLACED in text for _name, values in request.POST.lists() for text in values):
        raise BadRequest("These bytes are no text in UTF-8.")


def readers_zone(get_response: Next) -> Next:
    """Pages show times in the event's zone and in the reader's; this sets the reader's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "zone", "")
        with timezone.override(ZoneInfo(zone) if zone else None):
            return get_response(request)

    return middleware
