"""How an act answers: what was done, or why not, on top of the next page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import User
from members.pages.reader import reader
from portal.kit.states import Refused


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """An act of one button has no form: its refusal stands on top of the next page."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, refusal.message)


def tell_added(request: HttpRequest, person: User) -> None:
    """The sign-in name; on a shared mailbox also why it matters.

    Only colleagues whom the reader may see are counted.
    """
    messages.success(
        request,
        _("%(person)s is added. A letter with the sign-in name %(name)s is on its way.")
        % {"person": person, "name": person.username},
    )
    others = User.objects.visible_to(reader(request)).sharing_the_mailbox_of(person).count()
    if others:
        messages.info(
            request,
            ngettext(
                "%(n)d colleague uses this mail address too. Each person signs in with the own sign-in name; "
                "a code then comes to the shared address and is for that person only.",
                "%(n)d colleagues use this mail address too. Each person signs in with the own sign-in name; "
                "a code then comes to the shared address and is for that person only.",
                others,
            )
            % {"n": others},
        )
