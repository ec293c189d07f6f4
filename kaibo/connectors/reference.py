"""The reference page of the connectors, made from their manifests (`make reference`)."""

from kaibo.connectors import api, registry, runbooks
from kaibo.connectors.contracts import FeedSetting, Manifest
from kaibo.connectors.faults import FAULTS

_INTRO = """\
A connector turns what a platform sends, or what a recorder wrote, into our events (`docs/reference/events.md`).
`kaibo import CONNECTOR PATH` brings a file in, `kaibo translate CONNECTOR FILE` shows what it would bring.

## Tiers

A tier is computed, not given: tests marked `proof` give the evidence, and a run that holds all of them fails where a
manifest claims more, or less, than it proved. `python -m pytest -m proof kaibo/connectors tests/emulators` prints it.

- **bronze**: a manifest in both languages, a pure translation, a checked configuration, unknown kinds kept.
- **silver** adds a limit, every fault of the table below, every changed, forged or unsigned push refused, and secrets
  said nowhere.
- **gold** adds a whole evening told again from what was kept raw, health of its own (lag, copies, gaps), the published
  test vectors of its platform through our code, and a runbook. A platform that publishes no vectors has none to pass.

The platforms themselves were not called: clients are tried against emulators written from the documents alone. What no
document confirms stands in each runbook.
"""


def render(note: str) -> str:
    """The whole page; `note` says how it is made."""
    listed = api.connectors()
    rows = "".join(
        f"| [`{m.id}`](#{m.id}) | {m.name['en']} | {m.name['zh']} | {m.transport} | {m.tier} | {_link(m)} |\n"
        for m in listed
    )
    table = f"| id | name | 名称 | transport | tier | runbook |\n|---|---|---|---|---|---|\n{rows}"
    return "\n".join((f"# Connectors\n\n{note}", _INTRO, table, _survived(listed), *map(section, listed)))


def _link(manifest: Manifest) -> str:
    return f"[{manifest.id}](runbooks/{manifest.id}.md)" if manifest.id in runbooks.written() else ""


def _survived(listed: list[Manifest]) -> str:
    """Which faults each client survives, and what its protocol lacks."""
    callers = [one for one in listed if api.can_ask(one.id)]
    head = " | ".join(("connector", *(name["en"] for name in FAULTS.values())))
    rows, lacks = "", ""
    for one in callers:
        cells = ("see below" if fault in one.lacks else "yes" for fault in FAULTS)
        rows += f"| `{one.id}` | {' | '.join(cells)} |\n"
        lacks += "".join(
            f"- `{one.id}`, {FAULTS[fault]['en']}: {why['en']}\n  {FAULTS[fault]['zh']}：{why['zh']}\n"
            for fault, why in one.lacks.items()
        )
    return (
        "## What each client survives\n\nAgainst its emulator, with totals equal to the emulator's truth to the cent"
        f" afterwards (`tests/emulators/test_matrix.py`).\n\n| {head} |\n|{'---|' * (len(FAULTS) + 1)}\n{rows}\n{lacks}"
    )


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
    return f"## {manifest.id}\n\n{manifest.says['en']}\n\n{manifest.says['zh']}\n\n{lines}{_needs(manifest)}"


def _needs(manifest: Manifest) -> str:
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
