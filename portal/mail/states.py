"""The states of a letter and what may follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.states import Moves


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    HELD = "held", _("Held")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    MISSED = "missed", _("Missed")
    LIFTED = "lifted", _("Lifted")
    UNCLEAR = "unclear", _("Unclear")


S = MessageState

MESSAGE = Moves(
    {
        S.QUEUED: {S.SENDING, S.HELD, S.LIFTED},
        S.HELD: {S.QUEUED, S.LIFTED},
        # back to the queue: a refusal for now, or a worker that died before transmission
        S.SENDING: {S.SENT, S.QUEUED, S.FAILED, S.UNCLEAR, S.MISSED, S.LIFTED},
        S.SENT: set(),
        S.FAILED: {S.QUEUED, S.LIFTED},
        S.MISSED: {S.QUEUED},  # asked for again, for a later time
        S.LIFTED: {S.QUEUED},  # asked for again
        # SMTP cannot tell: a person says whether it arrived, or sends it again
        S.UNCLEAR: {S.SENT, S.QUEUED, S.FAILED},
    }
)

# a lift stops these; a letter in `sending` is stopped too as long as its transmission has not begun
NOT_SENT = (S.QUEUED, S.HELD, S.FAILED)
# what a person or a worker still has to look at
OPEN = (S.QUEUED, S.HELD, S.SENDING, S.FAILED, S.UNCLEAR)
# the content of a secret letter goes with the letter
OVER = (S.SENT, S.FAILED, S.MISSED, S.LIFTED, S.UNCLEAR)
