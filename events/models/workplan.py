"""The annual work plan: pillars, activities, files that wait to be imported."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from events.states import ActivityStatus, EventState
from members.models import Administration, Group, Organisation

if TYPE_CHECKING:
    from events.models.programme import Event


class Kind(models.TextChoices):
    REGIONAL_WORKSHOP = "regional_workshop", _("Regional workshop")
    SUB_REGIONAL_WORKSHOP = "sub_regional_workshop", _("Sub-regional workshop")
    NATIONAL_WORKSHOP = "national_workshop", _("National workshop")
    ACCREDITATION_WORKSHOP = "accreditation_workshop", _("Accreditation workshop")
    REGIONAL_SEMINAR = "regional_seminar", _("Regional seminar")
    CONSULTATION = "consultation", _("Consultation")
    REGIONAL_MEETING = "regional_meeting", _("Regional meeting")
    GLOBAL_MEETING = "global_meeting", _("Global meeting")
    CEREMONY = "ceremony", _("Ceremony")
    VISIT = "visit", _("Visit")


# meetings have delegations and an outcome; workshops have seats and certificates
MEETING_KINDS = (Kind.CONSULTATION, Kind.REGIONAL_MEETING, Kind.GLOBAL_MEETING)


class Mode(models.TextChoices):
    ONLINE = "online", _("Online")
    IN_PERSON = "in_person", _("In person")
    HYBRID = "hybrid", _("Hybrid")


class OfficeRole(models.TextChoices):
    ORGANISER = "organiser", _("Organiser")
    CO_ORGANISER = "co_organiser", _("Co-organiser")
    FACILITATOR = "facilitator", _("Facilitator")
    CHAIR = "chair", _("Chair")
    OBSERVER = "observer", _("Observer")
    PARTICIPANT = "participant", _("Participant")


class Pillar(models.Model):
    """One of the four pillars of the Strategic Action Plan."""

    number = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Pillar {self.number}"


class WorkPlan(models.Model):
    """The Annual Work Plan of one fiscal year, 1 July to 30 June."""

    fiscal_year = models.CharField(_("fiscal year"), max_length=7, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    approved_on = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approval_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="work_plan_runs_forward")]

    def __str__(self) -> str:
        return f"Annual Work Plan {self.fiscal_year}"

    @property
    def next_year(self) -> str:
        """2021/22 after 2020/21."""
        first = self.starts_on.year + 1
        return f"{first}/{(first + 1) % 100:02}"

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def quarters(self) -> list[tuple[date, date]]:
        """First and last day of each quarter of the year; the first one begins in July."""
        year = self.starts_on.year
        firsts = [date(year, 7, 1), date(year, 10, 1), date(year + 1, 1, 1), date(year + 1, 4, 1), date(year + 1, 7, 1)]
        return [(first, following - timedelta(days=1)) for first, following in pairwise(firsts)]


class ActivityQuerySet(models.QuerySet["Activity"]):
    def with_status(self, at: object) -> Self:
        """Add `status`, derived from the events of each activity in one query; `at` is the instant to judge by.

        One live event decides before a postponed one, a postponed one before cancelled ones; of the live
        ones the furthest along. No event, or drafts only: planned.
        """
        events = "events__state"
        running = Q(events__state=EventState.ANNOUNCED, events__starts_at__lte=at, events__ends_at__gt=at)
        return self.annotate(
            n_reported=Count("events", filter=Q(**{events: EventState.REPORTED}), distinct=True),
            n_held=Count("events", filter=Q(**{events: EventState.HELD}), distinct=True),
            n_running=Count("events", filter=running, distinct=True),
            n_announced=Count("events", filter=Q(**{events: EventState.ANNOUNCED}), distinct=True),
            n_draft=Count("events", filter=Q(**{events: EventState.DRAFT}), distinct=True),
            n_postponed=Count("events", filter=Q(**{events: EventState.POSTPONED}), distinct=True),
            n_cancelled=Count("events", filter=Q(**{events: EventState.CANCELLED}), distinct=True),
        ).annotate(
            status=models.Case(
                models.When(n_running__gt=0, then=models.Value(ActivityStatus.UNDER_WAY.value)),
                models.When(n_announced__gt=0, then=models.Value(ActivityStatus.SCHEDULED.value)),
                models.When(n_held__gt=0, then=models.Value(ActivityStatus.HELD.value)),
                models.When(n_reported__gt=0, then=models.Value(ActivityStatus.REPORTED.value)),
                models.When(n_draft__gt=0, then=models.Value(ActivityStatus.PLANNED.value)),
                models.When(n_postponed__gt=0, then=models.Value(ActivityStatus.POSTPONED.value)),
                models.When(n_cancelled__gt=0, then=models.Value(ActivityStatus.DROPPED.value)),
                default=models.Value(ActivityStatus.PLANNED.value),
                output_field=models.CharField(),
            )
        )

    def overdue(self, at: object, today: date) -> Self:
        """Lines whose planned days are over while they still read "Planned": no event, no draft that lies ahead.

        A mark beside the status, not a status: what was moved, put off or dropped was decided, this was not.
        """
        ahead = Q(events__state=EventState.DRAFT, events__starts_on__gte=today)
        return (
            self.with_status(at)
            .annotate(planned_until=Coalesce("planned_end_on", "planned_start_on"))
            .annotate(n_ahead=Count("events", filter=ahead, distinct=True))
            .filter(status=ActivityStatus.PLANNED, planned_until__lt=today, n_ahead=0)
        )


class Activity(models.Model):
    """A line of the work plan."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="activities")
    number = models.CharField(_("number"), max_length=12)
    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="activities")
    title = models.CharField(_("title"), max_length=250)
    objective = models.TextField(_("objective"), blank=True)
    indicator = models.CharField(_("indicator"), max_length=250, blank=True)
    target = models.CharField(_("target"), max_length=120, blank=True)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    planned_start_on = models.DateField(_("planned from"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned until"), null=True, blank=True)
    host = models.CharField(_("host"), max_length=200, blank=True)
    donors = models.ManyToManyField(Organisation, blank=True, related_name="activities")
    office_role = models.CharField(_("role of the office"), max_length=20, choices=OfficeRole, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="activities"
    )
    target_groups = models.ManyToManyField(Group, blank=True, related_name="activities")
    target_administrations = models.ManyToManyField(Administration, blank=True, related_name="activities")
    planned_seats = models.PositiveIntegerField(_("planned seats"), null=True, blank=True)

    events: models.Manager[Event]
    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "pillar__number", "planned_start_on", "number"]
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="activity_number_once_a_plan"),
            models.CheckConstraint(
                condition=Q(planned_start_on__isnull=True)
                | Q(planned_end_on__isnull=True)
                | Q(planned_start_on__lte=F("planned_end_on")),
                name="activity_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def targets(self, on: date) -> models.QuerySet[Administration]:
        """Every administration that this line is for: named ones and members of the target groups on that day."""
        named = Q(pk__in=self.target_administrations.values("pk"))
        grouped = Q(pk__in=Administration.objects.in_groups_on(self.target_groups.all(), on).values("pk"))
        return Administration.objects.members_on(on).filter(named | grouped)


class PlanImport(models.Model):
    """A work plan file as uploaded, waiting for the office to read the verdicts and confirm.

    Only the cells are kept; the verdicts are worked out again at the moment of saving.
    """

    plan = models.ForeignKey(WorkPlan, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=200)
    header = models.JSONField()
    rows = models.JSONField()
    uploaded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"{self.file_name} for {self.plan}"
