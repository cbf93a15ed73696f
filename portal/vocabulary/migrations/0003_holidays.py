"""The state's holidays, kept as data that staff edit; the source stands in portal/vocabulary/data/holidays.json."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations, models

DATA = Path(__file__).resolve().parent.parent / "data"


def seed(apps: Any, schema_editor: Any) -> None:
    Holiday = apps.get_model("vocabulary", "Holiday")
    for row in json.loads((DATA / "holidays.json").read_text())["days"]:
        Holiday.objects.update_or_create(day=row["day"], defaults={"name": row["name"]})


def unseed(apps: Any, schema_editor: Any) -> None:
    apps.get_model("vocabulary", "Holiday").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("vocabulary", "0002_seed")]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "is_closed",
                    models.BooleanField(
                        default=True,
                        help_text="Only days on which the facility is closed count.",
                        verbose_name="offices are closed",
                    ),
                ),
            ],
            options={"verbose_name": "holiday", "verbose_name_plural": "holidays", "ordering": ["day"]},
        ),
        migrations.RunPython(seed, unseed),
    ]
