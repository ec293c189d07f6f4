"""The rules that hold now: the shipped packs, and the contexts that the team has allowed. Compiled once per process."""

import dataclasses
import json
from collections.abc import Mapping
from functools import lru_cache

from kaibo.language import api as language


@lru_cache(maxsize=16)
def of_packs(pack_ids: tuple[str, ...]) -> language.Lexicon:
    """The lexicon of the named packs, none for all. Raises PackNotFound."""
    if not pack_ids:
        return language.shipped_lexicon()
    return language.compile_packs([language.pack(pack_id) for pack_id in pack_ids])


@lru_cache(maxsize=4)
def _with_allowed(said: str) -> language.Lexicon:
    allowed: dict[str, list[str]] = json.loads(said)
    if not allowed:
        return language.shipped_lexicon()
    packs = []
    for pack in language.shipped_packs():
        rules = tuple(
            dataclasses.replace(rule, allow=(*rule.allow, *allowed[rule.id])) if rule.id in allowed else rule
            for rule in pack.rules
        )
        packs.append(dataclasses.replace(pack, rules=rules))
    return language.compile_packs(packs)


def with_allowed(allowed: Mapping[str, list[str]]) -> language.Lexicon:
    """The shipped packs with more allowed contexts per rule; the same contexts give the same fingerprint."""
    return _with_allowed(json.dumps(allowed, ensure_ascii=False, sort_keys=True))


def current() -> language.Lexicon:
    """The lexicon that holds now. Cost: one query."""
    from kaibo.operations.compliance import allowances

    return with_allowed(allowances.allowed())
