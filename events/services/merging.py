"""When two accounts of one person become one: what of the events moves only with care."""

from __future__ import annotations

from django.utils.translation import gettext as _

from events.models import CalendarFeed, Chairing, Registration
from events.states import LIVE
from members.models import User
from portal.kit.states import Refused


def refuse_two_places(gone: User, kept: User) -> None:
    """One person has one live registration and one chair an event; which one is given up, a person decides.

    Raises `Refused` with the title of the event.
    """
    theirs = Registration.objects.filter(official=kept, state__in=LIVE).values("event")
    twice = Registration.objects.filter(official=gone, state__in=LIVE, event__in=theirs).select_related("event")
    for registration in twice.order_by("event__starts_on", "pk"):
        raise Refused(
            _("Both accounts are registered for “%(event)s”. Withdraw one of the two registrations first.")
            % {"event": registration.event}
        )
    chaired = Chairing.objects.filter(person=kept).values("event")
    for chairing in Chairing.objects.filter(person=gone, event__in=chaired).select_related("event").order_by("pk"):
        raise Refused(
            _("Both accounts chair “%(event)s”. Take one of them from the chairs first.") % {"event": chairing.event}
        )


def end_feeds(gone: User, kept: User) -> None:
    """An address made with the account that goes does not show what the other one may see."""
    CalendarFeed.objects.filter(owner=gone).delete()
