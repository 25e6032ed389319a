"""The trail about a person, an administration or any other row, as lines for people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from members.models import User
from portal.kit import telling, trail
from portal.kit.models import Entry
from portal.kit.telling import LATEST, Line

ACTS = {
    ("import", "uploaded"): gettext_lazy("uploaded the file"),
    ("import", "imported"): gettext_lazy("saved the rows of the file"),
    ("user", "added"): gettext_lazy("opened the account"),
    ("user", "changed"): gettext_lazy("changed the profile"),
    ("user", "appointed"): gettext_lazy("gave a role"),
    ("user", "ended"): gettext_lazy("ended a role"),
    ("user", "merged"): gettext_lazy("merged two accounts"),
    ("user", "revoked"): gettext_lazy("revoked a role that was held twice"),
    ("user", "told apart"): gettext_lazy("said that another account is another person"),
    ("user", "welcomed again"): gettext_lazy("sent the letter of welcome again"),
    ("user", "handed over"): gettext_lazy("handed a role over to somebody else"),
    ("user", "took over"): gettext_lazy("gave a role in a handover"),
    ("user", "proposed a change"): gettext_lazy("proposed to change the profile"),
    ("user", "accepted a proposal"): gettext_lazy("accepted a proposed change"),
    ("user", "declined a proposal"): gettext_lazy("declined a proposed change"),
    ("user", "withdrew a proposal"): gettext_lazy("withdrew a proposed change"),
    ("user", "added a course"): gettext_lazy("added an e-learning course"),
    ("user", "removed a course"): gettext_lazy("removed an e-learning course"),
    ("administration", "added"): gettext_lazy("added the administration"),
    ("administration", "changed"): gettext_lazy("changed the facts"),
    ("administration", "exported record"): gettext_lazy("took the record out of the portal"),
    ("administration", "joined a group"): gettext_lazy("entered that it belongs to a group"),
    ("administration", "left a group"): gettext_lazy("entered the end in a group"),
    ("organisation", "added"): gettext_lazy("added the organisation"),
    ("organisation", "changed"): gettext_lazy("changed the facts"),
}
FACTS = {
    "role": gettext_lazy("role"),
    "body": gettext_lazy("for"),
    "holiday": gettext_lazy("holiday"),
    "full_name": gettext_lazy("full name"),
    "group": gettext_lazy("group"),
    "from_on": gettext_lazy("from"),
    "until": gettext_lazy("until"),
    "to_on": gettext_lazy("to"),
    "completed_on": gettext_lazy("completed on"),
    "first_day_without": gettext_lazy("first day without it"),
    "account": gettext_lazy("number of the other account"),
    "into": gettext_lazy("number of the account that stays"),
    "moved": gettext_lazy("what moved"),
}


def lines(about: models.Model) -> list[Line]:
    """The latest lines, newest first; of a person also those of the accounts that became one with this account."""
    found = trail.history(about)
    if isinstance(about, User):
        found = Entry.objects.about_any(User.objects.filter(Q(pk=about.pk) | Q(merged_into=about)))
    return [tell(entry) for entry in found.in_full()[:LATEST]]


def tell(entry: Entry, *, passed_over: frozenset[str] = frozenset()) -> Line:
    """One entry in words, without the name of its row; it was read `in_full`."""
    kind = entry.about_type
    model = kind.model_class()
    act = ACTS.get((kind.model, entry.verb)) or telling.act(entry, model)
    details = telling.details(entry, model, named=FACTS, passed_over=passed_over)
    return Line(
        entry.at,
        telling.who(entry),
        str(act),
        details,
        kind=f"{kind.app_label}.{kind.model}",
        row=entry.about_id,
    )
