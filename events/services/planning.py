"""The lines of a plan by hand: edited in a table by several people at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Activity, WorkPlan
from events.services import workplan
from members.models import User
from portal.kit.states import Refused


class Overtaken(Refused):
    """Somebody else changed these fields since the page was shown; nothing is saved."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(_("Somebody else changed this line meanwhile."))
        self.names = list(names)


@transaction.atomic
def edit(activity: Activity, *, shown: Mapping[str, str], by: User, **values: Any) -> None:
    """Change fields that somebody edited in the table; `shown` holds each of them as the page showed it.

    Raises `Overtaken` when a field holds something else by now, so that nobody writes over what they never saw, and
    `Refused` when another line has the number.
    """
    _hold(activity.plan)
    row = Activity.objects.select_related("plan", "officer", "pillar").get(pk=activity.pk)
    overtaken = [name for name in values if as_text(row, name) != shown.get(name)]
    if overtaken:
        raise Overtaken(overtaken)
    if "number" in values and row.plan.activities.filter(number=values["number"]).exclude(pk=row.pk).exists():
        raise Refused(_("Another activity of this plan has this number."))
    workplan.change(row, by=by, **values)


def as_text(activity: Activity, name: str) -> str:
    """The value of a field as a form writes it: a key, a day as 2020-08-19, a text; empty when there is none."""
    value = activity.serializable_value(name)
    return "" if value is None else str(value)


def _hold(plan: WorkPlan) -> None:
    """Two people who change lines of one plan come one after the other."""
    WorkPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
