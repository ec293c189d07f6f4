"""Background work of outreach: reading who can be written to."""

from kaibo.connectors import api as connectors
from kaibo.connectors.api import PlatformFault
from kaibo.eventlog.work import Run, task
from kaibo.kit.clock import now_us
from kaibo.operations.outreach import services
from kaibo.operations.outreach.models import Audience


@task(services.READ, tries=3, is_long=True, limit_seconds=1800)
def read_audience(run: Run, *, feed_id: str) -> str | None:
    """Read members, groups and tags of a feed's company."""
    del run
    try:
        content = connectors.read_audience(feed_id)
    except PlatformFault as fault:
        why = {"code": fault.code, "problem": fault.sentence}
        Audience.objects.update_or_create(feed_id=feed_id, defaults=why)
        if not fault.is_permanent:
            raise
        return fault.sentence
    told = {"content": content, "read_at": now_us(), "code": "", "problem": ""}
    Audience.objects.update_or_create(feed_id=feed_id, defaults=told)
    return f"{len(content['groups'])} groups"
