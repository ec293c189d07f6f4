"""Words of viewers that the radar holds, and letting them go: numbers stay."""

from collections.abc import Collection

from kaibo.operations.radar.models import Answered, Asked, Signal


def forget(*, before_us: int, viewers: Collection[str] = ()) -> int:
    """Let texts go that are older, and of these viewers of any age; how many questions lost theirs. Repeating it does
    nothing more."""
    known = sorted(viewers)
    gone = Asked.objects.filter(at_us__lt=before_us).exclude(text="").update(text="")
    gone += Asked.objects.filter(viewer_id__in=known).exclude(text="").update(text="")
    replies = Answered.objects.filter(how="reply").exclude(words="")  # whose words they were is not kept
    (replies if known else replies.filter(at_us__lt=before_us)).update(words="")
    Signal.objects.filter(to_us__lt=before_us).update(examples=[])
    for row in Signal.objects.exclude(examples=[]) if known else ():
        kept = [told for told in row.examples if told[-1] not in viewers]
        if len(kept) != len(row.examples):
            row.examples = kept
            row.save(update_fields=["examples"])
    return gone
