"""What feeds are called, and how much of a show they cover, in the reader's words."""

from django.utils.translation import pgettext_lazy

from kaibo.connectors import api as connectors
from kaibo.eventlog.contracts import Share
from kaibo.kit.errors import NotFound
from kaibo.web import words
from kaibo.web.imports import words as import_words

OWN_FEEDS = {
    "desk": pgettext_lazy("feed", "Desk"),
    "rounds": pgettext_lazy("feed", "Rounds typed"),
    "registers": pgettext_lazy("feed", "Registers"),
    "exports": pgettext_lazy("feed", "Imported tables"),
}


def feed_name(name: str) -> str:
    """A feed's name; one that Kaibo made by itself, `desk (douyin)`, `bilirec_xml (bilibili)`, is called by what it
    is."""
    own, _space, rest = name.partition(" (")
    if own in OWN_FEEDS:
        return str(OWN_FEEDS[own])
    known = connector_name(own) if rest.endswith(")") else own
    return name if known == own else known


def connector_name(connector_id: str) -> str:
    """A connector, or a form of exported table, in words; an id that no folder has (any more) as it is."""
    if connector_id.startswith("exports/"):
        return import_words.export(connector_id.removeprefix("exports/"))
    try:
        return connectors.connector(connector_id).name["zh" if words.is_chinese() else "en"]
    except NotFound:
        return connector_id


def covered(share: Share | None) -> str:
    """How much of a show a feed covers, for people; empty where nobody can say."""
    return "" if share is None or share.ratio is None else f"{100 * share.ratio:.1f}%"
