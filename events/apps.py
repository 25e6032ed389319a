"""The events as a Django app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import handover, notices  # noqa: F401  # registers its letters with the mail room
        from events.pages import sections
        from events.pages.office import leavers
        from events.services import merging
        from members import hooks

        hooks.handover.append(handover.lines)
        hooks.left_over.append(leavers.live_registrations)
        hooks.merging.append(merging.refuse_two_places)
        hooks.merging.append(merging.end_feeds)
        hooks.administration_sections += sections.OF_ADMINISTRATION
        hooks.person_sections += sections.OF_PERSON

        from events.privacy import sign_up

        sign_up()
