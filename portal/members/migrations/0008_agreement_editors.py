"""Lets the privacy officer and administrators write agreements. None is deleted: members agreed to them."""

from typing import Any

from django.db import migrations

EDITORS = ("Privacy officer", "Administrator")
VERBS = ("add", "change", "view")


def grant(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    # Django makes permissions after all migrations have run; these are the rows that it would make, and then finds.
    kind, _ = ContentType.objects.get_or_create(app_label="members", model="agreement")
    for verb in VERBS:
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=f"{verb}_agreement", defaults={"name": f"Can {verb} agreement"}
        )
        for group in Group.objects.filter(name__in=EDITORS):
            group.permissions.add(permission)


def revoke(apps: Any, schema_editor: Any) -> None:
    Permission = apps.get_model("auth", "Permission")
    for permission in Permission.objects.filter(
        content_type__app_label="members", codename__in=[f"{verb}_agreement" for verb in VERBS]
    ):
        permission.group_set.remove(*permission.group_set.filter(name__in=EDITORS))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0007_departures"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
