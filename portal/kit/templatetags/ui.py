"""Components as tags: state badge, times in two zones, sort heads, pages."""

from django import template

register = template.Library()
