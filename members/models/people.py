"""People: officials, office staff, experts. A person is not a mailbox; several share one address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from members.models.bodies import Administration, Organisation
from members.models.joining import JoinRequest
from portal.kit.clock import today_in, valid_zone

if TYPE_CHECKING:
    from members.models.appointments import Appointment


class Gender(models.TextChoices):
    """For statistics only, and only as the person states it."""

    NOT_STATED = "", _("Not stated")
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")


class English(models.TextChoices):
    """How well a person works in English, as the person states it."""

    NOT_STATED = "", _("Not stated")
    BASIC = "basic", _("Basic: I follow simple talks")
    WORKING = "working", _("Working: I take part in discussions")
    FLUENT = "fluent", _("Fluent: I speak and write with ease")


class MailLanguage(models.TextChoices):
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """Oneself; the office sees everybody; a contact point sees the people of its administrations."""
        if user.is_office:
            return self
        return self.filter(Q(pk=user.pk) | Q(administration__in=user.represented))

    def open(self) -> Self:
        """People whose account is open: nobody who left, was merged into another row, or was erased."""
        return self.filter(is_active=True)

    def sharing_the_mailbox_of(self, person: User) -> Self:
        """The colleagues who get their letters at the same address."""
        return self.open().filter(email=person.email).exclude(pk=person.pk) if person.email else self.none()

    def standing(self) -> Self:
        """Without the accounts that became one with another: their pages lead to that one."""
        return self.filter(merged_into__isnull=True)

    def matching(self, text: str) -> Self:
        """People whose name, position, unit or mail address holds the text."""
        return self.filter(
            Q(name__icontains=text) | Q(position__icontains=text) | Q(unit__icontains=text) | Q(email__icontains=text)
        )


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: User) -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The whole address in small letters: a mailbox is found by comparing equal, never by folding."""
        return (email or "").strip().lower()

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """Add a person; without a password the person signs in with a mailed code."""
        user = self.model(username=username.lower(), email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, email, password, is_staff=True, is_superuser=True, **fields)

    def colleagues_of(self, administration: Administration) -> UserQuerySet:
        """The people of one administration who are still there."""
        return self.get_queryset().filter(administration=administration, is_active=True).order_by("name")


class User(AbstractBaseUser, PermissionsMixin):
    """A person known to the portal, with the profile that letters and certificates need."""

    username = models.CharField(_("sign-in name"), max_length=60, unique=True)
    email = models.EmailField(_("mail address"), blank=True, db_index=True)
    name = models.CharField(_("full name, as on certificates"), max_length=200)
    title = models.CharField(_("title"), max_length=20, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, default=Gender.NOT_STATED, blank=True)
    administration = models.ForeignKey(
        Administration, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    english = models.CharField(_("English"), max_length=10, choices=English, default=English.NOT_STATED, blank=True)
    customs_since = models.PositiveSmallIntegerField(_("in customs since the year"), null=True, blank=True)
    experience = models.TextField(_("experience"), blank=True)
    mail_language = models.CharField(
        _("language of letters"), max_length=2, choices=MailLanguage, default=MailLanguage.ENGLISH
    )
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, validators=[valid_zone])
    is_active = models.BooleanField(default=True)
    # a person found twice: this row is closed, and everything of it stands at the other one
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")
    erased_at = models.DateTimeField(null=True, blank=True)
    is_staff = models.BooleanField(_("may open the technical administration"), default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(administration__isnull=True) | Q(organisation__isnull=True), name="user_has_one_body"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False), name="user_merged_is_closed"
            ),
        ]
        # the orders of the list of people, whole and of one administration
        indexes = [
            models.Index(fields=["name", "id"], name="user_name"),
            models.Index(fields=["administration", "name", "id"], name="user_administration_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    @property
    def body(self) -> Administration | Organisation | None:
        return self.administration or self.organisation

    @property
    def zone(self) -> str:
        """The zone to show times in: the person's own, else that of the administration, else the office's."""
        if self.time_zone:
            return self.time_zone
        return self.administration.time_zone if self.administration else settings.OFFICE_TIME_ZONE

    @cached_property
    def roles(self) -> list[Appointment]:
        """Appointments of today; read once for a request, so an ended one gives nothing at the next."""
        today = today_in(settings.OFFICE_TIME_ZONE, timezone.now())
        return list(self.appointments.on(today).select_related("administration", "group"))

    @property
    def is_office(self) -> bool:
        return self.is_active and any(role.is_office for role in self.roles)

    @property
    def is_head_of_office(self) -> bool:
        return self.is_active and any(role.role == "head_of_office" for role in self.roles)

    @property
    def is_contact_point(self) -> bool:
        return self.is_active and any(role.speaks for role in self.roles)

    @property
    def represented(self) -> list[Administration]:
        """The administrations that this person speaks for today."""
        return [role.administration for role in self.roles if role.speaks and role.administration]

    @cached_property
    def requests_to_answer(self) -> int:
        """How many officials ask to join an administration that this person speaks for."""
        return JoinRequest.objects.waiting().filter(administration__in=self.represented).count()

    def speaks_for(self, administration: Administration) -> bool:
        return self.is_active and administration in self.represented
