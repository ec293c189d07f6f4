"""Settings of feeds that were typed into a form, and tokens that platforms grant: sealed at rest, never shown."""

from kaibo.eventlog.feeds import note_change
from kaibo.eventlog.models import SealedSetting
from kaibo.kit import env, seal
from kaibo.kit.clock import now_us


def keep_setting(feed_id: str, name: str, value: str) -> None:
    """Seal and keep a value; an empty one takes it away. Cost: two queries."""
    if not value:
        SealedSetting.objects.filter(feed_id=feed_id, name=name).delete()
        note_change()
        return
    content = seal.seal(value.encode(), place=f"{feed_id}:{name}")
    SealedSetting.objects.update_or_create(
        feed_id=feed_id, name=name, defaults={"content": content, "changed_at": now_us()}
    )
    note_change()


def kept_setting(feed_id: str, name: str) -> str:
    """The value, empty when there is none. Raises BadConfiguration when it does not open. Cost: one query."""
    row = SealedSetting.objects.filter(feed_id=feed_id, name=name).first()
    return "" if row is None else seal.unseal(bytes(row.content), place=f"{feed_id}:{name}").decode()


def kept_names(feed_id: str) -> frozenset[str]:
    """Names of what is kept for a feed, never the values. Cost: one query."""
    return frozenset(SealedSetting.objects.filter(feed_id=feed_id).values_list("name", flat=True))


def feed_setting(feed_id: str, name: str) -> str:
    """A setting of a feed: the environment's, else the one that was typed in. Cost: no query or one."""
    return env.read_feed(feed_id, name) or kept_setting(feed_id, name)
