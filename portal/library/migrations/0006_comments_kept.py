from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0005_plan'),
    ]

    operations = [
        migrations.AddField(
            model_name='plancomment',
            name='purged_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='words and answer destroyed'),
        ),
    ]
