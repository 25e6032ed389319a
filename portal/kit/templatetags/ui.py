"""Components as tags: state badge, times in two zones, lists, figures. See templates/components/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from django import template
from django.db import models
from django.forms import BaseForm
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kit import clock
from portal.kit.drawings import DRAWINGS
from portal.kit.listing import Listing

register = template.Library()

# --- states ---------------------------------------------------------------------------------------
NEUTRAL, INFO, GOOD, WAIT, BAD, DONE = TONES = ("neutral", "info", "good", "wait", "bad", "done")
TONE_OF_STATE = {
    # what is not there yet, or is over without a result
    **dict.fromkeys(["draft", "drafted", "planned", "queued", "withdrawn", "replaced", "lapsed", "lifted"], NEUTRAL),
    **dict.fromkeys(["declined", "dropped"], NEUTRAL),
    # what goes on
    **dict.fromkeys(
        ["announced", "scheduled", "under_way", "open", "in_progress", "circulated", "commented", "sending"], INFO
    ),
    **dict.fromkeys(["nominated", "applied", "endorsed", "offered"], INFO),
    # what turned out well
    **dict.fromkeys(["answered", "confirmed", "signed", "sent", "published", "given"], GOOD),
    # what somebody has to wait for
    **dict.fromkeys(["silent", "waiting", "postponed", "unclear"], WAIT),
    # what somebody has to look at
    **dict.fromkeys(["failed", "missed", "overdue", "cancelled", "revoked"], BAD),
    # what is complete
    **dict.fromkeys(["held", "reported", "done", "closed"], DONE),
}


# one word, two meanings: an event that was held is over, a letter that is held waits for a person
TONE_OF_MODEL_STATE = {("message", "held"): WAIT}


@register.simple_tag
def badge(row: Any, label: str = "", tone: str = "") -> SafeString:
    """The state of a row as word, shape and colour; the word comes from the enum."""
    value, word = _state_of(row)
    found = tone or getattr(row, "tone", "") or _tone_of(row, value)
    return format_html(
        '<span class="state state-{}">{}</span>', found if found in TONES else NEUTRAL, label or word or _("Unknown")
    )


def _tone_of(row: Any, value: str) -> str:
    if isinstance(row, models.Model) and (own := TONE_OF_MODEL_STATE.get((str(row._meta.model_name), value))):
        return own
    return TONE_OF_STATE.get(value, NEUTRAL)


def _state_of(row: Any) -> tuple[str, str]:
    if isinstance(row, models.Model):
        value = str(getattr(row, "state", ""))
        display = getattr(row, "get_state_display", None)
        return value, str(display()) if display else _as_word(value)
    if isinstance(row, Enum):
        return str(row.value), str(getattr(row, "label", "") or _as_word(str(row.value)))
    value = "" if row is None else str(row)
    return value, _as_word(value)


def _as_word(value: str) -> str:
    return value.replace("_", " ").capitalize()


# --- times ----------------------------------------------------------------------------------------
@register.inclusion_tag("components/when.html")
def when(begin: datetime | None, end: datetime | None, zone: str) -> dict[str, Any]:
    """A span in the event's zone, and quieter in the reader's; "+1 day" when the reader's date differs."""
    if begin is None:
        return {}
    if end is None:
        return instant(begin, zone)
    return {
        "machine": begin.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "words": clock.spell_span(begin, end, zone),
        **_readers_own(begin, end, zone),
    }


@register.inclusion_tag("components/when.html")
def instant(at: datetime | None, zone: str = "") -> dict[str, Any]:
    """One moment in the event's zone and in the reader's; without a zone in the reader's only."""
    if at is None:
        return {}
    return {
        "machine": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "words": clock.spell(at, zone or timezone.get_current_timezone_name()),
        **(_readers_own(at, None, zone) if zone else {}),
    }


def _readers_own(begin: datetime, end: datetime | None, zone: str) -> dict[str, Any]:
    """The reader's line; nothing when the reader lives in the event's zone. A visitor has no zone and reads UTC."""
    own = timezone.get_current_timezone_name()
    if own == zone:
        return {}
    here, there = clock.in_zone(begin, own), clock.in_zone(begin, zone)
    days = (here.date() - there.date()).days
    words = f"{here:%H:%M}"
    if days:  # a bare hour would be read as the event's date
        words = f"{clock.spell_day(here.date())}, {words}"
    if end is not None:
        until = clock.in_zone(end, own)
        if until.date() != here.date():
            words += f" - {clock.spell_day(until.date())}, {until:%H:%M}"
        else:
            words += f" - {until:%H:%M}"
    shift = ngettext("%(sign)s%(count)d day", "%(sign)s%(count)d days", abs(days)) % {
        "sign": "-" if days < 0 else "+",
        "count": abs(days),
    }
    if own == "UTC":
        yours = f"{words} UTC"
    else:
        yours = _("%(time)s your time (%(city)s)") % {"time": words, "city": clock.city(own)}
    return {
        "yours": yours,
        "shift": shift if days else "",
    }


@register.simple_tag
def days(first: date | None, last: date | None = None) -> SafeString:
    """23 - 26 November 2020; one day when there is no other."""
    if first is None:
        return format_html('<span class="quiet">{}</span>', _("no date yet"))
    return format_html(
        '<time class="days" datetime="{}">{}</time>', first.isoformat(), clock.spell_days(first, last or first)
    )


@register.inclusion_tag("components/date_block.html")
def dateblock(day: date) -> dict[str, Any]:
    return {"day": day, "machine": day.isoformat()}


@register.simple_tag
def away(at: datetime, now: datetime) -> str:
    """How far a moment is from the page's clock: "in 6 days", "40 seconds ago"."""
    seconds = int((at - now).total_seconds())
    span = abs(seconds)
    if span < 120:
        words = ngettext("%(n)d second", "%(n)d seconds", span) % {"n": span}
    elif span < 2 * 3600:
        words = _("%(n)d minutes") % {"n": span // 60}
    elif span < 2 * 86400:
        words = _("%(n)d hours") % {"n": span // 3600}
    else:
        words = _("%(n)d days") % {"n": span // 86400}
    return (_("in %(span)s") if seconds >= 0 else _("%(span)s ago")) % {"span": words}


@register.simple_tag
def reader_zone() -> str:
    """Dhaka, UTC+6: the zone in which this reader sees times."""
    name = timezone.get_current_timezone_name()
    offset = clock.offset(timezone.localtime())
    return offset if name == "UTC" else f"{clock.city(name)}, {offset}"


# --- lists ----------------------------------------------------------------------------------------
@register.inclusion_tag("components/sort_head.html")
def sort_head(listing: Listing, word: str, title: str) -> dict[str, Any]:
    order = {word: "ascending", f"-{word}": "descending"}.get(listing.sort, "")
    return {"title": title, "link": listing.sort_link(word), "order": order}


@register.inclusion_tag("components/pages.html")
def pages(listing: Listing) -> dict[str, Any]:
    page = listing.page
    return {
        "page": page,
        "previous": listing.link(page=page.previous_page_number()) if page.has_previous() else "",
        "next": listing.link(page=page.next_page_number()) if page.has_next() else "",
    }


@register.simple_tag
def result_count(listing: Listing, one: str, many: str = "") -> str:
    """12 events; 51 - 100 of 213 events; no events."""
    many = many or f"{one}s"
    if listing.count == 0:
        return _("No %(things)s") % {"things": many}
    total = f"{listing.count:,} {one if listing.count == 1 else many}"
    page = listing.page
    if page.paginator.num_pages == 1:
        return total
    return _("%(first)d - %(last)d of %(total)s") % {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": total,
    }


@register.inclusion_tag("components/empty.html")
def empty(sentence: str, url: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here yet: one sentence, one button."""
    return {"sentence": sentence, "url": url, "label": label}


# --- figures and steps ----------------------------------------------------------------------------
@register.inclusion_tag("components/bar.html")
def bar(done: int, total: int, label: str) -> dict[str, Any]:
    """A progress bar with its words; more than all is drawn as all and said as it is."""
    return {"done": done, "total": total, "label": label, "value": min(done, total), "max": max(total, 1)}


@register.inclusion_tag("components/clearance.html")
def clearance(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Ordered steps; each has a word, a state (done, now, todo, void) and perhaps a note."""
    icons = {"done": "check-circle", "now": "dot-circle", "todo": "circle", "void": "cross-circle"}
    words = {"done": _("done"), "now": _("next step"), "todo": _("later"), "void": _("no longer valid")}
    return {"steps": [{**step, "icon": icons[step["state"]], "said": words[step["state"]]} for step in steps]}


@register.inclusion_tag("components/timeline.html")
def timeline(bars: Iterable[Mapping[str, Any]], start_year: int, today: date | None = None) -> dict[str, Any]:
    """The fiscal year from July to June; a bar is {label, url, first, last, tone} with dates."""
    grid = _year_grid(start_year, today)
    return {**grid, "rows": list(_placed(bars, start_year, grid["length"], least=8))}


@register.inclusion_tag("components/gantt.html")
def gantt(rows: Iterable[Mapping[str, Any]], start_year: int, today: date | None = None) -> dict[str, Any]:
    """Lines of the fiscal year with any number of bars each; a row is {label, url, bars}, a heading is {heading}.

    A bar is {label, url, first, last, tone} with dates; one without an address is drawn, and said beside the label.
    """
    grid = _year_grid(start_year, today)
    placed = [{**row, "bars": list(_placed(row.get("bars", ()), start_year, grid["length"], least=3))} for row in rows]
    return {**grid, "rows": placed}


def _year_grid(start_year: int, today: date | None) -> dict[str, Any]:
    """Where the months and the day of today stand, in days from 1 July."""
    begin, end = date(start_year, 7, 1), date(start_year + 1, 7, 1)
    months = [date(start_year + (7 + n > 12), (6 + n) % 12 + 1, 1) for n in range(12)]
    return {
        "months": months,
        "lines": [(month - begin).days for month in months[1:]],
        "quarters": [(month - begin).days for month in months[3::3]],
        "length": (end - begin).days,
        "today": (today - begin).days if today and begin <= today < end else None,
    }


def _placed(bars: Iterable[Mapping[str, Any]], start_year: int, length: int, *, least: int) -> Iterator[dict[str, Any]]:
    """The bars that touch the year; a single day would be thinner than a hair: it is drawn as wide as `least` days."""
    begin, end = date(start_year, 7, 1), date(start_year + 1, 7, 1)
    for row in bars:
        first, last = max(row["first"], begin), min(row["last"] + timedelta(days=1), end)
        if first < last:
            width = max((last - first).days, least)
            x = min((first - begin).days, length - width)
            yield {**row, "x": x, "width": width, "words": clock.spell_days(row["first"], row["last"])}


# --- words, links and buttons ---------------------------------------------------------------------
@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """What is wrong, on top of the form, each with a link to its field."""
    if form is None or not form.is_bound:
        return {"errors": []}
    errors = [{"link": "", "label": "", "sentence": sentence} for sentence in form.non_field_errors()]
    for field in form:
        link = "" if field.is_hidden else f"#{field.id_for_label or field.auto_id}"
        errors += [{"link": link, "label": field.label, "sentence": sentence} for sentence in field.errors]
    return {"errors": errors}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline drawing; a screen reader passes over it unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        said,
        SafeString(DRAWINGS[name]),
    )


@register.simple_tag
def submit(verb: str, tone: str = "primary", name: str = "", value: str = "", about: Any = "") -> SafeString:
    """A submit button; `about` completes its name for a screen reader."""
    css = {"outline": "outline-secondary", "danger": "danger", "link": "link"}.get(tone, "primary")
    posted = format_html(' name="{}" value="{}"', name, value) if name else ""
    of = format_html(' <span class="visually-hidden">{}</span>', about) if about else ""
    return format_html('<button type="submit" class="btn btn-{}"{}>{}{}</button>', css, posted, verb, of)


@register.simple_tag
def crumbs(*parts: Any) -> SafeString:
    """Breadcrumbs: word, address, word, address, last word. A long name gives way where the line is narrow."""
    links = [(_room(parts[n]), parts[n + 1], parts[n]) for n in range(0, len(parts) - 1, 2)]
    return format_html(
        '<nav class="crumbs container" aria-label="{}"><ol>{}<li{} aria-current="page">{}</li></ol></nav>',
        _("You are here"),
        format_html_join("", '<li{}><a href="{}">{}</a></li>', links),
        _room(parts[-1]),
        parts[-1],
    )


def _room(word: Any) -> SafeString:
    return SafeString(' class="long"' if len(str(word)) > 15 else "")


@register.simple_tag(takes_context=True)
def navlink(context: Context, name: str, word: str, section: str = "", prefix: bool = False) -> SafeString:
    """A link of a navigation; an address that this installation does not have gives no link.

    The current one is marked by the `section` of the view, or by the beginning of the address.
    """
    try:
        address = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    path = getattr(context.get("request"), "path", "")
    current = ""
    if path == address:
        current = ' aria-current="page"'
    elif (section and context.get("section") == section) or (prefix and path.startswith(address)):
        current = ' aria-current="true"'
    return format_html('<a href="{}"{}>{}</a>', address, SafeString(current), word)


@register.filter
def month_word(day: date) -> str:
    """Aug, for narrow places."""
    return formats.date_format(day, "M")
