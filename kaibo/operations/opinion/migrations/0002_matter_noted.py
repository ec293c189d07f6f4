from typing import Any

from django.db import migrations, models


def take_last_mention(apps: Any, _: Any) -> None:
    apps.get_model("opinion", "Matter").objects.update(noted_us=models.F("last_us"))


class Migration(migrations.Migration):
    dependencies = (("opinion", "0001_opinion"),)

    operations = (
        migrations.AddField("Matter", "noted_us", models.BigIntegerField(default=0)),
        migrations.RunPython(take_last_mention, migrations.RunPython.noop),
    )
