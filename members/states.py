"""Every state of a request, a proposal and an import about people, and what may follow: data only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.states import Moves


class ProposalState(models.TextChoices):
    """What a contact point proposes to change in a profile; the person decides."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


PROPOSAL = Moves(
    {
        ProposalState.PROPOSED: {
            ProposalState.ACCEPTED,
            ProposalState.DECLINED,
            ProposalState.REPLACED,
            ProposalState.WITHDRAWN,
        },
        ProposalState.ACCEPTED: set(),
        ProposalState.DECLINED: set(),
        ProposalState.REPLACED: set(),
        ProposalState.WITHDRAWN: set(),
    }
)


class JoinState(models.TextChoices):
    """An official who asks to join: the address is shown to be theirs by a code, then a contact point endorses."""

    UNCONFIRMED = "unconfirmed", _("Address not confirmed")
    ASKED = "asked", _("Asked to join")
    ENDORSED = "endorsed", _("Endorsed")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")


JOIN = Moves(
    {
        JoinState.UNCONFIRMED: {JoinState.ASKED, JoinState.LAPSED},
        JoinState.ASKED: {JoinState.ENDORSED, JoinState.DECLINED, JoinState.LAPSED},
        JoinState.ENDORSED: set(),
        JoinState.DECLINED: set(),
        JoinState.LAPSED: set(),
    }
)


class ImportState(models.TextChoices):
    """A file of administrations, contacts or officials: judged row by row, read by a person, then saved."""

    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    SAVING = "saving", _("Being saved")
    SAVED = "saved", _("Saved")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


IMPORT = Moves(
    {
        ImportState.CHECKING: {ImportState.CHECKED, ImportState.FAILED, ImportState.DISCARDED},
        ImportState.CHECKED: {ImportState.SAVING, ImportState.DISCARDED},
        ImportState.SAVING: {ImportState.SAVED, ImportState.FAILED},
        ImportState.SAVED: set(),
        ImportState.FAILED: set(),
        ImportState.DISCARDED: set(),
    }
)


class Verdict(models.TextChoices):
    """What saving will do to one row of an import."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Same")
    REFUSED = "refused", _("Refused")


class ErasureState(models.TextChoices):
    """A person asks that the portal forget who they are."""

    ASKED = "asked", _("Asked")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


ERASURE = Moves(
    {
        ErasureState.ASKED: {ErasureState.DONE, ErasureState.DECLINED, ErasureState.WITHDRAWN},
        ErasureState.DONE: set(),
        ErasureState.DECLINED: set(),
        ErasureState.WITHDRAWN: set(),
    }
)


class RemovalState(models.TextChoices):
    """What a retention rule will remove: shown first, then done, unless the office keeps it."""

    PLANNED = "planned", _("Planned")
    DONE = "done", _("Done")
    KEPT = "kept", _("Kept")
    LIFTED = "lifted", _("No longer due")


REMOVAL = Moves(
    {
        RemovalState.PLANNED: {RemovalState.DONE, RemovalState.KEPT, RemovalState.LIFTED},
        RemovalState.DONE: set(),
        RemovalState.KEPT: {RemovalState.PLANNED},
        RemovalState.LIFTED: {RemovalState.PLANNED},
    }
)

MACHINES = {
    "Profile proposal": PROPOSAL,
    "Request to join": JOIN,
    "Import of members": IMPORT,
    "Request for erasure": ERASURE,
    "Removal by a retention rule": REMOVAL,
}
