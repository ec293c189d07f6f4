from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0003_looks'),
    ]

    operations = [
        migrations.AddField(
            model_name='table',
            name='origin',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddConstraint(
            model_name='table',
            constraint=models.UniqueConstraint(condition=models.Q(('origin', ''), _negated=True), fields=('origin',), name='table_fetched_once'),
        ),
    ]
