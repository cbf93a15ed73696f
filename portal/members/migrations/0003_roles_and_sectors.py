"""Makes the groups of staff and a community for each sector."""

from typing import Any

from django.db import migrations

# Roles that work in the Wagtail admin.
EDITING = ("MOP3 editor", "MIAC author", "MIAC analyst", "MIAC supervisor", "Privacy officer", "Administrator")
OTHERS = ("Auditor",)


def make(apps: Any, schema_editor: Any) -> None:
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    admin = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for name in (*EDITING, *OTHERS):
        row, _created = Group.objects.get_or_create(name=name)
        if name in EDITING:
            row.permissions.add(admin)
    # Wagtail's own two groups come with rights to publish everything; nobody here should get them by a tick.
    Group.objects.filter(name__in=["Editors", "Moderators"]).delete()
    Community = apps.get_model("members", "Community")
    Sector = apps.get_model("vocabulary", "Sector")
    for sector in Sector.objects.all():
        facts = {"name": sector.name, "kind": "sector", "sector": sector}
        Community.objects.get_or_create(slug=sector.slug, defaults=facts)


def unmake(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=[*EDITING, *OTHERS]).delete()
    apps.get_model("members", "Community").objects.filter(kind="sector").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_circles"),
        ("vocabulary", "0002_seed"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0002_initial_data"),
    ]
    operations = [migrations.RunPython(make, unmake)]
