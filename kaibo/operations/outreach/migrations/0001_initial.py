from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Audience',
            fields=[
                ('feed_id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('content', models.JSONField(blank=True, default=dict)),
                ('read_at', models.BigIntegerField(blank=True, null=True)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('problem', models.TextField(blank=True)),
            ],
        ),
    ]
