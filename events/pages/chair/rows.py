"""The rows of this desk: the meetings that the reader chairs; the office looks into all of them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from events import policies
from events.models import Chairing, Event, Outcome, Signature
from events.models.programme import EventQuerySet
from events.models.workplan import MEETING_KINDS
from events.services.outcomes import IN_CIRCULATION
from members.models import User
from members.pages.reader import reader
from portal.kit.gates import require

Row = TypeVar("Row", bound=Model)


def my_events(user: User) -> EventQuerySet:
    """Drafts too: chairs prepare agenda and papers before the invitation goes out."""
    if user.is_office:
        chaired = Event.objects.filter(chairings__isnull=False)
        return Event.objects.filter(Q(kind__in=MEETING_KINDS) | Q(pk__in=chaired.values("pk")))
    return Event.objects.chaired_by(user)


def load_event(request: HttpRequest, pk: int) -> Event:
    """One meeting of mine; the meeting of somebody else is not there."""
    event = get_object_or_404(my_events(reader(request)).select_related("series", "officer"), pk=pk)
    require(policies.may_prepare(request.user, event))
    return event


def load_outcome(request: HttpRequest, pk: int) -> Outcome:
    found = Outcome.objects.visible_to(request.user).filter(event__in=my_events(reader(request)).values("pk"))
    outcome = get_object_or_404(found.select_related("event__series"), pk=pk)
    require(policies.may_edit_outcome(request.user, outcome))
    return outcome


def load_part(request: HttpRequest, parts: QuerySet[Row], pk: int, event: str) -> Row:
    """A row of one of my meetings; `event` is the way from the row to its event."""
    return get_object_or_404(parts.filter(**{f"{event}__in": my_events(reader(request)).values("pk")}), pk=pk)


def to_sign(user: User) -> QuerySet[Outcome]:
    """Outcomes that go round and lack this chair's signature."""
    mine = Signature.objects.filter(outcome=OuterRef("pk"), chairing__person=user, voided_at__isnull=True)
    chaired = Chairing.objects.filter(person=user)
    found = Outcome.objects.filter(event__in=chaired.values("event"), state__in=IN_CIRCULATION)
    return found.filter(~Exists(mine)).select_related("event")


def own_chairing(user: Any, event: Event) -> Chairing | None:
    return event.chairings.filter(person=user).first()
