"""Forms of the programme: filters, the event, its revision, sessions, chairs, a reason, one more invitation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, When
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Access, Event, Kind, Mode, Platform, Session
from events.pages.office.forms_plan import MOST_SEATS, by_sub_region, officers
from events.services.programme import REVISED
from events.states import EventState
from members.models import Administration, Appointment, Group, Organisation, User
from members.models.appointments import GROUP_ROLES
from portal.kit.forms import Clean
from portal.kit.zones import zone_choices

LONGEST = timedelta(days=92)
FURTHEST = timedelta(days=5 * 366)
OPEN_TO_NEW_DAYS = (EventState.DRAFT, EventState.POSTPONED)


class EventFilter(Clean):
    """The filters of the list of events, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Title, topic or host"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any state")), *EventState.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("All modes")), *Mode.choices], required=False)
    year = forms.TypedChoiceField(label=_("Fiscal year"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = cast(forms.TypedChoiceField, self.fields["year"])
        year.choices = [("", gettext("All years")), *((first, f"{first}/{(first + 1) % 100:02}") for first in years)]

    def narrow(self, rows: Any) -> Any:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            text = asked["q"]
            rows = rows.filter(Q(title__icontains=text) | Q(topic__icontains=text) | Q(host__icontains=text))
        for name in ("state", "kind", "mode"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        if asked.get("year"):
            rows = rows.filter(starts_on__range=(date(asked["year"], 7, 1), date(asked["year"] + 1, 6, 30)))
        return rows


class NewEventForm(Clean):
    """An event beside the plan; everything else is added on its own pages."""

    title = forms.CharField(label=_("Title"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices)
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Sessions and the deadline are hours of this zone.")
    )

    def __init__(self, *args: Any, at: datetime, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(at)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        check_days(self, found, today=self.today)
        return found


class EventForm(Clean):
    """Every field of an event that may be changed by hand.

    What people were invited to (days, zone, mode, deadline, targets) leaves the form once the event is announced.
    """

    title = forms.CharField(label=_("Title"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    topic = forms.CharField(label=_("Topic"), max_length=120, required=False)
    objective = forms.CharField(
        label=_("Objective"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the invitation."),
    )
    access = forms.ChoiceField(
        label=_("Who may know of this event"),
        choices=Access.choices,
        help_text=_("An event for customs officers only does not stand in the public calendar."),
    )
    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Sessions and the deadline are hours of this zone.")
    )
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"))
    nominate_by = forms.DateField(
        label=_("Nomination deadline"), required=False, help_text=_("The whole day counts, in the zone of the event.")
    )
    host = forms.CharField(label=_("Host"), max_length=200, required=False)
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False)
    officer = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Responsible officer"),
        empty_label=_("Nobody yet"),
        required=False,
        help_text=_("Answers to the letters go to this person."),
    )
    donors = forms.ModelMultipleChoiceField(
        Organisation.objects.all(), label=_("Donors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seats_per_administration = forms.IntegerField(
        label=_("Seats for each administration"), min_value=0, max_value=MOST_SEATS
    )
    pool_seats = forms.IntegerField(
        label=_("Seats in the common pool"),
        min_value=0,
        max_value=MOST_SEATS,
        help_text=_("Given to those who wait when their administration has used its own seats."),
    )
    add_groups = forms.ModelMultipleChoiceField(
        Group.objects.all(),
        label=_("Add whole groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The members of a group on the first day are added to the administrations below when you save."),
    )
    targets = forms.ModelMultipleChoiceField(
        Administration.objects.all(),
        label=_("Administrations to invite"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    platform = forms.ChoiceField(
        label=_("Meeting platform"), choices=[("", _("None")), *Platform.choices], required=False
    )
    joining_url = forms.URLField(
        label=_("Joining address"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Begins with https://. Only confirmed people, the chairs and the office see it."),
    )
    joining_notes = forms.CharField(
        label=_("Joining information"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Meeting number, passcode, dial-in, test session."),
    )
    fallback = forms.CharField(
        label=_("Second way in"),
        max_length=250,
        required=False,
        help_text=_("For administrations that may not use this platform."),
    )

    def __init__(self, *args: Any, event: Event, at: datetime, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.today = event, today
        officer = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        officer.queryset = officers(today, always=event.officer)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(at, always=event.time_zone)
        by_sub_region(self.fields["targets"], event.starts_on, always=event.targets.all())
        if event.state not in OPEN_TO_NEW_DAYS:
            for name in REVISED:
                del self.fields[name]
        if event.state != EventState.DRAFT:
            del self.fields["targets"], self.fields["add_groups"]
        self.helper.layout = Layout(
            *self._part(gettext("What"), "title", "kind", "topic", "objective", "access"),
            *self._part(gettext("When"), "mode", "time_zone", "starts_on", "ends_on", "nominate_by"),
            *self._part(gettext("Where and who"), "host", "venue", "officer"),
            *self._part("", "donors", css="checks"),
            *self._part(gettext("Seats"), "seats_per_administration", "pool_seats"),
            *self._part(gettext("Invitations"), "add_groups", "targets", css="checks"),
            *self._part(gettext("Joining"), "platform", "joining_url", "joining_notes", "fallback"),
        )

    def _part(self, title: str, *names: str, css: str = "") -> list[Any]:
        here = [name for name in names if name in self.fields]
        return [Fieldset(title, *here, css_class=f"form-part {css}")] if here else []

    def clean_joining_url(self) -> str:
        address: str = self.cleaned_data["joining_url"]
        if address:
            parts = urlsplit(address)
            if parts.scheme != "https":
                raise ValidationError(gettext("The address must begin with https://."))
            if "@" in parts.netloc:
                raise ValidationError(gettext("The address must not hold a name or a password before the host."))
        return address

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "starts_on" in self.fields:
            check_days(self, found, today=self.today, event=self.event)
        groups = found.pop("add_groups", None)
        if groups and "targets" in found:
            day = found.get("starts_on") or self.event.starts_on
            members = Administration.objects.members_on(day).in_groups_on(groups, day)
            found["targets"] = Administration.objects.filter(
                Q(pk__in=[row.pk for row in found["targets"]]) | Q(pk__in=members.values("pk"))
            )
        return found


class RevisionForm(Clean):
    """New days, deadline, zone or mode of an announced event, with the reason that the letters give."""

    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"))
    nominate_by = forms.DateField(label=_("Nomination deadline"))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Sessions keep their hours in the new zone."))
    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands in the letters."))

    def __init__(self, *args: Any, event: Event, at: datetime, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(event, name) for name in REVISED})
        super().__init__(*args, **kwargs)
        self.event, self.today = event, today
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(at, always=event.time_zone)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        check_days(self, found, today=self.today, event=self.event)
        return found


class SessionForm(Clean):
    """A sitting on one day, at wall time in the zone of the event."""

    title = forms.CharField(label=_("Title"), max_length=200)
    day = forms.DateField(label=_("Day"))
    begins = forms.TimeField(label=_("Begins"))
    ends = forms.TimeField(label=_("Ends"))
    reason = forms.CharField(
        label=_("Reason of the change"), max_length=300, help_text=_("It stands in the letters to the participants.")
    )

    def __init__(self, *args: Any, event: Event, with_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        day = self.fields["day"].widget.attrs
        day |= {"min": event.starts_on.isoformat(), "max": event.ends_on.isoformat()}
        self.fields["day"].widget.attrs = day
        if not with_reason:
            del self.fields["reason"]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.event.starts_on <= day <= self.event.ends_on:
            raise ValidationError(
                gettext("This day is outside the event. Choose a day from its first to its last day.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        begins, ends = found.get("begins"), found.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", gettext("The session ends before it begins."))
        return found


class ChairForm(Clean):
    """Who chairs: a person of an administration, for that administration."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Person"),
        empty_label=_("Choose a person"),
        help_text=_("An official of a member. Who chairs a group on the first day stands first."),
    )
    capacity = forms.CharField(
        label=_("Capacity"), max_length=200, required=False, help_text=_("For example “Vice-Chair of the region”.")
    )
    on_behalf_of = forms.CharField(label=_("On behalf of"), max_length=200, required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = cast("forms.ModelChoiceField[User]", self.fields["person"])
        chairs = _chairs_of_groups(event.starts_on)
        person.queryset = (
            User.objects.get_queryset()
            .filter(administration__isnull=False, is_active=True)
            .exclude(pk__in=event.chairings.values("person"))
            .select_related("administration")
            .order_by(Case(When(pk__in=chairs, then=0), default=1), "administration__name", "name", "pk")
        )
        person.label_from_instance = lambda obj: _with_body(obj, chairs.get(obj.pk, []))  # type: ignore[method-assign]


class ReasonForm(Clean):
    """Why an event is postponed or cancelled; everybody who is told reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stands in the letters. Write one or two sentences.")
    )


class InviteForm(Clean):
    """One more administration for an event that is announced."""

    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("Choose an administration")
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = Administration.objects.members_on(event.starts_on).exclude(
            pk__in=event.invitations.values("administration")
        )


def _chairs_of_groups(day: date) -> dict[int, list[str]]:
    """Person -> "Chair of ASEAN", for the people who chair a group on a day."""
    found: dict[int, list[str]] = {}
    for row in Appointment.objects.on(day).filter(role__in=GROUP_ROLES).select_related("group"):
        found.setdefault(row.person_id, []).append(capfirst(row.in_words))
    return found


def _with_body(obj: User, chairs: list[str]) -> str:
    return f"{obj.administration}: {obj}" + (f" ({', '.join(chairs)})" if chairs else "")


def check_days(form: forms.Form, found: dict[str, Any], *, today: date, event: Event | None = None) -> None:
    """Put a sentence beside each day that cannot be; a day that stays as it was is not judged anew."""
    first, last, deadline = found.get("starts_on"), found.get("ends_on"), found.get("nominate_by")
    for name in ("starts_on", "ends_on", "nominate_by"):
        day = found.get(name)
        if day is None or (event is not None and day == getattr(event, name)):
            continue
        if day < today:
            form.add_error(name, gettext("This day is in the past."))
        elif day > today + FURTHEST:
            form.add_error(name, gettext("This day is more than five years ahead. Check the year."))
    if first and last and last < first:
        form.add_error("ends_on", gettext("The last day is before the first day."))
    elif first and last and last - first > LONGEST:
        form.add_error("ends_on", gettext("An event runs for three months at most. Check the year."))
    if first and deadline and deadline > first:
        form.add_error("nominate_by", gettext("The nomination deadline is after the first day."))


def session_values(session: Session) -> dict[str, Any]:
    return {"title": session.title, "day": session.day, "begins": session.begins, "ends": session.ends}
