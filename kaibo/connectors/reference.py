"""The reference page of the connectors, made from their manifests (`make reference`)."""

from kaibo.connectors import api, registry
from kaibo.connectors.contracts import FeedSetting, Manifest

_INTRO = """\
A connector turns what a platform sends, or what a recorder wrote, into our events (`docs/reference/events.md`).
`kaibo import CONNECTOR PATH` brings a file in, `kaibo translate CONNECTOR FILE` shows what it would bring.

Tiers are held by a test: **bronze** has a manifest, a pure translation, a configuration check and keeps unknown kinds;
**silver** adds limits, resuming, duplicates and late events, and never logs secrets; **gold** replays a whole show from
raw data, measures its own health and has a runbook. A connector that calls its platform proves silver against an
emulator (`tests/emulators`): faults, kills, everything once, refusals in a sentence, secrets said nowhere.
"""


def render(note: str) -> str:
    """The whole page; `note` says how it is made."""
    listed = api.connectors()
    rows = "".join(
        f"| [`{m.id}`](#{m.id}) | {m.name['en']} | {m.name['zh']} | {m.transport} | {m.tier} |\n" for m in listed
    )
    table = f"| id | name | 名称 | transport | tier |\n|---|---|---|---|---|\n{rows}"
    return "\n".join((f"# Connectors\n\n{note}", _INTRO, table, *map(section, listed)))


def section(manifest: Manifest) -> str:
    """One connector."""
    facts = {
        "direction": manifest.direction,
        "platform": f"`{manifest.platform}`" if manifest.platform else "as its events say",
        "versions": ", ".join(manifest.api_versions),
        "files": ", ".join(f"`{suffix}`" for suffix in manifest.suffixes),
        "zero or unknown": _DECLARES[manifest.declares],
        "events per second": f"{manifest.limits.events_per_second:,}" if manifest.limits.events_per_second else "",
        "largest file": f"{manifest.limits.file_bytes // 1024**3} GiB unpacked" if manifest.transport == "file" else "",
        "kinds": ", ".join(f"`{kind}`" for kind in manifest.kinds),
        "actions": ", ".join(f"`{action}`" for action in manifest.actions),
        "documentation": ", ".join(manifest.docs),
    }
    lines = "".join(f"- {name}: {value}\n" for name, value in facts.items() if value)
    return f"## {manifest.id}\n\n{manifest.says['en']}\n\n{manifest.says['zh']}\n\n{lines}{_runbook(manifest)}"


def _runbook(manifest: Manifest) -> str:
    """What its feeds need and where it is found; what the platform may answer and what to do then."""
    needs = "".join(
        f"| `{one.name}` | {_needed(one)} | {one.says} | {one.zh} |\n" for one in api.feed_settings(manifest.id)
    )
    texts = registry.error_texts(manifest.id)
    errors = "".join(f"| `{code}` | {one['sentence']} | {one.get('zh', '')} |\n" for code, one in texts.items())
    found = f"\n| setting | needed | where it is found | 说明 |\n|---|---|---|---|\n{needs}" if needs else ""
    return found + (f"\n| answer | what it means and what to do | 怎么办 |\n|---|---|---|\n{errors}" if errors else "")


def _needed(one: FeedSetting) -> str:
    return "yes" if one.is_needed else "for calls" if one.for_calls else "optional"


_DECLARES = {
    "seen": "a kind that a recording does not hold is not reported, never 0",
    "manifest": "answers for every kind below: silence is 0",
}
