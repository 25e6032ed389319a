"""Forms of administrations and other organisations: facts, names and groups over time, public holidays, filters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import (
    Administration,
    AdministrationName,
    Group,
    Membership,
    Organisation,
    OrganisationKind,
    SubRegion,
)
from members.services import bodies
from portal.kit import telling
from portal.kit.forms import Clean
from portal.kit.states import Refused
from portal.kit.zones import zone_choices

FIRST_YEAR = 1850  # no customs service of the region has kept its name from before
MOST_DAYS_OFF = 3
YEARS_AROUND = 5  # calendars of public holidays are shown and corrected so far back and ahead
STALE = _("This page is no longer valid. Open it again, then make your changes.")


class FactsForm(Clean):
    """Facts of a body, with a signed copy of what the page showed: so a colleague's changes are seen."""

    salt: ClassVar[str]
    facts: ClassVar[tuple[str, ...]]

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Administration | Organisation, at: datetime, **kwargs: Any) -> None:
        values = {name: getattr(row, name) for name in self.facts}
        super().__init__(*args, initial=values | {"shown": self._stamp(row)}, **kwargs)
        self.row = row
        zone = cast(forms.ChoiceField, self.fields["time_zone"])
        none = [] if zone.required else [("", gettext("Not stated"))]
        zone.choices = [*none, *zone_choices(at, always=row.time_zone)]

    def _stamp(self, row: Administration | Organisation) -> str:
        seen = bodies.as_shown({name: getattr(row, name) for name in self.facts})
        return signing.dumps([row.pk, seen], salt=self.salt, compress=True)

    def clean_address(self) -> str:
        """A browser sends its own line breaks: they are no change."""
        return str(self.cleaned_data["address"]).replace("\r\n", "\n")

    def clean_shown(self) -> dict[str, str]:
        try:
            pk, seen = signing.loads(self.cleaned_data["shown"], salt=self.salt)
        except signing.BadSignature:
            pk, seen = None, {}
        if pk != self.row.pk:
            self.add_error(None, STALE)
        return dict(seen)

    def overtaken(self, refusal: bodies.Overtaken, row: Administration | Organisation) -> None:
        """Show both values; to save again is to decide for one's own."""
        self.add_error(None, refusal.message)
        for name, value in refusal.now.items():
            told = str(bodies.told({name: value})[name])
            word = telling.short(telling.words(type(row), name, told)) or gettext("nothing")
            self.add_error(
                name,
                gettext("It says now: “%(now)s”. Yours is in the field. Save again to replace it.") % {"now": word},
            )
        data = cast(QueryDict, self.data).copy()
        data["shown"] = self._stamp(row)
        self.data = data


class AdministrationForm(FactsForm):
    salt = "administration"
    facts = bodies.ADMINISTRATION

    name = forms.CharField(
        label=_("Official style"),
        max_length=120,
        help_text=_("As it stands in lists and letters, for example: Hong Kong, China."),
    )
    sub_region = forms.ChoiceField(label=_("Sub-region"), choices=SubRegion.choices)
    capital = forms.CharField(label=_("Capital"), max_length=80, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    weekend_days = forms.TypedMultipleChoiceField(
        label=_("Weekend days"),
        coerce=int,
        choices=[(number, WEEKDAYS[number]) for number in range(7)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    languages = forms.CharField(
        label=_("Languages"), max_length=200, required=False, help_text=_("With commas between.")
    )
    email = forms.EmailField(
        label=_("Shared mailbox"),
        max_length=254,
        required=False,
        help_text=_("The mail address of the administration."),
    )
    mail_domains = forms.CharField(
        label=_("Mail domains"),
        max_length=200,
        required=False,
        help_text=_(
            "What stands behind the @ in their mail addresses, with commas between. It is a hint that an address is "
            "theirs. It is no proof."
        ),
    )
    address = forms.CharField(
        label=_("Address for letters"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    regional_entities = forms.CharField(
        label=_("Regional entities"), max_length=80, required=False, help_text=_("For example: RTC, RCL, RDTC.")
    )
    donor_fund = forms.CharField(label=_("Donor fund"), max_length=80, required=False)
    member_since = forms.DateField(
        label=_("Member since"), required=False, help_text=_("Leave it empty when it was before records began.")
    )

    def __init__(self, *args: Any, row: Administration, at: datetime, today: date, **kwargs: Any) -> None:
        super().__init__(*args, row=row, at=at, **kwargs)
        self.today = today
        self.helper.layout = Layout(
            "shown",
            _part(gettext("The administration"), "name", "sub_region", "capital", "languages"),
            _part(gettext("Time"), "time_zone"),
            _part("", "weekend_days", css="checks"),
            _part(gettext("Mail and letters"), "email", "mail_domains", "address"),
            _part(gettext("In the region"), "regional_entities", "donor_fund", "member_since"),
        )

    def clean_weekend_days(self) -> list[int]:
        found = sorted(self.cleaned_data["weekend_days"])
        if len(found) > MOST_DAYS_OFF:
            raise ValidationError(gettext("Choose three days at most."))
        return found

    def clean_mail_domains(self) -> str:
        try:
            return bodies.tidy_domains(self.cleaned_data["mail_domains"])
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal

    def clean_member_since(self) -> date | None:
        """Who is no member yet stands in no list: the row could not be opened again."""
        day: date | None = self.cleaned_data["member_since"]
        if day and day > self.today:
            raise ValidationError(gettext("This day lies ahead. Enter it when the administration is a member."))
        return _plausible(day, self.today)


class OrganisationForm(FactsForm):
    salt = "organisation"
    facts = bodies.ORGANISATION

    name = forms.CharField(label=_("Name"), max_length=120)
    abbreviation = forms.CharField(label=_("Abbreviation"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganisationKind.choices)
    email = forms.EmailField(label=_("Shared mailbox"), max_length=254, required=False)
    address = forms.CharField(
        label=_("Address for letters"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)


class Span(Clean):
    """A first and a last day, both included and both open when empty."""

    from_on = forms.DateField(
        label=_("First day"), required=False, help_text=_("Leave it empty when it was before records began.")
    )
    to_on = forms.DateField(label=_("Last day"), required=False, help_text=_("Leave it empty when there is no end."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_from_on(self) -> date | None:
        return _plausible(self.cleaned_data["from_on"], self.today)

    def clean_to_on(self) -> date | None:
        return _plausible(self.cleaned_data["to_on"], self.today)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("from_on"), found.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", gettext("The last day lies before the first day."))
        return found


class NameForm(Span):
    """A full name with its days."""

    title = forms.CharField(label=_("Full name"), max_length=200)

    field_order = ("title", "from_on", "to_on")

    def __init__(self, *args: Any, row: AdministrationName | None = None, **kwargs: Any) -> None:
        initial = {"title": row.title, "from_on": row.from_on, "to_on": row.to_on} if row else None
        super().__init__(*args, initial=initial, **kwargs)


class JoinForm(Span):
    group = forms.ModelChoiceField(Group.objects.all(), label=_("Group"), empty_label=_("Choose a group"))

    field_order = ("group", "from_on", "to_on")


class MembershipForm(Span):
    def __init__(self, *args: Any, row: Membership, **kwargs: Any) -> None:
        super().__init__(*args, initial={"from_on": row.from_on, "to_on": row.to_on}, **kwargs)


class LeaveForm(Clean):
    last_day = forms.DateField(label=_("Last day in the group"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"last_day": today}, **kwargs)
        self.today = today

    def clean_last_day(self) -> date | None:
        return _plausible(self.cleaned_data["last_day"], self.today)


class WorkingDayForm(Clean):
    on = forms.DateField(label=_("Day"), help_text=_("A day of the list on which people work."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if abs(day.year - self.today.year) > YEARS_AROUND:
            raise ValidationError(gettext("This date is too far from today. Check the year."))
        return day


class DayOffForm(WorkingDayForm):
    name = forms.CharField(label=_("Name of the holiday"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].help_text = ""


class OrganisationFilter(Clean):
    """The filters of the list of other organisations, from the address bar; what is not understood filters nothing."""

    q = forms.CharField(label=_("Name or abbreviation"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *OrganisationKind.choices], required=False)

    def narrow(self, rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.filter(Q(name__icontains=asked["q"]) | Q(abbreviation__icontains=asked["q"]))
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        return rows


def _part(title: str, *names: str, css: str = "") -> Fieldset:
    return Fieldset(title, *names, css_class=f"form-part {css}")


def _plausible(day: date | None, today: date) -> date | None:
    """Records go far back and hardly ahead; else it is a slip of typing."""
    if day and not date(FIRST_YEAR, 1, 1) <= day <= today + timedelta(days=5 * 365):
        raise ValidationError(gettext("This date is too far from today. Check the year."))
    return day
