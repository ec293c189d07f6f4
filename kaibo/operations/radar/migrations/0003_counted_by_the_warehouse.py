"""Minutes of talk are counted by the warehouse alone. Moods that were known are handed over; where the comments can
still be read, the count that follows writes them anew."""

from collections import Counter

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MOODS = ("positive", "negative", "unsure")


def hand_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Moods by minute."""
    minutes, words = apps.get_model("radar", "TalkMinute"), apps.get_model("warehouse", "ShowWord")
    told: Counter[tuple[str, int, str]] = Counter()
    for row in minutes.objects.all().iterator():
        told.update({(row.show_id, row.minute_us, mood): getattr(row, mood) for mood in MOODS})
    rows = [
        words(show_id=show, minute_us=minute, dimension="mood", key=mood, lines=lines)
        for (show, minute, mood), lines in told.items()
        if lines > 0
    ]
    words.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = (("radar", "0002_viewer_of_a_question"), ("warehouse", "0009_moods"))

    operations = (
        migrations.RunPython(hand_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="TalkMinute"),
    )
