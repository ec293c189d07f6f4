"""The text of a round, and its way to the bots of the room."""

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import RoundForm, RoundView
from kaibo.commerce.shows.contracts import ShowView
from kaibo.connectors import api as connectors
from kaibo.connectors.api import PostView
from kaibo.kit import clock, env
from kaibo.kit.errors import NotFound
from kaibo.warehouse import api as warehouse


def currency_of(show: ShowView) -> str:
    """The currency of the room's amounts."""
    try:
        return rooms.room(show.platform, show.room_id).currency
    except NotFound:
        return env.read("KAIBO_CURRENCY")


def text_of(show: ShowView, view: RoundView, *, is_zh: bool, form: RoundForm | None = None) -> str:
    """The text of a round in the team's words, without a template in the reader's. Cost: five queries."""
    form = form or rounds.form(show.platform, show.room_id)
    template = form.template or (rounds.DEFAULT_ZH if is_zh else rounds.DEFAULT_EN)
    return rounds.text_of(view, template=template, currency=currency_of(show), told=_told(show, view))


def post(show: ShowView, view: RoundView, text: str, *, bots: tuple[str, ...], actor: str) -> None:
    """Put the text on its way to each bot; the same round goes to a bot once while it is on its way."""
    post_text(key_of(show, view), text, bots=bots, actor=actor)


def post_text(key: str, text: str, *, bots: tuple[str, ...], actor: str) -> None:
    """Put any text on its way to each bot."""
    for bot in bots:
        connectors.post_to_bot(bot, text, key=key, actor=actor)


def posts(show: ShowView, view: RoundView, bots: tuple[str, ...]) -> list[PostView]:
    """How the posts of a round went. Cost: one query a bot."""
    return posts_of(key_of(show, view), bots)


def posts_of(key: str, bots: tuple[str, ...]) -> list[PostView]:
    """How the posts of a key went. Cost: one query a bot."""
    return connectors.bot_posts(key, bots)


def usable_bots(form: RoundForm) -> tuple[str, ...]:
    """The bots of the form that still have an address."""
    known = {bot.id for bot in connectors.bots() if not bot.problem}
    return tuple(bot for bot in form.bots if bot in known)


def key_of(show: ShowView, view: RoundView) -> str:
    """What names the post of a round among all background work."""
    return f"round:{show.show_id}:{view.round_id}"


def _told(show: ShowView, view: RoundView) -> dict[str, str]:
    """What the round itself does not know: when, what is explained, who is on duty, how far the target is."""
    local = clock.to_datetime(view.as_of_us).astimezone(env.zone())
    told = {"show": show.title, "time": f"{local:%H:%M}"}
    if show.started_at is not None:
        told["minutes"] = str(max(0, (view.as_of_us - show.started_at) // clock.MINUTE_US))
    target = show.targets.get("gmv_paid_minor")
    paid = view.values.get("gmv_paid_minor")
    if target and paid is not None:
        told["gmv_target"] = f"{paid / target:.0%}"
    told.update(_stage(show.show_id, view.as_of_us))
    return told


def _stage(show_id: str, at_us: int) -> dict[str, str]:
    told = {}
    lap = next((lap for lap in warehouse.laps(show_id) if lap.from_us <= at_us < (lap.to_us or 2**62)), None)
    if lap is not None:
        offers = {offer.key: offer.title for offer in warehouse.offers(show_id)}
        title = offers.get(lap.product_id or f"#{lap.link_no}") or ""
        told["link"] = f"{lap.link_no or ''} {title}".strip()
    duty = next((duty for duty in warehouse.duties(show_id) if duty.from_us <= at_us < (duty.to_us or 2**62)), None)
    if duty is not None:
        told["host"] = duty.host_id
    return {name: text for name, text in told.items() if text}
