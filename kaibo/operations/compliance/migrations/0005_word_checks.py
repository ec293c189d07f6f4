"""What was checked before the registers kept it: told to them once."""

import time

from django.db import migrations
from django.db.models import Q


def tell(apps, _editor):
    hits, checked = apps.get_model("compliance", "Hit"), apps.get_model("compliance", "Checked")
    checks = apps.get_model("registers", "WordCheck")
    judged = Q(case__state__in=["confirmed", "handled", "appealed"])
    matters = Q(action="block") | Q(scene="speech", action="warn", severity__gte=3)
    waiting = Q(case__state="open") | (Q(case__isnull=True) & matters)
    for row in checked.objects.exclude(show_id=""):
        own = hits.objects.filter(show_id=row.show_id, scene=row.scene, is_retracted=False).order_by()
        events = own.values("platform", "room_id", "event_id").distinct()
        checks.objects.update_or_create(
            show_id=row.show_id,
            scene=row.scene,
            defaults={
                "texts": row.texts,
                "confirmed": events.filter(judged).count(),
                "undecided": events.filter(waiting).count(),
                "changed_us": time.time_ns() // 1000,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("compliance", "0004_reminders"), ("registers", "0002_word_checks")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
