"""The mail room as a Django app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "portal.mail"
    label = "mail"

    def ready(self) -> None:
        from portal.mail import trial  # noqa: F401  # registers the test letter
