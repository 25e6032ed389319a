"""Events: what is announced, when it happens, who chairs it; series, sessions, revisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from events.models.workplan import MEETING_KINDS, Activity, Kind, Mode
from events.states import EVENT, EventState
from members.models import Administration, Membership, Organisation
from portal.kit.clock import city, end_of_day, valid_zone
from portal.kit.models import Stateful

# postponed and cancelled ones stay; a draft that was cancelled before anybody heard of it stays inside the office
PUBLISHED = Q(announced_at__isnull=False)
# the calendar begins its search this long before a moment, so that an index serves it: no event runs longer
LONGEST = timedelta(days=400)


def takes_nominations(at: datetime) -> Q:
    """Of a row that has an event: announced, before its deadline and its first session."""
    before_deadline = Q(event__nominate_by_at__gt=at) | Q(event__nominate_by_at__isnull=True)
    return Q(event__state=EventState.ANNOUNCED, event__starts_at__gt=at) & before_deadline


class Series(models.Model):
    """A meeting that comes back: the ASEAN - WCO Consultation, every year."""

    name = models.CharField(max_length=200, unique=True)
    frequency = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.name


class Access(models.TextChoices):
    """Who may know of an event."""

    PUBLIC = "public", _("Everybody")
    CUSTOMS = "customs", _("Customs officers only")


class Platform(models.TextChoices):
    ZOOM = "zoom", "Zoom"
    TEAMS = "teams", "Microsoft Teams"
    WEBEX = "webex", "Webex"
    KUDO = "kudo", "KUDO"
    BIG_BLUE_BUTTON = "bigbluebutton", "BigBlueButton"
    JITSI = "jitsi", "Jitsi"
    OTHER = "other", _("Other")


class EventQuerySet(models.QuerySet["Event"]):
    def published(self) -> Self:
        """Announced at some time: postponed and cancelled ones stay visible, so that nobody waits for them."""
        return self.filter(PUBLISHED)

    def visible_to(self, user: Any) -> Self:
        """The office sees all; customs officers what is published; everybody else only public ones."""
        if user.is_authenticated and user.is_office:
            return self.all()
        if user.is_authenticated and user.administration_id:
            return self.published()
        published_to_all = PUBLISHED & Q(access=Access.PUBLIC)
        if user.is_authenticated:
            mine = PUBLISHED & (Q(chairings__person=user) | Q(registrations__official=user))
            return self.filter(pk__in=self.model._default_manager.filter(published_to_all | mine).values("pk"))
        return self.filter(published_to_all)

    def upcoming(self, at: datetime) -> Self:
        """Not yet over, soonest first."""
        return self.filter(ends_at__gte=at, state=EventState.ANNOUNCED).order_by("starts_at", "pk")

    def coming(self, at: datetime) -> Self:
        """Not yet over, whatever became of it, soonest first."""
        return self.filter(starts_at__gte=at - LONGEST, ends_at__gte=at).order_by("starts_at", "pk")

    def past(self, at: datetime) -> Self:
        """Over, the latest first."""
        return self.filter(starts_at__lt=at, ends_at__lt=at).order_by("-starts_at", "-pk")

    def between(self, first: date, last: date) -> Self:
        """With at least one of its own days from `first` to `last`."""
        begin = end_of_day(first, "UTC") - LONGEST
        return self.filter(
            starts_at__range=(begin, end_of_day(last, "UTC") + timedelta(days=1)),
            starts_on__lte=last,
            ends_on__gte=first,
        ).order_by("starts_at", "pk")

    def matching(self, text: str) -> Self:
        """Whose title, topic, host or venue holds the text."""
        return self.filter(
            Q(title__icontains=text) | Q(topic__icontains=text) | Q(host__icontains=text) | Q(venue__icontains=text)
        )

    def for_group(self, code: str, on: date) -> Self:
        """To which somebody of a group is asked, as the group is on a day."""
        members = Membership.objects.on(on).filter(group__code=code).values("administration")
        targeted = self.model.targets.through.objects.filter(administration__in=members)
        return self.filter(pk__in=targeted.values("event"))

    def chaired_by(self, user: Any) -> Self:
        return self.filter(chairings__person=user)

    def with_seats(self) -> Self:
        """Add `seated` (confirmed and offered), `waiting` and `nominees` as counts of rows."""
        seated = Q(registrations__state__in=["confirmed", "offered"])
        live = Q(registrations__state__in=["nominated", "endorsed", "confirmed", "offered", "waiting"])
        return self.annotate(
            seated=Count("registrations", filter=seated, distinct=True),
            waiting=Count("registrations", filter=Q(registrations__state="waiting"), distinct=True),
            nominees=Count("registrations", filter=live, distinct=True),
        )


class Event(Stateful):
    """One workshop, consultation or meeting.

    Days and hours are wall time in `time_zone`; the `*_at` instants are derived from them by
    `services.programme` and stored for order and search only.
    """

    moves: ClassVar = EVENT

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    ordinal = models.PositiveSmallIntegerField(_("ordinal in the series"), null=True, blank=True)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=250)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    objective = models.TextField(_("objective"), blank=True)
    host = models.CharField(_("host"), max_length=200, blank=True)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    donors = models.ManyToManyField(Organisation, blank=True, related_name="events")
    access = models.CharField(_("who may know"), max_length=10, choices=Access, default=Access.PUBLIC)
    state = models.CharField(max_length=12, choices=EventState, default=EventState.DRAFT)

    time_zone = models.CharField(_("time zone"), max_length=40, validators=[valid_zone])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    nominate_by = models.DateField(_("nomination deadline"), null=True, blank=True)
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    nominate_by_at = models.DateTimeField(editable=False, null=True)

    seats_per_administration = models.PositiveIntegerField(_("seats for each administration"), default=0)
    pool_seats = models.PositiveIntegerField(_("seats in the common pool"), default=0)
    targets = models.ManyToManyField(Administration, blank=True, related_name="target_events")

    platform = models.CharField(_("meeting platform"), max_length=20, choices=Platform, blank=True)
    joining_url = models.URLField(_("joining address"), max_length=500, blank=True)
    joining_notes = models.TextField(_("joining information"), blank=True)
    fallback = models.CharField(_("second way in"), max_length=250, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="events_run"
    )
    announced_at = models.DateTimeField(null=True, blank=True)
    calendar_sequence = models.PositiveIntegerField(default=0)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="event_runs_forward"),
            models.CheckConstraint(
                condition=Q(nominate_by__isnull=True) | Q(nominate_by__lte=F("starts_on")),
                name="event_deadline_before_start",
            ),
            models.UniqueConstraint(fields=["series", "ordinal"], name="event_ordinal_once_a_series"),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="event_start"),
            models.Index(fields=["state", "access", "starts_at"], name="event_calendar"),
            models.Index(fields=["state", "ends_at"], name="event_end"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_meeting(self) -> bool:
        """Meetings have delegations, an agenda and an outcome."""
        return self.kind in MEETING_KINDS

    @property
    def city(self) -> str:
        return city(self.time_zone)

    def deadline_passed(self, at: datetime) -> bool:
        return self.nominate_by_at is not None and at >= self.nominate_by_at

    @property
    def last_minute(self) -> datetime | None:
        """The deadline as people read it: 23:59 of its day, not 00:00 of the next one."""
        return self.nominate_by_at - timedelta(minutes=1) if self.nominate_by_at else None

    def joining_opens_at(self) -> datetime:
        """Two days before the first session."""
        return self.starts_at - timedelta(days=2)

    def derived_deadline(self) -> datetime | None:
        return end_of_day(self.nominate_by, self.time_zone) if self.nominate_by else None


class Session(models.Model):
    """One sitting on one day, at wall time in the event's zone."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(_("title"), max_length=200)
    day = models.DateField(_("day"))
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="session_runs_forward")]

    def __str__(self) -> str:
        return self.title


class Chairing(models.Model):
    """A person who chairs one event for an administration; the pair changes every year."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="chairings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="chairings")
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="chairings")
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)

    class Meta:
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="chairing_once"),
            models.UniqueConstraint(fields=["event", "administration"], name="chairing_administration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.administration}"


class Revision(models.Model):
    """A numbered change of an announced event: the clauses with old and new value, and the reason."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    clauses = models.JSONField(default=list)

    class Meta:
        ordering = ["event", "number"]
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"Revision {self.number}"
