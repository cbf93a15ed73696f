"""Makes the role of planners, who open single protected submissions on Desk and nothing else of it."""

from typing import Any

from django.db import migrations, models

ROLE = "Planner"


def make(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.get_or_create(name=ROLE)


def unmake(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name=ROLE).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0013_alarms_of_the_desk"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.AlterField(
            model_name="rolechange",
            name="role",
            field=models.CharField(
                choices=[
                    ("MOP3 editor", "MOP3 editor"),
                    ("MIAC author", "MIAC author"),
                    ("MIAC analyst", "MIAC analyst"),
                    ("MIAC supervisor", "MIAC supervisor"),
                    ("Duty officer", "Duty officer"),
                    ("Vetting officer", "Vetting officer"),
                    ("Privacy officer", "Privacy officer"),
                    ("Records custodian", "Records custodian"),
                    ("Closure signatory", "Closure signatory"),
                    ("Auditor", "Auditor"),
                    ("Administrator", "Administrator"),
                    ("Planner", "Planner"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.RunPython(make, unmake),
    ]
