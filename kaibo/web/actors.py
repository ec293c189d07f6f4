"""Who did something, in the reader's words: people by their name, what Kaibo does by itself by its job."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kaibo.commerce.team import api as team

OWN = {
    "system:clock": pgettext_lazy("actor", "the clock"),
    "system:schedule": pgettext_lazy("actor", "the clock"),
    "system:command": pgettext_lazy("actor", "command line"),
    "system:cli": pgettext_lazy("actor", "command line"),
    "system:demo": pgettext_lazy("actor", "demo"),
    "system:join": pgettext_lazy("actor", "orders given by themselves"),
    "system:proctor": pgettext_lazy("actor", "the proctor"),
    "system:compliance": pgettext_lazy("actor", "the proctor"),
    "system:opinion": pgettext_lazy("actor", "opinion watch"),
    "system:rounds": pgettext_lazy("actor", "rounds by themselves"),
    "system:privacy": pgettext_lazy("actor", "privacy by the clock"),
    "system:shows": pgettext_lazy("actor", "shows by themselves"),
    "system:inbox": pgettext_lazy("actor", "inbox of pushes"),
    "system:feeds": pgettext_lazy("actor", "feeds"),
}


def names_of(actors: set[str]) -> dict[str, str]:
    """Names for actor strings (`user:12`, `system:clock`); one that nobody named keeps its string. Cost: one query."""
    return {actor: _own(actor) if name == actor else name for actor, name in team.names_of(actors).items()}


def _own(actor: str) -> str:
    if actor.startswith("link:"):
        return _("link without login %(n)s") % {"n": actor.removeprefix("link:")}
    return str(OWN.get(actor, actor))
