"""What stands beside a profile: e-learning with its proof, and what a contact point proposes to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models.people import User
from members.states import PROPOSAL, ProposalState
from portal.kit.models import Stateful


def proof_name(course: Any, filename: str) -> str:
    """A name of ours, not to be guessed: what a person calls a file never becomes a path."""
    return f"e-learning/{course.person_id}/{get_random_string(16)}{Path(filename).suffix.lower()}"


class ELearningQuerySet(models.QuerySet["ELearning"]):
    def visible_to(self, user: User) -> Self:
        """The courses of the people whom the reader may see."""
        return self.filter(person__in=User.objects.visible_to(user))


class ELearning(models.Model):
    """An e-learning course that a person completed, with the proof when there is a file."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="courses")
    course = models.CharField(_("course"), max_length=200)
    completed_on = models.DateField(_("completed on"))
    proof = models.FileField(_("proof"), upload_to=proof_name, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ELearningQuerySet.as_manager()

    class Meta:
        ordering = ["-completed_on", "-pk"]
        verbose_name = _("e-learning course")

    def __str__(self) -> str:
        return self.course


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User) -> Self:
        """The proposals about the people whom the reader may see; that includes oneself."""
        return self.filter(person__in=User.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(state=ProposalState.PROPOSED)


class Proposal(Stateful):
    """Changes of a profile that wait for the person: {field: value}.

    Somebody who has signed in keeps the last word on the own profile; a newer proposal replaces an older one.
    """

    moves: ClassVar = PROPOSAL

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proposals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals_made")
    changes = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_at = models.DateTimeField()

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ProposalState.PROPOSED), name="proposal_one_open_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"Proposal for {self.person}"
