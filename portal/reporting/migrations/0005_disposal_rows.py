"""The retention schedule as rows, and purges from before it as disposals. What was in the settings is kept.

On its own, since PostgreSQL changes no table in the transaction in which rows were written that other rows point at.
"""

from django.conf import settings
from django.db import migrations

FIVE_YEARS = 5 * 365


def fill(apps, schema_editor):
    before = apps.get_model("reporting", "ReportingSettings").objects.first()
    number = before.purge_schedule.strip() if before else ""
    days = before.retention_days if before else FIVE_YEARS
    entries = apps.get_model("reporting", "ScheduleEntry").objects
    rows = (("report", number, days, "taken_in"), ("redress", number, days, "answered"), ("open", "", None, "submitted"))
    for kind, authority, kept, trigger in rows:
        facts = {"authority": authority, "days": kept, "trigger": trigger}
        entries.get_or_create(record_class=kind, defaults=facts)


def carry_over(apps, schema_editor):
    """One person decided then, so these have no roles, and are not signed."""
    disposals = apps.get_model("reporting", "Disposal").objects
    for row in apps.get_model("reporting", "Purge").objects.order_by("pk"):
        disposals.create(report_id=row.case_id, finding=row.basis, files=row.files, **_common(row))
    for row in apps.get_model("reporting", "RedressPurge").objects.order_by("pk"):
        disposals.create(redress_id=row.redress_id, **_common(row))


def _common(row):
    return {
        "how": "destroy",
        "basis": f"approved schedule {row.schedule}",
        "proposed_by_id": row.by_id,
        "proposed_at": row.at,
        "approved_by_id": row.by_id,
        "approved_at": row.at,
        "backups_gone_on": row.backups_gone_on,
        "keys": row.keys,
        "done_at": row.done_at,
    }


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0004_protected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
