"""What to get where, which right it takes, what to look after: `runbook.toml` beside what the code says."""

import tomllib
from dataclasses import dataclass

from kaibo.connectors import registry
from kaibo.connectors.contracts import FeedSetting, Manifest

FILE = "runbook.toml"
PARTS = ("steps", "permissions", "watch", "unverified")
Text = dict[str, str]  # {"zh": …, "en": …}


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the platform's codes, with what it means and what to do."""

    code: str
    says: Text
    is_permanent: bool


@dataclass(frozen=True, slots=True)
class Runbook:
    """The page of one connector. `unverified` is what no document and no trial has confirmed."""

    manifest: Manifest
    steps: tuple[Text, ...]
    permissions: tuple[Text, ...]
    watch: tuple[Text, ...]
    unverified: tuple[Text, ...]
    settings: tuple[FeedSetting, ...]
    answers: tuple[Answer, ...]


def runbook(connector_id: str) -> Runbook | None:
    """The runbook; None where a connector has none, for it needs nothing from its platform."""
    manifest = registry.manifest_of(connector_id)
    path = manifest.folder / FILE
    if not path.exists():
        return None
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    parts = {name: tuple(given.get(name, ())) for name in PARTS}
    answers = tuple(
        Answer(code, {"en": str(one["sentence"]), "zh": str(one.get("zh", ""))}, bool(one.get("permanent")))
        for code, one in registry.error_texts(connector_id).items()
    )
    return Runbook(manifest, **parts, settings=registry.feed_settings(connector_id), answers=answers)


def written() -> list[str]:
    """Connectors that have one, by id."""
    return [one.id for one in registry.manifests().values() if (one.folder / FILE).exists()]


def render(connector_id: str, note: str) -> str:
    """The page in both languages."""
    book = runbook(connector_id)
    assert book is not None
    parts = (_in_language(book, language) for language in ("zh", "en"))
    back = "[All connectors](../connectors.md) · [what each payload becomes](../payloads.md)"
    return f"# {book.manifest.name['zh']} · {book.manifest.name['en']}\n\n{note}\n{back}\n\n" + "\n".join(parts)


_HEADS = {
    "steps": {"zh": "去哪里拿什么", "en": "What to get where"},
    "permissions": {"zh": "需要的权限", "en": "Permissions"},
    "settings": {"zh": "要填写的内容", "en": "What to fill in"},
    "answers": {"zh": "平台报错与处理", "en": "What the platform may answer, and what to do"},
    "watch": {"zh": "注意事项", "en": "What to know"},
    "unverified": {"zh": "尚未核实", "en": "Not confirmed yet"},
}
_COLUMNS = {
    "zh": ("| 名称 | 必填 | 说明 |", "| 代码 | 含义与处理 | 需要人处理 |"),
    "en": ("| name | needed | where it is found |", "| code | means, and what to do | needs somebody |"),
}
_WORDS = {"zh": ("是", "拉取时", "选填"), "en": ("yes", "for calls", "optional")}


def _in_language(book: Runbook, language: str) -> str:
    steps = "".join(f"{number}. {one[language]}\n" for number, one in enumerate(book.steps, 1))
    yes, for_calls, optional = _WORDS[language]
    fields = "".join(
        f"| `{one.name}` | {yes if one.is_needed else for_calls if one.for_calls else optional} |"
        f" {one.zh or one.says if language == 'zh' else one.says} |\n"
        for one in book.settings
    )
    codes = "".join(
        f"| `{one.code}` | {one.says[language] or one.says['en']} | {yes if one.is_permanent else ''} |\n"
        for one in book.answers
    )
    head, error_head = _COLUMNS[language]
    body = {
        "steps": steps,
        "permissions": _list(book.permissions, language),
        "settings": f"{head}\n|---|---|---|\n{fields}",
        "answers": f"{error_head}\n|---|---|---|\n{codes}" if codes else "",
        "watch": _list(book.watch, language),
        "unverified": _list(book.unverified, language),
    }
    sections = "".join(f"### {_HEADS[name][language]}\n\n{text}\n" for name, text in body.items() if text)
    return f"## {'中文' if language == 'zh' else 'English'}\n\n{book.manifest.says[language]}\n\n{sections}"


def _list(rows: tuple[Text, ...], language: str) -> str:
    return "".join(f"- {one[language]}\n" for one in rows)
