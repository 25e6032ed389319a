"""Letters of a person who is forgotten: the rows stay and say what went when; texts and addresses go."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from portal.kit.states import Refused
from portal.kit.words import Words
from portal.mail.models import Delivered, Message
from portal.mail.states import NOT_SENT, MessageState

TEXTS = ("subject", "body", "error")
NOTHING: dict[str, Any] = {
    "subject": "",
    "body": "",
    "error": "",
    "facts": {},
    "address": "",
    "sent_to": "",
    "reply_to": "",
    # it says whom a letter went to, so that no letter goes twice: each of these has a key of its own
    "recipient_key": Concat(Value("forgotten:"), Cast("pk", models.CharField())),
}


@transaction.atomic
def forget(person: Any, words: Words, *, shared: bool, by: Any) -> None:
    """Empty the letters to a person, stop those that wait, and take the words out of all other letters.

    `shared` says that others receive letters at the same address: letters to that mailbox itself then stay.
    Raises `Refused` while a worker has one of them in its hands: it would write the text down again.
    """
    mine = Message.objects.filter(to=person)
    if not shared and words.addresses:
        mine = Message.objects.filter(Q(to=person) | Q(to=None, address__in=words.addresses))
    if mine.filter(state=MessageState.SENDING).exists():
        raise Refused(_("A letter to this person is being sent in this moment. Try again in a minute."))
    stopped = list(mine.filter(state__in=NOT_SENT).select_for_update(of=("self",)).order_by("pk"))
    Message.objects.move_all(stopped, MessageState.LIFTED, by=by, claimed_by="")
    mine.update(**NOTHING)
    others = Message.objects.exclude(to=person)
    words.take_out(others, *TEXTS)
    words.take_out_of_json(others, "facts")
    for column in ("address", "sent_to", "reply_to"):
        if not shared and words.addresses:
            others.filter(**{f"{column}__in": words.addresses}).update(**{column: ""})
    Delivered.objects.filter(words.held_by("name", "subject", *([] if shared else ["to"]))).delete()


@transaction.atomic
def forget_about(row: models.Model) -> None:
    """Empty the letters about a row that is forgotten, to whomever they went; those that wait are stopped."""
    letters = Message.objects.about(row)
    stopped = list(letters.filter(state__in=NOT_SENT).select_for_update(of=("self",)).order_by("pk"))
    Message.objects.move_all(stopped, MessageState.LIFTED, by=None, claimed_by="")
    letters.update(**NOTHING)


def empty(letter: Message) -> None:
    """Take the text of a letter away; what went to whom and when stays."""
    Message.objects.filter(pk=letter.pk).update(subject="", body="", facts={}, error="")
