"""What is usual for each kind of event, to begin with; the office changes it on its own pages."""

from datetime import time

from django.db import migrations

WORKSHOP = [
    (-60, "officer", "Agree days, mode and host with the donor"),
    (-50, "officer", "Write the concept note and the agenda"),
    (-45, "officer", "Announce the event, so that the invitations go out"),
    (-18, "officer", "Confirm the nominees up to the seats"),
    (-14, "officer", "Test the meeting platform and the second way in"),
    (-7, "officer", "Collect homework and presentations"),
    (-2, "officer", "Check the joining information"),
    (7, "officer", "Issue the certificates"),
    (10, "officer", "Publish the news item"),
    (14, "officer", "Write the report and close the file"),
]
MEETING = [
    (-60, "officer", "Agree days and mode with the chairs"),
    (-45, "officer", "Announce the meeting, so that the invitations go out"),
    (-30, "officer", "Publish the agenda and the first papers"),
    (-14, "officer", "Test the meeting platform and the second way in"),
    (-7, "chair", "Go through the agenda with the office"),
    (-2, "officer", "Check the joining information"),
    (5, "officer", "Draft the outcome and send it round"),
    (14, "chair", "Comment on the outcome and sign it"),
    (21, "officer", "Publish the outcome"),
    (28, "officer", "Close the file"),
]
SMALL = [
    (-30, "officer", "Agree the day and the programme with the host"),
    (-7, "officer", "Tell the host who comes"),
    (7, "officer", "Publish the news item"),
    (14, "officer", "Close the file"),
]
# kind: seats of each administration, pool, sessions, minutes of a session, days from the deadline, checklist
USUAL = {
    "regional_workshop": (2, None, 3, 180, 21, WORKSHOP),
    "sub_regional_workshop": (2, None, 3, 180, 21, WORKSHOP),
    "national_workshop": (2, None, 3, 180, 21, WORKSHOP),
    "accreditation_workshop": (2, None, 5, 180, 21, WORKSHOP),
    "regional_seminar": (2, None, 1, 180, 21, WORKSHOP),
    "consultation": (5, None, 2, 180, 21, MEETING),
    "regional_meeting": (5, None, 2, 180, 21, MEETING),
    "global_meeting": (5, None, 2, 180, 21, MEETING),
    "ceremony": (2, None, 1, 60, None, SMALL),
    "visit": (2, None, 1, 180, None, SMALL),
}


def lay(apps, schema_editor):
    KindTemplate = apps.get_model("events", "KindTemplate")
    KindItem = apps.get_model("events", "KindItem")
    for kind, (seats, pool, sessions, minutes, deadline, items) in USUAL.items():
        template, made = KindTemplate.objects.get_or_create(
            kind=kind,
            defaults={
                "seats_per_administration": seats,
                "pool_seats": pool,
                "sessions": sessions,
                "session_minutes": minutes,
                "begins": time(13),
                "deadline_days": deadline,
            },
        )
        if made:
            KindItem.objects.bulk_create(
                KindItem(template=template, days=days, duty=duty, text=text) for days, duty, text in items
            )


class Migration(migrations.Migration):
    dependencies = [("events", "0009_kinds")]

    operations = [migrations.RunPython(lay, migrations.RunPython.noop)]
