"""Takes away what 0005 has carried over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0005_roles_and_dates")]
    operations = [
        migrations.RemoveField(model_name="person", name="has_law_enforcement_clearance"),
        migrations.RemoveField(model_name="person", name="previous_visit_at"),
        migrations.RemoveField(model_name="person", name="visited_at"),
    ]
