"""Put the guards up that keep the trail append-only."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from portal.audit import guards


def put_up(apps: Any, schema_editor: Any) -> None:
    for statement in guards.creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def take_down(apps: Any, schema_editor: Any) -> None:
    for statement in guards.dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(put_up, take_down)]
