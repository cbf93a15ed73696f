from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_full_text'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='is_superseded',
            field=models.BooleanField(db_default=False, default=False, verbose_name='superseded'),
        ),
    ]
