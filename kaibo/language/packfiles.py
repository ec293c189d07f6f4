"""Rule packs as text files: read, checked line by line, named by file and rule when something is wrong."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kaibo.language.contact import DETECTORS
from kaibo.language.contracts import Action, Boundary, Pack, Rule, Scene
from kaibo.language.errors import BadPack, PackNotFound
from kaibo.language.exemptions import EXEMPTIONS

FOLDER = Path(__file__).with_name("packs")


@cache
def shipped() -> tuple[Pack, ...]:
    """The packs that come with Kaibo, by id."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.yaml")))


def pack(pack_id: str) -> Pack:
    """One shipped pack. Raises PackNotFound, which names those that there are."""
    for one in shipped():
        if one.id == pack_id:
            return one
    known = ", ".join(one.id for one in shipped())
    raise PackNotFound(f"there is no pack {pack_id}", fix=f"use one of {known}", pack=pack_id)


def read(path: Path) -> Pack:
    """The pack in a file. Raises BadPack with file, rule, field and what is allowed."""
    return parse(path.read_text(encoding="utf-8"), name=path.name)


def parse(text: str, *, name: str) -> Pack:
    """A pack from its text; `name` is how errors call it. Raises BadPack."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadPack(f"{name} is no YAML: {error}", fix="mend the line it names") from error
    if not isinstance(raw, dict):
        raise _wrong(name, "pack", "is no mapping")
    _refuse_unknown(name, "pack", raw, {"id", "version", "title", "origins", "defaults", "allow", "rules"})
    missing = [key for key in ("id", "version", "title", "origins", "rules") if not raw.get(key)]
    if missing:
        raise _wrong(name, "pack", f"lacks {', '.join(missing)}")
    rules = tuple(_rule(name, {**raw.get("defaults", {}), **one}, raw.get("allow", ())) for one in raw["rules"])
    if twice := {one.id for one in rules if sum(other.id == one.id for other in rules) > 1}:
        raise _wrong(name, min(twice), "stands twice")
    title = raw["title"]
    return Pack(raw["id"], int(raw["version"]), title["zh"], title["en"], tuple(map(str, raw["origins"])), rules)


def _words(given: Any) -> tuple[str, ...]:
    """A list, or one line of words with blanks between."""
    return tuple(given.split()) if isinstance(given, str) else tuple(map(str, given))


def _date(given: Any) -> dt.date:
    return given if isinstance(given, dt.date) else dt.date.fromisoformat(str(given))


def _actions(given: Mapping[str, str]) -> dict[Scene, Action]:
    return {Scene(scene): Action(action) for scene, action in given.items()}


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "id": str,
    "terms": _words,
    "actions": _actions,
    "category": str,
    "severity": int,
    "article": str,
    "suggestion": str,
    "boundary": Boundary,
    "max_gap": int,
    "allow": _words,
    "near": _words,
    "not_near": _words,
    "near_distance": int,
    "exemptions": _words,
    "products": lambda given: frozenset(_words(given)),
    "platforms": lambda given: frozenset(_words(given)),
    "countries": lambda given: frozenset(_words(given)),
    "since": _date,
    "until": _date,
    "sound_from": int,
    "is_split": bool,
    "is_lookalike": bool,
    "detector": str,
}


def _rule(name: str, raw: dict[str, Any], shared_allow: Any) -> Rule:
    rule_id = str(raw.get("id", "a rule without id"))
    _refuse_unknown(name, rule_id, raw, set(_FIELDS))
    values: dict[str, Any] = {}
    for field, given in raw.items():
        try:
            values[field] = _FIELDS[field](given)
        except (ValueError, TypeError, AttributeError) as error:
            raise _wrong(name, rule_id, f"{field}: {error}") from error
    values["allow"] = (*values.get("allow", ()), *_words(shared_allow))
    values.setdefault("terms", ())
    missing = [field for field in ("id", "category", "actions", "article") if not values.get(field)]
    if missing or not (values["terms"] or values.get("detector")):
        raise _wrong(name, rule_id, f"lacks {', '.join(missing) or 'terms'}")
    for kind, given, known in (
        ("exemption", values.get("exemptions", ()), EXEMPTIONS),
        ("detector", (values.get("detector") or DETECTORS[0],), DETECTORS),
    ):
        if unknown := [one for one in given if one not in known]:
            raise _wrong(name, rule_id, f"{kind} {unknown[0]} is unknown; there are {', '.join(known)}")
    return Rule(**values)


def _refuse_unknown(name: str, where: str, raw: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(raw) - known):
        raise _wrong(name, where, f"field {unknown[0]} is unknown; there are {', '.join(sorted(known))}")


def _wrong(name: str, where: str, problem: str) -> BadPack:
    return BadPack(f"{name}: {where}: {problem}", fix="mend the file and check it again", file=name, rule=where)
