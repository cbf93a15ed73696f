"""A purge leaves nobody as who sent a report, those that were purged before included; redress requests end as well."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def let_go(apps, schema_editor):
    report = apps.get_model("reporting", "Report")
    attachment = apps.get_model("reporting", "Attachment")
    purged = report.objects.filter(case__purged_at__isnull=False)
    attachment.objects.filter(report_uuid__in=list(purged.values_list("uuid", flat=True))).update(owner=None)
    report.objects.filter(pk__in=list(purged.values_list("pk", flat=True))).update(submitter=None)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_closing_sentences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="submitter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="RedressPurge",
            fields=[
                (
                    "redress",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="purge",
                        serialize=False,
                        to="reporting.redress",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="decided")),
                ("schedule", models.CharField(max_length=60, verbose_name="number of the approved schedule")),
                (
                    "backups_gone_on",
                    models.DateField(verbose_name="last backup of the vault from before it is gone on"),
                ),
                ("keys", models.PositiveIntegerField(default=0, verbose_name="data keys destroyed")),
                ("done_at", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="done")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "purge of a redress request",
                "verbose_name_plural": "purges of redress requests",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.RunPython(let_go, migrations.RunPython.noop),
    ]
