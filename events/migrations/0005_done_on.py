from django.conf import settings
from django.db import migrations, models

from portal.kit.clock import today_in


def fill(apps, schema_editor):
    """The trail knows when each action was last reported as done."""
    FollowUp = apps.get_model("events", "FollowUp")
    Entry = apps.get_model("kit", "Entry")
    lines = Entry.objects.filter(
        about_type__app_label="events", about_type__model="followup", verb="moved", facts__after="done"
    )
    noted = dict(lines.order_by("at", "pk").values_list("about_id", "at"))
    for row in FollowUp.objects.filter(state="done", pk__in=noted):
        done_on = today_in(settings.OFFICE_TIME_ZONE, noted[row.pk])
        FollowUp.objects.filter(pk=row.pk).update(done_on=done_on)


class Migration(migrations.Migration):
    dependencies = [("events", "0004_invited_at")]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="done_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
