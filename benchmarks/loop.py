"""The row-by-row loop an ordinary Django project would write: one `get_or_create` and `save` per fact, autocommit.

Run by `benchmarks.file` in a process of its own: `python -m benchmarks.loop FILE COUNT FOLDER` prints JSON.
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

MINUTE_US = 60_000_000


def prepare(folder: Path) -> None:
    """Django with its default SQLite and three tables."""
    import django
    from django.conf import settings

    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "loop.sqlite3")}
    settings.configure(DATABASES={"default": engine}, INSTALLED_APPS=[], USE_TZ=True)
    django.setup()


def tables() -> tuple[Any, Any, Any]:
    """The three models, made here because they belong to no app."""
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
    return Event, FirstTime, Minute


def run(path: Path, count: int, folder: Path) -> dict[str, float | int]:
    """Seconds for `count` lines: parse, duplicate test, first time, minute row."""
    prepare(folder)
    event_table, first_table, minute_table = tables()

    def add(minute: int, name: str, key: str, amount: int) -> None:
        row, _ = minute_table.objects.get_or_create(minute=minute, name=name, key=key)
        row.value += amount
        row.save()

    def take(event: dict[str, Any]) -> None:
        key = f"{event['platform']}/{event['room_id']}/{event['event_id']}"
        _, is_new = event_table.objects.get_or_create(key=key, defaults={"body": event})
        if not is_new:
            return
        at, kind = event["occurred_at"], event["kind"]
        minute = at // MINUTE_US
        add(minute, kind, "", event.get("count", 1))
        if "product_id" in event:
            add(minute, kind, event["product_id"], event.get("amount_minor", 1))
        first, is_first = first_table.objects.get_or_create(viewer=event["viewer_id"], stage=kind, defaults={"at": at})
        if is_first or at < first.at:
            add(minute, f"first.{kind}", "", 1)
        if not is_first and at < first.at:
            add(first.at // MINUTE_US, f"first.{kind}", "", -1)
            first.at = at
            first.save()

    began, worked = time.perf_counter(), time.process_time()
    with path.open(encoding="utf-8") as file:
        for line in islice(file, count):
            take(json.loads(line))
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    return {
        "events": count,
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor, 3),
        "per_second": round(count / seconds, 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))) + "\n")
