"""The row-by-row loop an ordinary Django project would write: one `get_or_create` and `save` per fact, autocommit.

Run by `benchmarks.file` in a process of its own: `python -m benchmarks.loop FILE COUNT FOLDER` prints JSON.
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path


def prepare(folder: Path) -> None:
    """Django with its default SQLite and three tables."""
    import django
    from django.conf import settings

    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "loop.sqlite3")}
    settings.configure(DATABASES={"default": engine}, INSTALLED_APPS=[], USE_TZ=True)
    django.setup()


def run(path: Path, count: int, folder: Path) -> dict[str, float | int]:
    """Seconds for `count` lines: parse, duplicate test, first time, minute row."""
    prepare(folder)
    from django.db import connection, models

    class Event(models.Model):
        key = models.CharField(max_length=100, unique=True)
        body = models.JSONField()

        class Meta:
            app_label = "loop"

    class FirstTime(models.Model):
        viewer = models.CharField(max_length=80)
        stage = models.CharField(max_length=40)
        at = models.BigIntegerField()

        class Meta:
            app_label = "loop"
            unique_together = (("viewer", "stage"),)

    class Minute(models.Model):
        minute = models.BigIntegerField()
        name = models.CharField(max_length=40)
        key = models.CharField(max_length=40)
        value = models.BigIntegerField(default=0)

        class Meta:
            app_label = "loop"
            unique_together = (("minute", "name", "key"),)

    with connection.schema_editor() as editor:
        for model in (Event, FirstTime, Minute):
            editor.create_model(model)

    def add(minute: int, name: str, key: str, amount: int) -> None:
        row, _ = Minute.objects.get_or_create(minute=minute, name=name, key=key)
        row.value += amount
        row.save()

    began = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        for line in islice(file, count):
            event = json.loads(line)
            _, is_new = Event.objects.get_or_create(
                key=f"{event['platform']}/{event['room_id']}/{event['event_id']}", defaults={"body": event}
            )
            if not is_new:
                continue
            minute, kind = event["occurred_at"] // 60_000_000, event["kind"]
            add(minute, kind, "", event.get("count", 1))
            if "product_id" in event:
                add(minute, kind, event["product_id"], event.get("amount_minor", 1))
            first, is_first = FirstTime.objects.get_or_create(
                viewer=event["viewer_id"], stage=kind, defaults={"at": event["occurred_at"]}
            )
            if is_first:
                add(minute, f"first.{kind}", "", 1)
            elif event["occurred_at"] < first.at:
                add(first.at // 60_000_000, f"first.{kind}", "", -1)
                add(minute, f"first.{kind}", "", 1)
                first.at = event["occurred_at"]
                first.save()
    seconds = time.perf_counter() - began
    return {"events": count, "seconds": round(seconds, 3), "per_second": round(count / seconds, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))) + "\n")
