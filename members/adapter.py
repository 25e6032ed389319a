"""How the sign-in library meets the house: nobody signs up alone, its mails go through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    """People are added by the office or by a contact point, so there is no sign-up."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False
