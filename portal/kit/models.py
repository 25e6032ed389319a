"""The audit row, the row that points at any row, and the row that has states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.kit.states import Moves, Refused

# a person (None: somebody without an account), and the facts that say who it is
Naming = tuple[Any, Mapping[str, Any]]


class AboutQuerySet(models.QuerySet[Any]):
    """Rows that point at any row."""

    def about(self, row: models.Model) -> Self:
        kind = ContentType.objects.get_for_model(row)
        return self.filter(about_type=kind, about_id=row.pk)

    def about_any(self, rows: models.QuerySet[Any]) -> Self:
        kind = ContentType.objects.get_for_model(rows.model)
        return self.filter(about_type=kind, about_id__in=rows.values("pk"))


class About(models.Model):
    """A row that points at any row of the portal."""

    about_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    about_id = models.PositiveBigIntegerField()
    about = GenericForeignKey("about_type", "about_id")

    class Meta:
        abstract = True


class EntryQuerySet(AboutQuerySet):
    def record(self, by: Any, verb: str, about: models.Model, personal: Naming | None = None, **facts: Any) -> Entry:
        """Write one line of the audit trail; `by` is None when the portal itself acts.

        `personal` is (person, facts): what says who this person is, kept beside the line.
        """
        entry: Entry = self.create(
            by=by if getattr(by, "pk", None) else None, verb=verb, about=about, facts=_kept(facts)
        )
        if personal is not None:
            person, told = personal
            entry.personal = Personal.objects.create(entry=entry, person=person, facts=_kept(told))
        return entry

    def in_full(self) -> Self:
        """With everything that telling a line reads."""
        return self.select_related("by", "about_type", "personal")


def _kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, (int, bool, list, dict)) else str(value) for name, value in facts.items()}


class Entry(About):
    """One line of the audit trail: who did what to which row, when.

    The database itself refuses to change or to delete a line (migration 0004). On SQLite a migration that makes this
    table anew loses those triggers and has to lay them again; a test says so.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        db_index=False,  # `entry_by` begins with it
    )
    verb = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        # one for each filter of the trail, in the order in which its lines are read
        indexes = [
            models.Index(fields=["about_type", "about_id", "-at"], name="entry_about"),
            models.Index(fields=["-at", "-id"], name="entry_at"),
            models.Index(fields=["by", "-at", "-id"], name="entry_by"),
            models.Index(fields=["verb", "-at", "-id"], name="entry_verb"),
            models.Index(fields=["about_type", "-at", "-id"], name="entry_kind"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.about_type.model} {self.about_id}"

    @property
    def told(self) -> dict[str, Any]:
        """All facts: those of the line, and beside them those that say who a person is, as long as they are kept."""
        beside = getattr(self, "personal", None)
        told = {**self.facts, **(beside.facts if beside else {})}
        if beside and "changes" in beside.facts:
            told["changes"] = {**self.facts.get("changes", {}), **beside.facts["changes"]}
        return told

    @property
    def is_forgotten(self) -> bool:
        """Whether the line had facts that said who a person is, and they are erased."""
        return "fields" in self.facts and getattr(self, "personal", None) is None


class Personal(models.Model):
    """The facts of a line that say who a person is: kept beside the trail, so that they can be forgotten.

    The line itself stays for ever. Erasing a person deletes these rows and leaves who did what and when.
    Without a person they name somebody who has no account: a head of delegation, a speaker, a word in a search.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="personal")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Facts about {self.person_id}"


class Stateful(models.Model):
    """A row with a state; `move_to` is the one door to another state."""

    moves: ClassVar[Moves]
    state: Any  # each model declares its own field with its own choices

    class Meta:
        abstract = True

    def move_to(self, state: str, *, by: Any, personal: Naming | None = None, **facts: Any) -> None:
        """Check the table, save, write the audit row; `personal` are the facts of it that say who a person is.

        Raises `Refused` when the table has no such move, or when somebody else moved the row first:
        the update is conditional on the state this person saw.
        """
        before = self.state
        self.moves.check(before, state, what=str(self._meta.verbose_name))
        rows: models.QuerySet[Any] = type(self)._base_manager.filter(pk=self.pk)
        moved = rows.filter(state=before).update(state=state)
        if not moved:
            raise Refused(_("Somebody changed this a moment ago. Read the page again, then decide."))
        self.state = state
        Entry.objects.record(by, "moved", self, personal, before=before, after=state, **facts)

    def may_move_to(self, state: str) -> bool:
        return self.moves.allow(self.state, state)
