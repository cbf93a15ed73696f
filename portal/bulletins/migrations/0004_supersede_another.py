"""A bulletin cannot supersede itself; where one does, it supersedes nothing."""

from typing import Any

from django.db import migrations, models


def supersede_nothing(apps: Any, schema_editor: Any) -> None:
    apps.get_model("bulletins", "BulletinPage").objects.filter(supersedes=models.F("pk")).update(supersedes=None)


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0003_share_any_page")]

    operations = [
        migrations.RunPython(supersede_nothing, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="bulletinpage",
            constraint=models.CheckConstraint(
                condition=models.Q(("supersedes", models.F("page_ptr")), _negated=True),
                name="bulletins_supersedes_another",
                violation_error_message="A bulletin cannot supersede itself.",
            ),
        ),
    ]
