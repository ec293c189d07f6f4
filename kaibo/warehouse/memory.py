"""What the engine must remember before it may count a batch, read back from what the ledger holds."""

from collections.abc import Collection, Iterator, Sequence
from itertools import batched

from kaibo.eventlog import api as log
from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.warehouse import ledger
from kaibo.warehouse.engine import Engine
from kaibo.warehouse.ledger import set_aside
from kaibo.warehouse.merge import known_homes
from kaibo.warehouse.models import ShowVersion, StrayEvent
from kaibo.warehouse.typed import Chunk

_CHUNK = 400


def read_all(engine: Engine, refs: Sequence[BatchRef]) -> Iterator[tuple[BatchRef, Chunk | DamagedSegment]]:
    """Each batch as the engine takes it, or what is wrong with it."""
    damage = engine.damage(refs) if engine.reads_itself else {}
    for ref in refs:
        if engine.reads_itself:
            yield ref, damage.get(ref, ref)
            continue
        try:
            yield ref, log.read_batch(ref)
        except DamagedSegment as error:
            yield ref, error


def readable(engine: Engine, refs: Sequence[BatchRef]) -> Iterator[Chunk]:
    """Batches that were counted before; one that has since been damaged is left out and set aside by name."""
    for ref, chunk in read_all(engine, refs):
        if isinstance(chunk, DamagedSegment):
            set_aside(ref, f"it was counted and can no longer be read: {chunk.sentence}")
        else:
            yield chunk


def remember(engine: Engine, show_id: str) -> None:
    """Load one show into the engine, without giving rows out."""
    engine.set_aside()
    engine.stage([])
    if ShowVersion.objects.filter(show_id=show_id).exists():
        stage_show(engine, show_id)
        engine.net()
    engine.stage_orders(excluded=strays_elsewhere([show_id]), strays=strays_at_home([show_id]))
    engine.add_strays(homeless_strays(engine.new_orders()))
    engine.homes_to_be()
    engine.count(gives=False)
    engine.touch(show_id)
    engine.set_aside(back=True)


def stage_show(engine: Engine, show_id: str) -> None:
    """Append every counted line of the show to `event`."""
    sources = log.sources_of(show_id)
    engine.stage_lake(sources.parquet, show_id, without=ledger.left_out())
    engine.stage_more(readable(engine, ledger.held(sources.batches, ledger.spans())), show_id)


def strays_elsewhere(shows: Collection[str]) -> list[str]:
    """Events stamped with these shows whose orders belong to another. Cost: a query per 400 shows."""
    return [
        uid
        for some in batched(shows, _CHUNK)
        for uid, stamped, home in StrayEvent.objects.filter(stamped_show_id__in=some).values_list(
            "uid", "stamped_show_id", "home_show_id"
        )
        if home not in ("", stamped)
    ]


def strays_at_home(shows: Collection[str]) -> list[str]:
    """Bodies of events that belong to these shows and are stamped otherwise. Cost: a query per 400 shows."""
    return [
        body
        for some in batched(shows, _CHUNK)
        for body in StrayEvent.objects.filter(home_show_id__in=some).values_list("body", flat=True)
    ]


def homeless_strays(order_keys: Collection[str]) -> list[str]:
    """Bodies of earlier events of these orders that no show holds yet. Cost: a query per 400 orders, if any.

    Whoever remembers one event of an order must remember these too: a later line may give them a home.
    """
    if not StrayEvent.objects.filter(home_show_id="").exists():
        return []
    return [
        body
        for some in batched(order_keys, _CHUNK)
        for body in StrayEvent.objects.filter(order_key__in=some, home_show_id="").values_list("body", flat=True)
    ]


def remember_what_it_touches(engine: Engine, rebuilt: Collection[str]) -> None:
    """Load every show that the staged batch touches by its lines or through its orders."""
    orders = engine.new_orders()
    homes = known_homes(orders)
    for show in sorted({*engine.event_shows(), *homes} - set(engine.shows) - set(rebuilt)):
        remember(engine, show)
    engine.add_strays(homeless_strays(orders))
    for show in sorted(set(engine.homes_to_be()) - set(engine.shows) - set(rebuilt)):
        remember(engine, show)
