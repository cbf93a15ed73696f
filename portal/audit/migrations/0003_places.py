"""No place before the first, and none that leaves no room behind it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from portal.audit import guards

LAST_PLACE = 2**62


def put_up(apps: Any, schema_editor: Any) -> None:
    take_down(apps, schema_editor)
    for statement in guards.creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def take_down(apps: Any, schema_editor: Any) -> None:
    for statement in guards.dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        # SQLite makes a table anew to give it a condition, and its triggers go with the old one.
        migrations.RunPython(take_down, put_up),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(sequence__range=(1, LAST_PLACE)), name="audit_seal_has_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(size__range=(1, LAST_PLACE)), name="audit_checkpoint_has_a_size"
            ),
        ),
        migrations.RunPython(put_up, take_down),
    ]
