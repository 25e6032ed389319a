"""The members as a Django app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import notices  # noqa: F401  # registers its letters with the mail room
