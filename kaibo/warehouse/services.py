"""The few writes that people may ask for; everything else is written by the counter."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from kaibo.eventlog import api as log
from kaibo.kit.clock import now_us
from kaibo.warehouse import ledger
from kaibo.warehouse.contracts import OPINION_MODEL, SHOP_DICTIONARY
from kaibo.warehouse.models import RebuildRequest, RecentComment, ShowVersion, ShowWord, ShowWording
from kaibo.warehouse.store import drop_show
from kaibo.warehouse.wording import SENTENCE

SHARED = 3
"""Comments of one minute from which a sentence is the room's and not one viewer's."""


def request_rebuild(show_id: str) -> None:
    """Ask the counter to count the show again from its net events; asking twice is asking once. Cost: 1 query."""
    RebuildRequest.objects.update_or_create(show_id=show_id, defaults={"asked_at": now_us()})


def request_retry() -> int:
    """Ask the counter to try again what it set aside; how many batches. Cost: 1 query."""
    return ledger.ask_again()


def forget_comments(*, before_us: int, viewers: Collection[str] = ()) -> int:
    """Drop the newest comments that pages show where they are older, or of these viewers; how many.

    Sentences that are older go too. Whose a sentence was is not kept, so when viewers are forgotten every sentence goes
    that fewer than three comments of a minute shared. Cost: 2 queries.
    """
    gone, _ = RecentComment.objects.filter(Q(at_us__lt=before_us) | Q(viewer_id__in=list(viewers))).delete()
    told = Q(minute_us__lt=before_us)
    if viewers:
        told |= Q(lines__lt=SHARED)
    ShowWord.objects.filter(told, dimension=SENTENCE).delete()
    return gone


def read_words_again(show_id: str) -> None:
    """Read the show's comments with the dictionary and the model published last, by counting the show again.

    Cost: 4 queries.
    """
    words, model = log.latest_artifact(SHOP_DICTIONARY), log.latest_artifact(OPINION_MODEL)
    with transaction.atomic():
        ShowWording.objects.filter(show_id=show_id).update(dictionary_version=words, model_version=model)
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
        log.notices.tell("show", show_id)
