"""The four pillars of the Strategic Action Plan: every plan needs them, so every database has them."""

from django.db import migrations

PILLARS = {
    1: "Support the implementation of WCO conventions, instruments and tools",
    2: "Collaboration with development partners",
    3: "Needs analysis, planning, delivery and management of capacity building",
    4: "Communication and information sharing",
}


def add_pillars(apps, schema_editor):
    Pillar = apps.get_model("events", "Pillar")
    for number, title in PILLARS.items():
        Pillar.objects.get_or_create(number=number, defaults={"title": title})


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunPython(add_pillars, migrations.RunPython.noop)]
