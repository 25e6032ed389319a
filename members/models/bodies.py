"""Member administrations, their groups and names over time, and other organisations."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import valid_zone


class SubRegion(models.TextChoices):
    SUB_CONTINENT = "sub_continent", _("Sub-Continent")
    FAR_EAST = "far_east", _("Far East")
    ASEAN = "asean", _("ASEAN")
    OCEANIA = "oceania", _("Australasia/Oceania")


def weekend() -> list[int]:
    """Saturday and Sunday, as Python counts weekdays (Monday is 0)."""
    return [5, 6]


def weekday_words(days: list[int]) -> str:
    """ "Thursday, Friday and Saturday"."""
    words = [str(WEEKDAYS[day]) for day in days]
    return gettext(" and ").join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


class AdministrationQuerySet(models.QuerySet["Administration"]):
    def members_on(self, day: date) -> Self:
        """Members of the organisation on a day; who joined before records began has no date."""
        return self.filter(Q(member_since__isnull=True) | Q(member_since__lte=day))

    def matching(self, text: str) -> Self:
        """Administrations whose style, capital, ISO code or full name, of today or of the past, holds the text."""
        titled = AdministrationName.objects.filter(title__icontains=text)
        return self.filter(
            Q(name__icontains=text)
            | Q(capital__icontains=text)
            | Q(iso2__iexact=text)
            | Q(pk__in=titled.values("administration"))
        )

    def in_groups_on(self, groups: models.QuerySet[Group], day: date) -> Self:
        """Administrations of any of the groups on a day."""
        current = Membership.objects.on(day).filter(group__in=groups)
        return self.filter(pk__in=current.values("administration"))


class Administration(models.Model):
    """A customs administration of the region, under its official style ("Hong Kong, China")."""

    iso2 = models.CharField(_("ISO code"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    sub_region = models.CharField(_("sub-region"), max_length=20, choices=SubRegion)
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[valid_zone])
    weekend_days = models.JSONField(_("weekend days"), default=weekend)
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    email = models.EmailField(_("shared mailbox"), blank=True)
    mail_domains = models.CharField(_("mail domains"), max_length=200, blank=True)
    address = models.TextField(_("address for letters"), blank=True)
    capital = models.CharField(_("capital"), max_length=80, blank=True)
    regional_entities = models.CharField(_("regional entities"), max_length=80, blank=True)
    donor_fund = models.CharField(_("donor fund"), max_length=80, blank=True)
    member_since = models.DateField(_("member since"), null=True, blank=True)

    objects = AdministrationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def domains(self) -> list[str]:
        """Mail domains of the administration: a hint that an address is theirs, never a proof."""
        return self.mail_domains.lower().replace(",", " ").split()

    def knows_address(self, email: str) -> bool:
        """Whether the address ends in one of the domains, or in a part below one: tax.customs.gov.fj."""
        domain = email.rpartition("@")[2].lower()
        return any(domain == known or domain.endswith(f".{known}") for known in self.domains)

    @property
    def weekend(self) -> str:
        """The days off as words: "Friday and Saturday"."""
        return weekday_words(self.weekend_days)

    def title_on(self, day: date) -> str:
        """The full name of the service on a day, for example on a letter or a certificate."""
        for title in self.titles.all():
            if (title.from_on is None or title.from_on <= day) and (title.to_on is None or day <= title.to_on):
                return title.title
        return self.name

    def titles_before(self, day: date) -> list[str]:
        """The full names that had ended by a day, newest first."""
        return [title.title for title in self.titles.all() if title.to_on is not None and title.to_on < day]


class AdministrationNameQuerySet(models.QuerySet["AdministrationName"]):
    def holding_on(self, day: date) -> Self:
        begun = Q(from_on__isnull=True) | Q(from_on__lte=day)
        return self.filter(begun, Q(to_on__isnull=True) | Q(to_on__gte=day))


class AdministrationName(models.Model):
    """The full name of an administration from a day to a day; both ends included, open when empty."""

    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="titles")
    title = models.CharField(max_length=200)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)

    objects = AdministrationNameQuerySet.as_manager()

    class Meta:
        ordering = ["administration", F("from_on").desc(nulls_last=True)]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="administration_name_runs_forward",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Group(models.Model):
    """A group of administrations, used as an invitation target: ASEAN, OCO, Far East."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def on(self, day: date) -> Self:
        begun = Q(from_on__isnull=True) | Q(from_on__lte=day)
        return self.filter(begun, Q(to_on__isnull=True) | Q(to_on__gte=day))


class Membership(models.Model):
    """An administration belongs to a group from a day to a day: ASEAN went from 10 to 11 on 26 October 2025."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="memberships")
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="membership_runs_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.administration} in {self.group}"


class OrganisationKind(models.TextChoices):
    SECRETARIAT = "secretariat", _("Secretariat")
    DONOR = "donor", _("Donor")
    PARTNER = "partner", _("Partner")
    REGIONAL = "regional", _("Regional body")


class Organisation(models.Model):
    """A body that is no member administration: secretariats, donors, partners, regional bodies."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    email = models.EmailField(_("shared mailbox"), blank=True)
    address = models.TextField(_("address for letters"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, validators=[valid_zone])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
