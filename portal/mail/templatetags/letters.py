"""What the templates of letters need."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def one_line(text: str) -> str:
    """The text without the blanks around it; a line break inside is refused: it would start a new header."""
    stripped = str(text).strip()
    if len(stripped.splitlines()) > 1:
        raise ValueError(f"the subject has a line break: {stripped!r}")
    return stripped
