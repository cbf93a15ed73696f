"""Questions about sharing wider may be about guidance as well; those about bulletins keep their numbers."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def nothing(apps: Any, schema_editor: Any) -> None:
    """A bulletin has the number of its page, so that every question still points to its own."""


def drop_questions_about_others(apps: Any, schema_editor: Any) -> None:
    """Going back: the older table has no place for a question about anything but a bulletin."""
    bulletins = apps.get_model("bulletins", "BulletinPage").objects.values("pk")
    apps.get_model("bulletins", "ShareRequest").objects.exclude(page__in=bulletins).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("bulletins", "0002_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sharerequest",
            name="page",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="share_requests", to="wagtailcore.page"
            ),
        ),
        migrations.RunPython(nothing, drop_questions_about_others),
    ]
