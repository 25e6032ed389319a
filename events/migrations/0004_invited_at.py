from django.db import migrations, models


def fill(apps, schema_editor):
    """The trail knows when each invitation was opened; one that was entered after its answer went out with the event."""
    Invitation = apps.get_model("events", "Invitation")
    Entry = apps.get_model("kit", "Entry")
    noted = dict(
        Entry.objects.filter(
            about_type__app_label="events", about_type__model="invitation", verb="invited"
        ).values_list("about_id", "at")
    )
    for row in Invitation.objects.select_related("event").iterator():
        opened = noted.get(row.pk)
        if opened is None or (row.answered_at and opened > row.answered_at):
            opened = row.event.announced_at
        Invitation.objects.filter(pk=row.pk).update(invited_at=opened)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_record"),
        ("kit", "0004_append_only"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="invited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
