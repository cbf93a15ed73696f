"""What Desk itself saw of an application, over what a finding was made, and since when an admission counts.

Findings of before name no writing that they were made over: for applications that are open now they are made again.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F

KINDS = [
    ("locks_of_one", "one account is locked again and again"),
    ("many_locks", "many accounts are locked at once"),
    ("reads_much", "one account reads far more than is usual for it"),
    ("staff_mail", "mail to a member of staff comes back"),
    ("staff_rule", "a rule would have suspended a member of staff"),
    ("staff_out", "a member of staff was switched off as taken over"),
    ("exposure", "far more people can read something than a week ago"),
]
UNSENT = ("started", "withdrawn")


def note_what_reached_the_desk(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("members", "Application").objects.exclude(state__in=UNSENT)
    rows.filter(reached_desk_at=None).update(reached_desk_at=F("submitted_at"))


class Migration(migrations.Migration):
    dependencies = [("members", "0011_organisation_is_criminal_justice")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="reached_desk_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="reached the desk"),
        ),
        migrations.AddField(
            model_name="application",
            name="withdrawal_seen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="found withdrawn"),
        ),
        migrations.AddField(
            model_name="vettingentry",
            name="over",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=64,
                verbose_name="what the applicant had written then",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="admitted_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text=(
                    "The latest admission by the vetting desk: what somebody agreed to before it counts no longer."
                ),
                null=True,
                verbose_name="admitted",
            ),
        ),
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=12, verbose_name="kind"),
        ),
        migrations.RunPython(note_what_reached_the_desk, migrations.RunPython.noop),
    ]
