"""The few writes that people may ask for; everything else is written by the counter."""

from django.db import transaction
from django.db.models import F

from kaibo.kit.clock import now_us
from kaibo.warehouse.models import RebuildRequest, ShowVersion
from kaibo.warehouse.store import drop_show


def request_rebuild(show_id: str) -> None:
    """Ask the counter to count the show again from its net events; asking twice is asking once. Cost: 1 query."""
    RebuildRequest.objects.update_or_create(show_id=show_id, defaults={"asked_at": now_us()})


def forget(show_id: str) -> None:
    """Drop every counted row of the show; the log keeps its events and `request_rebuild` brings the rows back.

    Cost: one short transaction, a delete per table.
    """
    with transaction.atomic():
        drop_show(show_id)
        ShowVersion.objects.filter(show_id=show_id).update(
            version=F("version") + 1, first_at=None, last_at=None, is_forgotten=True
        )
