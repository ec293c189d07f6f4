"""The door of the rounds module: figures typed every half hour, and the text that is posted about them."""

from collections.abc import Mapping

from kaibo.commerce.rounds import forms, queries, services, texts
from kaibo.commerce.rounds.contracts import Entry, EntryAnswer, RoundDue, RoundForm, RoundView
from kaibo.commerce.rounds.texts import DEFAULT_EN, DEFAULT_ZH, NAMES, PLACES, shown
from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit import clock

__all__ = ["DEFAULT_EN", "DEFAULT_ZH", "NAMES", "PLACES", "shown"]


def form(platform: str, room_id: str) -> RoundForm:
    """What a room types; the default form where nobody changed it. Cost: one query."""
    return queries.form(platform, room_id)


def set_form(platform: str, room_id: str, form: RoundForm, *, actor: str) -> RoundForm:
    """Other figures, another pace or another text. Raises BadForm with the field."""
    return forms.save(platform, room_id, form, actor=actor)


def record(show: ShowView, entry: Entry, *, actor: str) -> EntryAnswer:
    """What became of one submission; figures that cannot be are named, the others are kept and stated to the log.

    Shape: the same `entry_id` again answers `known`; another one for the same `round_id` corrects the round.
    """
    return services.record(show, entry, actor=actor)


def withdraw(show: ShowView, round_id: str, *, why: str = "", actor: str) -> None:
    """Take a whole round back with its figures. Raises NoRound."""
    services.withdraw(show, round_id, why=why, actor=actor)


def rounds(show_id: str) -> list[RoundView]:
    """Rounds of a show in order of time, as they stand after corrections. Cost: one query."""
    return queries.rounds(show_id)


def due(show: ShowView, *, now_us: int | None = None) -> RoundDue | None:
    """When the next round is due; None unless the show is on air. Cost: two queries."""
    return queries.due(show, now_us=clock.now_us() if now_us is None else now_us)


def text_of(view: RoundView, *, template: str, currency: str, told: Mapping[str, str]) -> str:
    """The text of a round. `told` holds what the round itself does not know: show, time, host, link …"""
    return texts.text_of(template, {**texts.told_of(view, currency=currency), **told})
