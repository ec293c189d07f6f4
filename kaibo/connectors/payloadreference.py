"""The reference page of payloads: which kind each becomes, what is dropped and why (`make reference`)."""

import importlib.util

from kaibo.connectors import registry
from kaibo.connectors.contracts import Manifest
from kaibo.connectors.payloads import PERSONAL

_INTRO = """\
What Kaibo makes of each payload of a platform. `kaibo translate CONNECTOR FILE` shows it for one payload, without
keeping anything. **unknown** keeps a payload beside the platform's own name for it, so that a later translator can read
it again; **skipped** is understood and no event of ours. A payload that cannot be read names its field and the fix.

Ids are text, also where a platform sends numbers beyond 2^53. An amount that a platform does not state stays unknown.
"""
_PERSONAL = """\
## Personal data

These fields are dropped from every event, wherever they stand: {names}.

Viewer and buyer ids become keyed hashes at the door. Nicknames of viewers in a room go into their own table, where they
can be erased. The raw push stays in the inbox until it has been translated for `KAIBO_INBOX_DAYS` days; then its body
is emptied and only its identity is kept.
"""


def tabled() -> list[Manifest]:
    """Connectors that say what their payloads become."""
    known = registry.manifests().values()
    return [one for one in known if importlib.util.find_spec(f"kaibo.connectors.{one.id}.meanings")]


def render(note: str) -> str:
    """The whole page; `note` says how it is made."""
    personal = _PERSONAL.format(names=", ".join(f"`{name}`" for name in sorted(PERSONAL)))
    return "\n".join((f"# Payloads\n\n{note}", _INTRO, *map(_section, tabled()), personal))


def _section(manifest: Manifest) -> str:
    table = registry.part(manifest.id, "meanings")
    rows = "".join(
        f"| {theirs} | {ours if ours == 'skipped' else f'`{ours}`'} | {note} |\n" for theirs, ours, note in table.ROWS
    )
    dropped = "".join(f"- `{names}`: {why}\n" for names, why in table.DROPPED.items())
    return (
        f"## {manifest.id}\n\n| payload | becomes | remark |\n|---|---|---|\n{rows}\nDropped, beside personal data:\n\n"
        f"{dropped}"
    )
