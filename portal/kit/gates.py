"""Gates: who may enter a desk, once, at the top of its urls.py; and one question per act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

Rule = Callable[[Any], bool]
View = Callable[..., HttpResponse]


def gated(rule: Rule, patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """Let only signed-in people pass for whom the rule says yes; others meet 403, visitors the sign-in page."""
    return [_with(pattern, _guard(rule, pattern.callback), rule.__name__) for pattern in patterns]


def public(patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """Open to everybody, by name: the only way round the sign-in page."""
    return [_with(pattern, login_not_required(_same(pattern.callback)), "public") for pattern in patterns]


def signed_in(patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """Open to everybody who has signed in; the view asks for the row."""
    return [_with(pattern, _same(pattern.callback), "signed_in") for pattern in patterns]


def require(answer: bool) -> None:
    """Turn the no of a policy into 403."""
    if not answer:
        raise PermissionDenied


def _guard(rule: Rule, view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(rule(request.user))
        return view(request, *args, **kwargs)

    return guarded


def _same(view: View) -> View:
    @wraps(view)
    def same(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return same


def _with(pattern: URLPattern, view: View, gate: str) -> URLPattern:
    view.gate = gate  # type: ignore[attr-defined]  # read by the test that no address stands without a gate
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)
