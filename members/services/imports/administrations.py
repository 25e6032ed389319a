"""Files of administrations: found by their ISO code; a column that the file does not have changes nothing."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Administration, SubRegion, User
from members.services import bodies
from members.services.imports.columns import AHEAD, Address, Choice, Day, RowForm, Weekend, Zone, same_name, told
from members.services.imports.judging import Judge, Opinion
from portal.kit.states import Refused

FIRST_DAY = date(1850, 1, 1)
NEW_NEEDS = ("name", "sub_region", "time_zone")


class Code(forms.CharField):
    """Two plain letters, stored large."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(str(value).strip().upper())
        if not re.fullmatch("[A-Z]{2}", text):
            raise ValidationError(_("Write the two letters of the code, for example FJ."))
        return text


class Domains(forms.CharField):
    def clean(self, value: Any) -> str:
        try:
            return bodies.tidy_domains(super().clean(value))
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal


class AdministrationRow(RowForm):
    needed = ("iso2",)
    also: ClassVar = {
        "iso": "iso2",
        "officialstyle": "name",
        "weekend": "weekend_days",
        "email": "email",
        "addressforletters": "address",
    }
    example: ClassVar = (
        {
            "iso2": "FJ",
            "name": "Fiji",
            "sub_region": "Australasia/Oceania",
            "time_zone": "Pacific/Fiji",
            "weekend_days": "Saturday and Sunday",
            "languages": "English, Fijian",
            "capital": "Suva",
            "email": "customs@fiji.example",
            "mail_domains": "customs.fiji.example",
            "address": "Customs House, Suva",
            "member_since": "1997-07-01",
        },
    )

    iso2 = Code(
        label=gettext_lazy("ISO code"), help_text=gettext_lazy("Two letters. They say which administration is meant.")
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("The official style: Hong Kong, China.")
    )
    sub_region = Choice(
        SubRegion,
        label=gettext_lazy("Sub-region"),
        help_text=gettext_lazy("Sub-Continent, Far East, ASEAN, or Australasia/Oceania."),
    )
    time_zone = Zone(label=gettext_lazy("Time zone"), help_text=gettext_lazy("For example Pacific/Fiji."))
    weekend_days = Weekend(
        label=gettext_lazy("Weekend"), help_text=gettext_lazy("For example: Friday and Saturday, or Fri Sat.")
    )
    languages = forms.CharField(label=gettext_lazy("Languages"), max_length=200, required=False)
    capital = forms.CharField(label=gettext_lazy("Capital"), max_length=80, required=False)
    email = Address(
        label=gettext_lazy("Shared mailbox"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("The mail address of the administration."),
    )
    mail_domains = Domains(
        label=gettext_lazy("Mail domains"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("What stands behind the @, with commas between."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, required=False, widget=forms.Textarea(), help_text=""
    )
    regional_entities = forms.CharField(
        label=gettext_lazy("Regional entities"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("For example: RTC, RCL, RDTC."),
    )
    donor_fund = forms.CharField(label=gettext_lazy("Donor fund"), max_length=80, required=False)
    member_since = Day(
        label=gettext_lazy("Member since"), required=False, help_text=gettext_lazy("Empty: before records began.")
    )


class Administrations(Judge):
    form = AdministrationRow

    def look_up(self, rows: list[dict[str, str]]) -> None:
        self.known = {row.iso2: row for row in Administration.objects.all()}
        # names are taken by the rows of the portal, then by the rows of the file
        self.names = {same_name(row.name): row.iso2 for row in self.known.values()}
        for texts in rows:
            if texts.get("name"):
                self.names.setdefault(same_name(texts["name"]), self._code(texts))

    def key(self, texts: dict[str, str]) -> Hashable | None:
        return self._code(texts) or None

    def compare(self, opinions: list[Opinion]) -> None:
        for opinion in opinions:
            values = opinion.values
            code, name = values.get("iso2", ""), values.get("name", "")
            opinion.target = self.known.get(code)
            since = values.get("member_since")
            if since and not FIRST_DAY <= since <= self.today + AHEAD:
                opinion.faults.append(_("Member since: This date is too far from today. Check the year."))
            if code and name and self.names.get(same_name(name), code) != code:
                opinion.faults.append(
                    _("Name: %(code)s has the name “%(name)s” already.")
                    % {"code": self.names[same_name(name)], "name": name}
                )
            if opinion.target is None:
                opinion.faults += [
                    _("%(column)s: A new administration needs it.") % {"column": self.reader.heading(field)}
                    for field in NEW_NEEDS
                    if field not in self.upload.columns
                ]
            elif not opinion.faults:
                self._differ(opinion)

    def save(self, opinion: Opinion, *, by: User, at: datetime) -> None:
        facts = {name: value for name, value in opinion.values.items() if name != "iso2"}
        if opinion.target is None:
            bodies.add_administration(iso2=opinion.values["iso2"], by=by, **facts)
        else:
            changed = {name: value for name, value in facts.items() if name in opinion.changes}
            bodies.change(opinion.target, by=by, **changed)

    def _code(self, texts: dict[str, str]) -> str:
        return texts.get("iso2", "").strip().upper()

    def _differ(self, opinion: Opinion) -> None:
        for name, value in opinion.values.items():
            old = getattr(opinion.target, name)
            if (sorted(old) if isinstance(old, list) else old) != value:
                opinion.changes[name] = [told(Administration, name, old), told(Administration, name, value)]
