"""The lineup told to the show: offers and stock as events of the desk's feed, so that every page knows the list."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.lineup import desk, services
from kaibo.commerce.lineup.contracts import Line
from kaibo.commerce.lineup.errors import BadLineup
from kaibo.commerce.lineup.models import Lineup, Version
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock


def publish(show: ShowView, *, known: Mapping[str, str], listed: frozenset[str], actor: str) -> int:
    """Tell the show its list; how many events. The same version again tells nothing new.

    Shape: `known` link number -> product id of the platform's own feed: price and stock of such a link are the
    platform's to say, only role and planned minutes are added. `listed` link numbers that we told earlier.
    """
    if show.started_at is None:
        raise BadLineup(_("The show is not on air."), fix=_("Start it; the lineup can be published then."))
    lineup = Lineup.objects.filter(show_id=show.show_id).first()
    current = services.newest(lineup) if lineup else None
    lines = [line for line in services.lines_of(current) if line.link_no]
    if lineup is None or current is None or not lines:
        raise BadLineup(_("There is no line with a link number."), fix=_("Number the lines first."))
    events = list(events_of_lines(show, current, lines, known=known, currency=services.currency_of(show.show_id)))
    ours = {line.link_no for line in lines if line.link_no not in known}
    events += [_event(show, current, "offer.unlisted", link_no) for link_no in sorted(listed - ours)]
    desk.append(show.platform, events)
    with transaction.atomic():
        before = lineup.published_version
        lineup.published_version, lineup.published_at = current.number, clock.now_us()
        lineup.save(update_fields=["published_version", "published_at"])
        eventlog.audit(
            actor,
            "lineup.published",
            services.thing(show.show_id),
            before={"version": before} if before else None,
            after={"version": current.number, "links": len(lines)},
        )
    services.grow_catalog(lines, actor=actor)
    return len(events)


def events_of_lines(
    show: ShowView, version: Version, lines: list[Line], *, known: Mapping[str, str], currency: str
) -> Iterator[PlatformEvent]:
    """offer.listed per line; stock.changed per colour and size."""
    for line in lines:
        product_id = known.get(line.link_no)
        attrs: dict[str, Any] = {
            "title": line.title or line.style_no or None,
            "role": line.role or None,
            "planned_minutes": line.planned_minutes and max(1, round(line.planned_minutes)),
            "style_no": line.style_no or None,
        }
        if product_id is None:
            attrs |= {"price_minor": line.live_price_minor, "list_price_minor": line.list_price_minor}
        said = {name: value for name, value in attrs.items() if value is not None}
        yield _event(
            show, version, "offer.listed", line.link_no, product_id=product_id, currency=currency, attrs=said or None
        )
        if product_id is not None:
            continue
        for each in line.stock:
            sku = "-".join(filter(None, [each.colour, each.size]))
            yield _event(
                show,
                version,
                "stock.changed",
                line.link_no,
                suffix=f":{sku}",
                sku_id=sku or None,
                attrs={"stock": each.pieces},
            )


def _event(
    show: ShowView, version: Version, kind: str, link_no: str, *, suffix: str = "", **values: Any
) -> PlatformEvent:
    """Its id names version and link, so that publishing a version twice counts once."""
    return PlatformEvent(
        event_id=f"lineup:{show.show_id}:{version.number}:{kind}:{link_no}{suffix}",
        kind=kind,
        platform=show.platform,
        room_id=show.room_id,
        show_id=show.show_id,
        occurred_at=max(version.at_us, show.started_at or 0),
        link_no=link_no,
        **values,
    )
