from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0005_disposal_rows"),
    ]

    operations = [
        migrations.RemoveField(model_name="reportingsettings", name="purge_schedule"),
        migrations.RemoveField(model_name="reportingsettings", name="retention_days"),
        migrations.DeleteModel(name="Purge"),
        migrations.DeleteModel(name="RedressPurge"),
    ]
