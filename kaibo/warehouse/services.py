"""The few writes that people may ask for; everything else is written by the counter."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from kaibo.eventlog import api as log
from kaibo.kit.clock import now_us
from kaibo.warehouse import ledger
from kaibo.warehouse.contracts import SHOP_DICTIONARY
from kaibo.warehouse.models import RebuildRequest, RecentComment, ShowVersion, ShowWording
from kaibo.warehouse.store import drop_show


def request_rebuild(show_id: str) -> None:
    """Ask the counter to count the show again from its net events; asking twice is asking once. Cost: 1 query."""
    RebuildRequest.objects.update_or_create(show_id=show_id, defaults={"asked_at": now_us()})


def request_retry() -> int:
    """Ask the counter to try again what it set aside; how many batches. Cost: 1 query."""
    return ledger.ask_again()


def forget_comments(*, before_us: int, viewers: Collection[str] = ()) -> int:
    """Drop the newest comments that pages show where they are older, or of these viewers; how many. Cost: 1 query."""
    gone, _ = RecentComment.objects.filter(Q(at_us__lt=before_us) | Q(viewer_id__in=list(viewers))).delete()
    return gone


def read_words_again(show_id: str) -> None:
    """Read the show's comments with the dictionary published last, by counting the show again. Cost: 3 queries."""
    latest = log.latest_artifact(SHOP_DICTIONARY)
    with transaction.atomic():
        ShowWording.objects.filter(show_id=show_id).update(dictionary_version=latest)
        request_rebuild(show_id)


def forget(show_id: str) -> None:
    """Drop every counted row of the show; the log keeps its events and `request_rebuild` brings the rows back.

    Cost: one short transaction, a delete per table.
    """
    with transaction.atomic():
        drop_show(show_id)
        ShowVersion.objects.filter(show_id=show_id).update(
            version=F("version") + 1, first_at=None, last_at=None, is_forgotten=True
        )
