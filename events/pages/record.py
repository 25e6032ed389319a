"""The whole record of one administration as the office and its contact point read it: five lists, filters, a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events import records
from events.models import FollowUp, Kind, Registration
from events.records import Record, Year
from members.models import Administration
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.clock import spell, today_in
from portal.kit.exports import csv_response
from portal.kit.forms import Clean
from portal.kit.listing import Listing

YEARS, INVITATIONS, PEOPLE, ENDORSEMENTS, ACTIONS = "years", "invitations", "people", "endorsements", "follow-ups"
SORTS: dict[str, dict[str, str | Sequence[str]]] = {
    INVITATIONS: {
        "begin": "event__starts_at",
        "event": "event__title",
        "sent": "invited_at",
        "state": ("state", "event__starts_at"),
    },
    PEOPLE: {
        "begin": ("event__starts_at", "official__name"),
        "name": ("official__name", "event__starts_at"),
        "event": ("event__title", "official__name"),
        "state": ("state", "event__starts_at"),
        "attended": ("n_attended", "event__starts_at"),
    },
    ENDORSEMENTS: {
        "at": "created_at",
        "name": ("official__name", "created_at"),
        "event": ("event__title", "created_at"),
        "by": ("endorsed_by__name", "created_at"),
    },
    ACTIONS: {"due": "due_on", "state": ("state", "due_on"), "meeting": ("outcome__event__starts_at", "number")},
}
FIRST = {INVITATIONS: "-begin", PEOPLE: "-begin", ENDORSEMENTS: "-at", ACTIONS: "due"}


class RecordFilter(Clean):
    """The filters of the record, from the address bar; what is not understood filters nothing."""

    show = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    administration = forms.CharField(widget=forms.HiddenInput, required=False, max_length=18)
    q = forms.CharField(label=_("Event, topic or person"), max_length=100, required=False)
    year = forms.ChoiceField(label=_("Fiscal year"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)

    def __init__(self, *args: Any, years: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", gettext("All years")), *((year, year) for year in years)]
        cast(forms.ChoiceField, self.fields["year"]).choices = choices

    def narrow(self, record: Record) -> Record:
        """The rows of events of that year and kind; a text is looked for in events and in names of people."""
        self.is_valid()
        text = self.cleaned_data.get("q", "")
        return Record(
            record.invitations.filter(self._events("event"), _holding(text, "event__title", "event__topic")),
            record.registrations.filter(
                self._events("event"),
                _holding(text, "event__title", "event__topic", "official__name", "endorsed_by__name"),
            ),
            record.delegations.filter(self._events("event"), _holding(text, "event__title", "event__topic", "head")),
            record.actions.filter(
                self._events("outcome__event"),
                _holding(text, "outcome__event__title", "outcome__event__topic", "text", "owner__name"),
            ),
        )

    def _events(self, event: str) -> Q:
        asked, rule = self.cleaned_data, Q()
        if asked.get("year"):
            first = int(asked["year"][:4])
            rule &= Q(**{f"{event}__starts_on__range": (date(first, 7, 1), date(first + 1, 6, 30))})
        if asked.get("kind"):
            rule &= Q(**{f"{event}__kind": asked["kind"]})
        return rule

    @property
    def is_used(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.get(name) for name in ("q", "year", "kind"))

    @property
    def words(self) -> dict[str, str]:
        """What was chosen, for the trail; a text that was typed may be the name of a person and stays out of it."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in ("year", "kind") if self.cleaned_data.get(name)}


def _holding(text: str, *columns: str) -> Q:
    rule = Q()
    for column in columns if text else ():
        rule |= Q(**{f"{column}__icontains": text})
    return rule


@dataclass(frozen=True)
class Asked:
    """One part of the record as it is asked for in the address bar."""

    administration: Administration
    show: str
    filters: RecordFilter
    record: Record
    query: Any

    def listing(self) -> Listing:
        """The rows of the part, paged; the part of the years is no list."""
        rows: Any = {
            INVITATIONS: self.record.invitations.select_related("event").with_counts(),
            PEOPLE: records.with_facts(self.record.registrations),
            ENDORSEMENTS: self.record.registrations.filter(endorsed_by__isnull=False).select_related(
                "event", "official", "endorsed_by"
            ),
            ACTIONS: self.record.actions.select_related("outcome__event", "owner"),
        }[self.show]
        return Listing(self.query, rows, sorts=SORTS[self.show], default=FIRST[self.show])


def asked(request: HttpRequest, administration: Administration) -> Asked:
    whole = Record.of(administration)
    filters = RecordFilter(request.GET, years=whole.fiscal_years())
    show = request.GET.get("show", "")
    return Asked(administration, show if show in SORTS else YEARS, filters, filters.narrow(whole), request.GET)


def page(request: HttpRequest, administration: Administration) -> dict[str, Any]:
    """What both desks show of an administration."""
    at, user = timezone.now(), reader(request)
    found = asked(request, administration)
    return {
        "administration": administration,
        "key": str(administration.pk),
        "show": found.show,
        "tabs": [(name, word, _tab_address(request, name)) for name, word in _tabs()],
        "filters": found.filters,
        "query": request.GET.urlencode(),
        "is_office": user.is_office,
        "now": at,
        **_content(found, at),
    }


def export(request: HttpRequest, administration: Administration) -> HttpResponse:
    """The part of the record as filtered and sorted; the trail keeps who took it out of the portal."""
    at = timezone.now()
    found = asked(request, administration)
    header, rows = _tables()[found.show](found, at)
    filters = {"part": found.show, **found.filters.words}
    trail.record_export(reader(request), "record", administration, rows=len(rows), filters=filters)
    return csv_response(f"record-{administration.iso2.lower()}-{found.show}", header, rows)


def _tabs() -> list[tuple[str, str]]:
    return [
        (YEARS, gettext("Years")),
        (INVITATIONS, gettext("Invitations")),
        (PEOPLE, gettext("People")),
        (ENDORSEMENTS, gettext("Endorsements")),
        (ACTIONS, gettext("Follow-ups")),
    ]


def _tab_address(request: HttpRequest, name: str) -> str:
    """Another part with the same filters, in its own order."""
    query = request.GET.copy()
    for word in ("page", "sort"):
        query.pop(word, None)
    query["show"] = name
    return "?" + query.urlencode()


def _content(found: Asked, at: datetime) -> dict[str, Any]:
    if found.show == YEARS:
        return {"years": records.years(found.record, at=at)}
    listing = found.listing()
    rows = list(listing)
    if found.show == ENDORSEMENTS:
        return {"listing": listing, "lines": _endorsements(rows)}
    if found.show == ACTIONS:
        return {"listing": listing, "lines": _actions(rows, at)}
    return {"listing": listing}


def _endorsements(rows: list[Registration]) -> list[tuple[Registration, records.Endorsement]]:
    told = records.endorsed(rows)
    return [(row, told[row.pk]) for row in rows]


def _actions(rows: list[FollowUp], at: datetime) -> list[tuple[FollowUp, bool]]:
    """Each action, and whether it was done too late or is overdue."""
    today = today_in(settings.OFFICE_TIME_ZONE, at)
    return [(row, row.is_late(today)) for row in rows]


# --- the file -----------------------------------------------------------------------------------------

Table = tuple[list[str], list[list[Any]]]


def _tables() -> dict[str, Callable[[Asked, datetime], Table]]:
    return {
        YEARS: _years_table,
        INVITATIONS: _invitations_table,
        PEOPLE: _people_table,
        ENDORSEMENTS: _endorsements_table,
        ACTIONS: _actions_table,
    }


def _years_table(found: Asked, at: datetime) -> Table:
    header = [
        gettext("Fiscal year"),
        gettext("Invitations"),
        gettext("Answered with nominees"),
        gettext("Declined"),
        gettext("Not answered in time"),
        gettext("Mean days to answer"),
        gettext("Seats offered"),
        gettext("Seats used"),
        gettext("Present"),
        gettext("No-shows"),
        gettext("Women"),
        gettext("Gender stated"),
        gettext("Evaluations"),
        gettext("Certificates"),
        gettext("Delegations"),
        gettext("Follow-up actions"),
        gettext("Done"),
        gettext("Late"),
    ]
    return header, [_year_cells(year) for year in records.years(found.record, at=at)]


def _year_cells(year: Year) -> list[Any]:
    return [
        year.label,
        year.invitations,
        year.answered,
        year.declined,
        year.silent,
        "" if year.answer_days is None else year.answer_days,
        year.seats,
        year.used,
        year.attended,
        year.no_shows,
        year.women,
        year.stated,
        year.evaluations,
        year.certificates,
        year.delegations,
        year.actions,
        year.done,
        year.late,
    ]


def _invitations_table(found: Asked, at: datetime) -> Table:
    header = [
        gettext("Reference"),
        gettext("Event"),
        gettext("First day"),
        gettext("Last day"),
        gettext("Invited"),
        gettext("Answer"),
        gettext("Answered"),
        gettext("Days to answer"),
        gettext("Reason"),
        gettext("Seats"),
        gettext("Nominees"),
        gettext("Seats taken"),
    ]
    zone = found.administration.time_zone
    rows = [
        [
            row.reference,
            row.event.title,
            row.event.starts_on,
            row.event.ends_on,
            _when(row.invited_at, zone),
            row.get_state_display(),
            _when(row.answered_at, zone),
            "" if row.days_to_answer is None else row.days_to_answer,
            row.reason,
            row.event.seats_per_administration,
            row.nominees,
            row.seated,
        ]
        for row in found.listing().rows
    ]
    return header, rows


def _people_table(found: Asked, at: datetime) -> Table:
    header = [
        gettext("Name"),
        gettext("Event"),
        gettext("First day"),
        gettext("Last day"),
        gettext("State"),
        gettext("Sessions attended"),
        gettext("Sessions held"),
        gettext("Evaluation given"),
        gettext("Certificate"),
    ]
    rows = [
        [
            row.official.name,
            row.event.title,
            row.event.starts_on,
            row.event.ends_on,
            row.get_state_display(),
            row.n_attended if row.is_noted and row.is_confirmed else "",
            row.n_sessions if row.is_noted and row.is_confirmed else "",
            gettext("yes") if row.is_evaluated else "",
            row.certificate.number if hasattr(row, "certificate") else "",
        ]
        for row in found.listing().rows
    ]
    return header, rows


def _endorsements_table(found: Asked, at: datetime) -> Table:
    header = [
        gettext("Name"),
        gettext("Event"),
        gettext("First day"),
        gettext("How"),
        gettext("By"),
        gettext("When"),
        gettext("Priority"),
        gettext("State"),
    ]
    zone = found.administration.time_zone
    rows = [
        [
            row.official.name,
            row.event.title,
            row.event.starts_on,
            told.word,
            str(told.by or ""),
            _when(told.at, zone),
            row.priority,
            row.get_state_display(),
        ]
        for row, told in _endorsements(list(found.listing().rows))
    ]
    return header, rows


def _actions_table(found: Asked, at: datetime) -> Table:
    header = [
        gettext("Meeting"),
        gettext("Outcome"),
        gettext("Action"),
        gettext("Text"),
        gettext("Person"),
        gettext("Due"),
        gettext("State"),
        gettext("Done on"),
        gettext("Late"),
        gettext("Evidence"),
    ]
    rows = [
        [
            row.event.title,
            row.outcome.number,
            row.number,
            row.text,
            str(row.owner or ""),
            row.due_on or "",
            row.get_state_display(),
            row.done_on or "",
            gettext("yes") if late else "",
            row.evidence,
        ]
        for row, late in _actions(list(found.listing().rows), at)
    ]
    return header, rows


def _when(at: datetime | None, zone: str) -> str:
    return spell(at, zone) if at else ""
