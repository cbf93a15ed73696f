from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0016_committees")]
    operations = [migrations.DeleteModel(name="CoChair")]
