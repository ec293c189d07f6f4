"""Moods and repeated sentences are counted beside words; shows that were read before are read again, once."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kaibo.kit.clock import now_us


def read_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Ask the counter for every show whose comments were read. The numbers of forgotten comments stay as they are."""
    wordings, versions, requests = (
        apps.get_model("warehouse", name) for name in ("ShowWording", "ShowVersion", "RebuildRequest")
    )
    deleted = versions.objects.filter(is_forgotten=True).values("show_id")
    read = wordings.objects.exclude(show_id__in=deleted).values_list("show_id", flat=True)
    asked = [requests(show_id=show, asked_at=now_us()) for show in read]
    requests.objects.bulk_create(asked, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = (("warehouse", "0008_analysis_answers"),)

    operations = (
        migrations.AddField(
            model_name="showwording",
            name="model_version",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunPython(read_again, migrations.RunPython.noop),
    )
