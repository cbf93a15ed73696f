"""Seals and checkpoints go on at their ends alone."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from portal.audit import guards


def put_up(apps: Any, schema_editor: Any) -> None:
    """All guards, as they are by now; so that going back leaves none missing."""
    vendor = schema_editor.connection.vendor
    for statement in (*guards.dropping(vendor), *guards.creating(vendor)):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_places")]

    operations = [migrations.RunPython(put_up, put_up)]
