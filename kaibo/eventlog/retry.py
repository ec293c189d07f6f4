"""Trying quarantined lines again, with the rules and the binding of their feed as they are now."""

from kaibo.eventlog import quarantine
from kaibo.eventlog.bodies import add
from kaibo.eventlog.contracts import FeedView, Problem, Provenance, Receipt
from kaibo.eventlog.feeds import view
from kaibo.eventlog.log import open_log
from kaibo.eventlog.models import Feed


def replay_quarantine() -> Receipt:
    """Hand every waiting line over again; what is taken now leaves the quarantine. Lines of a lost feed stay."""
    total = Receipt()
    log = open_log()
    try:
        bound: dict[str, FeedView | None] = {row.id: None if row.is_local else view(row) for row in Feed.objects.all()}
        for position, row in enumerate(quarantine.waiting()):
            if row.feed_id not in bound:
                problem = Problem(
                    position + 1, "feed_id", f"feed {row.feed_id} is gone", "create a feed and send again"
                )
                total = add(total, Receipt(rejected=1, details=(problem,)))
                continue
            told = Provenance(row.feed_id, ingest_id=row.ingest_id or None)
            receipt = log.append_lines(bytes(row.raw), provenance=told, feed=bound[row.feed_id])
            first = receipt.details[0] if receipt.details else None
            quarantine.settle(row, problem=first, is_known=bool(receipt.duplicates))
            total = add(total, receipt, offset=position)
    finally:
        log.close()
    return total
